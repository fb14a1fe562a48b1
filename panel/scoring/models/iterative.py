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

import numpy as np
from numpy.polynomial import chebyshev
from scipy.linalg import eigvalsh_tridiagonal
from scipy.sparse import csr_array

from panel.scoring.design import Floats
from panel.scoring.models.conjugate import conjugate_gradients
from panel.scoring.models.state import SMALL, NotSolved, State

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

LANCZOS = 40
"""Steps that find the interval of the eigenvalues."""

ACCURACY = 1e-5
"""Relative error of the inverse root, hence of the standard deviation of a draw."""


class Iterative(State):
    """S never formed."""

    def solve(self, b: Floats) -> Floats:
        """S^-1 b by conjugate gradients."""
        return self._solve(b, TOLERANCE)

    def _solve(self, b: Floats, tolerance: float) -> Floats:
        found = conjugate_gradients(self.product, self.diagonal, b, tolerance, STEPS)
        if found is None:
            raise NotSolved(f"the equations of {b.shape[0]} levels were not solved in {STEPS} steps")
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
        """Draws by a Chebyshev polynomial in the scaled matrix: no solution per draw."""
        low, high, series = self._inverse_root
        middle, half = (high + low) / 2, (high - low) / 2
        scale = 1.0 / np.sqrt(self.diagonal)[:, None]

        def shifted(x: Floats) -> Floats:
            y = self.product(scale * x)
            y *= scale
            y -= middle * x
            y /= half
            return y

        before, now = normal, shifted(normal)
        total = series[0] * before + series[1] * now
        for coefficient in series[2:]:
            after = shifted(now)
            after *= 2.0
            after -= before
            before, now = now, after
            total += coefficient * now
        total *= scale
        return total

    @cached_property
    def _inverse_root(self) -> tuple[float, float, Floats]:
        """An interval around the eigenvalues of the scaled matrix, and the series of 1/sqrt on it."""
        low, high = self._interval()
        middle, half = (high + low) / 2, (high - low) / 2
        degree = 8
        while True:
            series = chebyshev.chebinterpolate(lambda t: 1.0 / np.sqrt(middle + half * t), degree)
            if abs(series[-1]) <= ACCURACY * abs(series[0]) or degree > STEPS:
                return low, high, series[: 1 + int(np.flatnonzero(abs(series) > ACCURACY * abs(series[0])).max())]
            degree *= 2

    def _interval(self) -> tuple[float, float]:
        """Extreme eigenvalues by Lanczos' method, widened; S - 1 is semi-definite, which bounds them below."""
        scale = 1.0 / np.sqrt(self.diagonal)
        p = scale.size
        generator = np.random.Generator(np.random.PCG64(SEED + 1))
        basis = np.zeros((min(LANCZOS, p), p))
        alpha, beta = [], []
        v = generator.standard_normal(p)
        for step in range(basis.shape[0]):
            v /= np.linalg.norm(v)
            basis[step] = v
            w = scale * self.product((scale * v)[:, None])[:, 0]
            alpha.append(float(w @ v))
            w -= basis[: step + 1].T @ (basis[: step + 1] @ w)
            w -= basis[: step + 1].T @ (basis[: step + 1] @ w)
            beta.append(float(np.linalg.norm(w)))
            if beta[-1] < 1e-12:
                break
            v = w
        values = eigvalsh_tridiagonal(np.array(alpha), np.array(beta[:-1]))
        floor = 1.0 / float(self.diagonal.max())
        return max(0.9 * float(values[0]), floor), 1.05 * float(values[-1]) + 1e-9
