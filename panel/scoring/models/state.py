"""The equations at given variance ratios: solutions, likelihood and precision, exact or iterative.

With a = g / (1 + g d) over the eliminated levels and G the diagonal matrix of the roots of the ratios over
the kept ones,

    R = inner - cross' diag(a) cross,    S = 1 + G R G,

and log|H| = sum log(1 + g d) + log|S| for the covariance s H of the scores. S is positive definite for all
ratios, zero included: the boundary is no special case.

References
----------
Henderson, C. R. (1975). Best linear unbiased estimation and prediction under a selection model. Biometrics
31(2), 423-447.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy.linalg import lapack, solve_triangular
from scipy.sparse import csr_array

from panel.scoring.design import Floats
from panel.scoring.models.conjugate import NotConverged
from panel.scoring.models.equations import Equations

SMALL = 1e-4
"""Below this size of g R the trace of a kept factor is computed without a difference of near equals."""

BLOCK = 4_000_000
"""Numbers in one block of work."""


class Sides(NamedTuple):
    """A product with the inverse covariance, per level: eliminated (q, k) and kept (p, k)."""

    eliminated: Floats
    kept: Floats


class State(ABC):
    """What holds for both ways of solving.

    Parameters
    ----------
    equations : Equations
    ratios : float64 array, shape (1 + number of kept factors,)
        Variance ratios g in the order of `equations.names`, none negative.
    """

    def __init__(self, equations: Equations, ratios: Floats) -> None:
        self.equations = equations
        self.ratios = ratios
        self.shrunk = 1.0 / (1.0 + ratios[0] * equations.d)
        self.a = ratios[0] * self.shrunk
        self.root = np.sqrt(equations.per_column(ratios[1:]))

    @abstractmethod
    def solve(self, b: Floats) -> Floats:
        """S^-1 b for b of shape (p, k)."""

    @abstractmethod
    def traces(self) -> Floats:
        """tr(Z_f' H^-1 Z_f) for each factor, in the order of the ratios."""

    @property
    @abstractmethod
    def log_determinant(self) -> float | None:
        """log|S|, or None where it is not computed."""

    @abstractmethod
    def roots(self, normal: Floats) -> Floats:
        """Turn standard normals, shape (p, k), into draws from N(0, S^-1)."""

    @abstractmethod
    def spread(self, loading: csr_array) -> Floats:
        """Diagonal of loading G S^-1 G loading', shape (rows,), for a sparse loading of shape (rows, p)."""

    def remainder(self, x: Floats) -> Floats:
        """R x for x of shape (p, k)."""
        e = self.equations
        product: Floats = e.inner @ x - e.back @ (self.a[:, None] * (e.cross @ x))
        return product

    @cached_property
    def diagonal(self) -> Floats:
        """Diagonal of S, shape (p,)."""
        e = self.equations
        found: Floats = 1.0 + self.root**2 * (e.inner_diagonal - e.squares @ self.a)
        return found

    def inverse(self, eliminated: Floats, kept: Floats) -> Sides:
        """Z_f' H^-1 v of columns v given by their weighted sums per level, shapes (q, k) and (p, k)."""
        e = self.equations
        left = kept - e.back @ (self.a[:, None] * eliminated)
        solved = self.root[:, None] * self.solve(self.root[:, None] * left)
        # The larger the ratio, the more of the difference is rounding; then the effects themselves say it.
        rest = left - self.remainder(solved)
        large = self.diagonal > 2.0
        rest[large] = solved[large] / self.root[large, None] ** 2
        return Sides(self.shrunk[:, None] * (eliminated - e.cross @ solved), rest)

    def split(self, kept: Floats) -> list[Floats]:
        """The kept levels factor by factor."""
        return [kept[block] for block in self.equations.blocks]


class Exact(State):
    """S formed and factorised: for up to about two thousand kept levels."""

    def __init__(self, equations: Equations, ratios: Floats) -> None:
        super().__init__(equations, ratios)
        self.r = equations.inner_table - equations.gram(self.a)
        s = self.root[:, None] * self.r * self.root
        s[np.diag_indices_from(s)] += 1.0
        # S is symmetric: its transpose is the same matrix in the order of LAPACK.
        self.lower, failed = lapack.dpotrf(s.T, lower=1, clean=1, overwrite_a=1)
        if failed:
            raise NotConverged(f"the equations of {s.shape[0]} levels are not positive definite")

    def solve(self, b: Floats) -> Floats:
        """S^-1 b by Cholesky's method."""
        solved: Floats = lapack.dpotrs(self.lower, b, lower=1)[0]
        return solved

    @property
    def log_determinant(self) -> float:
        """log|S|."""
        return 2.0 * float(np.log(np.diag(self.lower)).sum())

    @cached_property
    def _lower_covariance(self) -> Floats:
        """Lower triangle of S^-1, shape (p, p), zero above."""
        found: Floats = lapack.dpotri(self.lower, lower=1)[0]
        return found

    @cached_property
    def covariance(self) -> Floats:
        """S^-1, shape (p, p)."""
        lower = self._lower_covariance
        found: Floats = lower + lower.T
        found[np.diag_indices_from(found)] /= 2.0
        return found

    def traces(self) -> Floats:
        """Exact traces."""
        e = self.equations
        lower = self._lower_covariance
        diagonal = np.diag(lower)
        weighted = e.gram(self.shrunk**2)
        weighted *= self.root
        weighted *= self.root[:, None]
        both = 2.0 * _sum_of_products(lower, weighted) - diagonal @ np.diag(weighted)
        found = [float((e.d * self.shrunk).sum() - both)]
        own = np.diag(self.r)
        for block, ratio in zip(e.blocks, self.ratios[1:], strict=True):
            if ratio * float(own[block].max()) > SMALL:
                found.append(float((1.0 - diagonal[block]).sum() / ratio))
            else:
                rows = self.r[block] * self.root
                found.append(float(own[block].sum()) - _sum_of_products(rows @ self.covariance, rows))
        return np.array(found)

    def roots(self, normal: Floats) -> Floats:
        """Draws by the Cholesky factor."""
        drawn: Floats = solve_triangular(self.lower, normal, lower=True, trans=1, check_finite=False)
        return drawn

    def spread(self, loading: csr_array) -> Floats:
        """Exact, in blocks of rows."""
        both = self.root[:, None] * self.covariance * self.root
        rows = max(1, BLOCK // both.shape[0])
        parts = [loading[first : first + rows] for first in range(0, loading.shape[0], rows)]
        return np.concatenate([part.multiply(part @ both).sum(axis=1) for part in parts])


def _sum_of_products(a: Floats, b: Floats) -> float:
    # Transposed, both are in the order in which LAPACK left the first; and einsum starts no threads.
    return float(np.einsum("jk,jk->", a.T, b.T))
