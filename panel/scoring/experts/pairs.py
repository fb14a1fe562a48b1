"""Two experts who may not have scored apart: identical sheets, and residuals that move together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.stats import binom, norm

from panel.scoring.agreement.correlation import Meetings, meetings
from panel.scoring.arrays import quotient
from panel.scoring.design import Floats, Indices
from panel.scoring.experts.cells import Cells
from panel.scoring.models.least_squares import LeastSquares

FEWEST = 6
"""Common applications below which the residuals of two experts are not correlated."""


@dataclass(frozen=True)
class Pairs:
    """What was found about every pair of experts that met, shape (pairs,).

    Attributes
    ----------
    experts : intp array, shape (pairs, 2)
    common : intp array
        Applications that both scored.
    values : float64 array
        Number of identical sheets, or the correlation of residuals; NaN where not formed.
    p : float64 array
        Probability of a value as large if all pairs were alike.
    limit : callable
        The value, shape (pairs,), at which a given probability is reached.
    """

    experts: Indices
    common: Indices
    values: Floats
    p: Floats
    limit: Callable[[float], Floats]


def identical(cells: Cells) -> Pairs | None:
    """Count, for each pair, the applications on which every criterion has the same score.

    The probability is binomial, with the share of identical sheets among the meetings of all other pairs.
    None if there are too many meetings.
    """
    met = meetings(cells.design)
    if met is None or not met.pair.size:
        return None
    same = np.abs(cells.table[met.first] - cells.table[met.second]).max(axis=1) < 1e-9
    found, common = met.total(same.astype(np.float64)), met.count
    elsewhere = (found.sum() - found + 1.0) / (common.sum() - common + 2.0)
    p = binom.sf(found - 1, common, elsewhere)
    return Pairs(met.experts, common, found, p, lambda cut: binom.isf(cut, common, elsewhere) + 1.0)


def moving_together(fit: LeastSquares) -> Pairs | None:
    """Correlate the residuals of each pair over their common applications; only high values are of interest.

    Residuals of one application sum to zero, so that -1 / (n - 1) is expected with n experts. None if there
    are too many meetings.
    """
    design = fit.design
    met = meetings(design)
    if met is None or not met.pair.size:
        return None
    r = _correlations(met, fit.residuals)
    fellows = np.reciprocal(design.per_application[design.application[met.first]] - 1.0)
    others = met.total(fellows) / met.count
    usable = (met.count >= FEWEST) & np.isfinite(r)
    bounded = np.clip(np.where(usable, r, 0.0), -1 + 1e-12, 1 - 1e-12)
    expected = np.arctanh(-np.minimum(others, 0.99))
    width = 1.0 / np.sqrt(np.maximum(met.count - 3.0, 1.0))
    z = (np.arctanh(bounded) - expected) / width
    p = np.where(usable, norm.sf(z), np.nan)
    values = np.where(usable, r, np.nan)
    return Pairs(met.experts, met.count, values, p, lambda cut: np.tanh(expected + norm.isf(cut) * width))


def _correlations(met: Meetings, residuals: Floats) -> Floats:
    a, b = residuals[met.first], residuals[met.second]
    a = a - (met.total(a) / met.count)[met.pair]
    b = b - (met.total(b) / met.count)[met.pair]
    below = np.sqrt(met.total(a * a) * met.total(b * b))
    floor = 1e-20 * float(np.abs(residuals).max() or 1.0) ** 2
    return quotient(met.total(a * b), below, below > floor)
