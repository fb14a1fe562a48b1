"""F1: a sheet that was sealed again with other points."""

from __future__ import annotations

from dataclasses import replace

from panel.rules.flags import revisions
from panel.rules.flags.facts import Sealed, What
from tests.flagging import acts, limits, opened, share, sheet


def field(before: float, after: float) -> list[Sealed]:
    """Four studios for three places, each with five sheets of 90, 80, 70 and 75; E1's on S04 was changed."""
    several = [
        sheet(f"E{n}", number, share(percent))
        for number, percent in (("S01", 90), ("S02", 80), ("S03", 70), ("S04", 70))
        for n in range(1, 6)
        if (n, number) != (1, "S04")
    ]
    first = sheet("E1", "S04", share(before), counted=False)
    return [*several, first, sheet("E1", "S04", share(after), revision=2)]


def test_a_change_says_how_much_and_whether_it_decides() -> None:
    # 70 before: S04 equals S03; 80 after: its mean is 72, and S03 is out.
    trail = acts(
        ("sheet.submit", "E1/S04", 0), ("sheet.return", "E1/S04", 60), ("sheet.submit", "E1/S04", 120)
    )
    (flag,) = revisions.find(opened(field(60, 80), acts=trail))
    assert flag.what is What.CHANGED_ACROSS
    assert flag.numbers == {"before": 6000, "after": 8000, "by": 2000, "revision": 2, "changed": 6}
    assert flag.entries == (100, 101, 102)


def test_a_change_names_its_own_two_sealings_and_the_return_between() -> None:
    trail = acts(*(("sheet.submit" if n % 2 == 0 else "sheet.return", "E1/S04", n) for n in range(5)))
    sheets = [*field(60, 80), sheet("E1", "S04", share(70), revision=3)]
    sheets[-2] = replace(sheets[-2], counted=False)
    first, second = revisions.find(opened(sheets, acts=trail))
    assert (first.entries, second.entries) == ((100, 101, 102), (102, 103, 104))
    assert second.numbers["by"] == -1000


def test_a_change_below_the_limit_is_a_flag_only_if_it_decides() -> None:
    def found(limit: int, before: float) -> list[What]:
        facts = replace(opened(field(before, 80)), policy=limits(changed_points=limit))
        return [flag.what for flag in revisions.find(facts)]

    assert found(200, 78) == [What.CHANGED]
    assert found(201, 78) == []
    assert found(2001, 60) == [What.CHANGED_ACROSS]


def test_a_change_that_selects_nobody_else_says_so() -> None:
    (flag,) = revisions.find(opened(field(78, 80)))
    assert flag.what is What.CHANGED


def test_a_sheet_that_came_back_with_the_same_points_is_no_flag() -> None:
    assert list(revisions.find(opened(field(80, 80)))) == []


def test_a_change_on_a_sheet_that_does_not_count_decides_nothing() -> None:
    sheets = field(60, 80)
    sheets[-1] = replace(sheets[-1], counted=False)
    assert [flag.what for flag in revisions.find(opened(sheets))] == [What.CHANGED]
    without = replace(opened(field(60, 80)), inputs=None)
    assert [flag.what for flag in revisions.find(without)] == [What.CHANGED]
