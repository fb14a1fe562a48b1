"""Drift: whether an expert became harsher or milder in the order in which he or she scored."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from panel.scoring.arrays import quotient, sums
from panel.scoring.design import Floats, Indices
from panel.scoring.experts.measures import beside_others
from panel.scoring.models.least_squares import LeastSquares

FEWEST = 5
"""Scores below which a trend is not looked for."""


@dataclass(frozen=True)
class Drift:
    """Change per position of each expert, its t value and degrees of freedom, shape (m,)."""

    slope: Floats
    t: Floats
    df: Indices


def drift(fit: LeastSquares, order: Floats) -> Drift:
    """Regress what an expert gave beyond the others on the position in his or her own order.

    Parameters
    ----------
    fit : LeastSquares
    order : float64 array, shape (N,)
        Position or time of each score, of any scale; within an expert it is replaced by 1, 2, 3, ...

    Returns
    -------
    Drift
        NaN for an expert with fewer than five scores that others share, or without any scatter.
    """
    design = fit.design
    j, m = design.expert, design.shape[1]
    beyond = design.y - beside_others(fit)
    there = ~np.isnan(beyond)
    rank = np.empty(design.y.size)
    sequence = np.lexsort((order, j))
    start = np.cumsum(design.per_expert) - design.per_expert
    rank[sequence] = np.arange(1, design.y.size + 1) - np.repeat(start, design.per_expert)
    count = sums(j, there, m)
    x, y = _centred(rank, there, j, count), _centred(np.where(there, beyond, 0.0), there, j, count)
    xx, xy, yy = (sums(j, product, m) for product in (x * x, x * y, y * y))
    enough = (count >= FEWEST) & (xx > 0)
    slope = quotient(xy, xx, enough)
    rest = np.maximum(yy - np.nan_to_num(slope) * xy, 0.0)
    se = np.sqrt(np.nan_to_num(quotient(rest, xx * np.maximum(count - 2, 1), enough)))
    scatter = enough & (rest > 1e-20 * float(np.ptp(design.y)) ** 2)
    t = quotient(slope, se, scatter)
    return Drift(slope, t, np.maximum(count - 2, 0).astype(np.intp))


def _centred(values: Floats, there: NDArray[np.bool_], j: Indices, count: Floats) -> Floats:
    mean = sums(j, values * there, count.size) / np.maximum(count, 1)
    centred: Floats = np.where(there, values - mean[j], 0.0)
    return centred
