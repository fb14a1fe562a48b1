"""Axes: round marks around all values, and places that follow them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.web.pictures.axes import Axis, Tick, around, symmetric


def test_marks_stand_at_round_values() -> None:
    axis = around([61.5, 93.0], 0, 400)
    assert (axis.low, axis.high, axis.step) == (60, 100, 10)
    assert [tick.text for tick in axis.ticks] == ["60", "70", "80", "90", "100"]
    assert [tick.x for tick in axis.ticks] == [0, 100, 200, 300, 400]


def test_decimals_are_as_many_as_the_marks_need() -> None:
    assert [tick.text for tick in around([0.0, 1.0], 0, 100).ticks] == [
        "0",
        "0.2",
        "0.4",
        "0.6",
        "0.8",
        "1.0",
    ]
    assert next(tick.text for tick in around([-0.04, 0.04], 0, 100).ticks) == "−0.04"


def test_a_single_value_and_none_at_all_have_an_axis() -> None:
    assert around([80.0], 0, 100).low < 80 < around([80.0], 0, 100).high or around([80.0], 0, 100).low == 80
    assert around([], 0, 100).ticks[0] == Tick(0.0, "0")
    assert around([0.0, 0.0], 0, 10).high > 0


def test_zero_is_in_the_middle_of_a_symmetric_axis() -> None:
    axis = symmetric([-3.2, 8.1], 100, 500)
    assert axis.at(0) == 300
    assert axis.low == -axis.high
    assert axis.high >= 8.1
    assert symmetric([], 0, 10).at(0) == 5


def test_what_lies_beyond_is_drawn_at_the_end() -> None:
    axis = Axis(0, 1, 10, 20, 0.5)
    assert (axis.at(-3), axis.at(3)) == (10, 20)


def test_an_axis_may_run_upwards() -> None:
    assert Axis(0, 1, 200, 16, 0.2).at(1) == 16


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20))
def test_every_value_lies_between_the_ends_in_order(values: list[float]) -> None:
    axis = around(values, 0, 1000)
    assert axis.low <= min(values) + 1e-6 * axis.step
    assert axis.high >= max(values) - 1e-6 * axis.step
    places = [axis.at(value) for value in sorted(values)]
    assert places == sorted(places)
    assert 2 <= len(axis.ticks) <= 14


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e4])
def test_the_marks_do_not_depend_on_the_unit(scale: float) -> None:
    axis = around([3 * scale, 17 * scale], 0, 100)
    assert [round(tick.x, 1) for tick in axis.ticks] == [tick.x for tick in around([3, 17], 0, 100).ticks]
