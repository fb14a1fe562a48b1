"""Mean squares of a complete table of applications and experts, and of one with criteria as well."""

from __future__ import annotations

from dataclasses import dataclass

from panel.scoring.design import Design, Floats
from panel.scoring.units import Unit

NOTHING = 1e-24
"""Mean squares below this, in units of the scores' range, are rounding and count as zero."""


@dataclass(frozen=True)
class MeanSquares:
    """Two-way analysis of variance of n applications by k experts, one score each.

    Attributes
    ----------
    applications, experts, error : float
        BMS, JMS, EMS of Shrout and Fleiss, in `size`**2 times the squared unit of the scores.
    within : float
        WMS: within applications, experts and error together.
    """

    n: int
    k: int
    applications: float
    experts: float
    error: float
    within: float
    size: float


def table_of(design: Design) -> Floats | None:
    """Return the scores as an array of shape (n, k), in a unit of order one; None with holes or below 2."""
    n, k = design.shape
    if not design.complete or n < 2 or k < 2:
        return None
    return Unit.of(design.y).standard(design.y).reshape(n, k)


def mean_squares(design: Design) -> MeanSquares | None:
    """Return the two-way mean squares, or None with holes, one application or one expert.

    References
    ----------
    Shrout, P. E., Fleiss, J. L. (1979). Intraclass correlations: uses in assessing rater reliability.
    Psychological Bulletin 86(2), 420-428.
    """
    table = table_of(design)
    if table is None:
        return None
    n, k = table.shape
    centred = table - table.mean()
    rows, columns = centred.mean(axis=1), centred.mean(axis=0)
    error = centred - rows[:, None] - columns[None, :]
    within = centred - rows[:, None]
    return MeanSquares(
        n=n,
        k=k,
        applications=_settled(k * float(rows @ rows) / (n - 1)),
        experts=_settled(n * float(columns @ columns) / (k - 1)),
        error=_settled(float((error**2).sum()) / ((n - 1) * (k - 1))),
        within=_settled(float((within**2).sum()) / (n * (k - 1))),
        size=Unit.of(design.y).size,
    )


def _settled(square: float) -> float:
    return square if square > NOTHING else 0.0


def ratio(above: float, below: float) -> float | None:
    """Divide; None by zero."""
    return above / below if below != 0 else None
