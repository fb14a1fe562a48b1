"""Krippendorff's alpha for nominal, ordinal, interval and ratio data; holes are allowed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from panel.scoring.columns import ROUNDABLE, TIE_PLACES
from panel.scoring.design import Design, Floats, Indices
from panel.scoring.units import Unit

DISTINCT = 10_000
"""Up to so many different values the ratio metric compares all pairs of them."""

BLOCK = 2_000_000
PAIRS = 50_000_000
"""Pairs of scores of one application that the ratio metric enumerates at most."""

LEVELS = ("nominal", "ordinal", "interval", "ratio")


class Pairable:
    """The scores of applications that have two or more, with what every level of measurement needs.

    Attributes
    ----------
    unit : intp array, shape (N,)
        Application of each pairable score, numbered from 0.
    per_unit : intp array
        Scores of each such application, at least 2.
    values : float64 array, shape (V,)
        The different values, sorted.
    code : intp array, shape (N,)
        Which of them each score is.
    counts : intp array, shape (V,)
        How often each occurs.
    """

    def __init__(self, design: Design) -> None:
        kept = design.per_application[design.application] >= 2
        y = design.y[kept]
        small = np.abs(y) < ROUNDABLE
        y = np.where(small, np.round(np.where(small, y, 0.0), TIE_PLACES), y)
        _, self.unit = np.unique(design.application[kept], return_inverse=True)
        self.per_unit: Indices = np.bincount(self.unit)
        self.values, self.code = np.unique(y, return_inverse=True)
        self.counts: Indices = np.bincount(self.code)
        self.size = y.size


def alphas(design: Design) -> dict[str, float | None]:
    """Return Krippendorff's alpha at the four levels of measurement.

    alpha = 1 - observed / expected disagreement over all pairs of scores of one application; an application
    with a single score is left out. Scores equal to nine decimals are equal.

    Parameters
    ----------
    design : Design
        Any design. Time grows with the number of scores, for the ratio level also with the square of the
        number of different values.

    Returns
    -------
    dict of level to float or None
        nominal, ordinal, interval, ratio. None if nothing is pairable or all pairable scores are equal; ratio
        also with a negative score, or with more than `DISTINCT` different values.

    References
    ----------
    Krippendorff, K. (2011). Computing Krippendorff's Alpha-Reliability. Annenberg School for Communication.
    """
    pairs = Pairable(design)
    if pairs.values.size < 2:
        return dict.fromkeys(LEVELS)
    return {
        "nominal": _nominal(pairs),
        "ordinal": _interval(pairs, _middles(pairs)),
        "interval": _interval(pairs, Unit.of(pairs.values).standard(pairs.values)),
        "ratio": _ratio(pairs),
    }


def pairable_values(design: Design) -> int:
    """Return the number of scores of applications that have at least two."""
    return int(design.per_application[design.per_application >= 2].sum())


def _middles(pairs: Pairable) -> Floats:
    """Cumulative counts up to the middle of each value: the ordinal metric is their squared distance."""
    middles: Floats = np.cumsum(pairs.counts) - pairs.counts / 2.0
    return middles / pairs.size


def _nominal(pairs: Pairable) -> float | None:
    keys = pairs.unit * pairs.values.size + pairs.code
    found, times = np.unique(keys, return_counts=True)
    per_unit = pairs.per_unit[found // pairs.values.size]
    observed = float((times * (per_unit - times) / (per_unit - 1)).sum())
    n = pairs.size
    expected = float((pairs.counts * (n - pairs.counts)).sum()) / (n - 1)
    return 1 - observed / expected


def _interval(pairs: Pairable, scale: Floats) -> float | None:
    """Squared distances have a closed form: twice the size of the group times its sum of squares."""
    y = scale[pairs.code]
    mean = np.bincount(pairs.unit, y) / pairs.per_unit
    off = y - mean[pairs.unit]
    squares = np.bincount(pairs.unit, off**2)
    observed = float((2.0 * pairs.per_unit * squares / (pairs.per_unit - 1)).sum())
    n = pairs.size
    centred = y - y.mean()
    expected = 2.0 * n * float(centred @ centred) / (n - 1)
    return 1 - observed / expected if expected > 0 else None


def _ratio(pairs: Pairable) -> float | None:
    too_many = pairs.values.size > DISTINCT or int((pairs.per_unit.astype(float) ** 2).sum()) > PAIRS
    if pairs.values[0] < 0 or too_many:
        return None
    values = pairs.values / max(float(pairs.values[-1]), np.finfo(np.float64).tiny)
    observed = _observed(pairs, lambda a, b: _relative(values[a], values[b]))
    expected = 0.0
    rows = max(1, BLOCK // values.size)
    for first in range(0, values.size, rows):
        here = slice(first, first + rows)
        distance = _relative(values[here, None], values[None, :])
        expected += float(pairs.counts[here] @ (distance @ pairs.counts.astype(np.float64)))
    return float(1 - observed * (pairs.size - 1) / expected) if expected > 0 else None


def _relative(a: Floats, b: Floats) -> Floats:
    """Squared difference over squared sum; 0 for two zeros."""
    total = a + b
    quotient: Floats = np.divide(a - b, total, out=np.zeros(np.broadcast(a, b).shape), where=total > 0)
    return quotient**2


def _observed(pairs: Pairable, distance: Callable[[Indices, Indices], Floats]) -> float:
    """Sum over ordered pairs in each unit of distance / (m_u - 1), units of one size at a time."""
    order = np.argsort(pairs.unit, kind="stable")
    code = pairs.code[order]
    starts = np.concatenate(([0], np.cumsum(pairs.per_unit)[:-1]))
    total = 0.0
    for size in np.unique(pairs.per_unit):
        table = code[starts[pairs.per_unit == size][:, None] + np.arange(size)[None, :]]
        for shift in range(1, int(size)):
            total += float(distance(table, np.roll(table, shift, axis=1)).sum()) / float(size - 1)
    return total
