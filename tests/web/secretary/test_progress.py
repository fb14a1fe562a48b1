"""Progress: who has done how many, never how much; and a sheet given back."""

from __future__ import annotations

import re

from sqlmodel import col, select

from panel import tables
from panel.rules.sheets import SheetState
from panel.rules.stages import Stage
from panel.services import panelists
from panel.services.office import Office
from tests.conftest import StandingClock
from tests.opened import Opened
from tests.visitors import Visitor
from tests.web.secretary.test_panel import text
from tests.world import World

PROGRESS = "/secretary/rounds/2026/progress"


def state(world: World, expert: str, application: str, to: SheetState, revision: int = 1) -> None:
    with world.store() as session:
        sheet = session.exec(
            select(tables.Sheet)
            .join(tables.Expert, col(tables.Expert.id) == col(tables.Sheet.expert_id))
            .join(tables.Application, col(tables.Application.id) == col(tables.Sheet.application_id))
            .where(tables.Expert.number == expert, tables.Application.number == application)
        ).one()
        sheet.state, sheet.revision = to, revision
        session.add(sheet)


def test_counts_without_the_absent_the_void_and_the_withdrawn(
    secretary: Visitor, world: World, office: Office
) -> None:
    world.scoring_round(experts=3)
    state(world, "E1", "S01", SheetState.SUBMITTED)
    state(world, "E1", "P01", SheetState.VOID)
    state(world, "E2", "S01", SheetState.SUBMITTED, revision=2)
    panelists.mark_absent(office, world.secretary, "2026", "E3", "突发疾病")
    page = text(secretary.get(PROGRESS).text)
    assert "已提交评分表 2/3 还差 1 份" in page
    assert "参加评审的专家 2/3" in page
    assert "作废的评分表 1" in page
    assert "突发疾病" in page
    assert "退回过，第 2 稿" in secretary.get(PROGRESS).text
    with world.store() as session:
        row = session.exec(select(tables.Application).where(tables.Application.number == "P01")).one()
        row.withdrawn = True
        session.add(row)
    assert "已提交评分表 2/2 全部交齐" in text(secretary.get(PROGRESS).text)


def test_the_open_page_asks_again_by_itself_without_keeping_the_session_awake(
    secretary: Visitor, world: World, clock: StandingClock
) -> None:
    world.scoring_round(experts=2)
    assert f'hx-get="{PROGRESS}/now"' in secretary.get(PROGRESS).text
    before = secretary.cookie()
    clock.forward(minutes=5)
    now = secretary.get(f"{PROGRESS}/now")
    assert now.status_code == 200
    assert "<html" not in now.text
    assert "每份评分表的状态" in now.text
    assert secretary.cookie() == before


def test_a_sheet_is_given_back_with_a_reason(secretary: Visitor, world: World, office: Office) -> None:
    world.scoring_round(experts=2)
    assert "还没有已提交的评分表" in secretary.get(PROGRESS).text
    state(world, "E1", "S01", SheetState.SUBMITTED)
    chosen = secretary.get(f"{PROGRESS}?sheet=E1/S01").text
    assert '<option value="E1/S01" selected>' in chosen
    refused = secretary.post(f"{PROGRESS}/return", {"sheet": "E1/S01", "reason": ""})
    assert refused.status_code == 422
    assert '<option value="E1/S01" selected>' in refused.text
    done = secretary.post(f"{PROGRESS}/return", {"sheet": "E1/S01", "reason": "漏评一项附件"})
    assert done.status_code == 303
    again = secretary.post(f"{PROGRESS}/return", {"sheet": "E1/S01", "reason": "漏评一项附件"})
    assert again.status_code == 409
    assert secretary.post(f"{PROGRESS}/return", {"sheet": "E9/S01", "reason": "x"}).status_code == 404
    with office.reading() as session:
        sheet = session.exec(
            select(tables.Sheet).where(tables.Sheet.revision == 2, tables.Sheet.state == "draft")
        ).one()
    assert sheet is not None


def test_no_score_stands_on_the_page(secretary: Visitor, world: World) -> None:
    # Points that appear nowhere else on the page.
    Opened(world, {"S01": [87, 87, 87, 87, 87]}).sealed()
    for page in (secretary.get(PROGRESS), secretary.get(f"{PROGRESS}/now")):
        assert "87" not in re.sub(r"<[^>]*>", " ", page.text)  # what is read, not digests in addresses
    assert "E1/S01" in secretary.get(PROGRESS).text


def test_after_scoring_the_page_stands_still(secretary: Visitor, world: World) -> None:
    round_id = world.scoring_round(experts=2)
    world.stage(round_id, Stage.CLOSED)
    page = secretary.get(PROGRESS).text
    assert "hx-get" not in page
    assert "退回评分表" not in page


def test_after_scoring_whoever_did_not_finish_is_no_longer_scoring(secretary: Visitor, world: World) -> None:
    round_id = world.scoring_round(experts=2)
    assert ">评分中<" in secretary.get(PROGRESS).text
    world.stage(round_id, Stage.CLOSED)
    page = secretary.get(PROGRESS).text
    assert ">未交齐<" in page
    assert ">评分中<" not in page.partition("<main")[2]
