"""Manners of scoring: a point with its interval, and the spread beside it."""

from __future__ import annotations

from panel.rules.manners import Manner
from panel.web.pictures.manners import manners


def manner(leniency: float | None, interval: float | None = 1.0, spread: float | None = 1.0) -> Manner:
    return Manner(6, leniency, interval, spread, 1.0, 0.9, 1.0)


def test_experts_stand_in_the_given_order_around_zero() -> None:
    found = manners({"E1": manner(-8.0), "E2": manner(5.0)})
    severe, lenient = found.rows
    assert [row.expert for row in found.rows] == ["E1", "E2"]
    assert severe.middle is not None
    assert lenient.middle is not None
    assert severe.middle < found.zero < lenient.middle
    assert (severe.low, severe.high) == (found.points.at(-9.0), found.points.at(-7.0))
    assert severe.spread == found.usual


def test_what_is_undefined_is_not_drawn() -> None:
    found = manners({"E1": manner(None), "E2": manner(1.0, None, None)})
    nothing, point = found.rows
    assert (nothing.middle, nothing.low, nothing.high) == (None, None, None)
    assert point.middle is not None
    assert (point.low, point.high, point.spread) == (None, None, None)
