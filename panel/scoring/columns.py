"""What arrays of scores say of each expert alone: extremes, medians and ranks, all experts at once."""

from __future__ import annotations

import numpy as np

from panel.scoring.design import Design, Floats, Indices

TIE_PLACES = 9
"""Scores that agree to so many decimals are equal."""

ROUNDABLE = 1e6
"""Larger scores have no ninth decimal in a double."""


class Columns:
    """The scores sorted by expert and, inside, by value.

    Attributes
    ----------
    order : intp array, shape (N,)
        Rows of the design, sorted by expert, then value, then application.
    starts : intp array, shape (m + 1,)
        Where each expert's scores begin in `order`.
    """

    def __init__(self, design: Design, values: Floats | None = None) -> None:
        self.design = design
        self.values = design.y if values is None else values
        self.order: Indices = np.lexsort((self.values, design.expert))
        self.starts: Indices = np.concatenate(([0], np.cumsum(design.per_expert)))
        self.sorted: Floats = self.values[self.order]

    @property
    def low(self) -> Floats:
        """The lowest value of each expert, shape (m,)."""
        return self.sorted[self.starts[:-1]]

    @property
    def high(self) -> Floats:
        """The highest value of each expert, shape (m,)."""
        return self.sorted[self.starts[1:] - 1]

    @property
    def mean(self) -> Floats:
        """The mean value of each expert, shape (m,)."""
        total = np.bincount(self.design.expert, self.values, self.design.shape[1])
        mean: Floats = total / self.design.per_expert
        return mean

    @property
    def median(self) -> Floats:
        """The median value of each expert, shape (m,)."""
        first, count = self.starts[:-1], self.design.per_expert
        lower, upper = self.sorted[first + (count - 1) // 2], self.sorted[first + count // 2]
        middle: Floats = lower / 2 + upper / 2
        return middle

    @property
    def ranks(self) -> Floats:
        """The rank of every score among those of its expert, 1 for the best; midranks for ties."""
        rounded = self.sorted
        small = np.abs(rounded) < ROUNDABLE
        rounded = np.where(small, np.round(np.where(small, rounded, 0.0), TIE_PLACES), rounded)
        expert = self.design.expert[self.order]
        new = np.concatenate(([True], (expert[1:] != expert[:-1]) | (rounded[1:] != rounded[:-1])))
        group = np.cumsum(new) - 1
        first = np.flatnonzero(new)
        last = np.concatenate((first[1:], [rounded.size])) - 1
        middle = (first + last) / 2
        ranks = np.empty(rounded.size)
        ranks[self.order] = self.starts[expert + 1] - middle[group]
        return ranks
