"""The Merkle tree of RFC 9162, section 2.1, as pure functions over hashes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

EMPTY_ROOT = hashlib.sha256().digest()

Spot = tuple[int, int]
"""A complete subtree: its level (0 is a leaf) and its position on that level."""


def leaf_hash(body: bytes) -> bytes:
    """The hash of one entry."""
    return hashlib.sha256(b"\x00" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two neighbouring subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def left_siblings(index: int) -> list[Spot]:
    """The complete subtrees that entry `index` joins, lowest first: one for each trailing one of `index`."""
    spots: list[Spot] = []
    level, position = 0, index
    while position & 1:
        spots.append((level, position - 1))
        level, position = level + 1, position >> 1
    return spots


def completed(index: int, leaf: bytes, sibling: Callable[[Spot], bytes]) -> Iterator[tuple[Spot, bytes]]:
    """The subtrees above the leaves that become complete when `leaf` is appended as entry `index`."""
    current = leaf
    for level, position in left_siblings(index):
        current = node_hash(sibling((level, position)), current)
        yield (level + 1, position >> 1), current


def peaks(size: int) -> list[Spot]:
    """The complete subtrees that a tree of `size` entries consists of, leftmost (largest) first."""
    return [
        (level, (size >> level) - 1) for level in range(size.bit_length() - 1, -1, -1) if size >> level & 1
    ]


def root(size: int, subtree: Callable[[Spot], bytes]) -> bytes:
    """The root of a tree of `size` entries, from its complete subtrees."""
    hashes = [subtree(spot) for spot in peaks(size)]
    if not hashes:
        return EMPTY_ROOT
    top = hashes.pop()
    while hashes:
        top = node_hash(hashes.pop(), top)
    return top


@dataclass(frozen=True, slots=True)
class Sibling:
    """One step of an inclusion proof: the hash over `count` entries from `first` on, which stand beside."""

    first: int
    count: int
    hash: bytes
    left: bool
    """Whether it stands to the left of what it is hashed with."""


def inclusion_proof(index: int, size: int, subtree: Callable[[Spot], bytes]) -> tuple[Sibling, ...]:
    """The way from entry `index` up to the root of a tree of `size` entries (RFC 9162, section 2.1.3.1)."""
    if not 0 <= index < size:
        raise ValueError(f"no entry {index} in a tree of {size}")
    first, count, path = 0, size, []
    while count > 1:
        split = _split(count)
        if index < first + split:
            path.append((first + split, count - split, False))
            count = split
        else:
            path.append((first, split, True))
            first, count = first + split, count - split
    return tuple(
        Sibling(start, length, _hash_of(start, length, subtree), left)
        for start, length, left in reversed(path)
    )


def root_by_proof(index: int, size: int, leaf: bytes, proof: Sequence[bytes]) -> bytes | None:
    """The root to which a proof leads from `leaf`, or None if nowhere (RFC 9162, section 2.1.3.2)."""
    if not 0 <= index < size:
        return None
    place, last, current = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return None
        if place & 1 or place == last:
            current = node_hash(sibling, current)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            current = node_hash(current, sibling)
        place, last = place >> 1, last >> 1
    return current if last == 0 else None


def includes(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root_: bytes) -> bool:
    """Whether the proof shows that `leaf` is entry `index` of the tree of `size` entries with this root."""
    return root_by_proof(index, size, leaf, proof) == root_


def consistency_spots(old: int, new: int) -> list[tuple[int, int]]:
    """The ranges (first, count) whose hashes prove that a tree of `old` entries begins one of `new` ones.

    The order is that of RFC 9162, section 2.1.4.1.
    """
    if not 0 < old <= new:
        raise ValueError(f"no proof from {old} to {new} entries")
    first, count, left, complete = 0, new, old, True
    path: list[tuple[int, int]] = []
    while left != count:
        split = _split(count)
        if left <= split:
            path.append((first + split, count - split))
            count = split
        else:
            path.append((first, split))
            first, count, left, complete = first + split, count - split, left - split, False
    return ([] if complete else [(first, count)]) + path[::-1]


def consistency_proof(old: int, new: int, subtree: Callable[[Spot], bytes]) -> tuple[bytes, ...]:
    """The hashes which prove that a tree of `old` entries begins one of `new`; none where both are equal."""
    return tuple(_hash_of(first, count, subtree) for first, count in consistency_spots(old, new))


def extends(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that the newer tree only adds to the older (RFC 9162, section 2.1.4.2)."""
    if not 0 < old <= new:
        return old == 0 and not proof and old_root == EMPTY_ROOT
    if old == new:
        return not proof and old_root == new_root
    path = [*([old_root] if old & (old - 1) == 0 else []), *proof]
    return bool(path) and _climb(old - 1, new - 1, path) == (old_root, new_root)


def _climb(place: int, last: int, path: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """Both roots that the path leads to, or None if it leads nowhere."""
    while place & 1:
        place, last = place >> 1, last >> 1
    older = newer = path[0]
    for sibling in path[1:]:
        if last == 0:
            return None
        if place & 1 or place == last:
            older, newer = node_hash(sibling, older), node_hash(sibling, newer)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            newer = node_hash(newer, sibling)
        place, last = place >> 1, last >> 1
    return (older, newer) if last == 0 else None


def _split(count: int) -> int:
    """The largest power of two below `count`: where a tree divides."""
    return 1 << (count - 1).bit_length() - 1


def _hash_of(first: int, count: int, subtree: Callable[[Spot], bytes]) -> bytes:
    """The hash over `count` entries from `first` on, where a subtree begins."""
    if count & (count - 1) == 0:
        level = count.bit_length() - 1
        return subtree((level, first >> level))
    split = _split(count)
    left = _hash_of(first, split, subtree)
    return node_hash(left, _hash_of(first + split, count - split, subtree))


class Frontier:
    """A tree that is only ever appended to, kept as its peaks: all that it takes to recompute the root."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: dict[Spot, bytes] = {}

    @classmethod
    def resumed(cls, size: int, subtree: Callable[[Spot], bytes]) -> Frontier:
        """A tree as it was when it had `size` entries."""
        frontier = cls()
        frontier.size = size
        frontier._peaks = {spot: subtree(spot) for spot in peaks(size)}
        return frontier

    def append(self, leaf: bytes) -> dict[Spot, bytes]:
        """Add a leaf; answer the subtrees above the leaves that it completed."""
        made = dict(completed(self.size, leaf, self._peaks.__getitem__))
        for spot in left_siblings(self.size):
            del self._peaks[spot]
        highest = max(made, default=None)
        self._peaks[highest or (0, self.size)] = made[highest] if highest else leaf
        self.size += 1
        return made

    def root(self) -> bytes:
        """The root over everything appended so far."""
        return root(self.size, self._peaks.__getitem__)


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over `leaves` (already hashed), in their order."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()
