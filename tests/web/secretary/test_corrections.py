"""The correction of an application: the form, what it takes and what it refuses."""

from __future__ import annotations

import pytest

from panel.rules.applications import BudgetCategory, BudgetLine, EmploymentKind, Material, Member
from tests import intake
from tests.intake import OTHER_IDENTITY
from tests.visitors import Visitor
from tests.web.secretary.correcting import LIST, correct, now, text
from tests.world import World


@pytest.fixture
def pair(world: World) -> int:
    """A studio and its project, with nothing to say against them."""
    round_id = world.round_()
    world.application(round_id, intake.studio(world.office), verdict=None)
    world.application(round_id, intake.project(world.office), verdict=None)
    return round_id


def test_the_form_sent_back_as_it_is_changes_nothing(secretary: Visitor, world: World, pair: int) -> None:
    for number in ("S01", "P01"):
        before = now(world, number)
        answer = correct(secretary, number)
        assert answer.status_code == 422
        assert "没有任何改动" in answer.text
        assert now(world, number) == before


def test_a_project_is_corrected(secretary: Visitor, world: World, pair: int) -> None:
    answer = correct(
        secretary,
        "P01",
        title="新题目",
        months="10",
        total_fen="55000.50",
        subsidy_fen="",
        materials=["J1", "J2"],
        member=["新成员（虚构）", "", " "],
        employment=["rehired", "formal", "formal"],
        category=["training", "equipment"],
        item=["讲义", ""],
        amount=["55000.50", ""],
        note=["印刷", ""],
        **{"statement:P1": "新的陈述。\n第二段。"},
    )
    assert (answer.status_code, answer.location) == (303, f"{LIST}/P01")
    after = now(world, "P01")
    assert (after.title, after.months, after.total_fen, after.subsidy_fen) == ("新题目", 10, 5_500_050, None)
    assert after.team == (Member("新成员（虚构）", EmploymentKind.REHIRED),)
    assert after.budget == (BudgetLine(BudgetCategory.TRAINING, "讲义", 5_500_050, "印刷"),)
    assert after.materials == {Material.J1_PLAN, Material.J2_PROPOSAL}
    assert after.statements["P1"] == "新的陈述。\n第二段。"
    history = text(secretary.get(f"{LIST}/P01").text)
    assert "更正：项目名称、建设期（月）、总预算（元）、申请补助（元）" in history
    assert "、团队成员、经费预算、申报材料、评审陈述" in history


def test_a_new_id_number_never_comes_back(secretary: Visitor, world: World, pair: int) -> None:
    assert correct(secretary, "S01", master_id=OTHER_IDENTITY).status_code == 303
    assert now(world, "S01").master_last4 == "0013"
    for page in (f"{LIST}/S01", f"{LIST}/S01/correction"):
        assert OTHER_IDENTITY not in secretary.get(page).text
    assert "现存尾号 0013" in secretary.get(f"{LIST}/S01/correction").text
    assert OTHER_IDENTITY not in intake.everything_stored(world.office)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"unit": ""}, "申报单位：必填"),
        ({"unit_code": "91350100M000100Y44"}, "校验码不符"),
        ({"months": "0"}, "1 至 60"),
        ({"total_fen": "一万"}, "以元为单位"),
        ({"kind": "other-kind"}, "请选择一项"),
        ({"linked_studio": "X99"}, "找不到这个工作室"),
        ({"statement:P2": " "}, "P2 执行的可行性和可靠性：必填"),
        ({"statement:P2": "长" * 2001}, "超过上限 2000 字"),
        ({"item": ["", ""], "amount": ["5", "x"]}, "预算第 2 行金额（元）“x”"),
        ({"employment": ["robot", "formal", "formal"]}, "团队第 1 行用工形式"),
        ({"master_id": "110105194912310021"}, "…0021"),
        ({"reason": ""}, "更正理由：请填写"),
    ],
)
def test_a_wrong_correction_is_shown_again_with_what_was_typed(
    secretary: Visitor, world: World, pair: int, changes: dict[str, str | list[str]], said: str
) -> None:
    before = now(world, "P01")
    answer = correct(secretary, "P01", **{"title": "改过的题目", **changes})
    assert answer.status_code == 422
    assert said in text(answer.text)
    assert "改过的题目" in answer.text
    assert now(world, "P01") == before


def test_a_correction_of_an_older_state_is_refused(secretary: Visitor, world: World, pair: int) -> None:
    answer = correct(secretary, "P01", version="99", title="晚了")
    assert answer.status_code == 409
    assert "已被他人更正" in answer.text
