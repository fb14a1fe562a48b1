"""Verifiers that are handed out with the program and share no code with it."""
