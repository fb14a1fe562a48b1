"""Small operations on arrays that the figures of experts are made of."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from panel.scoring.design import Floats, Indices


def sums(index: Indices, values: NDArray[Any], size: int) -> Floats:
    """Add up the values that share an index, shape (size,)."""
    total: Floats = np.bincount(index, values, size).astype(np.float64)
    return total


def sums_of_each(index: Indices, values: NDArray[Any], size: int) -> Floats:
    """Do so for each of k sets of values, shape (k, N); shape (k, size)."""
    sets = values.shape[0]
    places = (index + size * np.arange(sets)[:, None]).ravel()
    total: Floats = np.bincount(places, values.ravel(), sets * size).reshape(sets, size).astype(np.float64)
    return total


def quotient(above: NDArray[Any], below: NDArray[Any], where: NDArray[Any] | None = None) -> Floats:
    """Divide; NaN where the divisor is not above zero, or where told so."""
    usable = below > 0 if where is None else where & (below > 0)
    shape = np.broadcast_shapes(above.shape, below.shape)
    found: Floats = np.divide(above, below, out=np.full(shape, np.nan), where=usable)
    return found


def median(values: Floats, known: NDArray[np.bool_], default: float) -> Floats:
    """Median along the last axis of the values that are known, shape (..., 1); else the default."""
    ordered = np.sort(np.where(known, values, np.nan), axis=-1)  # NaN comes last
    count = known.sum(axis=-1, keepdims=True)
    lower = np.take_along_axis(ordered, np.maximum(count - 1, 0) // 2, axis=-1)
    upper = np.take_along_axis(ordered, np.minimum(count // 2, ordered.shape[-1] - 1), axis=-1)
    found: Floats = np.where(count > 0, lower / 2 + upper / 2, default)
    return found
