"""`robust`: the mean T score by median and median absolute deviation, which odd values hardly move."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from panel.scoring.matrix import ScoreMatrix
from panel.scoring.official.relative import T_MEAN, T_SPREAD, Column, Rescaled, rescaled
from panel.scoring.official.results import Fit, Method, Options

NORMAL = Fraction(14826, 10000)
"""Makes the median absolute deviation of a normal distribution its standard deviation."""


def robust(matrix: ScoreMatrix) -> Fit:
    r"""Return t_i = 50 + 10 / n_i \sum_j (y_ij - median_j) / (1.4826 MAD_j) of each application, exactly.

    Parameters
    ----------
    matrix : ScoreMatrix
        m experts, n applications; may have holes and may be disconnected.

    Returns
    -------
    Fit
        On the T scale, whatever the unit of the matrix. An expert more than half of whose values coincide
        has MAD_j = 0 and is left out: on coarse scales that happens often.

    References
    ----------
    Rousseeuw, P. J., Croux, C. (1993). Alternatives to the median absolute deviation. Journal of the American
    Statistical Association 88(424), 1273-1283.
    """
    return rescaled(matrix, robust_t_scores)


def robust_t_scores(column: Column) -> Rescaled | None:
    """Return the robust T scores of one expert, or None if the median absolute deviation is 0."""
    middle = _twice_the_median(column.values())
    off = {application: 2 * value - middle for application, value in column.items()}
    spread = _twice_the_median(map(abs, off.values()))  # four times the deviation itself
    if not spread:
        return None
    # A deviation is half of d and the median one a quarter of the spread: their ratio is 2 d / spread.
    return {
        application: T_MEAN + T_SPREAD * Fraction(2 * d, spread) / NORMAL for application, d in off.items()
    }


def _twice_the_median(values: Iterable[int]) -> int:
    """The sum of the two middle values; of an odd number, twice the middle one."""
    ordered = sorted(values)
    return ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]


def _fit(matrix: ScoreMatrix, _options: Options) -> Fit:
    return robust(matrix)


METHOD = Method("robust", _fit, unit="index")
