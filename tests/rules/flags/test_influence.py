"""F3: an expert without whose sheets others would be selected."""

from __future__ import annotations

from dataclasses import replace

from panel.rules.flags import influence
from tests.flagging import acts, opened, share, sheet


def test_the_one_expert_who_decides_is_named_with_who_comes_and_goes() -> None:
    # Means: S01 90, S02 80, S03 70 (E1 gave 90, the others 66), S04 69. Without E1 S04 is before S03.
    given = {
        "S01": [90] * 6,
        "S02": [80] * 6,
        "S03": [90, 66, 66, 66, 66, 66],
        "S04": [69, 69, 69, 69, 69, 69],
    }
    sheets = [
        sheet(f"E{n}", number, share(percent))
        for number, row in given.items()
        for n, percent in enumerate(row, 1)
    ]
    sealed = acts(*(("sheet.submit", f"{one.expert}/{one.application}", 0) for one in sheets))
    (flag,) = influence.find(opened(sheets, acts=sealed))
    assert flag.people == ("E1",)
    assert flag.applications == ("S03", "S04")
    assert flag.numbers == {"out": 1, "in": 1, "sheets": 4}
    # The four sealings of E1's sheets, among six experts' one after the other.
    assert flag.entries == (100, 106, 112, 118)


def test_a_tie_that_would_wait_for_its_vote_says_nothing_of_an_expert() -> None:
    # Without E1, S03 and S04 are equal on everything and wait for a vote.
    given = {"S01": [90] * 6, "S02": [80] * 6, "S03": [71, 70, 70, 70, 70, 70], "S04": [70] * 6}
    sheets = [
        sheet(f"E{n}", number, share(percent))
        for number, row in given.items()
        for n, percent in enumerate(row, 1)
    ]
    assert list(influence.find(opened(sheets))) == []


def test_without_inputs_there_is_nothing_to_leave_out() -> None:
    assert list(influence.find(replace(opened([]), inputs=None))) == []
