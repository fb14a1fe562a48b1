"""Conflicts and recusals at the secretary's desk: found, shown against each other, decided."""

from __future__ import annotations

import html

from sqlmodel import col, select

from panel import tables
from panel.queries import conflicts
from panel.queries import recusals as in_force
from panel.rules.conflicts import Reach
from panel.rules.experts import RelationKind
from panel.rules.stages import Stage
from panel.services import pledges, recusals
from panel.services.office import Office
from tests.conflicted import cast, sheets
from tests.rules.cast import S02, S04, X03
from tests.visitors import Visitor
from tests.web.secretary.test_panel import text
from tests.world import World

CONFLICTS = "/secretary/rounds/2026/conflicts"


def hidden(office: Office, round_id: int) -> set[tuple[str, str]]:
    with office.reading() as session:
        return set(in_force.hidden(session, round_id))


def one(office: Office, round_id: int, expert: str) -> int:
    with office.reading() as session:
        several = conflicts.of_round(session, round_id)
    return next(view.id for view in several if view.expert == expert)


def test_nothing_found_yet_asks_to_look(secretary: Visitor, world: World) -> None:
    world.round_()
    page = secretary.get(CONFLICTS).text
    assert "检索利益冲突" in page
    assert "专家组成员没有已记录的利益冲突" in page


def test_what_is_found_is_said_in_words_and_on_hover(secretary: Visitor, world: World) -> None:
    cast(world)
    assert secretary.post(f"{CONFLICTS}/find").status_code == 303
    page = html.unescape(secretary.get(CONFLICTS).text)
    assert "检索完成，新记录 2 条利益冲突" in page
    said = "曾任职于“北京亦泽制药有限公司（虚构）”，2024年3月31日离职"
    assert f'<span class="check__detail">{said}' in page
    assert f'title="{said}' in page
    assert "涉及 S02、P02" in text(page)
    assert page.count("matrix__cell--found") == 3  # S02, P02 and P12
    secretary.post(f"{CONFLICTS}/find")
    assert "没有新的利益冲突" in secretary.get(CONFLICTS).text


def test_deciding_to_recuse(secretary: Visitor, world: World, office: Office) -> None:
    round_id = cast(world)
    secretary.post(f"{CONFLICTS}/find")
    number = one(office, round_id, "E2")
    form = html.unescape(secretary.get(f"{CONFLICTS}/{number}").text)
    assert f'<option value="unit|{S02.unit}" selected>' in form
    assert "评分尚未开启" in form
    for wrong in (
        {"reason": "曾任职"},
        {"recused": "yes", "object": "x", "reason": "曾任职"},
        {"recused": "no"},
    ):
        assert secretary.post(f"{CONFLICTS}/{number}", wrong).status_code == 422
    answer = secretary.post(
        f"{CONFLICTS}/{number}", {"recused": "yes", "object": f"unit|{S02.unit}", "reason": "曾任职"}
    )
    assert answer.status_code == 303
    assert hidden(office, round_id) == {("E2", "S02"), ("E2", "P02")}
    page = html.unescape(secretary.get(CONFLICTS).text)
    assert page.count("matrix__cell--recused") == 2
    assert "决定理由：曾任职" in page
    assert "已经作出决定" in secretary.get(f"{CONFLICTS}/{number}").text


def test_deciding_not_to_recuse(secretary: Visitor, world: World, office: Office) -> None:
    round_id = cast(world)
    secretary.post(f"{CONFLICTS}/find")
    number = one(office, round_id, "E9")
    secretary.post(f"{CONFLICTS}/{number}", {"recused": "no", "reason": "只是同名的另一集团"})
    assert hidden(office, round_id) == set()
    page = secretary.get(CONFLICTS).text
    assert "matrix__cell--cleared" in page
    assert "只是同名的另一集团" in page
    assert "不回避。" in secretary.get(f"{CONFLICTS}/{number}").text


def test_a_recusal_without_a_conflict_and_taking_it_back(
    secretary: Visitor, world: World, office: Office
) -> None:
    round_id = cast(world)
    form = html.unescape(secretary.get(f"{CONFLICTS}/new").text)
    assert f'<option value="unit|{S04.unit}">' in form
    assert secretary.post(f"{CONFLICTS}/new", {"expert": "E1", "reason": "x"}).status_code == 422
    sent = {"expert": "E1", "object": f"unit|{S04.unit}", "reason": "近亲属在该单位任职"}
    assert secretary.post(f"{CONFLICTS}/new", sent).status_code == 303
    assert hidden(office, round_id) == {("E1", "S04"), ("E1", "P04")}
    with office.reading() as session:
        (decision,) = conflicts.decisions(session, round_id)
    lift = f"{CONFLICTS}/decisions/{decision.id}/lift"
    assert f'href="{lift}"' in secretary.get(CONFLICTS).text
    assert "近亲属在该单位任职" in secretary.get(lift).text
    assert secretary.post(lift, {"reason": " "}).status_code == 422
    assert secretary.post(lift, {"reason": "查明不属实"}).status_code == 303
    assert hidden(office, round_id) == set()
    assert secretary.post(lift, {"reason": "查明不属实"}).status_code == 409
    assert secretary.get(f"{CONFLICTS}/decisions/999/lift").status_code == 404


def test_a_second_conflict_about_the_same_unit_is_not_a_way_round(
    secretary: Visitor, world: World, office: Office
) -> None:
    round_id = cast(world)
    recusals.decide(office, world.secretary, "2026", "E9", Reach.UNIT, X03.unit, True, "同一集团")
    secretary.post(f"{CONFLICTS}/find")
    number = one(office, round_id, "E9")
    refused = secretary.post(f"{CONFLICTS}/{number}", {"recused": "no", "reason": "无妨"})
    assert refused.status_code == 409
    assert "请先撤销原回避决定" in refused.text


def test_a_late_declaration_stands_out_and_says_what_follows(
    secretary: Visitor, world: World, office: Office
) -> None:
    round_id = cast(world, Stage.SCORING)
    expert = world.accounts["E5"]
    sheets(world, round_id, expert, "S01", "S04")
    pledges.declare(
        office,
        expert,
        round_code="2026",
        towards="高立群（虚构）",
        kind=RelationKind.TEACHER,
        words="曾任其授业老师",
    )
    page = secretary.get(CONFLICTS).text
    assert "专家本人申报" in page
    assert "matrix__cell--declared" in page
    assert "撤销" not in page
    number = one(office, round_id, "E5")
    form = text(secretary.get(f"{CONFLICTS}/{number}").text)
    assert "评分已经开始：回避迟到" in form
    assert "S04（已提交）" in form
    assert "S01（已提交）" not in form
    secretary.post(
        f"{CONFLICTS}/{number}", {"recused": "yes", "object": f"unit|{S04.unit}", "reason": "师徒关系"}
    )
    page = text(secretary.get(CONFLICTS).text)
    assert "S04 的评分表已作废，保留备查，不计入结果" in page
    assert "评分后作出" in page


def test_after_opening_the_page_says_that_the_result_must_be_computed_again(
    secretary: Visitor, world: World
) -> None:
    round_id = cast(world, Stage.OPENED)
    sheets(world, round_id, world.accounts["E5"], "S04")
    assert "结果须重新计算" in secretary.get(f"{CONFLICTS}/new").text
    sent = {"expert": "E5", "object": "application|S04", "reason": "师徒关系"}
    secretary.post(f"{CONFLICTS}/new", sent)
    assert "结果须重新计算后才能确认" in secretary.get(CONFLICTS).text


def test_of_the_rest_of_the_file_nothing_is_decided(secretary: Visitor, world: World, office: Office) -> None:
    round_id = cast(world)
    with world.store() as session:
        seat = session.exec(
            select(tables.Panelist)
            .join(tables.Expert, col(tables.Expert.id) == col(tables.Panelist.expert_id))
            .where(tables.Expert.number == "E9")
        ).one()
        session.delete(seat)
    secretary.post(f"{CONFLICTS}/find")
    page = text(secretary.get(CONFLICTS).text)
    assert "专家库中不在专家组的专家：1 条利益冲突" in page
    number = one(office, round_id, "E9")
    assert "该专家不在本批次专家组" in secretary.get(f"{CONFLICTS}/{number}").text
    assert secretary.get(f"{CONFLICTS}/999").status_code == 404


def test_when_the_result_is_final_nothing_is_decided_any_more(
    secretary: Visitor, world: World, office: Office
) -> None:
    round_id = cast(world)
    secretary.post(f"{CONFLICTS}/find")
    world.stage(round_id, Stage.FINAL)
    number = one(office, round_id, "E2")
    assert "本环节不能再作出回避决定" in secretary.get(f"{CONFLICTS}/{number}").text
    assert "作出决定" not in secretary.get(CONFLICTS).text
    assert secretary.post(f"{CONFLICTS}/{number}", {"recused": "no", "reason": "x"}).status_code == 404
