"""The review of a page: what is proposed, what the form says, and where it leads next."""

from __future__ import annotations

import re

import pytest
from sqlmodel import select

from panel import tables
from panel.rules.stages import Stage
from panel.services import materials
from tests.material import PICTURE, known, pdf
from tests.visitors import Visitor
from tests.world import PROJECT, STUDIO, World

# What a page shows is the same on both databases.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

ROUND = "/secretary/rounds/2026"
PLACE = f"{ROUND}/applications/P01/materials"
PLAN = pdf("本项目由甲单位实施。", "第二页没有什么可以看出来的")
EDGES = ("left", "top", "width", "height")


@pytest.fixture
def round_id(world: World) -> int:
    """A project with a plan (file 1) and a picture (file 2), and a studio with the plan (file 3)."""
    with world.store():
        round_id = world.round_()
        world.application(round_id, STUDIO)
        world.application(round_id, PROJECT)
    known(world.office, PLAN, PICTURE)
    for number, name, data in (
        ("P01", "计划.pdf", PLAN),
        ("P01", "图.png", PICTURE),
        ("S01", "计划.pdf", PLAN),
    ):
        assert materials.add(world.office, world.secretary, "2026", number, name, data).problems == ()
    return round_id


def page(file: int, number: int) -> str:
    return f"{ROUND}/materials/{file}/pages/{number}"


def form(html: str) -> dict[str, str]:
    """The boxes of the form as a browser would send them."""
    fields = dict(re.findall(r'name="((?:left|top|width|height)-\d+)"[^>]*value="([^"]*)"', html))
    fields |= dict.fromkeys(re.findall(r'name="(keep-\d+)" value="1" checked', html), "1")
    (version,) = re.findall(r'name="version" value="(\d+)"', html)
    return fields | {"version": version}


def box(index: int, *percents: str) -> dict[str, str]:
    return {f"{edge}-{index}": value for edge, value in zip(EDGES, percents, strict=True)} | {
        f"keep-{index}": "1"
    }


def test_a_page_is_confirmed_as_proposed_and_leads_to_the_next(secretary: Visitor, round_id: int) -> None:
    html = secretary.get(page(1, 1)).text
    assert "甲单位" in html
    assert "单位名称" in html
    answer = secretary.post(page(1, 1), form(html))
    assert (answer.status_code, answer.location) == (303, page(1, 2))
    html = secretary.get(page(1, 2)).text
    assert "第 1 页已确认，遮盖 1 处" in html
    assert "没有在文字中发现身份词语" in html
    assert secretary.post(page(1, 2), form(html)).location == PLACE
    assert "这一页已审查" in secretary.get(page(1, 1)).text


def test_a_box_that_was_unticked_is_not_burned_in_and_stays_to_be_seen(
    secretary: Visitor, round_id: int
) -> None:
    fields = form(secretary.get(page(1, 1)).text)
    del fields["keep-0"]
    secretary.post(page(1, 1), fields)
    html = secretary.get(page(1, 1)).text
    assert "leaf__box--off" in html
    assert "keep-0" not in form(html)


def test_boxes_are_drawn_by_figures_alone(secretary: Visitor, round_id: int) -> None:
    html = secretary.get(page(2, 1)).text
    assert "系统无法检索图片里的文字" in html
    assert secretary.post(page(2, 1), form(html) | box(0, "10", "20.5", "30", "4")).status_code == 303
    html = secretary.get(page(2, 1)).text
    assert 'x="1000" y="2050" width="3000" height="400"' in html


@pytest.mark.parametrize(
    "percents",
    [
        ("a", "1", "1", "1"),
        ("90", "0", "20", "5"),
        ("1", "", "1", "1"),
        ("nan", "1", "1", "1"),
        ("1e9", "1", "1", "1"),
    ],
)
def test_figures_that_are_no_place_on_the_page_are_refused(
    secretary: Visitor, round_id: int, percents: tuple[str, ...]
) -> None:
    fields = form(secretary.get(page(2, 1)).text) | box(0, *percents)
    answer = secretary.post(page(2, 1), fields)
    assert answer.status_code == 422
    assert "遮盖" in answer.text


def test_an_older_form_does_not_write_over_a_newer_review(secretary: Visitor, round_id: int) -> None:
    fields = form(secretary.get(page(2, 1)).text)
    assert secretary.post(page(2, 1), fields).status_code == 303
    assert secretary.post(page(2, 1), fields).status_code == 409


def test_all_easy_pages_are_confirmed_at_once(secretary: Visitor, round_id: int) -> None:
    secretary.get(PLACE)
    assert secretary.post(f"{ROUND}/materials/1/confirm").location == PLACE
    assert "已按建议确认 2 页" in secretary.get(PLACE).text
    assert secretary.post(f"{ROUND}/materials/1/confirm").status_code == 422


def test_a_page_of_a_named_track_is_shown_without_a_review(secretary: Visitor, round_id: int) -> None:
    html = secretary.get(page(3, 1)).text
    assert "材料无需遮盖" in html
    assert "data-review" not in html


def test_the_picture_of_a_page_is_for_the_review_only(
    secretary: Visitor, world: World, round_id: int
) -> None:
    answer = secretary.get(f"{page(1, 2)}/image")
    assert answer.mimetype == "image/webp"
    assert answer.headers["Cache-Control"] == "no-store"
    for missing in (f"{page(1, 9)}/image", page(1, 9), page(9, 1)):
        assert secretary.get(missing).status_code == 404
    world.stage(round_id, Stage.CLOSED)
    assert "确认这一页" not in secretary.get(page(1, 1)).text


def test_after_a_correction_the_page_says_that_it_wants_another_look(
    secretary: Visitor, world: World, round_id: int
) -> None:
    secretary.get(PLACE)
    secretary.post(f"{ROUND}/materials/1/confirm")
    with world.store() as session:
        row = session.exec(select(tables.Application).where(tables.Application.number == "P01")).one()
        row.branch = "第二页厂"
        session.add(row)
    assert "申报内容更正过，须重新审查这一页" in secretary.get(page(1, 2)).text
    assert "须重新审查" in secretary.get(PLACE).text
