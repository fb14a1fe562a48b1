"""The equations of a large design at given variance ratios, never formed.

Solutions come from block conjugate gradients, traces from fixed random vectors, and draws from a polynomial
that approximates the inverse root of the matrix on the interval of its eigenvalues.

References
----------
Hutchinson, M. F. (1990). A stochastic estimator of the trace of the influence matrix for Laplacian smoothing
splines. Communications in Statistics - Simulation and Computation 19(2), 433-450.
Chow, E., Saad, Y. (2014). Preconditioned Krylov subspace methods for sampling multivariate Gaussian
distributions. SIAM Journal on Scientific Computing 36(2), A588-A608.
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import NDArray
from scipy.linalg import eigh_tridiagonal
from scipy.sparse import csr_array, diags_array

from panel.scoring.design import Floats
from panel.scoring.models.conjugate import NotConverged, conjugate_gradients
from panel.scoring.models.state import SMALL, State

PROBES = 8, 64
"""Fewest and most random vectors per trace; the same in every step and every run."""

PROBED = 160_000
"""Random signs wanted in all: the fewer levels a trace adds up, the more vectors it needs."""

MANY_PROBES = 64
"""Random vectors for single variances, of which each is shown."""

SEED = 19_900_433
TOLERANCE = 1e-9
PROBE_TOLERANCE = 1e-5
"""Of the solutions for random vectors, whose own chance is larger than that."""

STEPS = 2000

LANCZOS = 60
"""Steps that find the interval of the eigenvalues."""

EXHAUSTED = 1e-8
ACCURACY = 1e-4
"""Relative error of the inverse root, hence of the standard deviation of a draw."""


class _InverseRoot(NamedTuple):
    """The scaled matrix with its interval moved to [-1, 1], the series of 1/sqrt on it, and what lies apart."""

    shifted: csr_array
    series: NDArray[np.float32]
    lone: Floats
    vectors: Floats


class Iterative(State):
    """S never formed."""

    def solve(self, b: Floats) -> Floats:
        """S^-1 b by conjugate gradients."""
        return self._solve(b, TOLERANCE)

    def _solve(self, b: Floats, tolerance: float) -> Floats:
        found = conjugate_gradients(self.product, self.diagonal, b, tolerance, STEPS)
        if found is None:
            raise NotConverged(f"the equations of {b.shape[0]} levels were not solved in {STEPS} steps")
        return found.x

    def product(self, x: Floats) -> Floats:
        """S x for x of shape (p, k)."""
        g = self.root[:, None]
        y = self.remainder(g * x)
        y *= g
        y += x
        return y

    @property
    def log_determinant(self) -> None:
        """Not computed: the estimates do without."""
        return None

    def _probed(self, count: int) -> tuple[Floats, Floats]:
        """Random signs z, and what S^-1 z has beyond z / diag(S); both of shape (p, count)."""
        generator = np.random.Generator(np.random.PCG64(SEED))
        signs = 2.0 * generator.integers(0, 2, (self.root.size, count)) - 1.0
        return signs, self._solve(signs, PROBE_TOLERANCE) - signs / self.diagonal[:, None]

    def traces(self) -> Floats:
        """The part that the diagonal of S determines exactly, the small rest by random vectors."""
        e = self.equations
        count = min(max(PROBED // self.root.size, PROBES[0]), PROBES[1])
        z, rest = self._probed(count)
        g = self.root[:, None]
        own = 1.0 / self.diagonal
        squared = self.shrunk**2
        through = np.vdot(e.cross @ (g * z), squared[:, None] * (e.cross @ (g * rest))) / count
        exact = (self.root**2 * own) @ (e.squares @ squared)
        found = [float((e.d * self.shrunk).sum() - exact - through)]
        mean = own + (z * rest).mean(axis=1)
        total = e.inner_diagonal - e.squares @ self.a
        for block, ratio in zip(e.blocks, self.ratios[1:], strict=True):
            if ratio * float(total[block].max()) > SMALL:
                found.append(float((1.0 - mean[block]).sum() / ratio))
            else:
                left = self.remainder(g * z)[block]
                right = self.remainder(g * (rest + z * own[:, None]))[block]
                found.append(float(total[block].sum() - np.vdot(left, right) / count))
        return np.array(found)

    def spread(self, loading: csr_array) -> Floats:
        """The part that the diagonal of S determines exactly, the small rest by random vectors."""
        z, rest = self._probed(MANY_PROBES)
        found: Floats = loading.power(2) @ (self.root**2 / self.diagonal)
        for probe in range(MANY_PROBES):
            left, right = loading @ (self.root * z[:, probe]), loading @ (self.root * rest[:, probe])
            found += left * right / MANY_PROBES
        return np.maximum(found, 0.0)

    def roots(self, normal: Floats) -> Floats:
        """Draws by a Chebyshev polynomial in the scaled matrix: no solution per draw.

        The matrix is formed for this, sparse and in single precision: a relative error of 1e-7 is far below
        the chance of any number of draws.
        """
        shifted, series, lone, vectors = self._inverse_root
        inside = vectors.T @ normal
        before = (normal - vectors @ inside).astype(np.float32)
        now = shifted @ before
        total = series[0] * before + series[1] * now
        for coefficient in series[2:]:
            after = shifted @ now
            after *= np.float32(2.0)
            after -= before
            before, now = now, after
            total += coefficient * now
        found: Floats = total + vectors @ (inside / np.sqrt(lone)[:, None])
        found /= np.sqrt(self.diagonal)[:, None]
        return found

    @cached_property
    def _scaled(self) -> csr_array:
        """D^-1/2 S D^-1/2 with D the diagonal of S; sparse of shape (p, p)."""
        e = self.equations
        by = diags_array(self.root / np.sqrt(self.diagonal))
        r = e.inner - e.back @ diags_array(self.a) @ e.cross
        found: csr_array = (by @ r @ by + diags_array(1.0 / self.diagonal)).tocsr()
        return found

    @cached_property
    def _inverse_root(self) -> _InverseRoot:
        """What draws need, found once."""
        low, high, lone, vectors = self._spectrum()
        middle, half = (high + low) / 2, (high - low) / 2
        kept = np.array([])
        degree = 8
        while kept.size in (0, degree + 1) and degree <= STEPS:
            degree *= 2
            series = chebyshev.chebinterpolate(lambda t: 1.0 / np.sqrt(middle + half * t), degree)
            kept = series[: 2 + int(np.flatnonzero(abs(series[1:]) > ACCURACY * series[0]).max(initial=0))]
        shifted = (self._scaled - middle * diags_array(np.ones(self.root.size))) / half
        return _InverseRoot(shifted.tocsr().astype(np.float32), kept.astype(np.float32), lone, vectors)

    def _spectrum(self) -> tuple[float, float, Floats, Floats]:
        """An interval of eigenvalues by Lanczos' method, and what lies apart below it, with its vectors.

        The mean of all experts, and with topics theirs, lie far below the rest: taken out, the interval is
        short, and so is the polynomial. S - 1 is semi-definite, which bounds the eigenvalues below.
        """
        matrix = self._scaled
        p = matrix.shape[0]
        generator = np.random.Generator(np.random.PCG64(SEED + 1))
        basis = np.zeros((min(LANCZOS, p), p))
        alpha, beta = [], []
        v = generator.standard_normal(p)
        for step in range(basis.shape[0]):
            v /= np.linalg.norm(v)
            basis[step] = v
            w = matrix @ v
            alpha.append(float(w @ v))
            for _ in range(2):  # once is not enough to stay orthogonal
                w -= basis[: step + 1].T @ (basis[: step + 1] @ w)
            beta.append(float(np.linalg.norm(w)))
            if beta[-1] < EXHAUSTED:
                break
            v = w
        values, inner = eigh_tridiagonal(np.array(alpha), np.array(beta[: len(alpha) - 1]))
        settled = np.abs(inner[-1]) * beta[-1] < EXHAUSTED
        apart = int(np.argmin(settled[: values.size // 2])) if not settled[: values.size // 2].all() else 0
        floor = 1.0 / float(self.diagonal.max())
        low = max(0.95 * float(values[apart]), floor)
        vectors = basis[: values.size].T @ inner[:, :apart]
        return low, 1.02 * float(values[-1]) + EXHAUSTED, values[:apart], vectors
