"""Rank slopes (名次对照图): how the order changes from one way of computing to the next."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

WIDTH, ROW, TOP = 820, 26, 34
FIRST, LAST = 130, 690
BESIDE = 56
"""Lines keep so far from the middle of a column that has its words on the line."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One order: the applications from the first to the last, how many have a seat, scores as written."""

    title: str
    numbers: tuple[str, ...]
    seated: int
    scores: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Point:
    """One application in one column."""

    number: str
    score: str
    y: float
    seated: bool


@dataclass(frozen=True, slots=True)
class Column:
    """One order, with the place of its cut."""

    title: str
    x: float
    points: tuple[Point, ...]
    cut: float | None


@dataclass(frozen=True, slots=True)
class Line:
    """From one column to the next; `crosses`: "in" or "out" across the cut, or empty."""

    number: str
    x1: float
    y1: float
    x2: float
    y2: float
    crosses: str


@dataclass(frozen=True, slots=True)
class Slopes:
    """The picture."""

    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    height: float
    width: int = WIDTH

    @property
    def same(self) -> bool:
        """Whether all columns have one order, and then there is nothing to see."""
        first = [point.number for point in self.columns[0].points]
        return all([point.number for point in column.points] == first for column in self.columns)

    @property
    def crossing(self) -> tuple[str, ...]:
        """Who is selected in one column and not in another."""
        return tuple(dict.fromkeys(line.number for line in self.lines if line.crosses))


def slopes(orders: Sequence[Listed], undecided: Collection[str] = ()) -> Slopes:
    """Lay out two orders or more of the same applications; who is `undecided` crosses nothing."""
    gap = (LAST - FIRST) / (len(orders) - 1)
    columns = tuple(_column(one, FIRST + gap * n) for n, one in enumerate(orders))
    lines = tuple(
        _apart(line, columns[0].x, columns[-1].x)
        for left, right in pairwise(columns)
        for line in _between(left, right, undecided)
    )
    most = max(len(column.points) for column in columns)
    return Slopes(columns, lines, TOP + ROW * most + 8)


def _column(order: Listed, x: float) -> Column:
    points = tuple(
        Point(number, order.scores.get(number, ""), TOP + ROW * n + ROW / 2, n < order.seated)
        for n, number in enumerate(order.numbers)
    )
    inside = 0 < order.seated < len(points)
    return Column(order.title, round(x, 1), points, TOP + ROW * order.seated if inside else None)


def _apart(line: Line, first: float, last: float) -> Line:
    """The line up to the words of a middle column, and on the very row of what it leads to."""
    start, end = (0 if line.x1 == first else BESIDE), (0 if line.x2 == last else BESIDE)
    return replace(line, x1=line.x1 + start, x2=line.x2 - end)


def _between(left: Column, right: Column, undecided: Collection[str]) -> list[Line]:
    ends = {point.number: point for point in right.points}
    found = []
    for start in left.points:
        end = ends.get(start.number)
        if end is not None:
            same = start.seated == end.seated or start.number in undecided
            crosses = "" if same else ("in" if end.seated else "out")
            found.append(Line(start.number, left.x, start.y, right.x, end.y, crosses))
    # What crosses is drawn last, on top of the others.
    return sorted(found, key=lambda line: bool(line.crosses))
