"""An axis (数轴): from values to places in a picture, with marks at round values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, floor, log10

STEPS = 6
"""About so many intervals between the marks."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark: its place and its number."""

    x: float
    text: str


@dataclass(frozen=True, slots=True)
class Axis:
    """Values from `low` to `high` between `start` and `end`, with a mark every `step`."""

    low: float
    high: float
    start: float
    end: float
    step: float

    def at(self, value: float) -> float:
        """Where a value lies; one beyond the axis lies at its end."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)

    @property
    def ticks(self) -> tuple[Tick, ...]:
        """The marks."""
        places = max(0, -floor(log10(self.step)))
        count = round((self.high - self.low) / self.step)
        values = [self.low + number * self.step for number in range(count + 1)]
        return tuple(Tick(self.at(value), _text(value, places)) for value in values)


_FINEST = 1e-12
"""Below this a width is none: its logarithm would say nothing, or not exist."""


def around(values: Iterable[float], start: float, end: float) -> Axis:
    """An axis from a round value below all values to one above."""
    known = list(values) or [0.0]
    low, high = min(known), max(known)
    wide = next((width for width in (high - low, abs(high)) if width > _FINEST), 1.0)
    size = 10.0 ** floor(log10(wide / STEPS))
    step = next(size * factor for factor in (1, 2, 5, 10) if size * factor * STEPS >= wide * 0.999)
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    return Axis(first * step, max(last, first + 1) * step, start, end, step)


def symmetric(values: Iterable[float], start: float, end: float) -> Axis:
    """The same with zero in the middle."""
    most = max((abs(value) for value in values), default=0.0) or 1.0
    return around((-most, most), start, end)


def _text(value: float, places: int) -> str:
    return f"{value:.{places}f}".replace("-", "−") if round(value, places) else "0"
