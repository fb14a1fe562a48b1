"""Agreement of experts two by two: mean Pearson and Spearman correlation over their common applications."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from panel.scoring.columns import ROUNDABLE, TIE_PLACES, Columns
from panel.scoring.design import Design, Floats, Indices
from panel.scoring.units import Unit

COMMON = 3
"""Two experts are compared if they scored at least so many applications both; two points always correlate."""

EXPERTS = 4000
"""Up to so many experts their correlations on complete data are formed as one matrix."""

PAIRS = 20_000_000
"""Meetings of two experts on one application that are enumerated at most."""


NOTHING = 1e-15
"""Sums of squares below this, in units of the range of all scores, are rounding."""


@dataclass(frozen=True)
class Meetings:
    """Every meeting of two experts on one application, sorted by pair.

    Attributes
    ----------
    first, second : intp arrays, shape (M,)
        Rows of the design: the same application, expert of `first` before that of `second`.
    pair : intp array, shape (M,)
        Number of the pair of experts, from 0.
    experts : intp array, shape (pairs, 2)
        Who they are.
    """

    first: Indices
    second: Indices
    pair: Indices
    experts: NDArray[np.intp]

    @property
    def count(self) -> Indices:
        """Common applications of each pair, shape (pairs,)."""
        return np.bincount(self.pair, minlength=len(self.experts))

    def total(self, values: Floats) -> Floats:
        """Sum numbers per meeting over each pair, shape (pairs,)."""
        total: Floats = np.bincount(self.pair, values, len(self.experts)).astype(np.float64)
        return total


def meetings(design: Design) -> Meetings | None:
    """Enumerate the meetings; None if there are more than `PAIRS`."""
    counts = design.per_application
    if float((counts.astype(np.float64) ** 2).sum()) / 2 > PAIRS:
        return None
    starts = np.concatenate(([0], np.cumsum(counts)[:-1]))
    rows: list[tuple[Indices, Indices]] = []
    for size in np.unique(counts[counts > 1]):
        a, b = np.triu_indices(int(size), 1)
        at = starts[counts == size][:, None]
        rows.append(((at + a).ravel(), (at + b).ravel()))
    first = np.concatenate([a for a, _ in rows]) if rows else np.zeros(0, np.intp)
    second = np.concatenate([b for _, b in rows]) if rows else np.zeros(0, np.intp)
    key = design.expert[first] * design.shape[1] + design.expert[second]
    order = np.lexsort((first, key))
    found, pair = np.unique(key[order], return_inverse=True)
    return Meetings(first[order], second[order], pair, np.stack(np.divmod(found, design.shape[1]), axis=1))


@dataclass(frozen=True)
class Pairwise:
    """Mean correlations over `pairs` pairs of experts; `skipped` pairs had too little in common."""

    pearson: float | None
    spearman: float | None
    pairs: int
    skipped: int


def pairwise(design: Design) -> Pairwise:
    """Return the mean Pearson and Spearman correlation over all pairs of experts.

    The mean is taken on Fisher's z. Ranks are taken anew among the common applications of each pair, ties
    sharing theirs.

    Parameters
    ----------
    design : Design
        Any design; above `PAIRS` meetings of two experts only without holes. Pairs with fewer than three
        common applications are skipped, and so are pairs one of whom was flat on just those.

    Returns
    -------
    Pairwise
        Both None if no pair is left, or if an expert with three scores or more gave all the same: then the
        mean over all pairs does not exist.

    References
    ----------
    Fisher, R. A. (1921). On the probable error of a coefficient of correlation. Metron 1, 3-32.
    """
    if _somebody_is_flat(design):
        return Pairwise(None, None, 0, 0)
    if design.complete and design.shape[0] >= COMMON and 1 < design.shape[1] <= EXPERTS:
        return _without_holes(design)
    met = meetings(design)
    if met is None:
        return Pairwise(None, None, 0, 0)
    enough = met.count >= COMMON
    y = Unit.of(design.y).standard(design.y)
    pearson = _correlations(met, y[met.first], y[met.second])
    spearman = _correlations(met, _ranks(met, design.y[met.first]), _ranks(met, design.y[met.second]))
    used = enough & np.isfinite(pearson) & np.isfinite(spearman)
    return _averaged(pearson, spearman, used)


def _without_holes(design: Design) -> Pairwise:
    """The same by one matrix product: every pair has all applications in common."""
    tables = (Unit.of(design.y).standard(design.y), Columns(design).ranks)
    pearson, spearman = (_of_columns(table.reshape(design.shape)) for table in tables)
    used = np.isfinite(pearson) & np.isfinite(spearman)
    return _averaged(pearson, spearman, used)


def _of_columns(table: Floats) -> Floats:
    """Pearson correlation of every two columns, NaN where one does not vary, shape (pairs,)."""
    centred = table - table.mean(axis=0)
    size = np.sqrt((centred**2).sum(axis=0))
    above = np.triu_indices(table.shape[1], 1)
    below = np.outer(size, size)[above]
    products = (centred.T @ centred)[above]
    found: Floats = np.divide(products, below, out=np.full(below.shape, np.nan), where=below > NOTHING)
    return found


def _averaged(pearson: Floats, spearman: Floats, used: NDArray[np.bool_]) -> Pairwise:
    skipped = int((~used).sum())
    if not used.any():
        return Pairwise(None, None, 0, skipped)
    return Pairwise(_fisher_mean(pearson[used]), _fisher_mean(spearman[used]), int(used.sum()), skipped)


def _fisher_mean(correlations: Floats) -> float:
    """Average on the scale of Fisher's z, where correlations spread evenly.

    Perfect ones have no z: they are left out, as the reference software does, unless all are perfect.
    """
    imperfect = correlations[np.abs(correlations) < 1 - 1e-12]
    if not imperfect.size:
        return float(correlations.mean())
    return float(np.tanh(np.arctanh(imperfect).mean()))


def _somebody_is_flat(design: Design) -> bool:
    order = np.argsort(design.expert, kind="stable")
    starts = np.concatenate(([0], np.cumsum(design.per_expert)[:-1]))
    y = design.y[order]
    flat = np.maximum.reduceat(y, starts) == np.minimum.reduceat(y, starts)
    return bool((flat & (design.per_expert >= COMMON)).any())


def _correlations(met: Meetings, x: Floats, y: Floats) -> Floats:
    """Pearson correlation of each pair; NaN where one side does not vary."""
    x = x - (met.total(x) / met.count)[met.pair]
    y = y - (met.total(y) / met.count)[met.pair]
    below = np.sqrt(met.total(x * x)) * np.sqrt(met.total(y * y))
    found: Floats = np.divide(
        met.total(x * y), below, out=np.full(below.shape, np.nan), where=below > NOTHING
    )
    return found


def _ranks(met: Meetings, y: Floats) -> Floats:
    small = np.abs(y) < ROUNDABLE
    y = np.where(small, np.round(np.where(small, y, 0.0), TIE_PLACES), y)
    order = np.lexsort((y, met.pair))
    pair, value = met.pair[order], y[order]
    new = np.concatenate(([True], (pair[1:] != pair[:-1]) | (value[1:] != value[:-1])))
    first = np.flatnonzero(new)
    last = np.concatenate((first[1:], [value.size])) - 1
    ranks = np.empty(value.size)
    ranks[order] = ((first + last) / 2)[np.cumsum(new) - 1]
    return ranks
