"""What a selection hangs on: which scenario (expert left out, other method) takes an application out.

How a set is selected is the caller's business, so that the rules that really decide, with caps, floors and
links, can be asked.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import numpy as np

from panel.scoring.design import Design

Selected = Collection[str] | None
"""The selected applications; None where a scenario gives no result."""


@dataclass(frozen=True)
class Stability:
    """Membership of the selected set over scenarios.

    Attributes
    ----------
    base : frozenset of str
        What is selected as things are.
    members : mapping of application to int
        In how many scenarios it is selected; of every application that is so in any, or as things are.
    removed_by, added_by : mapping of application to tuple of str
        The scenarios that take a selected one out, or a rejected one in; only where there are any.
    scenarios : int
        How many gave a result.
    without_result : tuple of str
        Those that gave none.
    names : tuple of str
        All scenarios, in the order in which they were given.
    """

    base: frozenset[str]
    members: Mapping[str, int]
    removed_by: Mapping[str, tuple[str, ...]]
    added_by: Mapping[str, tuple[str, ...]]
    scenarios: int
    without_result: tuple[str, ...]
    names: tuple[str, ...] = ()

    @property
    def safe(self) -> frozenset[str]:
        """Selected as things are and in every scenario that gave a result."""
        return self.base - self.removed_by.keys()


def stability(base: Collection[str], scenarios: Mapping[str, Callable[[], Selected]]) -> Stability:
    """Ask every scenario for its selected set and compare it with that of things as they are.

    Parameters
    ----------
    base : collection of str
        What is selected as things are.
    scenarios : mapping of name to callable
        Each answers its selected set, or None if it has no result.
    """
    answers = {name: ask() for name, ask in scenarios.items()}
    sets = {name: frozenset(chosen) for name, chosen in answers.items() if chosen is not None}
    fixed = frozenset(base)
    ever = sorted(fixed.union(*sets.values()))
    members = {one: sum(one in chosen for chosen in sets.values()) for one in ever}
    removed = {one: tuple(n for n, chosen in sets.items() if one not in chosen) for one in sorted(fixed)}
    added = {one: tuple(n for n, chosen in sets.items() if one in chosen) for one in ever if one not in fixed}
    return Stability(
        base=fixed,
        members=members,
        removed_by={one: names for one, names in removed.items() if names},
        added_by=added,
        scenarios=len(sets),
        without_result=tuple(name for name, chosen in answers.items() if chosen is None),
        names=tuple(answers),
    )


@dataclass(frozen=True)
class LeftOut:
    """Stability when one expert at a time is left out.

    Attributes
    ----------
    stability : Stability
        The scenarios are the experts.
    unscored : mapping of expert to tuple of str
        Applications that only this expert scored, and that could not be ranked without; only where there are.
    """

    stability: Stability
    unscored: Mapping[str, tuple[str, ...]]


def leave_one_expert_out(design: Design, select: Callable[[Design], Selected]) -> LeftOut:
    """Select again without each expert in turn.

    Parameters
    ----------
    design : Design
    select : callable
        The selected set of a design, or None if it gives no result (say, because it is disconnected).
    """
    lone = design.per_application[design.application] == 1
    unscored: dict[str, tuple[str, ...]] = {}
    for j in np.unique(design.expert[lone]).tolist():
        own = design.application[lone & (design.expert == j)].tolist()
        unscored[design.experts[j]] = tuple(design.applications[i] for i in own)
    scenarios: dict[str, Callable[[], Selected]] = {
        expert: _without(design, j, select) for j, expert in enumerate(design.experts)
    }
    return LeftOut(stability(select(design) or (), scenarios), unscored)


def _without(design: Design, expert: int, select: Callable[[Design], Selected]) -> Callable[[], Selected]:
    def ask() -> Selected:
        rest = design.where(design.expert != expert)
        return None if rest is None else select(rest)

    return ask
