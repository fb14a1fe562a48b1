"""Which applications can be compared at all: the connected parts of the expert-application graph."""

from __future__ import annotations

from dataclasses import dataclass

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
    Tarjan, R. E. (1975). Efficiency of a good but not linear set union algorithm. Journal of the ACM 22(2),
    215-225.
    """
    if matrix.complete:
        return (Component(matrix.experts, matrix.applications),)
    head = _heads(matrix)
    found: dict[str, tuple[list[str], list[str]]] = {}
    # Applications first: they decide the order of the components.
    for application, row in matrix.rows.items():
        found.setdefault(head[next(iter(row))], ([], []))[1].append(application)
    for expert in matrix.experts:
        found[head[expert]][0].append(expert)
    return tuple(Component(tuple(seen_by), tuple(seen)) for seen_by, seen in found.values())


def _heads(matrix: ScoreMatrix) -> dict[str, str]:
    """For each expert one expert of the same component, the same for all of it."""
    above = {expert: expert for expert in matrix.experts}

    def head(expert: str) -> str:
        while above[expert] != expert:
            above[expert] = expert = above[above[expert]]
        return expert

    for row in matrix.rows.values():
        top = head(next(iter(row)))
        for other in row:
            if above[other] != top:
                above[head(other)] = top
    return {expert: head(expert) for expert in above}


def components_of(design: Design) -> tuple[Component, ...]:
    """Split a design held as arrays into its connected components, as `components` does for a matrix."""
    of_applications, of_experts = design.labels
    found: list[tuple[list[str], list[str]]] = [([], []) for _ in range(int(of_applications.max()) + 1)]
    for name, label in zip(design.experts, of_experts.tolist(), strict=True):
        found[label][0].append(name)
    for name, label in zip(design.applications, of_applications.tolist(), strict=True):
        found[label][1].append(name)
    return tuple(Component(tuple(seen_by), tuple(seen)) for seen_by, seen in found)
