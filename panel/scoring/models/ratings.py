"""Criterion scores as categories 0 to K of one short ordinal scale, or the reason why they are none."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from panel.scoring.design import Floats, Indices
from panel.scoring.sheets import Sheets

FEWEST, MOST = 3, 10
"""Categories of a scale for which the model is offered."""

Unfit = Literal["too_few_categories", "too_many_categories", "uneven_scale", "empty_category"]


@dataclass(frozen=True)
class Ratings:
    """N scores as categories.

    Attributes
    ----------
    names : three tuples of str
        Applications, experts, criteria.
    facets : three intp arrays, shape (N,)
        Which of them each score belongs to.
    x : intp array, shape (N,)
        Category, 0 to `top`.
    categories : float64 array, shape (top + 1,)
        The score that each category stands for.
    """

    names: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]
    facets: tuple[Indices, Indices, Indices]
    x: Indices
    categories: Floats

    @property
    def top(self) -> int:
        """The highest category."""
        return self.categories.size - 1

    @property
    def sizes(self) -> tuple[int, int, int]:
        """Numbers of applications, experts and criteria."""
        a, b, c = self.names
        return len(a), len(b), len(c)


def ratings_of(sheets: Sheets) -> Ratings | Unfit:
    """Return the scores as categories from the lowest to the highest one given, or why not.

    Categories must be evenly spaced and all used: an unused one has no threshold.
    """
    rows = [(a, e, c, score) for a, e, sheet in sheets.each() for c, score in sheet.items()]
    values = sorted({score for *_, score in rows})
    if len(values) < FEWEST:
        return "too_few_categories"
    step = min(b - a for a, b in pairwise(values))
    if any((value - values[0]) % step for value in values):
        return "uneven_scale" if len(values) <= MOST else "too_many_categories"
    count = int((values[-1] - values[0]) / step) + 1
    if count > MOST:
        return "too_many_categories"
    if count > len(values):
        return "empty_category"
    place = {value: index for index, value in enumerate(values)}
    applications, experts, criteria, scores = zip(*rows, strict=True)
    names, facets = zip(
        *(np.unique(np.array(f), return_inverse=True) for f in (applications, experts, criteria)), strict=True
    )
    a, b, c = (tuple(map(str, name)) for name in names)
    return Ratings(
        (a, b, c),
        facets,
        np.array([place[s] for s in scores], dtype=np.intp),
        np.array(values, dtype=np.float64),
    )
