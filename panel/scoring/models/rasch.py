"""Many-facet Rasch model with one rating scale, by joint maximum likelihood, for short ordinal scales.

log P(category k) / P(category k - 1) = B_i - C_j - D_c - F_k for application i, expert j and criterion c. The
likelihood is concave; `rating_scale` finds its maximum.

References
----------
Linacre, J. M. (1989). Many-Facet Rasch Measurement. MESA Press, Chicago.
Wright, B. D., Masters, G. N. (1982). Rating Scale Analysis. MESA Press, Chicago.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from panel.scoring.arrays import quotient, sums
from panel.scoring.design import Floats
from panel.scoring.models.rating_scale import State, log_likelihood, maximise, probabilities
from panel.scoring.models.ratings import Ratings, ratings_of
from panel.scoring.sheets import Sheets

DENSE = 1000
"""Most experts, criteria and thresholds together."""

CELLS = 20_000_000
"""Most numbers in the block of the equations between them and the applications."""

EXTREME = 0.3
"""Score points by which the total of an extreme element is moved inwards, as the reference software does."""

Refusal = Literal[
    "too_few_categories",
    "too_many_categories",
    "uneven_scale",
    "empty_category",
    "not_connected",
    "too_large",
    "not_converged",
]
"""Why there is no fit. A 0 to 100 scale, for one, has too many categories, most of them empty."""


class Element(NamedTuple):
    """One application, expert or criterion as a table shows it; see `Facet`."""

    name: str
    measure: float
    se: float | None
    infit: float | None
    outfit: float | None
    fair: float
    extreme: bool


@dataclass(frozen=True)
class Facet:
    """One facet; arrays of one number per element, in the order of `names`.

    Attributes
    ----------
    measure : array
        In logits. Applications: higher is better. Experts: severity. Criteria: difficulty; both centred.
    se : array
        1 / sqrt(information about this element, the others taken as known).
    infit, outfit : array
        Mean squares, information-weighted and plain; 1 is expected, NaN for an extreme element.
    fair : array
        Expected score on the original scale with all other facets at their mean.
    extreme : bool array
        Whether all its scores are lowest, or all highest: its measure then rests on `EXTREME`.
    """

    names: tuple[str, ...]
    measure: Floats
    se: Floats
    infit: Floats
    outfit: Floats
    fair: Floats
    extreme: NDArray[np.bool_]

    @property
    def elements(self) -> tuple[Element, ...]:
        """One after the other, in the order of `names`; what is undefined is None."""
        columns = self.measure, self.se, self.infit, self.outfit, self.fair, self.extreme
        rows = zip(self.names, *(column.tolist() for column in columns), strict=True)
        return tuple(
            Element(name, measure, _known(se), _known(infit), _known(outfit), fair, extreme)
            for name, measure, se, infit, outfit, fair, extreme in rows
        )


def _known(value: float) -> float | None:
    return value if isfinite(value) else None


@dataclass(frozen=True)
class Rasch:
    """A fit: the three facets and the thresholds F_1 to F_K, which sum to zero."""

    applications: Facet
    experts: Facet
    criteria: Facet
    thresholds: Floats
    categories: Floats
    iterations: int
    log_likelihood: float


def rasch(sheets: Sheets) -> Rasch | Refusal:
    """Fit the model to criterion scores.

    Parameters
    ----------
    sheets : Sheets
        Scores on one scale of three to ten evenly spaced categories, each used at least once. Holes are
        allowed as long as everything stays connected.

    Returns
    -------
    Rasch or Refusal
        The fit, or the code of the reason why the model is not offered. Measures are joint maximum
        likelihood estimates, slightly too spread out in small panels; no correction is made.
    """
    data = ratings_of(sheets)
    if isinstance(data, str):
        return data
    inner = _without_extremes(data)
    if isinstance(inner, str):
        return inner
    others = sum(data.sizes[1:]) + data.top
    if others > DENSE or others * data.sizes[0] > CELLS:
        return "too_large"
    found = maximise(data, inner.rows)
    return found if isinstance(found, str) else _described(data, inner, *found)


@dataclass(frozen=True)
class _Inner:
    """Rows that say something, and per facet which elements are extreme."""

    rows: NDArray[np.bool_]
    extreme: tuple[NDArray[np.bool_], ...]


def _without_extremes(data: Ratings) -> _Inner | Refusal:
    """Leave out elements whose scores are all lowest or all highest, again until none is left."""
    rows = np.ones(data.x.size, dtype=np.bool_)
    extreme = tuple(np.zeros(size, dtype=np.bool_) for size in data.sizes)
    while True:
        before = rows.copy()
        for facet, size, found in zip(data.facets, data.sizes, extreme, strict=True):
            total = sums(facet[rows], data.x[rows], size)
            count = sums(facet[rows], np.ones(int(rows.sum())), size)
            found |= (count > 0) & ((total == 0) | (total == data.top * count))
            rows &= ~found[facet]
        if (rows == before).all():
            break
    if np.unique(data.x[rows]).size < data.top + 1:
        return "empty_category"
    return _Inner(rows, extreme)


def _described(data: Ratings, inner: _Inner, state: State, iterations: int) -> Rasch:
    """Place the extreme elements beside the fitted ones, and describe every facet."""
    measures = list(state.measures)
    for number, sign in enumerate((1.0, -1.0, -1.0)):
        for element in np.flatnonzero(inner.extreme[number]):
            measures[number][element] = _extreme(data, measures, state.thresholds, number, int(element), sign)
    b, c, d = measures
    state = State((b, c, d), state.thresholds)
    eta = state.logits(data.facets)
    p = probabilities(eta, state.thresholds)
    k = np.arange(data.top + 1)
    mean = p @ k
    variance = p @ (k * k) - mean**2
    square = (data.x - mean) ** 2
    levels = (b[~inner.extreme[0]].mean(), 0.0, 0.0)

    def facet(number: int, sign: float) -> Facet:
        index, size = data.facets[number], data.sizes[number]
        own = inner.rows
        information = sums(index, variance, size)
        count = sums(index[own], np.ones(int(own.sum())), size)
        base = 0.0 if number == 0 else float(levels[0])
        expected = probabilities(base + sign * measures[number], state.thresholds) @ data.categories
        return Facet(
            names=data.names[number],
            measure=measures[number],
            se=quotient(np.ones(size), np.sqrt(information)),
            infit=quotient(sums(index[own], square[own], size), sums(index[own], variance[own], size)),
            outfit=quotient(sums(index[own], square[own] / variance[own], size), count),
            fair=expected,
            extreme=inner.extreme[number],
        )

    facets = tuple(each[inner.rows] for each in data.facets)
    return Rasch(
        applications=facet(0, 1.0),
        experts=facet(1, -1.0),
        criteria=facet(2, -1.0),
        thresholds=state.thresholds,
        categories=data.categories,
        iterations=iterations,
        log_likelihood=log_likelihood(state, facets, data.x[inner.rows]),
    )


def _extreme(
    data: Ratings, measures: list[Floats], thresholds: Floats, number: int, element: int, sign: float
) -> float:
    """Solve expected total = observed total moved inwards by `EXTREME`, everything else as it stands."""
    rows = data.facets[number] == element
    state = State((measures[0], measures[1], measures[2]), thresholds)
    other = state.logits(tuple(facet[rows] for facet in data.facets)) - sign * measures[number][element]
    total = float(data.x[rows].sum())
    wanted = EXTREME if total == 0 else total - EXTREME
    k = np.arange(thresholds.size + 1)
    low, high = -60.0, 60.0
    for _ in range(80):
        middle = (low + high) / 2
        if float((probabilities(other + middle, thresholds) @ k).sum()) < wanted:
            low = middle
        else:
            high = middle
    return sign * (low + high) / 2
