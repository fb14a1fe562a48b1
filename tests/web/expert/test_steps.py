"""The chair confirms or declines what the secretary proposed, and nobody else of the panel sees it."""

from __future__ import annotations

import re

import pytest
from sqlmodel import col, select

from panel import tables
from panel.rules.stages import Stage
from panel.rules.steps import Step
from panel.services import stages
from tests.opened import CODE, Opened
from tests.web.expert.conftest import ROUND, Visit
from tests.world import PASSWORD, World

STEPS = ROUND + "steps"


def stage_of(world: World) -> Stage:
    with world.office.reading() as session:
        return Stage(session.exec(select(tables.Round.stage)).one())


def text(page: str) -> str:
    """What a reader sees, without markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def propose(world: World, step: Step, reason: str = "") -> str:
    proposal = stages.take(world.office, world.secretary, CODE, step, reason)
    assert proposal is not None
    return f"{STEPS}/{proposal.id}/"


@pytest.fixture
def scoring(world: World) -> Opened:
    """A round in scoring; E1 is the chair."""
    return Opened(world, {"S01": [80] * 5, "P01": [70] * 5}).scoring()


def test_nothing_waits_at_first(visit: Visit, world: World, scoring: Opened) -> None:
    page = visit(world.accounts["E1"]).get(STEPS).text
    assert "目前没有等待您确认的事项" in page
    assert "组长确认" in page


def test_the_chair_sees_what_is_proposed_and_why_and_how_many_sheets_are_missing(
    visit: Visit, world: World, scoring: Opened
) -> None:
    scoring.scored(without=[("E2", "S01"), ("E2", "P01"), ("E4", "P01")])
    address = propose(world, Step.CLOSE_SCORING, "两名专家因病退出")
    chair = visit(world.accounts["E1"])
    page = chair.get(STEPS).text
    assert "结束评分" in page
    assert "两名专家因病退出" in page
    assert "secretary（虚构）" in page
    assert "E2：2 份，E4：1 份" in text(page)
    # An expert knows applications by their blind codes only.
    assert "S01" not in page
    assert "P01" not in page
    answer = chair.post(address + "confirm")
    assert (answer.status_code, answer.location) == (303, STEPS)
    assert stage_of(world) is Stage.CLOSED
    assert "已确认，操作生效" in chair.get(STEPS).text


def test_the_chair_declines_with_a_reason(visit: Visit, world: World, scoring: Opened) -> None:
    scoring.scored()
    address = propose(world, Step.CLOSE_SCORING)
    chair = visit(world.accounts["E1"])
    assert chair.post(address + "decline", {"reason": ""}).status_code == 422
    assert chair.post(address + "decline", {"reason": "还有专家在修改"}).status_code == 303
    again = chair.post(address + "decline", {"reason": "再退一次"})
    assert (again.status_code, "不能再次处理" in again.text) == (409, True)
    assert stage_of(world) is Stage.SCORING
    assert chair.post(address + "confirm").status_code == 409


def test_a_confirmation_that_is_blocked_meanwhile_says_why(
    visit: Visit, world: World, scoring: Opened
) -> None:
    scoring.scored(without=[("E2", "S01")])
    address = propose(world, Step.CLOSE_SCORING, "停电")
    with world.store() as session:
        waiting = col(tables.Proposal.settled).is_(False)
        row = session.exec(select(tables.Proposal).where(waiting)).one()
        row.reason = ""
        session.add(row)
    answer = visit(world.accounts["E1"]).post(address + "confirm")
    assert answer.status_code == 409
    assert "还有事项没有办妥" in answer.text
    assert "S01" not in answer.text


def test_a_final_result_is_confirmed_by_its_digest_and_the_password(visit: Visit, world: World) -> None:
    Opened(world, {"S01": [80] * 5}).opened()
    address = propose(world, Step.FINALIZE)
    with world.office.reading() as session:
        digest = session.exec(select(tables.Ranking.result_digest)).one()
    chair = visit(world.accounts["E1"])
    assert digest in chair.get(STEPS).text
    wrong = chair.post(address + "confirm", {"password": "guessed password"})
    assert wrong.status_code == 409
    assert "密码不正确" in wrong.text
    assert stage_of(world) is Stage.OPENED
    assert chair.post(address + "confirm", {"password": PASSWORD}).status_code == 303
    assert stage_of(world) is Stage.FINAL
    assert "评审结果已确认" in chair.get(STEPS).text


def test_nobody_else_of_the_panel_is_asked(visit: Visit, world: World, scoring: Opened) -> None:
    scoring.scored()
    address = propose(world, Step.CLOSE_SCORING)
    other = visit(world.accounts["E2"])
    assert other.get(STEPS).status_code == 404
    assert other.post(address + "confirm").status_code == 404
    assert other.post(address + "decline", {"reason": "x"}).status_code == 404
    assert stage_of(world) is Stage.SCORING
