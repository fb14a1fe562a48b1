"""Agreement (一致性图): every figure on a scale from 0 to 1, and what more or fewer experts would give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from panel.scoring.agreement.statistics import TARGET
from panel.scoring.study import Step
from panel.sentences.agreement import NAMED
from panel.web.pictures.axes import Axis

WIDTH, HEIGHT = 168, 20
CURVE_WIDTH, CURVE_HEIGHT = 820, 252
LEFT, RIGHT, TOP, BOTTOM = 60, 790, 16, 200


@dataclass(frozen=True, slots=True)
class Gauge:
    """One figure with its 95 % interval, where there is one, and where they lie."""

    name: str
    value: float
    low: float | None
    high: float | None
    x: float
    x_low: float | None
    x_high: float | None
    target: float


@dataclass(frozen=True, slots=True)
class Curve:
    """The dependability of means of more and more experts, as the points of two lines."""

    experts: Axis
    shares: Axis
    absolute: tuple[tuple[float, float], ...]
    relative: tuple[tuple[float, float], ...]
    target: float
    here: float | None
    height: int = CURVE_HEIGHT
    width: int = CURVE_WIDTH


def gauges(figures: Mapping[str, float | None]) -> tuple[Gauge, ...]:
    """The figures that are defined."""
    axis = Axis(0.0, 1.0, 6, WIDTH - 6, 0.2)

    def at(value: float | None) -> float | None:
        return None if value is None else axis.at(value)

    found = []
    for name in NAMED:
        value = figures.get(name)
        if value is not None:
            low, high = figures.get(f"{name}_lo95"), figures.get(f"{name}_hi95")
            found.append(Gauge(name, value, low, high, axis.at(value), at(low), at(high), axis.at(TARGET)))
    return tuple(found)


def curve(steps: tuple[Step, ...], experts: float) -> Curve | None:
    """The picture of a decision study, None without steps; `experts`: how many each application has."""
    if not steps:
        return None
    across = Axis(0.0, float(steps[-1].experts), LEFT, RIGHT, 5.0)
    up = Axis(0.0, 1.0, BOTTOM, TOP, 0.2)
    return Curve(
        experts=across,
        shares=up,
        absolute=tuple((across.at(step.experts), up.at(step.absolute)) for step in steps),
        relative=tuple((across.at(step.experts), up.at(step.relative)) for step in steps),
        target=up.at(TARGET),
        here=across.at(experts) if experts <= across.high else None,
    )
