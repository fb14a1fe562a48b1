"""Normal equations of crossed random effects, with the largest factor eliminated.

y = x b + sum_f Z_f u_f + e with x = 1, u_f ~ N(0, g_f s I) and e ~ N(0, s W^-1), s the residual variance and
g_f the ratio of a factor's variance to it. The levels of one factor share no score with each other, so that
they are eliminated without filling anything in; the others are kept. Everything that follows is made of sums
of the scores per level; only the sum of squared residuals asks for the single scores again.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array

from panel.scoring.design import Floats, Indices, sums

STACK = 8_000_000
"""Most numbers kept of the cross products by group size: 64 MB."""


@dataclass(frozen=True, eq=False)
class Factor:
    """One random effect: the level of each score, shape (N,), and the number of levels."""

    name: str
    level: Indices
    size: int


@dataclass(frozen=True, eq=False)
class Equations:
    """Sums that determine likelihood, estimates and their precision.

    Attributes
    ----------
    eliminated : Factor
        With q levels.
    kept : tuple of Factor
        The others, with p levels together, one after the other.
    n : int
        Number of scores N.
    d : float64 array, shape (q,)
        Sum of weights per eliminated level.
    cross : sparse array, shape (q, p)
        Sum of weights per pair of an eliminated and a kept level.
    inner : sparse array, shape (p, p)
        Sum of weights per pair of kept levels.
    x_kept : float64 array, shape (p,)
        Sum of weights per kept level.
    y_eliminated, y_kept : float64 arrays, shapes (q,) and (p,)
        Weighted sums of the scores per level.
    y, w : float64 arrays, shape (N,)
        The scores and their weights.
    log_weights : float
        Sum of the logarithms of the weights.
    """

    eliminated: Factor
    kept: tuple[Factor, ...]
    n: int
    d: Floats
    cross: csr_array
    inner: csr_array
    x_kept: Floats
    y_eliminated: Floats
    y_kept: Floats
    y: Floats
    w: Floats
    log_weights: float

    @classmethod
    def of(cls, y: Floats, factors: tuple[Factor, ...], weights: Floats | None = None) -> Equations:
        """Sum scores y, shape (N,), with weights (1 if left out), over the levels of the factors."""
        w = np.ones_like(y) if weights is None else weights
        largest = max(range(len(factors)), key=lambda f: factors[f].size)
        out = factors[largest]
        kept = tuple(factor for f, factor in enumerate(factors) if f != largest)
        offsets = np.concatenate(([0], np.cumsum([factor.size for factor in kept])))
        columns = [factor.level + offset for factor, offset in zip(kept, offsets[:-1], strict=True)]
        p = int(offsets[-1])
        stacked = np.concatenate(columns)
        many = len(kept)
        cross = csr_array((np.tile(w, many), (np.tile(out.level, many), stacked)), (out.size, p))
        inner = csr_array(
            (np.tile(w, many**2), (np.repeat(columns, many, axis=0).ravel(), np.tile(stacked, many))), (p, p)
        )
        return cls(
            eliminated=out,
            kept=kept,
            n=y.size,
            d=sums(out.level, w, out.size),
            cross=cross,
            inner=inner,
            x_kept=sums(stacked, np.tile(w, many), p),
            y_eliminated=sums(out.level, w * y, out.size),
            y_kept=sums(stacked, np.tile(w * y, many), p),
            y=y,
            w=w,
            log_weights=0.0 if weights is None else float(np.log(weights).sum()),
        )

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The factors in the order of every vector of variance ratios: the eliminated one first."""
        return (self.eliminated.name, *(factor.name for factor in self.kept))

    @cached_property
    def blocks(self) -> tuple[slice, ...]:
        """Where the levels of each kept factor stand among the p."""
        ends = np.cumsum([factor.size for factor in self.kept]).tolist()
        return tuple(slice(end - factor.size, end) for end, factor in zip(ends, self.kept, strict=True))

    @cached_property
    def back(self) -> csr_array:
        """`cross` transposed, shape (p, q)."""
        return self.cross.T.tocsr()

    @cached_property
    def squares(self) -> csr_array:
        """`back` with every entry squared."""
        found: csr_array = self.back.power(2)
        return found

    @cached_property
    def inner_table(self) -> Floats:
        """`inner`, dense."""
        found: Floats = self.inner.toarray()
        return found

    @cached_property
    def inner_diagonal(self) -> Floats:
        """Diagonal of `inner`, shape (p,)."""
        found: Floats = self.inner.diagonal()
        return found

    def per_column(self, ratios: Floats) -> Floats:
        """Spread one number per kept factor over its levels, shape (p,)."""
        return np.repeat(ratios, [factor.size for factor in self.kept])

    @cached_property
    def _groups(self) -> tuple[Indices, Floats] | None:
        """Cross products of the eliminated levels of equal weight sum; None if too many to keep."""
        values, group = np.unique(self.d, return_inverse=True)
        p = self.back.shape[0]
        if values.size * p * p > STACK:
            return None
        first = np.unique(group, return_index=True)[1]
        stack = np.empty((values.size, p, p))
        for g in range(values.size):
            rows = self.cross[group == g]
            table = rows.toarray() if rows.nnz * 8 > rows.shape[0] * p else rows
            product = table.T @ table
            stack[g] = product if isinstance(product, np.ndarray) else product.toarray()
        return first, stack

    def gram(self, weights: Floats) -> Floats:
        """cross' diag(weights) cross, dense, shape (p, p); equal weights for levels of equal weight sum."""
        if self._groups is None:
            product: Floats = (self.back @ (weights[:, None] * self.cross)).toarray()
            return product
        first, stack = self._groups
        found: Floats = np.einsum("g,gjk->jk", weights[first], stack)
        return found
