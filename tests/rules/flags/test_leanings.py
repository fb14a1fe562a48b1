"""F4: an expert whose sheets on one unit all stand out upwards; worked by hand."""

from __future__ import annotations

from panel.rules.flags import leanings
from panel.rules.flags.facts import Facts
from tests.flagging import opened, sheet

LINKS = {"P01": "S01", "P02": "S02"}


def field(own: dict[str, int]) -> Facts:
    """E2 and E3 give 70 everywhere, E1 these totals."""
    sheets = [sheet(expert, number, 7000) for expert in ("E2", "E3") for number in own]
    return opened([*sheets, *(sheet("E1", number, points) for number, points in own.items())], links=LINKS)


def test_high_on_a_studio_and_its_project_against_the_own_habit_is_a_flag() -> None:
    # E1 is 2 above the others elsewhere, 9 on S01 and 7 on P01: at least 5 above the habit.
    (flag,) = leanings.find(field({"S01": 7900, "P01": 7700, "S02": 7200, "P02": 7200}))
    assert flag.people == ("E1",)
    assert flag.applications == ("P01", "S01")
    assert flag.numbers == {"points": 500, "habit": 200, "limit": 500, "sheets": 2}


def test_one_sheet_below_the_limit_or_one_sheet_alone_is_none() -> None:
    assert list(leanings.find(field({"S01": 7900, "P01": 7650, "S02": 7200, "P02": 7200}))) == []
    assert list(leanings.find(field({"S01": 7900, "S02": 7200, "P02": 7200}))) == []


def test_an_expert_with_no_other_unit_has_no_habit() -> None:
    assert list(leanings.find(field({"S01": 7900, "P01": 7900}))) == []


def test_a_sheet_without_others_beside_it_says_nothing() -> None:
    assert list(leanings.find(opened([sheet("E1", "S01", 9000)]))) == []
