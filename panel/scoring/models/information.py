"""What a design can tell, whatever the scores: variances of estimates per unit of residual variance.

With A the matrix of the expert equations (see `least_squares`) and G its pseudo-inverse, the covariances are
G for the expert effects, C^-1 + C^-1 N G N' C^-1 for the applications.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from scipy.linalg import lapack

from panel.scoring.design import Design, Floats
from panel.scoring.models.conjugate import Apply, NotConverged, conjugate_gradients

DENSE_EXPERTS = 3000
"""Up to this many experts the matrix of their equations is formed: 72 MB."""

BLOCK = 4_000_000
"""Numbers in one block of work on large designs."""

PROBES = 64
"""Random vectors for the variances of more experts than that; always the same, so that results repeat."""

SEED = 20_060_317
TOLERANCE = 1e-8
STEPS = 2000


def expert_equations(design: Design) -> tuple[Apply, Floats]:
    """The matrix A of the expert equations as a map that never forms it, and its diagonal, shape (m,)."""
    parts = design.incidence
    back = parts.T.tocsr()
    share = 1.0 / design.per_application
    count = design.per_expert.astype(np.float64)

    def apply(x: Floats) -> Floats:
        column = (slice(None), None) if x.ndim == 2 else slice(None)
        product: Floats = count[column] * x - back @ (share[column] * (parts @ x))
        return product

    return apply, count - back @ share


def leverages(design: Design, covariance: Floats) -> Floats:
    """Leverage of every score, shape (N,), from the expert covariance G, shape (m, m).

    A score of application i by expert j has leverage 1 / n_i + c' G c with c = e_j - (mean of e_k over i).
    """
    share = 1.0 / design.per_application
    found = np.empty(design.y.size)
    starts = np.concatenate(([0], np.cumsum(design.per_application)))
    rows = max(1, BLOCK // design.shape[1])
    for first in range(0, design.shape[0], rows):
        last = min(first + rows, design.shape[0])
        mean = (design.incidence[first:last] @ covariance) * share[first:last, None]
        here = slice(starts[first], starts[last])
        i, j = design.application[here] - first, design.expert[here]
        cross = mean[i, j]
        both = np.bincount(i, cross, last - first) * share[first:last]
        found[here] = share[first:last][i] + covariance[j, j] - 2.0 * cross + both[i]
    return np.clip(found, 0.0, 1.0)


class Information:
    """Variances of a connected design, computed when first asked for.

    Parameters
    ----------
    design : Design
        n applications, m experts, connected.
    """

    def __init__(self, design: Design) -> None:
        self.design = design

    @property
    def anchored(self) -> Floats:
        """A + c 1 1', shape (m, m), c of the size of A's diagonal: positive definite; a new array."""
        design = self.design
        m = design.shape[1]
        scaled = design.sparse(1.0 / np.sqrt(design.per_application[design.application]))
        if design.y.size * 4 > design.shape[0] * m:
            table = scaled.toarray()
            gram = table.T @ table
        else:
            gram = (scaled.T @ scaled).toarray()
        a: Floats = -gram
        a[np.diag_indices(m)] += design.per_expert
        a += design.y.size / m**2
        return a

    @cached_property
    def expert_covariance(self) -> Floats:
        """G, shape (m, m)."""
        # A is symmetric: its transpose is the same matrix in the order of LAPACK.
        lower, failed = lapack.dpotrf(self.anchored.T, lower=1, clean=1, overwrite_a=1)
        if failed:
            raise NotConverged(f"the equations of {self.design.shape[1]} experts are singular: weak links")
        half, _ = lapack.dpotri(lower, lower=1, overwrite_c=1)
        inverse: Floats = half + half.T
        inverse[np.diag_indices_from(inverse)] /= 2.0
        # (A + c 1 1')^-1 = G + 1 1' / (c m^2)
        inverse -= 1.0 / self.design.y.size
        return inverse

    @cached_property
    def expert_variance(self) -> Floats:
        """Diagonal of G, shape (m,)."""
        if self.design.shape[1] <= DENSE_EXPERTS:
            return np.maximum(np.diag(self.expert_covariance), 0.0)
        return self._probed_variance()

    @cached_property
    def leverage(self) -> Floats | None:
        """Leverage of every score, shape (N,); None above `DENSE_EXPERTS` experts. Their sum is n + m - 1."""
        if self.design.shape[1] > DENSE_EXPERTS:
            return None
        return leverages(self.design, self.expert_covariance)

    def _probed_variance(self) -> Floats:
        """Diagonal of G by random probes; the first two terms of Neumann's series carry most of it exactly.

        With A = D - O, G is about D^-1 + D^-1 O D^-1, whose diagonal is that of D^-1: only the small rest is
        left to chance.
        """
        apply, diagonal = expert_equations(self.design)
        signs = np.random.Generator(np.random.PCG64(SEED)).integers(0, 2, (diagonal.size, PROBES))
        probes = 2.0 * signs - 1.0
        solved = conjugate_gradients(apply, diagonal, probes - probes.mean(axis=0), TOLERANCE, STEPS)
        if solved is None:
            raise NotConverged(f"the equations of {diagonal.size} experts were not solved in {STEPS} steps")
        first = probes / diagonal[:, None]
        rest = solved.x - first - (first - apply(first) / diagonal[:, None])
        return np.maximum(1.0 / diagonal + (probes * rest).mean(axis=1), 0.0)

    def item_difference(self, first: int, second: int) -> float:
        """Variance of the difference of two applications' estimates: their effective resistance."""
        rows = self.design.incidence[[first, second]].toarray()
        count = self.design.per_application[[first, second]]
        contrast = rows[0] / count[0] - rows[1] / count[1]
        own = float((1.0 / count).sum()) if first != second else 0.0
        return own + float(contrast @ self.expert_covariance @ contrast)

    @cached_property
    def item_covariance(self) -> Floats:
        """Covariance of the applications' estimates, shape (n, n)."""
        share = self.design.sparse(1.0 / self.design.per_application[self.design.application])
        cov: Floats = share @ (share @ self.expert_covariance).T
        cov[np.diag_indices(self.design.shape[0])] += 1.0 / self.design.per_application
        return cov
