"""Every page of a coded track is looked at before experts see it, and scoring cannot open before."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from sqlmodel import col, select

from panel import tables
from panel.audit import read
from panel.audit.events import MaterialReviewed
from panel.errors import InvalidInput, NotAllowed, NotFound, StaleVersion
from panel.queries import blockers
from panel.queries import materials as register
from panel.queries.materials import FileView, Line
from panel.rules.redactions import Box
from panel.rules.stages import Stage
from panel.rules.steps import BlockerCode, Step
from panel.services import applications, materials, redactions
from panel.services.office import Office
from tests.material import PICTURE, known, pdf
from tests.world import PROJECT, STUDIO, World

CODE = "2026"
PLAN = pdf("本项目由甲单位实施，联系人王一。", "第二页没有什么可以看出来的", "联系电话 13812345678。")
BOX = Box(1_000, 1_000, 5_000, 2_000)


@pytest.fixture
def file(world: World) -> FileView:
    """A project's plan, not reviewed yet."""
    with world.store():
        round_id = world.round_()
        world.application(round_id, STUDIO)
        world.application(round_id, PROJECT)
    known(world.office, PLAN, PICTURE)
    return added(world, "P01", "计划.pdf", PLAN)


def added(world: World, number: str, name: str, data: bytes) -> FileView:
    assert materials.add(world.office, world.secretary, CODE, number, name, data).problems == ()
    return files(world.office, number)[-1]


def files(office: Office, number: str = "P01") -> list[FileView]:
    with office.reading() as session:
        round_id = session.exec(select(tables.Round.id)).one()
        return register.of_number(session, office.policy, round_id, number)


def line(office: Office, number: str = "P01") -> Line:
    with office.reading() as session:
        round_id = session.exec(select(tables.Round.id)).one()
        return next(one for one in register.lines(session, office.policy, round_id) if one.number == number)


def blocking(office: Office) -> list[str]:
    """The applications whose material keeps scoring from opening."""
    with office.reading() as session:
        round_ = session.exec(select(tables.Round)).one()
        found = blockers.of(session, office.policy, round_, Step.OPEN_SCORING)
    return [item for one in found if one.code is BlockerCode.MATERIAL_UNREVIEWED for item in one.items]


def review(world: World, file: FileView, page: int, *boxes: Box, version: int = 0) -> None:
    redactions.review(world.office, world.secretary, CODE, file.id, page, boxes, version=version)


def test_what_the_text_tells_is_proposed_page_by_page(world: World, file: FileView) -> None:
    with world.office.reading() as session:
        round_id = session.exec(select(tables.Round.id)).one()
    found = redactions.proposal(world.office, round_id, file.id)
    assert [[one.word for one in found.pages[page]] for page in (1, 2, 3)] == [
        ["甲单位", "王一"],
        [],
        ["13812345678"],
    ]
    assert len(found.boxes(1)) == 2
    with pytest.raises(NotFound):
        redactions.proposal(world.office, round_id, file.id + 1)


def test_scoring_cannot_open_until_every_page_is_reviewed(world: World, file: FileView) -> None:
    photo = added(world, "P01", "照片.png", PICTURE)
    added(world, "S01", "计划.pdf", PLAN)  # of a named track: it needs no review
    assert blocking(world.office) == ["P01"]
    assert (line(world.office).waiting, line(world.office).look) == (4, 1)
    assert line(world.office, "S01").waiting == 0
    assert redactions.review_rest(world.office, world.secretary, CODE, file.id) == 3
    assert blocking(world.office) == ["P01"]
    review(world, photo, 1)
    assert blocking(world.office) == []


def test_a_page_that_cannot_be_searched_is_never_confirmed_with_the_rest(
    world: World, file: FileView
) -> None:
    photo = added(world, "P01", "照片.png", PICTURE)
    with pytest.raises(InvalidInput):
        redactions.review_rest(world.office, world.secretary, CODE, photo.id)
    assert files(world.office)[-1].waiting


def test_a_review_keeps_its_boxes_and_the_earlier_ones(world: World, file: FileView) -> None:
    review(world, file, 2, BOX)
    review(world, file, 2, version=1)
    page = files(world.office)[0].pages[1]
    assert page.review is not None
    assert (page.review.version, page.review.boxes, page.review.by) == (2, (), world.secretary.id)
    with world.office.reading() as session:
        kept = session.exec(select(tables.MaterialReview).order_by(col(tables.MaterialReview.version))).all()
        (record, *_rest) = read.page(session, read.Filter(act=MaterialReviewed.act))
    assert [json.loads(one.boxes) for one in kept] == [[list(BOX.edges)], []]
    assert (record.subject, record.data["boxes"], record.data["pages"]) == ("P01", 0, ["2"])


def test_the_rest_is_confirmed_with_what_was_proposed_and_leaves_reviewed_pages_alone(
    world: World, file: FileView
) -> None:
    review(world, file, 1, BOX)
    assert redactions.review_rest(world.office, world.secretary, CODE, file.id) == 2
    found = [page.review for page in files(world.office)[0].pages]
    assert [(one.version, len(one.boxes)) for one in found if one] == [(1, 1), (1, 0), (1, 1)]


def test_a_correction_that_tells_another_name_asks_for_another_review(world: World, file: FileView) -> None:
    redactions.review_rest(world.office, world.secretary, CODE, file.id)
    with world.office.reading() as session:
        before, version = applications.current(session, CODE, "P01")
    corrected = replace(before, unit="进度计划厂（虚构）")
    applications.correct(world.office, world.secretary, CODE, corrected, reason="单位更名。", version=version)
    assert blocking(world.office) == ["P01"]
    (first, *_) = files(world.office)[0].pages
    assert first.review is not None
    assert not first.review.current
    assert redactions.review_rest(world.office, world.secretary, CODE, file.id) == 3


def test_two_who_review_one_page_do_not_write_over_each_other(world: World, file: FileView) -> None:
    review(world, file, 1, BOX)
    with pytest.raises(StaleVersion):
        review(world, file, 1)


@pytest.mark.parametrize("boxes", [[Box(0, 0, 5, 5)], [Box(9_000, 0, 11_000, 500)], [BOX] * 201])
def test_boxes_that_hide_nothing_or_lie_outside_are_refused(
    world: World, file: FileView, boxes: list[Box]
) -> None:
    with pytest.raises(InvalidInput):
        review(world, file, 1, *boxes)


def test_only_pages_of_a_coded_track_are_reviewed(world: World, file: FileView) -> None:
    named = added(world, "S01", "照片.png", PICTURE)
    for wrong, page in ((named.id, 1), (file.id, 9), (file.id + 5, 1)):
        with pytest.raises(NotFound):
            redactions.review(world.office, world.secretary, CODE, wrong, page, [], version=0)


def test_what_was_overlooked_can_be_covered_while_experts_score_and_not_later(
    world: World, file: FileView
) -> None:
    redactions.review_rest(world.office, world.secretary, CODE, file.id)
    with world.store() as session:
        round_ = session.exec(select(tables.Round)).one()
        round_.stage, round_.policy = Stage.SCORING, world.office.policy.text
        session.add(round_)
        round_id = round_.id
    review(world, file, 2, BOX, version=1)
    world.stage(round_id, Stage.CLOSED)
    with pytest.raises(NotAllowed):
        review(world, file, 2, version=2)
    with pytest.raises(NotAllowed):
        redactions.review(world.office, world.inspector, CODE, file.id, 2, [], version=2)
