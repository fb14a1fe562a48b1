"""Dot strips (评分点图): every expert's total of every application on one scale, with the two means."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from panel.web.pictures.axes import Axis, around

WIDTH, ROW, TOP = 820, 36, 28
LABEL, START, END = 74, 92, 700
NEAR, SHIFT = 10.0, 7.0
"""Dots nearer than this are moved apart by that."""


@dataclass(frozen=True, slots=True)
class Given:
    """One application: totals by expert and both means, in points; the latter None where there is none."""

    number: str
    totals: Mapping[str, float]
    mean: float | None
    official: float | None
    text: str
    """The official score as it is written."""
    selected: bool


@dataclass(frozen=True, slots=True)
class Dot:
    """One expert's total; `noted` if the sheet is among those to check."""

    x: float
    y: float
    expert: str
    total: float
    noted: bool


@dataclass(frozen=True, slots=True)
class Strip:
    """One application."""

    given: Given
    y: float
    dots: tuple[Dot, ...]
    mean: float | None
    official: float | None


@dataclass(frozen=True, slots=True)
class Strips:
    """The picture; `cut` is where the line between the selected and the others lies, if it lies inside."""

    axis: Axis
    rows: tuple[Strip, ...]
    cut: float | None
    height: int
    width: int = WIDTH

    @property
    def noted(self) -> bool:
        """Whether any sheet is to be checked."""
        return any(dot.noted for row in self.rows for dot in row.dots)


def strips(several: Sequence[Given], noted: Collection[tuple[str, str]] = ()) -> Strips:
    """Lay out the applications in the given order; `noted` are sheets to check, by expert and application."""
    values = [total for one in several for total in one.totals.values()]
    values += [mean for one in several for mean in (one.mean, one.official) if mean is not None]
    axis = around(values, START, END)
    rows = tuple(_strip(one, TOP + ROW * n + ROW / 2, axis, noted) for n, one in enumerate(several))
    return Strips(
        axis, rows, cut_between([one.selected for one in several], TOP, ROW), TOP + ROW * len(rows) + 26
    )


def cut_between(selected: Sequence[bool], top: float, row: float) -> float | None:
    """Where the line lies between the selected, who come first, and the others; None with only one kind."""
    count = sum(selected)
    return top + row * count if 0 < count < len(selected) else None


def _strip(given: Given, y: float, axis: Axis, noted: Collection[tuple[str, str]]) -> Strip:
    dots: list[Dot] = []
    for expert, total in sorted(given.totals.items(), key=lambda pair: (pair[1], pair[0])):
        x = axis.at(total)
        taken = {dot.y for dot in dots if x - dot.x < NEAR}
        free = next((y + shift for shift in (0, -SHIFT, SHIFT) if y + shift not in taken), y)
        dots.append(Dot(x, free, expert, total, (expert, given.number) in noted))
    return Strip(
        given=given,
        y=y,
        dots=tuple(dots),
        mean=None if given.mean is None else axis.at(given.mean),
        official=None if given.official is None else axis.at(given.official),
    )
