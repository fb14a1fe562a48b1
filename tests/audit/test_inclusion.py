"""Inclusion proofs against the definition, against published vectors, and against whoever forges them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest

from panel.audit import tree
from panel.audit.tree import Spot

# The leaves and paths of the reference tests of Certificate Transparency (merkle_tree_test.cc).
INPUTS = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}
PATHS = {
    (0, 1): (),
    (0, 8): (
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ),
    (5, 8): (
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
    (2, 3): ("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",),
    (1, 5): (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ),
}

MOST = 130
LEAVES = [tree.leaf_hash(f"entry {n}".encode()) for n in range(MOST)]


def mth(leaves: list[bytes]) -> bytes:
    """The root as section 2.1.1 of RFC 9162 defines it."""
    if len(leaves) == 1:
        return leaves[0]
    split = max(2**k for k in range(10) if 2**k < len(leaves))
    return hashlib.sha256(b"\x01" + mth(leaves[:split]) + mth(leaves[split:])).digest()


def path(index: int, leaves: list[bytes]) -> list[bytes]:
    """The path as section 2.1.3.1 defines it."""
    if len(leaves) == 1:
        return []
    split = max(2**k for k in range(10) if 2**k < len(leaves))
    if index < split:
        return [*path(index, leaves[:split]), mth(leaves[split:])]
    return [*path(index - split, leaves[split:]), mth(leaves[:split])]


def stored(leaves: list[bytes], asked: list[Spot] | None = None) -> Callable[[Spot], bytes]:
    """Only complete subtrees can be asked for, as the store holds them."""

    def subtree(spot: Spot) -> bytes:
        level, position = spot
        several = leaves[position << level : (position + 1) << level]
        assert len(several) == 1 << level
        if asked is not None:
            asked.append(spot)
        return mth(several)

    return subtree


@pytest.mark.parametrize(("index", "size"), PATHS)
def test_published_paths(index: int, size: int) -> None:
    leaves = [tree.leaf_hash(bytes.fromhex(data)) for data in INPUTS][:size]
    proof = [sibling.hash for sibling in tree.inclusion_proof(index, size, stored(leaves))]
    assert tuple(one.hex() for one in proof) == PATHS[index, size]
    assert tree.includes(index, size, leaves[index], proof, bytes.fromhex(ROOTS[size]))


@pytest.mark.parametrize("size", range(1, MOST + 1))
def test_every_entry_of_every_tree_up_to_130(size: int) -> None:
    leaves = LEAVES[:size]
    root = mth(leaves)
    for index in range(size):
        proof = tree.inclusion_proof(index, size, stored(leaves))
        hashes = [sibling.hash for sibling in proof]
        assert hashes == path(index, leaves)
        assert tree.includes(index, size, leaves[index], hashes, root)


@pytest.mark.parametrize("size", [2, 3, 7, 8, 64, 100, 130])
def test_siblings_say_which_entries_they_cover(size: int) -> None:
    for index in range(size):
        first, last = index, index
        for beside in tree.inclusion_proof(index, size, stored(LEAVES[:size])):
            # Each stands right beside what is known so far, on the side that it says.
            assert (beside.first + beside.count == first) if beside.left else (beside.first == last + 1)
            assert beside.hash == mth(LEAVES[beside.first : beside.first + beside.count])
            first, last = min(first, beside.first), max(last, beside.first + beside.count - 1)
        assert (first, last) == (0, size - 1)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 21, 64, 65])
def test_nothing_else_passes(size: int) -> None:
    leaves, other = LEAVES[:size], tree.leaf_hash(b"forged")
    root = mth(leaves)
    for index in range(size):
        proof = path(index, leaves)
        assert not tree.includes(index, size, other, proof, root)
        assert not tree.includes(index, size, leaves[index], proof, other)
        assert not tree.includes(index, size, leaves[index], [*proof, other], root)
        for place in range(len(proof)):
            assert not tree.includes(index, size, leaves[index], proof[:place] + proof[place + 1 :], root)
            forged = [*proof[:place], other, *proof[place + 1 :]]
            assert not tree.includes(index, size, leaves[index], forged, root)
        for wrong in set(range(size)) - {index}:
            assert not tree.includes(wrong, size, leaves[index], proof, root)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (-1, 5), (5, 5)])
def test_there_is_no_proof_of_what_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no entry"):
        tree.inclusion_proof(index, size, stored(LEAVES))
    assert tree.root_by_proof(index, size, LEAVES[0], []) is None


def test_a_proof_asks_only_for_few_subtrees() -> None:
    asked: list[Spot] = []
    tree.inclusion_proof(77, 130, stored(LEAVES, asked))
    # Seven steps below the 128, and the two last entries, which are a subtree of their own.
    assert len(asked) == 8
