"""`minmax`: each expert's lowest value becomes 0 and the highest 100, then the mean."""

from __future__ import annotations

from fractions import Fraction

from panel.scoring.matrix import ScoreMatrix
from panel.scoring.official.relative import Column, Rescaled, rescaled
from panel.scoring.official.results import Fit, Method, Options

FULL = 100
"""What the best application of an expert gets."""


def minmax(matrix: ScoreMatrix) -> Fit:
    r"""Return x_i = 100 / n_i \sum_j (y_ij - min_j) / (max_j - min_j) of each application, exactly.

    Parameters
    ----------
    matrix : ScoreMatrix
        m experts, n applications; may have holes and may be disconnected.

    Returns
    -------
    Fit
        From 0 to 100, whatever the unit of the matrix. An expert whose values are all equal is left out.

    References
    ----------
    Milligan, G. W., Cooper, M. C. (1988). A study of standardization of variables in cluster analysis.
    Journal of Classification 5, 181-204 (the transformation Z4).
    """
    return rescaled(matrix, stretched)


def stretched(column: Column) -> Rescaled | None:
    """Return the values of one expert between 0 and 100, or None if all are equal."""
    low, high = min(column.values()), max(column.values())
    if low == high:
        return None
    return {application: Fraction(FULL * (value - low), high - low) for application, value in column.items()}


def _fit(matrix: ScoreMatrix, _options: Options) -> Fit:
    return minmax(matrix)


METHOD = Method("minmax", _fit, unit="index")
