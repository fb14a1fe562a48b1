"""F7: scored before it was opened."""

from __future__ import annotations

from panel.rules.flags import reading
from panel.rules.flags.facts import Facts
from tests.flagging import POLICY, acts


def test_a_score_before_the_page_was_opened_is_a_flag_with_its_entry() -> None:
    trail = acts(
        ("sheet.read", "E1/S01", 0),
        ("sheet.save", "E1/S01", 9, {"unit": "S1"}),
        ("sheet.save", "E1/S02", 19, {"unit": "S1"}),
        ("sheet.save", "E1/S02", 29, {"unit": "S2"}),
        ("sheet.read", "E1/S02", 39),
    )
    (flag,) = reading.find(Facts(policy=POLICY, acts=trail))
    assert flag.people == ("E1",)
    assert flag.applications == ("S02",)
    assert flag.numbers == {"sheets": 1, "of": 2}
    assert flag.entries == (102,)


def test_another_experts_reading_does_not_help() -> None:
    trail = acts(("sheet.read", "E2/S01", 0), ("sheet.save", "E1/S01", 9, {"unit": "S1"}))
    assert [flag.people for flag in reading.find(Facts(policy=POLICY, acts=trail))] == [("E1",)]
