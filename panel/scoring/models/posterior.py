"""What is known of the effects after the scores, given the variances: standard deviations and joint draws.

Only joint draws tell how sure a rank is: what is uncertain about an expert moves all applications that the
expert scored, and what is uncertain about the intercept moves all, which changes no rank.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array, diags_array

from panel.scoring.design import Design, Floats, Indices
from panel.scoring.models.reml import Point

PIECE = 4096
"""Applications drawn at a time. It is part of the result, as it orders the stream of chance."""


class Loading(NamedTuple):
    """How predictions depend on what is uncertain.

    Attributes
    ----------
    kept : sparse array, shape (rows, p)
        On the deviations of the kept levels.
    own : float64 array, shape (rows,)
        Variance that is left when those are known, per unit of residual variance.
    intercept : float64 array, shape (rows,)
        How much a prediction falls when the intercept rises by one.
    """

    kept: csr_array
    own: Floats
    intercept: Floats


@dataclass(frozen=True, eq=False)
class Posterior:
    """Joint normal distribution of the effects at the estimated variances, in the unit of the scores.

    Attributes
    ----------
    point : Point
        The fitted equations, in standard units.
    size : float
        The unit of the scores divided by the standard unit.
    worth : float64 array, shape (n,)
        Centre of the distribution of what applications are ranked by.
    topic : intp array, shape (n,), or None
    """

    point: Point
    size: float
    worth: Floats
    topic: Indices | None

    def cond_sd(self, name: str) -> Floats:
        """Standard deviations of one factor's effects given the intercept."""
        loading = self._loading(name)
        return self._sd(self._given_intercept(loading))

    def pev_sd(self, name: str) -> Floats:
        """Roots of the prediction error variances of one factor's effects."""
        return self._pev(self._loading(name))

    def worth_sd(self) -> Floats:
        """Roots of the prediction error variances of what applications are ranked by, shape (n,)."""
        return self._pev(self._worth_loading())

    def of_scores(self, design: Design) -> Floats:
        """Prediction error variance of intercept + item + expert for every score, shape (N,).

        Per unit of the residual variance: times the weight of a score, it is the leverage of that score.
        """
        item, expert = self._loading("item"), self._loading("expert")
        i, j = design.application, design.expert
        kept = (item.kept[i] + expert.kept[j]).tocsr()
        intercept = 1.0 - item.intercept[i] - expert.intercept[j]
        found: Floats = self.point.state.spread(kept) + item.own[i] + expert.own[j]
        found += intercept**2 / self.point.xx
        return found

    @cached_property
    def _pieces(self) -> list[tuple[slice, Loading]]:
        """The loading of what is ranked, in pieces of rows that stay in the processor's cache."""
        whole = self._worth_loading()
        n = self.worth.size
        rows = [slice(first, min(first + PIECE, n)) for first in range(0, n, PIECE)]
        return [(part, Loading(whole.kept[part], whole.own[part], whole.intercept[part])) for part in rows]

    def draw(self, generator: np.random.Generator, count: int) -> Floats:
        """Joint draws of what applications are ranked by, shape (n, count)."""
        state = self.point.state
        kept = state.roots(generator.standard_normal((state.root.size, count)))
        kept *= state.root[:, None]
        shift = generator.standard_normal(count) / np.sqrt(self.point.xx)
        scale = self.size * np.sqrt(self.point.residual_variance)
        drawn = np.empty((count, self.worth.size))
        for rows, loading in self._pieces:
            found: Floats = loading.kept @ kept
            if loading.own.any():
                noise = generator.standard_normal(found.shape)
                noise *= np.sqrt(loading.own)[:, None]
                found += noise
            found -= loading.intercept[:, None] * shift
            found *= scale
            found += self.worth[rows, None]
            drawn[:, rows] = found.T
        return drawn.T

    def _sd(self, variances: Floats) -> Floats:
        found: Floats = self.size * np.sqrt(self.point.residual_variance * np.maximum(variances, 0.0))
        return found

    def _pev(self, loading: Loading) -> Floats:
        return self._sd(self._given_intercept(loading) + loading.intercept**2 / self.point.xx)

    def _given_intercept(self, loading: Loading) -> Floats:
        return self.point.state.spread(loading.kept) + loading.own

    def _worth_loading(self) -> Loading:
        item = self._loading("item")
        if self.topic is None:
            return item
        topic = self._loading("topic")
        kept = (item.kept + topic.kept[self.topic]).tocsr()
        return Loading(kept, item.own, item.intercept + topic.intercept[self.topic])

    def _loading(self, name: str) -> Loading:
        """Of all levels of one factor; deviations of the eliminated levels follow those of the kept ones."""
        state = self.point.state
        e = state.equations
        f = e.names.index(name)
        intercept = state.ratios[f] * self.point.sensitivity[f]
        if f == 0:
            return Loading((diags_array(-state.a) @ e.cross).tocsr(), state.a, intercept)
        block = e.blocks[f - 1]
        size = block.stop - block.start
        entries = (np.ones(size), (np.arange(size), np.arange(block.start, block.stop)))
        return Loading(csr_array(entries, shape=(size, state.root.size)), np.zeros(size), intercept)


@dataclass(frozen=True, eq=False)
class Known:
    """The same for scores without residual variance: nothing is uncertain but the intercept.

    Attributes
    ----------
    worth : float64 array, shape (n,)
    common : mapping of factor to float64 array
        Standard deviation that all effects of the factor share.
    size : float
        The unit of the scores divided by the standard unit.
    """

    worth: Floats
    common: Mapping[str, Floats]
    size: float

    def cond_sd(self, name: str) -> Floats:
        """Zero: given the intercept the effects are known."""
        return np.zeros_like(self.common[name])

    def pev_sd(self, name: str) -> Floats:
        """What the intercept leaves uncertain."""
        return self.common[name]

    def worth_sd(self) -> Floats:
        """What the intercept leaves uncertain, shape (n,)."""
        return self.common["item"]

    def draw(self, generator: np.random.Generator, count: int) -> Floats:
        """The known values again and again, shape (n, count): a common shift changes no rank."""
        del generator
        return np.repeat(self.worth[:, None], count, axis=1)
