"""Agreement: figures between 0 and 1, and the curve of more and more experts."""

from __future__ import annotations

from panel.scoring.study import Step
from panel.web.pictures.agreements import curve, gauges


def test_only_what_is_defined_is_shown_the_most_useful_first() -> None:
    found = gauges(
        {
            "kendall_W_ties": 0.7,
            "ICC2_k": 0.9,
            "ICC2_k_lo95": 0.8,
            "ICC2_k_hi95": 0.95,
            "ICC1_1": 0.3,
            "ICC3_k": None,
        }
    )
    assert [(one.name, one.value, one.low, one.high) for one in found] == [
        ("ICC2_k", 0.9, 0.8, 0.95),
        ("kendall_W_ties", 0.7, None, None),
    ]
    first, second = found
    assert first.x_low is not None
    assert first.x_high is not None
    assert first.x_low == first.target < first.x < first.x_high
    assert second.x_low is None


def test_a_figure_below_zero_is_drawn_at_the_end() -> None:
    (one,) = gauges({"ICC2_k": -0.4})
    assert one.x == 6
    assert one.value == -0.4


def test_the_curve_rises_with_the_number_of_experts() -> None:
    steps = (Step(1, 0.6, 0.5), Step(5, 0.88, 0.83), Step(20, 0.97, 0.95))
    found = curve(steps, 7.5)
    assert found is not None
    heights = [y for _x, y in found.absolute]
    assert heights == sorted(heights, reverse=True)  # up is less
    assert all(a[1] > r[1] for a, r in zip(found.absolute, found.relative, strict=True))
    assert found.here == found.experts.at(7.5)
    assert found.target == found.shares.at(0.8)


def test_more_experts_than_the_axis_has_are_not_marked_and_no_steps_have_no_curve() -> None:
    found = curve((Step(1, 0.6, 0.5), Step(20, 0.97, 0.95)), 31)
    assert found is not None
    assert found.here is None
    assert curve((), 7) is None
