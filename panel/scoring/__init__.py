"""Scores in, named results out: numbers only, no Flask, no database, no rounding.

`matrix` holds the scores of one list as exact numbers and `official` the methods that may decide by them;
`design` holds the same scores as arrays of float64, on which everything rests that is only advice.
"""
