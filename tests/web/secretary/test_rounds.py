"""Rounds at the secretary's desk: made, looked at, and brought from stage to stage by two persons."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlmodel import select

from panel import tables
from panel.rules.eligibility import Verdict
from panel.rules.permissions import Role
from panel.rules.stages import Stage
from panel.rules.steps import Step
from panel.services import stages
from tests import intake
from tests.opened import Opened, tighter
from tests.visitors import Visitor, arrive
from tests.world import PASSWORD, World

ROUND = "/secretary/rounds/2026/"


def stage_of(world: World) -> Stage:
    with world.office.reading() as session:
        return Stage(session.exec(select(tables.Round.stage)).one())


def ready(world: World, chair: bool = True) -> int:
    round_id = world.round_()
    for each in (intake.studio(world.office), intake.project(world.office)):
        world.application(round_id, each)
    for n in range(1, 6):
        world.expert(f"E{n}", round_id, chair=chair and n == 1)
    return round_id


def text(page: str) -> str:
    """What a reader sees, without markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_the_desk_without_a_round_says_what_to_do(secretary: Visitor) -> None:
    page = secretary.get("/secretary/")
    assert page.status_code == 200
    assert "还没有评选批次" in page.text
    assert "2025年3月5日至2029年12月31日" in page.text


def test_a_round_is_made_and_opened(secretary: Visitor, world: World) -> None:
    fields = {"round_code": "2026", "title": "2026年评选", "closes_on": "2026-08-28"}
    answer = secretary.post("/secretary/rounds", fields)
    assert (answer.status_code, answer.location) == (303, ROUND)
    page = secretary.get(ROUND).text
    assert "申报截止 2026年8月28日" in page
    assert "还没有申报。请先导入申报工作簿。" in page
    assert 'href="/secretary/rounds/2026/imports"' in page
    assert "disabled" in page
    assert "2026年评选" in secretary.get("/secretary/").text


@pytest.mark.parametrize(
    ("changes", "status", "said", "field"),
    [
        ({"round_code": ""}, 422, "请填写", "round_code"),
        ({"round_code": "二〇"}, 422, "短横线", "round_code"),
        ({"closes_on": "明天"}, 422, "请选择日期", "closes_on"),
        ({"closes_on": "2031-01-01"}, 409, "有效期", "closes_on"),
        ({"round_code": "2025"}, 409, "已存在", "round_code"),
    ],
)
def test_a_wrong_round_is_refused_with_what_was_typed(
    secretary: Visitor, world: World, changes: dict[str, str], status: int, said: str, field: str
) -> None:
    world.round_("2025")
    fields = {"round_code": "2026", "title": "我的标题", "closes_on": "2026-08-28"} | changes
    answer = secretary.post("/secretary/rounds", fields)
    assert answer.status_code == status
    assert said in answer.text
    assert f'href="#f-{field}"' in answer.text
    assert 'value="我的标题"' in answer.text


def test_what_blocks_the_next_step_is_listed_with_its_remedy(secretary: Visitor, world: World) -> None:
    round_id = world.round_()
    world.application(round_id, intake.studio(world.office), verdict=None)
    world.application(round_id, intake.studio(world.office, "S02"), verdict=Verdict.INCOMPLETE)
    named = intake.project(world.office, "P03", "X01", summary="由翠微03机械有限公司承担。")
    world.application(round_id, named)
    page = secretary.get(ROUND).text
    assert "1 项申报还没有资格审查结论" in page
    assert "applications?verdict=none" in page
    assert "applications?verdict=incomplete" in page
    assert "applications?found=words" in page
    assert "专家组现有 0 人，少于规定的 5 人" in page
    assert 'href="/secretary/rounds/2026/panel"' in page
    assert "评审陈述齐全" in page
    assert "处理完上面标红的事项后才能进行" in page


def test_the_step_is_proposed_to_the_chair_and_waits(secretary: Visitor, world: World) -> None:
    ready(world)
    page = secretary.get(ROUND).text
    assert "提交后由组长专家E1（虚构）确认" in text(page)
    answer = secretary.post(ROUND + "open-scoring")
    assert (answer.status_code, answer.location) == (303, ROUND)
    assert stage_of(world) is Stage.SETUP
    waiting = text(secretary.get(ROUND).text)
    assert "等待确认：开启评分" in waiting
    assert "请组长专家E1（虚构）登录后" in waiting
    assert "撤回提交" in waiting
    assert secretary.post(ROUND + "open-scoring").status_code == 409


def test_a_proposal_is_taken_back_with_a_reason(secretary: Visitor, world: World) -> None:
    ready(world)
    secretary.post(ROUND + "open-scoring")
    refused = secretary.post(ROUND + "proposals/1/decline", {"reason": " "})
    assert refused.status_code == 422
    assert "请填写" in refused.text
    assert secretary.post(ROUND + "proposals/1/decline", {"reason": "还要核对"}).status_code == 303
    assert "等待确认" not in secretary.get(ROUND).text
    again = secretary.post(ROUND + "proposals/1/decline", {"reason": "还要核对"})
    assert again.status_code == 409
    assert "不能再次处理" in again.text


def test_before_a_chair_is_elected_another_secretary_confirms(
    secretary: Visitor, world: World, app: Flask
) -> None:
    ready(world, chair=False)
    assert "提交后由另一名秘书确认" in secretary.get(ROUND).text
    secretary.post(ROUND + "open-scoring")
    assert "请另一名秘书登录后在此确认" in secretary.get(ROUND).text
    assert secretary.post(ROUND + "proposals/1/confirm").status_code == 404
    world.person(Role.SECRETARY, "second")
    other = arrive(app, "second")
    assert "proposals/1/confirm" in other.get(ROUND).text
    assert other.post(ROUND + "proposals/1/confirm").status_code == 303
    assert stage_of(world) is Stage.SCORING


def test_a_confirmation_that_is_blocked_meanwhile_says_why(
    secretary: Visitor, world: World, app: Flask
) -> None:
    round_id = ready(world, chair=False)
    secretary.post(ROUND + "open-scoring")
    world.application(round_id, intake.studio(world.office, "S02"), verdict=None)
    world.person(Role.SECRETARY, "second")
    other = arrive(app, "second")
    answer = other.post(ROUND + "proposals/1/confirm")
    assert answer.status_code == 409
    assert "操作没有执行" in answer.text
    assert "还没有资格审查结论" in answer.text


def test_one_person_goes_from_scoring_to_the_opened_seals(secretary: Visitor, world: World) -> None:
    tighter(world.office, confirmation='"one_person"')
    Opened(world, {"S01": [80] * 5}).sealed(without=[("E2", "S01")])
    page = text(secretary.get(ROUND).text)
    assert "还有 1 份评分表没有提交" in page
    assert "评分表没有交齐" in page
    refused = secretary.post(ROUND + "close-scoring", {"reason": ""})
    assert refused.status_code == 409
    assert "还有 1 份评分表没有提交" in refused.text
    assert secretary.post(ROUND + "close-scoring", {"reason": "专家生病"}).status_code == 303
    assert stage_of(world) is Stage.CLOSED
    assert "已进入“封存”环节" in secretary.get(ROUND).text
    assert secretary.post(ROUND + "open-seals", {"reason": "专家生病"}).status_code == 303
    assert stage_of(world) is Stage.OPENED
    assert 'href="/secretary/rounds/2026/result"' in secretary.get(ROUND).text


def test_a_final_round_has_no_next_step(secretary: Visitor, world: World) -> None:
    Opened(world, {"S01": [80] * 5}).opened().final()
    page = secretary.get(ROUND).text
    assert "本批次已完成" in page
    assert "进行中" not in page  # on the rail, too
    assert "下一步" not in page


def test_another_secretary_confirms_the_result_with_the_password(
    secretary: Visitor, world: World, app: Flask
) -> None:
    Opened(world, {"S01": [80] * 5}).opened()
    with world.store() as session:
        for row in session.exec(select(tables.Panelist)):
            row.chair = False
            session.add(row)
    stages.take(world.office, world.secretary, "2026", Step.FINALIZE)
    world.person(Role.SECRETARY, "second")
    other = arrive(app, "second")
    page = other.get(ROUND).text
    address = re.search(r"proposals/\d+/confirm", page)
    assert address is not None
    assert 'name="password"' in page
    wrong = other.post(ROUND + address[0], {"password": "not the password"})
    assert wrong.status_code == 409
    assert "密码不正确" in wrong.text
    assert stage_of(world) is Stage.OPENED
    assert other.post(ROUND + address[0], {"password": PASSWORD}).status_code == 303
    assert stage_of(world) is Stage.FINAL


def test_the_inspector_has_own_screens(world: World, app: Flask) -> None:
    world.round_()
    _ = world.inspector
    assert arrive(app, "inspector").get(ROUND).status_code == 404
