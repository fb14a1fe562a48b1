"""Conjugate gradients for positive semi-definite equations that are never formed, one or many at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from panel.errors import PanelError
from panel.scoring.design import Floats

Apply = Callable[[Floats], Floats]
"""A linear map of arrays of shape (p,) or (p, k), column by column."""


class NotConverged(PanelError):
    """An iteration did not reach its tolerance, so that there is no result to show."""


class Solved(NamedTuple):
    """The solution, shape of the right-hand side, and the number of steps it took."""

    x: Floats
    steps: int


def conjugate_gradients(
    apply: Apply, diagonal: Floats, b: Floats, tolerance: float, steps: int
) -> Solved | None:
    """Solve M x = b by conjugate gradients with Jacobi's preconditioner.

    Parameters
    ----------
    apply : callable
        x -> M x, M symmetric positive semi-definite of shape (p, p).
    diagonal : float64 array, shape (p,)
        Diagonal of M, or an approximation; positive.
    b : float64 array, shape (p,) or (p, k)
        Right-hand sides, in the range of M. Every column is iterated until all are done.
    tolerance : float
        Stops when every residual, in the norm of the preconditioner, is at most this share of its first.
    steps : int
        Most steps allowed.

    Returns
    -------
    Solved, or None if the steps did not suffice.

    References
    ----------
    Hestenes, M. R., Stiefel, E. (1952). Methods of conjugate gradients for solving linear systems. Journal
    of Research of the National Bureau of Standards 49, 409-436.
    """
    weight = 1.0 / (diagonal if b.ndim == 1 else diagonal[:, None])
    x = np.zeros_like(b)
    r = b.copy()
    z = weight * r
    p = z.copy()
    size = _dots(r, z)
    goal = tolerance**2 * size
    for step in range(steps + 1):
        if np.all(size <= goal):
            return Solved(x, step)
        q = apply(p)
        # A column that is solved already has p = 0: it must stay as it is.
        alpha = _ratio(size, _dots(p, q))
        x += alpha * p
        q *= alpha
        r -= q
        np.multiply(weight, r, out=z)
        before, size = size, _dots(r, z)
        p *= _ratio(size, before)
        p += z
    return None


def _dots(a: Floats, b: Floats) -> Floats:
    found: Floats = np.einsum("i...,i...->...", a, b)
    return found


def _ratio(a: Floats, b: Floats) -> Floats:
    safe = b > 0
    found: Floats = np.where(safe, a, 0.0) / np.where(safe, b, 1.0)
    return found
