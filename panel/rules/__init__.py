"""Decisions only: pure functions over plain values, whose verdicts are values with reasons."""
