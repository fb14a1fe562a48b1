"""Consistency proofs of RFC 9162 for every two sizes up to 130, against the definition and Go's answers."""

from __future__ import annotations

import hashlib
from functools import cache

import pytest

from panel.audit import tree
from tests.audit.test_notes import VECTORS

MOST = 130
LEAVES = [hashlib.sha256(bytes([0, number])).digest() for number in range(MOST + 1)]


@cache
def mth(first: int, end: int) -> bytes:
    """Section 2.1.1, word for word."""
    if end - first == 1:
        return LEAVES[first]
    split = 1
    while split * 2 < end - first:
        split *= 2
    return hashlib.sha256(b"\x01" + mth(first, first + split) + mth(first + split, end)).digest()


def subproof(m: int, first: int, end: int, complete: bool) -> list[bytes]:
    """Section 2.1.4.1, word for word."""
    n = end - first
    if m == n:
        return [] if complete else [mth(first, end)]
    split = 1
    while split * 2 < n:
        split *= 2
    if m <= split:
        return [*subproof(m, first, first + split, complete), mth(first + split, end)]
    return [*subproof(m - split, first + split, end, False), mth(first, first + split)]


def subtree(spot: tree.Spot) -> bytes:
    level, position = spot
    return mth(position << level, (position + 1) << level)


@pytest.mark.parametrize("new", range(1, MOST + 1))
def test_every_earlier_size_is_proven_and_nothing_else_passes(new: int) -> None:
    root = mth(0, new)
    for old in range(1, new + 1):
        proof = tree.consistency_proof(old, new, subtree)
        assert list(proof) == subproof(old, 0, new, True)
        assert tree.extends(old, mth(0, old), new, root, proof)
        for number, part in enumerate(proof):
            bad = [*proof[:number], part[:-1] + bytes([part[-1] ^ 1]), *proof[number + 1 :]]
            assert not tree.extends(old, mth(0, old), new, root, bad)
        assert not tree.extends(old, mth(0, old), new, root, [*proof, root])
        assert not tree.extends(old, LEAVES[-1], new, root, proof)
        if proof:
            assert not tree.extends(old, mth(0, old), new, root, proof[1:])
            assert not tree.extends(old, mth(0, old), new, LEAVES[-1], proof)


def test_gos_checker_accepted_these_proofs() -> None:
    for case in VECTORS["Consistency"]:
        proof = [bytes.fromhex(part) for part in case["Proof"]]
        assert tree.extends(case["M"], bytes.fromhex(case["R1"]), case["N"], bytes.fromhex(case["R2"]), proof)
        assert tuple(proof) == tree.consistency_proof(case["M"], case["N"], subtree)
    for case in VECTORS["Inclusion"]:
        proof = [bytes.fromhex(part) for part in case["Proof"]]
        leaf, root = bytes.fromhex(case["Leaf"]), bytes.fromhex(case["Root"])
        assert tree.includes(case["Index"], case["Size"], leaf, proof, root)


def test_a_tree_of_nothing_begins_every_tree() -> None:
    assert tree.extends(0, tree.EMPTY_ROOT, 5, mth(0, 5), [])
    assert not tree.extends(0, mth(0, 1), 5, mth(0, 5), [])
    assert not tree.extends(0, tree.EMPTY_ROOT, 5, mth(0, 5), [LEAVES[0]])


def test_a_longer_tree_does_not_begin_a_shorter_one() -> None:
    assert not tree.extends(6, mth(0, 6), 5, mth(0, 5), [])
    for old, new in ((0, 5), (6, 5)):
        with pytest.raises(ValueError, match="no proof"):
            tree.consistency_spots(old, new)


def test_a_tree_goes_on_from_its_peaks() -> None:
    frontier = tree.Frontier.resumed(77, subtree)
    assert frontier.root() == mth(0, 77)
    for number in range(77, MOST):
        frontier.append(LEAVES[number])
        assert frontier.root() == mth(0, number + 1)
