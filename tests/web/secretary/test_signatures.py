"""Paper signatures at the secretary's desk, and the signed sheets after opening."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from panel.rules.stages import Stage
from panel.services import sheets
from panel.services.office import Office
from tests.services.test_signatures import GOOD
from tests.visitors import Visitor, arrive
from tests.world import World

PAGE = "/secretary/rounds/2026/signatures"
PAPER = "/E1/SX-01.pdf"


@pytest.fixture
def round_id(office: Office, world: World) -> int:
    """A round in scoring; E1 submitted one sheet, to be signed on paper."""
    round_id = world.scoring_round(2)
    world.fill(world.accounts["E1"], 1, GOOD)
    sheets.submit(office, world.accounts["E1"], round_code="2026", blind_code="SX-01", version=1)
    return round_id


@pytest.mark.usefixtures("round_id")
def test_a_print_is_recorded_when_it_comes_in(secretary: Visitor) -> None:
    page = secretary.get(PAGE).text
    assert "评分表（申报 S01）" in page
    (address,) = re.findall(rf'action="({PAGE}/[0-9a-f]{{64}})"', page)
    refused = secretary.post(address, {"words": " "})
    assert refused.status_code == 422
    assert secretary.post(address, {"words": "9月1日收到，存第3卷"}).location == PAGE
    page = secretary.get(PAGE).text
    assert "9月1日收到，存第3卷" in page
    assert "已收到" in page
    assert address not in page


def test_no_sheet_is_offered_before_the_opening(secretary: Visitor, world: World, round_id: int) -> None:
    for stage in (Stage.SCORING, Stage.CLOSED):
        world.stage(round_id, stage)
        assert ".pdf" not in secretary.get(PAGE).text
        assert secretary.get(PAGE + PAPER).status_code == 404


def test_after_it_both_offices_take_them(secretary: Visitor, app: Flask, world: World, round_id: int) -> None:
    world.stage(round_id, Stage.OPENED)
    assert f'href="{PAGE}{PAPER}"' in secretary.get(PAGE).text
    _ = world.inspector
    inspector, there = arrive(app, "inspector"), PAGE.replace("secretary", "inspector")
    assert f'href="{there}{PAPER}"' in inspector.get(there).text
    for visitor, page in ((secretary, PAGE), (inspector, there)):
        answer = visitor.get(page + PAPER)
        assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
        assert "attachment" in answer.headers["Content-Disposition"]


def test_the_expert_takes_the_own_one_always(app: Flask, world: World, round_id: int) -> None:
    for stage in (Stage.SCORING, Stage.CLOSED, Stage.OPENED, Stage.FINAL):
        world.stage(round_id, stage)
        answer = arrive(app, "E1").get("/expert/rounds/2026/sheets/SX-01/paper.pdf")
        assert (answer.status_code, answer.mimetype) == (200, "application/pdf"), stage
    assert arrive(app, "E2").get("/expert/rounds/2026/sheets/SX-01/paper.pdf").status_code == 404


def test_a_round_without_paper_says_so(secretary: Visitor, world: World) -> None:
    world.round_()
    assert "没有纸质签名" in secretary.get(PAGE).text
