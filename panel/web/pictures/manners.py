"""Manners of scoring (评分尺度图): how lenient each expert was, how surely, and the spread of the scores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from panel.rules.manners import Manner
from panel.web.pictures.axes import Axis, around, symmetric

WIDTH, ROW, TOP = 820, 30, 46
START, END = 92, 500
SPREAD_START, SPREAD_END = 560, 800


@dataclass(frozen=True, slots=True)
class Row:
    """One expert; what is undefined is None."""

    expert: str
    y: float
    manner: Manner
    middle: float | None
    low: float | None
    high: float | None
    spread: float | None


@dataclass(frozen=True, slots=True)
class Manners:
    """The picture."""

    points: Axis
    spreads: Axis
    rows: tuple[Row, ...]
    height: int
    width: int = WIDTH

    @property
    def zero(self) -> float:
        """As strict as the others on average."""
        return self.points.at(0.0)

    @property
    def usual(self) -> float:
        """The spread of the median expert."""
        return self.spreads.at(1.0)


def manners(found: Mapping[str, Manner]) -> Manners:
    """Lay out the experts in the given order."""
    reach = [abs(one.leniency) + (one.interval or 0.0) for one in found.values() if one.leniency is not None]
    points = symmetric(reach, START, END)
    spreads = around(
        [0.0, 1.0, *(one.spread for one in found.values() if one.spread is not None)],
        SPREAD_START,
        SPREAD_END,
    )
    rows = tuple(
        _row(expert, one, TOP + ROW * n + ROW / 2, points, spreads)
        for n, (expert, one) in enumerate(found.items())
    )
    return Manners(points, spreads, rows, TOP + ROW * len(rows) + 26)


def _row(expert: str, one: Manner, y: float, points: Axis, spreads: Axis) -> Row:
    middle, low, high = one.leniency, None, None
    if middle is not None and one.interval is not None:
        low, high = points.at(middle - one.interval), points.at(middle + one.interval)
    return Row(
        expert=expert,
        y=y,
        manner=one,
        middle=None if middle is None else points.at(middle),
        low=low,
        high=high,
        spread=None if one.spread is None else spreads.at(one.spread),
    )
