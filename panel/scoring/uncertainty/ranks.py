"""Ranks of many draws, and what is counted about them without keeping the draws."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from panel.scoring.design import Floats, Indices

Places = NDArray[np.int32]
Taken = NDArray[np.bool_]

SHUFFLED = 20_000
"""Up to this many applications every draw breaks its ties anew; above, a block of draws shares one lot."""

CODES = 65_536
"""Ranks are kept in this many steps, so that two bytes hold one."""

SIGN = np.uint64(1 << 63)
ROWS = 8192


def ranks_of(draws: Floats, generator: np.random.Generator) -> Places:
    """Rank every draw, highest first; equal values by lot.

    The value and the place in the lot are packed into one whole number, which sorts several times faster than
    an index by its value. The last bits of the value give way: 2^-32 of it with a million applications.

    Parameters
    ----------
    draws : float64 array, shape (draws, n)
    generator : Generator
        Draws the lots.

    Returns
    -------
    int32 array, shape (draws, n)
        1 is the highest.
    """
    count, n = draws.shape
    found = np.empty((count, n), dtype=np.int32)
    if n <= SHUFFLED:
        lots = generator.permuted(np.tile(np.arange(n, dtype=np.uint64), (count, 1)), axis=1)
        order = _order(draws, lots)
        of_lot = np.empty_like(found)
        np.put_along_axis(of_lot, order, np.arange(1, n + 1, dtype=np.int32)[None, :], axis=1)
        found[:] = np.take_along_axis(of_lot, lots.astype(np.intp), axis=1)
        return found
    lot = generator.permutation(n).astype(np.uint64)
    holder = np.empty(n, dtype=np.intp)
    holder[lot.astype(np.intp)] = np.arange(n)
    place = np.arange(1, n + 1, dtype=np.int32)
    # One draw at a time stays in the processor's cache.
    for row, ranks in zip(draws, found, strict=True):
        ranks[holder[_order(row, lot)]] = place
    return found


def _order(draws: Floats, lots: NDArray[np.uint64]) -> Indices:
    """The lots in the order of the values, highest value first, along the last axis."""
    bits = max(1, int(draws.shape[-1] - 1).bit_length())
    mask = np.uint64((1 << bits) - 1)
    keys = np.subtract(0.0, draws, order="C").view(np.uint64)
    # As whole numbers, negative doubles run backwards: turn all their bits; of the others only the sign.
    turned = keys.view(np.int64) >> 63
    keys ^= turned.view(np.uint64) | SIGN
    keys &= ~mask
    keys |= lots
    keys.sort(axis=-1)
    keys &= mask
    return keys.view(np.intp)


class Tally:
    """What is kept of the draws of one list: two bytes for every rank, and two sums."""

    def __init__(self, n: int, draws: int) -> None:
        self.draws = draws
        self.selected: Floats = np.zeros(n)
        self.total: Floats = np.zeros(n)
        self._step = -(-n // CODES)
        self._codes = np.empty((draws, n), dtype=np.uint16)
        self._filled = 0

    def add(self, ranks: Places, taken: Taken) -> None:
        """Count a block of draws, shapes (draws, n)."""
        self.selected += taken.sum(axis=0)
        self.total += ranks.sum(axis=0)
        end = self._filled + ranks.shape[0]
        codes = ranks - 1
        if self._step > 1:
            codes //= self._step
        self._codes[self._filled : end] = codes
        self._filled = end

    def limits(self, shares: tuple[float, float]) -> tuple[Indices, Indices]:
        """For each share the smallest rank whose cumulative share of draws reaches it, shape (n,)."""
        places = [max(0, int(np.ceil(share * self.draws - 1e-9)) - 1) for share in shares]
        low, high = (np.empty(self._codes.shape[1], dtype=np.intp) for _ in shares)
        for first in range(0, low.size, ROWS):
            of_each = np.ascontiguousarray(self._codes[:, first : first + ROWS].T)
            # Numbers of two bytes are sorted by their digits, which is faster than a partition.
            of_each.sort(axis=1, kind="stable")
            low[first : first + ROWS] = of_each[:, places[0]]
            high[first : first + ROWS] = of_each[:, places[1]]
        return low * self._step + 1, high * self._step + 1
