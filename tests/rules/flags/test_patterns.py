"""F6 and F11: rows and comments that repeat."""

from __future__ import annotations

from panel.rules.flags import patterns
from panel.rules.flags.facts import What
from tests.flagging import STUDIO, limits, opened, share, sheet

VARIED = {**share(80), "S1": 2000}


def test_one_share_rounded_to_the_step_is_a_straight_line() -> None:
    # 83 % of 30, 15, 10, 20, 15, 10 is 24.9, 12.45, 8.3, 16.6, 12.45, 8.3: in halves as below.
    rounded = {"S1": 2500, "S2": 1250, "S3": 850, "S4": 1650, "S5": 1250, "S6": 850}
    facts = opened([sheet("E1", "S01", rounded)])
    assert patterns.is_straight(facts, sheet("E1", "S01", rounded))
    assert patterns.is_straight(facts, sheet("E1", "S01", share(80)))
    assert not patterns.is_straight(facts, sheet("E1", "S01", VARIED))
    assert not patterns.is_straight(facts, sheet("E1", "S01", {"S1": 2400}))


def test_three_straight_sheets_are_a_flag_and_two_are_none() -> None:
    sheets = [sheet("E1", f"S{n:02}", share(percent)) for n, percent in enumerate((90, 80, 70, 50), 1)]
    sheets[3] = sheet("E1", "S04", VARIED)
    (flag,) = patterns.find(opened(sheets))
    assert flag.what is What.STRAIGHT
    assert flag.applications == ("S01", "S02", "S03")
    assert flag.numbers == {"sheets": 3, "of": 4, "limit": 3}
    assert list(patterns.find(opened(sheets[1:]))) == []


def test_the_very_same_points_twice_are_a_flag() -> None:
    (flag,) = patterns.find(opened([sheet("E1", "S02", VARIED), sheet("E1", "S01", VARIED)]))
    assert flag.what is What.SAME_ROWS
    assert flag.applications == ("S01", "S02")


def test_two_experts_with_the_same_points_on_two_applications_are_a_flag() -> None:
    other = {**VARIED, "S2": 1500}
    sheets = [
        sheet(expert, number, points)
        for expert in ("E1", "E2")
        for number, points in (("S01", VARIED), ("S02", other))
    ]
    (flag,) = patterns.find(opened([*sheets, sheet("E1", "S03", STUDIO)]))
    assert flag.what is What.SAME_AS_OTHER
    assert flag.people == ("E1", "E2")
    assert flag.numbers == {"sheets": 2, "of": 2, "limit": 2}
    assert list(patterns.find(opened(sheets[1:]))) == []


def test_comments_that_all_stand_elsewhere_are_a_flag() -> None:
    same = ("同意。", "同意。", "同意。")
    sheets = [
        sheet("E1", "S01", VARIED, comments=same),
        sheet("E2", "S01", share(70), comments=("同意。", "另见。")),
    ]
    (flag,) = patterns.copied(opened(sheets))
    assert flag.people == ("E1",)
    assert flag.numbers == {"comments": 3, "different": 1, "limit": 3}
    assert list(patterns.copied(opened(sheets, policy=limits(copied_comments=4)))) == []
