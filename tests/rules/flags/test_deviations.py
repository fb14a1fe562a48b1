"""F2: totals far from the mean or the median of their application; worked by hand."""

from __future__ import annotations

from panel.rules.flags import deviations
from panel.rules.flags.facts import Facts, What
from tests.flagging import opened, sheet


def totals(*points: int) -> Facts:
    return opened([sheet(f"E{n}", "S01", one) for n, one in enumerate(points, 1)])


def test_more_than_a_fifth_from_the_mean_is_a_flag_and_a_fifth_is_none() -> None:
    # The mean of 60, 80, 80, 80, 75 is 75: 60 is exactly 20 % below, and far only from the median.
    exact = deviations.find(totals(6000, 8000, 8000, 8000, 7500))
    assert What.FAR_FROM_MEAN not in {flag.what for flag in exact}
    # The mean of 59, 81, 80, 80, 75 is 75: 59 is 21.3 % below.
    found = deviations.find(totals(5900, 8100, 8000, 8000, 7500))
    flags = [flag for flag in found if flag.what is What.FAR_FROM_MEAN]
    (flag,) = flags
    assert flag.people == ("E1",)
    assert flag.numbers == {"sheets": 1, "far": 21, "points": 5900, "middle": 7500, "limit": 20}


def test_far_from_the_median_is_measured_in_robust_standard_deviations() -> None:
    # Median 79; absolute deviations 7, 1, 0, 1, 2: their median 1, times 1.4826; 7 / 1.4826 = 4.721.
    (flag,) = deviations.find(totals(7200, 7800, 7900, 8000, 8100))
    assert flag.what is What.FAR_FROM_MEDIAN
    assert flag.numbers == {"sheets": 1, "far": 472, "points": 7200, "middle": 7900, "limit": 250}


def test_without_a_spread_or_with_few_sheets_there_is_no_robust_measure() -> None:
    assert list(deviations.find(totals(7000, 8000, 8000, 8000, 8000))) == []
    assert list(deviations.find(totals(7200, 7900, 8000, 8100))) == []


def test_several_sheets_of_one_expert_are_one_flag_the_farthest_first() -> None:
    sheets = [
        sheet(f"E{n}", number, points)
        for number, given in (
            ("S01", (7200, 7800, 7900, 8000, 8100)),
            ("S02", (7000, 7800, 7900, 8000, 8100)),
        )
        for n, points in enumerate(given, 1)
    ]
    (flag,) = deviations.find(opened(sheets))
    assert flag.applications == ("S02", "S01")
    assert flag.numbers["sheets"] == 2


def test_a_field_of_zeros_has_no_share_to_be_far_by() -> None:
    assert list(deviations.find(totals(0, 0, 0))) == []
