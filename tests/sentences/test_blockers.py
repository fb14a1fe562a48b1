"""Every blocker is a sentence that says what to do, and every check that passed is one as well."""

from __future__ import annotations

import pytest

from panel.rules.steps import BlockerCode, Step
from panel.sentences.blockers import checked, detail, done, sentence
from panel.sentences.steps import effect


@pytest.mark.parametrize("code", BlockerCode)
def test_every_blocker_is_worded(code: BlockerCode) -> None:
    said = sentence(code, ("S01", "S02"))
    assert said.endswith("。")
    assert "{" not in said
    assert code.value not in said


@pytest.mark.parametrize("step", Step)
def test_every_step_says_what_it_does_and_what_is_checked_before(step: Step) -> None:
    assert effect(step).endswith("。")
    assert all(done(code).endswith("。") for code in checked(step))
    assert checked(step)


def test_where_there_is_no_step_nothing_is_checked() -> None:
    assert checked(None) == ()


def test_a_blocker_names_what_it_is_about_as_far_as_a_line_holds() -> None:
    numbers = tuple(f"P{n:02}" for n in range(1, 15))
    assert sentence(BlockerCode.NOT_DECIDED, numbers) == "14 项申报还没有资格审查结论。"
    assert detail(BlockerCode.NOT_DECIDED, numbers[:2]) == "P01、P02"
    assert detail(BlockerCode.NOT_DECIDED, numbers).endswith("P11、P12 等 14 项")
    assert sentence(BlockerCode.PANEL_TOO_SMALL, ("3", "5")) == "专家组现有 3 人，少于规定的 5 人。"
    assert detail(BlockerCode.PANEL_TOO_SMALL, ("3", "5")) == ""


def test_missing_sheets_are_told_by_expert() -> None:
    few = ("E1/P01", "E1/P02", "E10/S01")
    assert detail(BlockerCode.SHEETS_MISSING, few) == "E1（P01、P02）、E10（S01）"
    many = tuple(f"{expert}/P{number:02}" for expert in ("E1", "E2") for number in range(1, 8))
    assert detail(BlockerCode.SHEETS_MISSING, many) == "E1 7 份、E2 7 份"
