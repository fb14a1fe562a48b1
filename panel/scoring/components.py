"""Which applications can be compared at all: the connected parts of the expert-application graph."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from panel.errors import PanelError
from panel.scoring.design import Design
from panel.scoring.matrix import ScoreMatrix


@dataclass(frozen=True)
class Component:
    """Experts and applications linked by scores, as large as can be; both sorted, neither empty."""

    experts: tuple[str, ...]
    applications: tuple[str, ...]

    def __str__(self) -> str:
        return f"experts {', '.join(self.experts)} on applications {', '.join(self.applications)}"


class NotConnected(PanelError):
    """The scores fall into parts without a common expert, so no single list can be computed from them."""

    def __init__(self, parts: tuple[Component, ...]) -> None:
        named = "; ".join(map(str, parts))
        super().__init__(f"the scores fall into {len(parts)} parts without a common expert: {named}")
        self.components = parts


def components(matrix: ScoreMatrix) -> tuple[Component, ...]:
    """Split the design into its connected components.

    Additive effects compare two applications only if a chain of shared experts leads from one to the other:
    the least-squares equations have rank m + n - (number of components).

    Parameters
    ----------
    matrix : ScoreMatrix
        m experts, n applications.

    Returns
    -------
    tuple of Component
        Ordered by their first application. One component means that one list is possible.

    References
    ----------
    Eccleston, J. A., Hedayat, A. (1974). On the theory of connected designs: characterization and optimality.
    Annals of Statistics 2(6), 1238-1255.
    """
    experts, applications = matrix.positions
    m = len(matrix.experts)
    size = m + len(matrix.applications)
    edges = (np.ones(len(experts), dtype=np.int8), (experts, m + applications))
    _, labels = connected_components(coo_array(edges, shape=(size, size)), directed=False)
    found: dict[int, tuple[list[str], list[str]]] = {}
    # Applications first: they decide the order of the components.
    for application, label in zip(matrix.applications, labels[m:], strict=True):
        found.setdefault(int(label), ([], []))[1].append(application)
    for expert, label in zip(matrix.experts, labels[:m], strict=True):
        found[int(label)][0].append(expert)
    return tuple(Component(tuple(seen_by), tuple(seen)) for seen_by, seen in found.values())


def components_of(design: Design) -> tuple[Component, ...]:
    """Split a design held as arrays into its connected components, as `components` does for a matrix."""
    of_applications, of_experts = design.labels
    found: list[tuple[list[str], list[str]]] = [([], []) for _ in range(int(of_applications.max()) + 1)]
    for name, label in zip(design.experts, of_experts.tolist(), strict=True):
        found[label][0].append(name)
    for name, label in zip(design.applications, of_applications.tolist(), strict=True):
        found[label][1].append(name)
    return tuple(Component(tuple(seen_by), tuple(seen)) for seen_by, seen in found)
