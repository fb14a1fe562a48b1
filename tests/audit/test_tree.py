"""The tree of RFC 9162, against the published vectors of RFC 6962 logs and against the definition itself."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.audit import tree

# The inputs and roots with which certificate transparency logs are tested (google/certificate-transparency).
INPUTS = (
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
)
ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)

bodies = st.lists(st.binary(max_size=8), max_size=70)


def by_definition(leaves: list[bytes]) -> bytes:
    """Section 2.1.1 of RFC 9162, word for word: split at the largest power of two below the size."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    left, right = by_definition(leaves[:split]), by_definition(leaves[split:])
    return hashlib.sha256(b"\x01" + left + right).digest()


@pytest.mark.parametrize("size", range(9))
def test_roots_of_the_published_vectors(size: int) -> None:
    leaves = [tree.leaf_hash(bytes.fromhex(text)) for text in INPUTS[:size]]
    assert tree.root_of(leaves).hex() == ROOTS[size]


def test_a_leaf_and_a_node_of_the_same_bytes_differ() -> None:
    assert tree.leaf_hash(b"ab") == hashlib.sha256(b"\x00ab").digest()
    assert tree.node_hash(b"a", b"b") == hashlib.sha256(b"\x01ab").digest()


def test_an_entry_completes_one_subtree_for_each_trailing_one() -> None:
    assert tree.left_siblings(0) == []
    assert tree.left_siblings(5) == [(0, 4)]
    assert tree.left_siblings(7) == [(0, 6), (1, 2), (2, 0)]


def test_a_tree_consists_of_one_subtree_for_each_one_of_its_size() -> None:
    assert tree.peaks(0) == []
    assert tree.peaks(6) == [(2, 0), (1, 2)]
    assert tree.peaks(13) == [(3, 0), (2, 2), (0, 12)]


@given(bodies)
def test_the_frontier_the_stored_subtrees_and_the_definition_agree(contents: list[bytes]) -> None:
    leaves = [tree.leaf_hash(body) for body in contents]
    stored: dict[tree.Spot, bytes] = {}
    frontier = tree.Frontier()
    for index, leaf in enumerate(leaves):
        stored[0, index] = leaf
        made = dict(tree.completed(index, leaf, stored.__getitem__))
        assert frontier.append(leaf) == made
        stored |= made
        assert frontier.root() == tree.root(index + 1, stored.__getitem__)
    assert frontier.size == len(leaves)
    assert frontier.root() == tree.root_of(leaves) == by_definition(leaves)


@given(bodies, st.data())
def test_any_change_of_an_entry_changes_the_root(contents: list[bytes], data: st.DataObject) -> None:
    leaves = [tree.leaf_hash(body) for body in [*contents, b"one"]]
    at = data.draw(st.integers(0, len(leaves) - 1))
    changed = [*leaves[:at], tree.leaf_hash(b"another one"), *leaves[at + 1 :]]
    assert tree.root_of(changed) != tree.root_of(leaves)
