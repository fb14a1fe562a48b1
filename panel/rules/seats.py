"""Figures against a number of seats: the one comparison that the cut, each rung and the vote share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Split:
    """Applications surely in, equal at the line with too few seats left for them, and surely out."""

    above: frozenset[str]
    level: frozenset[str]
    below: frozenset[str]


def split(figures: Mapping[str, int], seats: int) -> Split:
    """Part `figures` by the one that holds the last of `seats`: at least one seat, and fewer than figures."""
    line = sorted(figures.values(), reverse=True)[seats - 1]
    above = frozenset(name for name, figure in figures.items() if figure > line)
    level = frozenset(name for name, figure in figures.items() if figure == line)
    below = frozenset(figures) - above - level
    if len(above) + len(level) == seats:
        return Split(above | level, frozenset(), below)
    return Split(above, level, below)


def best_first(figures: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    """Applications with their figures, the highest first, equal ones by number."""
    return tuple(sorted(figures.items(), key=lambda pair: (-pair[1], pair[0])))


def competition_ranks(figures: Mapping[str, int]) -> dict[str, int]:
    """One more than the number of higher figures: 1, 2, 2, 4."""
    first = {
        figure: index for index, figure in reversed([*enumerate(sorted(figures.values(), reverse=True), 1)])
    }
    return {name: first[figure] for name, figure in figures.items()}
