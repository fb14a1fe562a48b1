"""Weak links: where the comparison of two groups of applications hangs on a single score.

A score whose removal would split the design is a bridge: it has leverage 1, is fitted exactly whatever it
says, and moves one whole group against the other. Between the groups standard errors are large for the same
reason.

References
----------
Tarjan, R. E. (1974). A note on finding the bridges of a graph. Information Processing Letters 2(6), 160-161.
Fiedler, M. (1973). Algebraic connectivity of graphs. Czechoslovak Mathematical Journal 23(2), 298-305.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order

from panel.scoring.design import Design, Floats, Indices

GAP_EXPERTS = 1000
"""Up to this many experts the algebraic connectivity is computed: beyond, it takes longer than the fit."""

MOST_BRIDGES = 50
"""A design of more bridges than that is a chain or a tree: those that cut off most are named."""

SEED = 1974


@dataclass(frozen=True)
class Bridge:
    """A score that alone links two groups of at least two applications each.

    Attributes
    ----------
    expert, application : str
    beyond : tuple of str
        The applications of the smaller group, sorted (of two as large, the one without the first
        application); they would be cut off.
    """

    expert: str
    application: str
    beyond: tuple[str, ...]


@dataclass(frozen=True)
class Links:
    """How a design hangs together.

    Attributes
    ----------
    bridges : tuple of Bridge
        Those that cut off most first, at most `MOST_BRIDGES` of them.
    bridge_count : int
        How many there are.
    single : tuple of str
        Applications with one score, which they rest on entirely: leverage 1 as well, but nothing hangs on it.
    gap : float or None
        Algebraic connectivity of the experts, between 0 (disconnected) and 1 (complete); None for many
        experts. Small values mean weak links of more than one score.
    """

    bridges: tuple[Bridge, ...]
    bridge_count: int
    single: tuple[str, ...]
    gap: float | None


def links(design: Design) -> Links:
    """Find the weak links of a design, connected or not.

    Parameters
    ----------
    design : Design
        Any size: the time for the bridges grows with the number of scores.
    """
    n = design.shape[0]
    order, parent = _tree(design)
    beyond = _beyond(design, order, parent)
    whole = np.bincount(design.labels[0])[np.concatenate(design.labels)]
    smaller = np.minimum(beyond, whole - beyond)
    nodes = np.flatnonzero(smaller >= 2)
    chosen = nodes[np.lexsort((nodes, -smaller[nodes]))][:MOST_BRIDGES]
    named = []
    for node in chosen.tolist():
        inside = _inside(node, order, parent)[:n]
        if 2 * beyond[node] > whole[node]:
            inside = ~inside & (design.labels[0] == np.concatenate(design.labels)[node])
        application, expert = sorted((node, int(parent[node])))
        cut = tuple(design.applications[i] for i in np.flatnonzero(inside))
        named.append(Bridge(design.experts[expert - n], design.applications[application], cut))
    single = tuple(design.applications[i] for i in np.flatnonzero(design.per_application == 1))
    return Links(tuple(named), int(nodes.size), single, _gap(design))


def _tree(design: Design) -> tuple[Indices, Indices]:
    """Nodes (applications, then experts) from a root outwards, and the parent of each.

    The root is one node more, tied to one application of every component.
    """
    n, m = design.shape
    first = np.unique(design.labels[0], return_index=True)[1]
    rows = np.concatenate((design.application, first))
    columns = np.concatenate((n + design.expert, np.full(first.size, n + m)))
    graph = csr_array((np.ones(rows.size, np.int8), (rows, columns)), shape=(n + m + 1, n + m + 1))
    order, parent = breadth_first_order(graph, n + m, directed=False)
    return order.astype(np.intp), parent.astype(np.intp)


def _beyond(design: Design, order: Indices, parent: Indices) -> Indices:
    """How many applications the edge from a node to its parent cuts off, shape (n + m,); 0: no bridge.

    Every edge outside the tree gets a random 64-bit mark, which both its ends carry; the marks of a subtree,
    combined by exclusive or, are zero if no such edge leaves it. By chance that happens once in 2^64.
    """
    n, m = design.shape
    i, j = design.application, n + design.expert
    outside = (parent[i] != j) & (parent[j] != i)
    generator = np.random.Generator(np.random.PCG64(SEED))
    marks = generator.integers(1, 2**63, int(outside.sum()), dtype=np.uint64)
    both = np.zeros(n + m + 1, dtype=np.uint64)
    np.bitwise_xor.at(both, i[outside], marks)
    np.bitwise_xor.at(both, j[outside], marks)
    carried, sizes, above = both.tolist(), [1] * n + [0] * (m + 1), parent.tolist()
    for node in order[:0:-1].tolist():
        carried[above[node]] ^= carried[node]
        sizes[above[node]] += sizes[node]
    bridge = (np.array(carried[: n + m], dtype=np.uint64) == 0) & (parent[: n + m] != n + m)
    return np.where(bridge, sizes[: n + m], 0)


def _inside(node: int, order: Indices, parent: Indices) -> NDArray[np.bool_]:
    """The nodes that a node cuts off from the root, itself included."""
    inside = np.zeros(parent.size, dtype=np.bool_)
    inside[node] = True
    start = int(np.flatnonzero(order == node)[0])
    for other in order[start + 1 :].tolist():
        inside[other] = inside[parent[other]]
    return inside


def _gap(design: Design) -> float | None:
    """Second smallest eigenvalue of 1 - D^-1/2 N' C^-1 N D^-1/2."""
    m = design.shape[1]
    if m > GAP_EXPERTS or m < 2:
        return None
    weights: Floats = 1.0 / np.sqrt(
        design.per_application[design.application] * design.per_expert[design.expert].astype(np.float64)
    )
    scaled = design.sparse(weights)
    values = np.linalg.eigvalsh((scaled.T @ scaled).toarray())
    return float(min(max(1.0 - values[-2], 0.0), 1.0))
