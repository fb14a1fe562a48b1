"""The expert's rounds and queue."""

from __future__ import annotations

import re
from dataclasses import replace

from sqlmodel import select

from panel import tables
from panel.rules.permissions import Role
from panel.rules.sheets import SheetState
from panel.rules.stages import Stage
from panel.services.office import Actor, Office
from tests.visitors import Visitor
from tests.web.expert.conftest import ROUND, Visit
from tests.world import PROJECT, STUDIO, World

GOOD = {"S1": 2500, "S2": 1250, "S3": 800, "S4": 1600, "S5": 1250, "S6": 800}


def test_the_only_round_opens_by_itself(visitor: Visitor) -> None:
    answer = visitor.get("/expert/")
    assert (answer.status_code, answer.location) == (303, ROUND)


def test_of_several_rounds_one_chooses(visitor: Visitor, world: World, expert: Actor) -> None:
    later = world.round_("2028")
    world.round_("2030")
    assert expert.expert_id is not None
    world.add(tables.Panelist(round_id=later, expert_id=expert.expert_id))
    page = visitor.get("/expert/").text
    assert page.index("/expert/rounds/2028/") < page.index("/expert/rounds/2026/")
    assert "2030" not in page


def test_who_sits_on_no_panel_is_told_so(visit: Visit, world: World) -> None:
    assert "目前没有需要您评审的批次" in visit(world.expert("E9")).get("/expert/").text


def test_cards_stand_in_the_experts_own_order_with_their_state(
    visit: Visit, world: World, office: Office
) -> None:
    world.scoring_round(2, [STUDIO, PROJECT, replace(PROJECT, number="P02", title="第二个项目")])
    with world.store() as session:
        rows = session.exec(select(tables.Sheet).where(tables.Sheet.expert_id == 1)).all()
        for row, position in zip(rows, (1, 3, 2), strict=True):
            row.position = position
        rows[2].state = SheetState.SUBMITTED
        session.add_all(rows)
    world.fill(world.accounts["E1"], 1, {"S1": 2500, "S2": 1000})
    page = visit(world.accounts["E1"]).get(ROUND).text
    cards = re.findall(r'queue-card__code">([^<]+)<.*?chip[^>]*>(?:<svg.*?</svg>)?([^<]+)<', page, re.S)
    assert cards == [("SX-01", "评分中"), ("PX-03", "已提交"), ("PX-02", "未开始")]
    assert "2/6 项" in page
    assert "已提交 1 / 3 份" in page
    assert "继续评分 SX-01" in page


def test_all_finished_sheets_are_submitted_at_once(visitor: Visitor, world: World, expert: Actor) -> None:
    world.fill(expert, 1, GOOD)
    world.fill(expert, 2, {"P1": 1500})
    page = visitor.get(ROUND).text
    assert "1 份评分表可以提交" in page
    answer = visitor.post(f"{ROUND}submit", {"sheet": ["SX-01", "PX-02", "ZZ-99"]})
    assert (answer.status_code, answer.location) == (303, ROUND)
    page = visitor.get(ROUND).text
    assert "已提交 1 份评分表。" in page
    assert "已提交 1 / 2 份" in page
    with world.office.reading() as session:
        assert len(session.exec(select(tables.Submission)).all()) == 1


def test_nothing_is_submitted_that_was_not_ticked(visitor: Visitor, world: World, expert: Actor) -> None:
    world.fill(expert, 1, GOOD)
    visitor.post(f"{ROUND}submit")
    with world.office.reading() as session:
        assert session.exec(select(tables.Submission)).all() == []


def test_what_cannot_be_submitted_is_named(visitor: Visitor, world: World, expert: Actor) -> None:
    world.fill(expert, 1, GOOD)
    with world.store() as session:
        for row in session.exec(select(tables.Panelist)):
            row.absent = True
            session.add(row)
    visitor.post(f"{ROUND}submit", {"sheet": ["SX-01"]})
    page = visitor.get(ROUND).text
    assert "未能提交：SX-01" in page
    assert "您在本批次已登记为缺席" in page


def test_before_scoring_there_is_nothing_to_score(visit: Visit, world: World) -> None:
    round_id = world.round_()
    page = visit(world.expert("E1", round_id)).get(ROUND).text
    assert "评分尚未开始" in page


def test_after_scoring_the_queue_is_only_read(visitor: Visitor, world: World, round_id: int) -> None:
    world.stage(round_id, Stage.CLOSED)
    page = visitor.get(ROUND).text
    assert "评分已经结束" in page
    assert "继续评分" not in page
    with world.store() as session:
        for row in session.exec(select(tables.Panelist)):
            row.pledged_at = None
            session.add(row)
    assert "您没有签署承诺书" in visitor.get(ROUND).text


def test_a_withdrawn_application_says_so(visitor: Visitor, world: World) -> None:
    with world.store() as session:
        row = session.exec(select(tables.Application).where(tables.Application.number == "S01")).one()
        row.withdrawn = True
        session.add(row)
    page = visitor.get(ROUND).text
    assert "申报单位已撤回申报" in page
    assert "已提交 0 / 1 份" in page
    assert "sheet.js" not in visitor.get(f"{ROUND}sheets/SX-01").text


def test_an_expert_without_sheets_is_told_so(visit: Visit, world: World) -> None:
    world.scoring_round(0, [])
    newcomer = world.expert("E7", 1)
    assert "没有分配给您的申报" in visit(newcomer).get(ROUND).text


def test_nobody_else_sees_an_experts_queue(visit: Visit, world: World, round_id: int) -> None:
    for role in (Role.SECRETARY, Role.INSPECTOR, Role.ADMINISTRATOR):
        visitor = visit(world.person(role))
        for path in ("/expert/", ROUND, f"{ROUND}sheets/SX-01", f"{ROUND}scores"):
            assert visitor.get(path).status_code == 404
