"""`standard`: the mean T score, 50 + 10 z, each expert measured by his or her own standard deviation."""

from __future__ import annotations

from fractions import Fraction
from math import isqrt

from panel.scoring.matrix import ScoreMatrix
from panel.scoring.official.adjusted import PLACES
from panel.scoring.official.relative import T_MEAN, T_SPREAD, Column, Rescaled, rescaled
from panel.scoring.official.results import Fit, Method, Options

GUARD = 10**40
"""Roots are taken in integers to forty decimals, so that every machine keeps the same nine of the mean."""


def standard(matrix: ScoreMatrix) -> Fit:
    r"""Return the mean T score t_i = 50 + 10 / n_i \sum_j (y_ij - mean_j) / s_j of each application.

    The standard deviation s_j is that of a sample (divisor m_j - 1) of all values of expert j.

    Parameters
    ----------
    matrix : ScoreMatrix
        m experts, n applications; may have holes and may be disconnected.

    Returns
    -------
    Fit
        On the T scale, whatever the unit of the matrix, rounded to `PLACES` decimals without any floating
        point. An expert whose values are all equal, or who gave a single one, is left out.

    References
    ----------
    McCall, W. A. (1922). How to Measure in Education. Macmillan, New York (the T scale).
    """
    fit = rescaled(matrix, t_scores)
    return Fit(
        scores={name: None if score is None else _kept(score) for name, score in fit.scores.items()},
        reasons=fit.reasons,
        notes=fit.notes,
        left_out=fit.left_out,
    )


def t_scores(column: Column) -> Rescaled | None:
    """Return the T scores of one expert to forty decimals, or None without a standard deviation."""
    if len(set(column.values())) < 2:
        return None
    count, total = len(column), sum(column.values())
    off = {application: count * value - total for application, value in column.items()}
    squares = sum(d * d for d in off.values())
    return {application: T_MEAN + T_SPREAD * _ratio(d, squares, count) for application, d in off.items()}


def _ratio(deviation: int, squares: int, count: int) -> Fraction:
    """Return deviation / sqrt(squares / (count - 1)), its size cut to forty decimals."""
    size = isqrt(deviation * deviation * (count - 1) * GUARD * GUARD // squares)
    return Fraction(size if deviation >= 0 else -size, GUARD)


def _kept(number: Fraction) -> Fraction:
    return Fraction(round(number * 10**PLACES), 10**PLACES)


def _fit(matrix: ScoreMatrix, _options: Options) -> Fit:
    return standard(matrix)


METHOD = Method("standard", _fit, unit="index")
