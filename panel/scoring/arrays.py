"""Two small operations on arrays that the figures of experts are made of."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from panel.scoring.design import Floats, Indices


def sums(index: Indices, values: NDArray[Any], size: int) -> Floats:
    """Add up the values that share an index, shape (size,)."""
    total: Floats = np.bincount(index, values, size).astype(np.float64)
    return total


def quotient(above: NDArray[Any], below: NDArray[Any], where: NDArray[Any] | None = None) -> Floats:
    """Divide; NaN where the divisor is not above zero, or where told so."""
    usable = below > 0 if where is None else where & (below > 0)
    shape = np.broadcast_shapes(above.shape, below.shape)
    found: Floats = np.divide(above, below, out=np.full(shape, np.nan), where=usable)
    return found
