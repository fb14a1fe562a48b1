"""Material beside the sheet: pages with their sizes, asked for one by one, kept by no browser."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from panel.rules.stages import Stage
from panel.services import materials, redactions
from tests.material import PICTURE, known, pdf
from tests.visitors import Visitor, arrive
from tests.web.expert.conftest import ROUND
from tests.world import World

# What a page shows is the same on both databases.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PLAN = pdf("本项目由甲单位实施。", "第二页没有什么可以看出来的")


@pytest.fixture
def papers(world: World, round_id: int) -> None:
    """The project has a reviewed plan, the studio a picture."""
    known(world.office, PLAN, PICTURE)
    world.stage(round_id, Stage.SETUP)
    for number, name, data in (("P01", "甲单位计划.pdf", PLAN), ("S01", "照片.png", PICTURE)):
        assert materials.add(world.office, world.secretary, "2026", number, name, data).problems == ()
    redactions.review_rest(world.office, world.secretary, "2026", 1)
    world.stage(round_id, Stage.SCORING)


def test_every_page_has_its_place_and_size_before_it_is_there(visitor: Visitor, papers: None) -> None:
    html = visitor.get(f"{ROUND}sheets/PX-02").text
    images = re.findall(r"<img [^>]*>", html)
    assert len(images) == 2
    assert all('loading="lazy"' in image and 'width="875" height="1241"' in image for image in images)
    assert 'alt="其他材料 1，第 2 页"' in html
    assert "甲单位" not in html


def test_a_named_track_says_what_the_paper_is_called(visitor: Visitor, papers: None) -> None:
    assert 'alt="照片，第 1 页"' in visitor.get(f"{ROUND}sheets/SX-01").text


def test_a_page_is_an_image_that_no_browser_keeps(app: Flask, papers: None) -> None:
    visitor = arrive(app, "E1")
    answer = visitor.get(f"{ROUND}sheets/PX-02/papers/1/1")
    assert answer.mimetype == "image/webp"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.data[:4] == b"RIFF"
    for missing in ("PX-02/papers/1/9", "PX-02/papers/2/1", "QQ-99/papers/1/1"):
        assert visitor.get(f"{ROUND}sheets/{missing}").status_code == 404
