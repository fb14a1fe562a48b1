"""The likelihood of the rating-scale model with several facets, and Newton's method on it.

The Hessian's block of applications is diagonal, so that they are eliminated first; what is left has the size
of experts, criteria and thresholds together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from panel.scoring.arrays import quotient, sums
from panel.scoring.design import Floats, Indices
from panel.scoring.models.ratings import Ratings

STEPS = 100
TOLERANCE = 1e-9
"""Newton's method stops when no measure moves by more than this, in logits."""

LONGEST = 2.0
"""No measure moves further in one step, in logits."""

Failure = Literal["not_connected", "not_converged"]
"""Parts of the design hang on nothing, or the likelihood has no finite maximum."""


@dataclass(frozen=True)
class State:
    """Where the search stands: measures of applications, experts and criteria, and the thresholds."""

    measures: tuple[Floats, Floats, Floats]
    thresholds: Floats

    def logits(self, facets: tuple[Indices, ...]) -> Floats:
        """B - C - D of each score."""
        b, c, d = (measure[facet] for measure, facet in zip(self.measures, facets, strict=True))
        eta: Floats = b - c - d
        return eta


def probabilities(eta: Floats, thresholds: Floats) -> Floats:
    """Return the probability of each category, shape (rows, K + 1)."""
    steps = np.arange(thresholds.size + 1) * eta[:, None] - np.concatenate(([0.0], np.cumsum(thresholds)))
    steps -= steps.max(axis=1, keepdims=True)
    weights = np.exp(steps)
    found: Floats = weights / weights.sum(axis=1, keepdims=True)
    return found


def maximise(data: Ratings, rows: NDArray[np.bool_]) -> tuple[State, int] | Failure:
    """Maximise the likelihood by Newton's method with bounded steps.

    Parameters
    ----------
    data : Ratings
    rows : bool array, shape (N,)
        The scores to use; no element may have only lowest or only highest ones among them.

    Returns
    -------
    (State, int) or Failure
        The maximum, experts, criteria and thresholds each of sum zero, and the number of steps.
    """
    facets = tuple(facet[rows] for facet in data.facets)
    x = data.x[rows]
    used = [np.bincount(facet, minlength=size) > 0 for facet, size in zip(facets, data.sizes, strict=True)]
    if not _identified(facets, data.sizes):
        return "not_connected"
    b, c, d = (np.zeros(size) for size in data.sizes)
    state = State((b, c, d), np.zeros(data.top))
    for iteration in range(1, STEPS + 1):
        step = _newton(state, facets, x, used)
        size = max(float(np.abs(part).max(initial=0.0)) for part in (*step.measures, step.thresholds))
        state = _moved(state, step, min(1.0, LONGEST / max(size, TOLERANCE)))
        if size < TOLERANCE:
            return state, iteration
    return "not_converged"


def _identified(facets: tuple[Indices, ...], sizes: tuple[int, int, int]) -> bool:
    """Whether all effects that occur can be told apart: the rank of their design, applications eliminated."""
    n, m, q = sizes
    N = facets[0].size
    ones, rows = np.ones(2 * N), np.tile(np.arange(N), 2)
    effects = csr_array((ones, (rows, np.concatenate((facets[1], m + facets[2])))), shape=(N, m + q))
    items = csr_array((ones[:N], (facets[0], rows[:N])), shape=(n, N))
    by_item = items @ effects
    share = 1.0 / np.maximum(items.sum(axis=1), 1.0)
    gram = (effects.T @ effects - by_item.T @ (by_item * share[:, None])).toarray()
    there = np.diag((effects.T @ effects).toarray()) > 0
    kept = gram[np.ix_(there, there)]
    # One direction each of experts and criteria is taken up by their centring.
    rank = int((np.linalg.eigvalsh(kept) > 1e-9 * N).sum())
    return rank == int(there.sum()) - 2


def _moved(state: State, step: State, size: float) -> State:
    b, c, d = (m + size * s for m, s in zip(state.measures, step.measures, strict=True))
    return State((b, c, d), state.thresholds + size * step.thresholds)


def log_likelihood(state: State, facets: tuple[Indices, ...], x: Indices) -> float:
    """Sum of log probabilities of the categories that were given."""
    chosen = probabilities(state.logits(facets), state.thresholds)[np.arange(x.size), x]
    return float(np.log(np.maximum(chosen, 1e-300)).sum())


def _newton(state: State, facets: tuple[Indices, ...], x: Indices, used: list[NDArray[np.bool_]]) -> State:
    """One step."""
    K = state.thresholds.size
    p = probabilities(state.logits(facets), state.thresholds)
    k = np.arange(K + 1)
    mean = p @ k
    variance = p @ (k * k) - mean**2
    beyond = np.cumsum(p[:, ::-1], axis=1)[:, ::-1][:, 1:]  # P(X >= k), k = 1..K
    above = np.cumsum((p * k)[:, ::-1], axis=1)[:, ::-1][:, 1:] - mean[:, None] * beyond
    n, m, q = (measure.size for measure in state.measures)
    item = facets[0]
    # Everything but the applications in one vector: experts, criteria, thresholds. Signs as in the model.
    rest = m + q + K
    left = np.zeros((rest, rest))
    cross = np.zeros((n, rest))
    gap = x - mean
    for offset, facet in ((0, facets[1]), (m, facets[2])):
        np.add.at(left, (offset + facet, offset + facet), variance)
        np.add.at(cross, (item, offset + facet), -variance)
        for level in range(K):
            column = m + q + level
            both = sums(facet, above[:, level], m if offset == 0 else q)
            left[offset : offset + both.size, column] += both
            left[column, offset : offset + both.size] += both
    np.add.at(left, (facets[1], m + facets[2]), variance)
    np.add.at(left, (m + facets[2], facets[1]), variance)
    for level in range(K):
        cross[:, m + q + level] = -sums(item, above[:, level], n)
    high = np.maximum.outer(k[1:], k[1:])
    left[m + q :, m + q :] = beyond.sum(axis=0)[high - 1] - beyond.T @ beyond
    gradient = np.concatenate(
        [
            -sums(facets[1], gap, m),
            -sums(facets[2], gap, q),
            beyond.sum(axis=0) - (x[:, None] >= k[1:]).sum(axis=0),
        ]
    )
    return _solved(sums(item, variance, n), cross, left, sums(item, gap, n), gradient, (m, q, K), used)


def _solved(
    own: Floats,
    cross: Floats,
    left: Floats,
    first: Floats,
    second: Floats,
    sizes: tuple[int, int, int],
    used: list[NDArray[np.bool_]],
) -> State:
    """Eliminate the applications, anchor the three scales at a sum of zero, and solve."""
    inverse = np.nan_to_num(quotient(np.ones(own.size), own, used[0]))
    reduced = left - cross.T @ (inverse[:, None] * cross)
    right = second - cross.T @ (inverse * first)
    anchor = float(np.trace(left)) / left.shape[0]
    start = 0
    for size, there in zip(sizes, (used[1], used[2], np.ones(sizes[2], np.bool_)), strict=True):
        here = np.arange(start, start + size)
        reduced[np.ix_(here[there], here[there])] += anchor
        reduced[here[~there], here[~there]] = 1.0
        start += size
    # Far out, where categories are all but certain, the equations lose their rank; the maximum does not move.
    reduced[np.diag_indices_from(reduced)] += 1e-12 * anchor
    found = np.linalg.solve(reduced, right).astype(np.float64)
    own_step = (inverse * (first - cross @ found)).astype(np.float64)
    m, q, _ = sizes
    return State((own_step, found[:m], found[m : m + q]), found[m + q :])
