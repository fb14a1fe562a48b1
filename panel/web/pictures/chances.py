"""Chances (入选可能性图): how likely each application near the cut is to be selected, between which ranks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from panel.rules.analyses import Chance
from panel.scoring.uncertainty.chances import GREY
from panel.web.pictures.axes import Axis
from panel.web.pictures.axes import around as axis_around
from panel.web.pictures.strips import cut_between

WIDTH, ROW, TOP = 820, 28, 46
CHANCE_START, CHANCE_END = 92, 430
RANK_START, RANK_END = 530, 800
BESIDE = 5
"""So many applications are shown on either side of the cut, and whoever is near it."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One application: bar and whisker."""

    number: str
    y: float
    chance: Chance
    selected: bool
    end: float
    low: float
    high: float
    middle: float


@dataclass(frozen=True, slots=True)
class Bars:
    """The picture; `shade` from and to, `left_out` is how many applications are not in it."""

    shares: Axis
    ranks: Axis
    shade: tuple[float, float]
    rows: tuple[Bar, ...]
    cut: float | None
    left_out: int
    height: int
    width: int = WIDTH


def bars(numbers: Sequence[str], seated: Sequence[str], found: Mapping[str, Chance]) -> Bars:
    """Lay out those around the cut; `numbers` in the order of the result, of all with a chance."""
    shown = around_the_cut(numbers, seated, found)
    shares = Axis(0.0, 1.0, CHANCE_START, CHANCE_END, 0.5)
    limits = [float(rank) for n in shown for rank in (found[n].rank_low, found[n].rank_high)]
    ranks = axis_around(limits, RANK_START, RANK_END)
    rows = tuple(
        Bar(
            number=number,
            y=TOP + ROW * n + ROW / 2,
            chance=found[number],
            selected=number in seated,
            end=shares.at(found[number].selected),
            low=ranks.at(found[number].rank_low),
            high=ranks.at(found[number].rank_high),
            middle=ranks.at(found[number].expected_rank),
        )
        for n, number in enumerate(shown)
    )
    low, high = GREY
    return Bars(
        shares=shares,
        ranks=ranks,
        shade=(shares.at(low), shares.at(high)),
        rows=rows,
        cut=cut_between([row.selected for row in rows], TOP, ROW),
        left_out=len(numbers) - len(shown),
        height=TOP + ROW * len(rows) + 26,
    )


def around_the_cut(
    numbers: Sequence[str], seated: Sequence[str], found: Mapping[str, Chance]
) -> tuple[str, ...]:
    """Those next to the line on either side, and all that are near it."""
    line = sum(number in seated for number in numbers)
    return tuple(
        number for n, number in enumerate(numbers) if line - BESIDE <= n < line + BESIDE or found[number].grey
    )
