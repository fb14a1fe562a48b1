"""`rank`: the mean rank, as the share of an expert's applications that this one leaves behind, 0 to 100."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from fractions import Fraction

from panel.scoring.matrix import ScoreMatrix
from panel.scoring.official.relative import Column, Rescaled, rescaled
from panel.scoring.official.results import Fit, Method, Options

FULL = 100
"""The share of all applications."""


def rank(matrix: ScoreMatrix) -> Fit:
    r"""Return x_i = 100 / n_i \sum_j (m_j - r_ij + 1/2) / m_j of each application, exactly.

    r_ij is the rank that expert j gave, 1 for the best, and the mean of the ranks in question for equal
    values; m_j is how many applications the expert ranked. Without holes the order is that of the mean rank
    and of the Borda count.

    Parameters
    ----------
    matrix : ScoreMatrix
        m experts, n applications; may have holes and may be disconnected.

    Returns
    -------
    Fit
        Between 0 and 100, both excluded, whatever the unit of the matrix. Nobody is left out: an expert whose
        values are all equal puts every application in the middle, at 50.

    References
    ----------
    Borda, J.-C. de (1784). Memoire sur les elections au scrutin. Histoire de l'Academie royale des sciences
    pour 1781, 657-665.
    """
    return rescaled(matrix, shares)


def shares(column: Column) -> Rescaled:
    """Return the midrank shares of one expert."""
    ordered = sorted(column.values())
    return {
        application: Fraction(
            FULL * (bisect_left(ordered, value) + bisect_right(ordered, value)), 2 * len(ordered)
        )
        for application, value in column.items()
    }


def _fit(matrix: ScoreMatrix, _options: Options) -> Fit:
    return rank(matrix)


METHOD = Method("rank", _fit, unit="index")
