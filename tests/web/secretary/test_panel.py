"""The panel at the secretary's desk: drawn in two steps, selected by hand, chaired, absent."""

from __future__ import annotations

import re

from sqlmodel import select

from panel import tables
from panel.rules.permissions import Role
from panel.rules.stages import Stage
from panel.services import draws
from panel.services.office import Office
from tests.conflicted import cast, know
from tests.rules.cast import S01
from tests.visitors import Visitor
from tests.world import World

PANEL = "/secretary/rounds/2026/panel"


def pool(world: World, count: int = 5) -> int:
    round_id = world.round_()
    for number in range(1, count + 1):
        world.expert(f"E{number}")
    return round_id


def text(page: str) -> str:
    """What a reader sees, without markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_an_empty_panel_says_what_to_do(secretary: Visitor, world: World) -> None:
    world.round_()
    page = secretary.get(PANEL)
    assert page.status_code == 200
    assert "专家组还没有成员" in page.text
    assert f'href="{PANEL}/draws/new"' in page.text
    assert "专家库还是空的" in page.text
    assert "专家库还是空的" in secretary.get(f"{PANEL}/draws/new").text


def test_the_draw_in_two_steps(secretary: Visitor, world: World, office: Office) -> None:
    pool(world)
    form = secretary.get(f"{PANEL}/draws/new").text
    assert 'name="size"' in form
    assert 'value="9"' in form  # the policy's panel size
    answer = secretary.post(f"{PANEL}/draws", {"size": "3", "why-E5": "unavailable", "note-E5": "出国"})
    assert (answer.status_code, answer.location) == (303, f"{PANEL}/draws/1")
    waiting = secretary.get(f"{PANEL}/draws/1").text
    assert "生成种子并抽取" in waiting
    assert "尚未产生" in waiting
    assert "等待生成随机种子" in secretary.get(PANEL).text
    assert secretary.post(f"{PANEL}/draws/1/hold").status_code == 303
    done = text(secretary.get(f"{PANEL}/draws/1").text)
    with office.reading() as session:
        draw = session.exec(select(tables.Draw)).one()
    assert draw.seed in done
    assert draw.digest in done
    assert "结果一致" in done
    assert "以上 3 名抽中，以下依次递补" in done
    assert "出国" in done
    panel = text(secretary.get(PANEL).text)
    assert "已抽取，现行" in panel
    assert panel.count("第 1 次抽取") == 3


def test_what_was_typed_is_kept_when_the_pool_is_refused(secretary: Visitor, world: World) -> None:
    pool(world)
    refused = secretary.post(
        f"{PANEL}/draws", {"size": "2", "why-E1": "misconduct", "why-E2": "rotation", "note-E2": "上届成员"}
    )
    assert refused.status_code == 422
    assert 'href="#f-note-E1"' in refused.text
    assert "上届成员" in refused.text
    too_many = secretary.post(f"{PANEL}/draws", {"size": "6"})
    assert too_many.status_code == 409
    assert "可抽取的专家有 5 人" in too_many.text
    assert secretary.post(f"{PANEL}/draws", {"size": "many"}).status_code == 422


def test_who_applies_is_proposed_for_exclusion(secretary: Visitor, world: World) -> None:
    cast(world)
    world.expert("E7")
    know(world, "E7", name=S01.team[0].name, employer=S01.unit)
    form = secretary.get(f"{PANEL}/draws/new").text
    row = next(row for row in form.split("<tr") if 'name="why-E7"' in row)
    assert '<option value="conflict" selected>' in row
    assert "团队成员" in row
    assert "曾任职于" in form  # E2 stays in the pool: that conflict bars one unit only


def test_who_is_recused_from_the_round_is_proposed_too(secretary: Visitor, world: World) -> None:
    cast(world)
    world.expert("E7")
    secretary.post(
        "/secretary/rounds/2026/conflicts/new", {"expert": "E7", "object": "round|", "reason": "承办人员亲属"}
    )
    form = secretary.get(f"{PANEL}/draws/new").text
    row = next(row for row in form.split("<tr") if 'name="why-E7"' in row)
    assert '<option value="conflict" selected>' in row
    assert "已决定对本批次全部申报回避" in row


def test_drawing_again_starts_from_the_last_exclusions(
    secretary: Visitor, world: World, office: Office
) -> None:
    pool(world)
    secretary.post(f"{PANEL}/draws", {"size": "3", "why-E5": "unavailable", "note-E5": "出国"})
    assert "未抽取，已被取代" not in secretary.get(PANEL).text
    again = secretary.get(f"{PANEL}/draws/new").text
    assert "出国" in again
    assert secretary.post(f"{PANEL}/draws", {"size": "3"}).status_code == 422
    secretary.post(f"{PANEL}/draws", {"size": "3", "reason": "名单有误"})
    assert secretary.post(f"{PANEL}/draws/1/hold").status_code == 409
    secretary.post(f"{PANEL}/draws/2/hold")
    assert "未抽取，已被取代" in secretary.get(PANEL).text
    assert "已由后一次固定的名单取代" in secretary.get(f"{PANEL}/draws/1").text
    assert draws.verify(office, "2026") == []
    assert secretary.get(f"{PANEL}/draws/3").status_code == 404
    assert secretary.post(f"{PANEL}/draws/3/hold").status_code == 404


def test_a_draw_that_does_not_stand_is_an_alarm(secretary: Visitor, world: World, office: Office) -> None:
    pool(world)
    draws.hold(office, world.secretary, draws.prepare(office, world.secretary, "2026", 2, {}))
    with world.store() as session:
        row = session.exec(select(tables.Draw)).one()
        row.seed = "00" * 32
        session.add(row)
    assert "不能重复验证" in secretary.get(PANEL).text
    assert "记录与留痕不一致" in secretary.get(f"{PANEL}/draws/1").text


def test_selecting_by_hand(secretary: Visitor, world: World) -> None:
    pool(world, 2)
    assert secretary.post(f"{PANEL}/members", {"expert": "E1"}).status_code == 422
    refused = secretary.post(f"{PANEL}/members", {"reason": "专业需要"})
    assert refused.status_code == 422
    assert "专业需要" in refused.text
    assert secretary.post(f"{PANEL}/members", {"expert": "E1", "reason": "专业需要"}).status_code == 303
    page = text(secretary.get(PANEL).text)
    assert "人工选定" in page
    assert "专业需要" in page
    assert secretary.post(f"{PANEL}/members", {"expert": "E1", "reason": "再选"}).status_code == 409
    assert "人工选定" in secretary.get(f"{PANEL}/draws/new").text


def test_chair_absence_and_removal(secretary: Visitor, world: World) -> None:
    round_id = pool(world, 3)
    for number in ("E1", "E2"):
        secretary.post(f"{PANEL}/members", {"expert": number, "reason": "专业需要"})
    assert secretary.post(f"{PANEL}/members/E1/chair").status_code == 303
    assert "登记为组长" not in secretary.get(f"{PANEL}/members/E1").text
    assert secretary.post(f"{PANEL}/members/E2/absent", {"absent_reason": " "}).status_code == 422
    assert secretary.post(f"{PANEL}/members/E2/absent", {"absent_reason": "生病"}).status_code == 303
    assert secretary.post(f"{PANEL}/members/E2/absent", {"absent_reason": "生病"}).status_code == 409
    page = text(secretary.get(PANEL).text)
    assert "缺席 1 人" in page
    assert "生病" in page
    assert secretary.post(f"{PANEL}/members/E2/remove", {"remove_reason": ""}).status_code == 422
    assert secretary.post(f"{PANEL}/members/E2/remove", {"remove_reason": "不能到会"}).status_code == 303
    assert secretary.get(f"{PANEL}/members/E2").status_code == 404
    world.stage(round_id, Stage.OPENED)
    late = secretary.get(f"{PANEL}/members/E1").text
    assert "本环节不能再变更" in late
    assert "登记缺席" not in late


def test_every_expert_on_the_panel_leaves_nobody_to_select(secretary: Visitor, world: World) -> None:
    pool(world, 1)
    secretary.post(f"{PANEL}/members", {"expert": "E1", "reason": "专业需要"})
    assert "专家库中的专家都已在专家组中" in secretary.get(PANEL).text


def test_conflicts_that_wait_are_pointed_to(secretary: Visitor, world: World) -> None:
    cast(world)
    assert "资料显示还有利益冲突没有记录" in secretary.get(PANEL).text
    secretary.post("/secretary/rounds/2026/conflicts/find")
    page = secretary.get(PANEL).text
    assert "2 项利益冲突等待回避决定" in page
    assert "没有记录" not in page


def test_nobody_else_gets_in(world: World, app: object) -> None:
    from flask import Flask

    from tests.visitors import arrive

    assert isinstance(app, Flask)
    pool(world)
    world.person(Role.EXPERT, "E1")
    assert arrive(app, "E1").get(PANEL).status_code == 404
