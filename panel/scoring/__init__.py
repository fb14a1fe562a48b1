"""Scores in, named results out: numbers only, no Flask, no database, no rounding.

`matrix` holds the scores of one track (or of one criterion), `methods` is the registry of official methods.
"""
