"""A page reaches only its expert, with its boxes and mark, and is on record once a session and version."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Connection, event
from sqlmodel import col, select

from panel import tables
from panel.audit import read
from panel.audit.events import MaterialSeen
from panel.db.engine import WRITES
from panel.documents import leaves as documents
from panel.errors import NotFound, RuleBroken
from panel.queries import blind
from panel.rules.redactions import Box
from panel.rules.stages import Stage
from panel.services import leaves, materials, redactions
from panel.services.office import Actor
from tests.material import PICTURE, known, pdf
from tests.world import World

# What a page shows is the same on both databases.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

CODE = "2026"
BLIND, NAMED = "PX-02", "SX-01"
PLAN = pdf("本项目由甲单位实施。", "第二页没有什么可以看出来的")
BOX = Box(1_000, 1_000, 5_000, 2_000)


@pytest.fixture
def expert(world: World) -> Actor:
    """E1, in a round in scoring; the project has a plan of which page 1 is reviewed, the studio a picture."""
    round_id = world.scoring_round()
    known(world.office, PLAN, PICTURE)
    world.stage(round_id, Stage.SETUP)
    for number, name, data in (("P01", "甲单位计划.pdf", PLAN), ("S01", "甲单位照片.png", PICTURE)):
        assert materials.add(world.office, world.secretary, CODE, number, name, data).problems == ()
    redactions.review(world.office, world.secretary, CODE, 1, 1, [BOX], version=0)
    world.stage(round_id, Stage.SCORING)
    return replace(world.accounts["E1"], session="one")


def seen(world: World, who: Actor, code: str = BLIND, place: int = 1, page: int = 1) -> bytes:
    return leaves.seen(world.office, who, round_code=CODE, blind_code=code, place=place, page=page)


def views(world: World) -> list[tuple[str, int]]:
    with world.office.reading() as session:
        found = reversed(read.page(session, read.Filter(act=MaterialSeen.act)))
        return [(record.subject, record.data["version"]) for record in found if record.ok]


def test_a_reviewed_page_is_shown_with_its_boxes_the_expert_and_the_minute(
    world: World, expert: Actor
) -> None:
    page = materials.shelf(world.office).image(_digest(world, "P01"), 1)
    assert seen(world, expert) == documents.shown(page, [BOX], "E1 · PX-02 · 2026-09-01 09:00")


def test_a_page_that_nobody_reviewed_is_not_there(world: World, expert: Actor) -> None:
    for place, page in ((1, 2), (1, 3), (1, 0), (2, 1)):
        with pytest.raises(NotFound):
            seen(world, expert, place=place, page=page)
    assert views(world) == []


def test_a_review_for_other_words_is_not_enough(world: World, expert: Actor) -> None:
    with world.store() as session:
        row = session.exec(select(tables.Application).where(tables.Application.number == "P01")).one()
        row.unit = "乙单位（虚构）"
        session.add(row)
    with pytest.raises(NotFound):
        seen(world, expert)


def test_a_named_track_needs_no_review(world: World, expert: Actor) -> None:
    page = materials.shelf(world.office).image(_digest(world, "S01"), 1)
    assert seen(world, expert, NAMED) == documents.shown(page, (), "E1 · SX-01 · 2026-09-01 09:00")


def test_a_view_is_on_record_once_a_session_and_version(world: World, expert: Actor) -> None:
    for _ in range(2):
        seen(world, expert)
    seen(world, replace(expert, session="two"))
    redactions.review(world.office, world.secretary, CODE, 1, 1, [], version=1)
    seen(world, expert)
    assert views(world) == [("E1/P01", 1), ("E1/P01", 1), ("E1/P01", 2)]


def test_leafing_back_to_a_page_on_record_begins_no_write(world: World, expert: Actor) -> None:
    begun: list[bool] = []

    def note(connection: Connection) -> None:
        begun.append(connection.get_execution_options().get(WRITES, False))

    event.listen(world.office.engine, "begin", note)
    writes = []
    for who in (expert, expert, replace(expert, session="two")):
        begun.clear()
        page = seen(world, who)
        writes.append(any(begun))
        assert page[:4] == b"RIFF"
    event.remove(world.office.engine, "begin", note)
    assert writes == [True, False, True]


def test_a_page_asked_for_twice_at_once_is_on_record_once(world: World, expert: Actor) -> None:
    engine = world.office.engine

    ended: list[Connection] = []

    def meanwhile(connection: Connection) -> None:
        ended.append(connection)
        if len(ended) == 1:  # the first has looked, and found nothing
            seen(world, expert)

    event.listen(engine, "rollback", meanwhile)
    seen(world, expert)
    event.remove(engine, "rollback", meanwhile)
    assert views(world) == [("E1/P01", 1)]


def test_the_sheet_lists_what_may_be_shown_and_no_name_in_a_coded_track(world: World, expert: Actor) -> None:
    office = world.office
    with office.reading() as session:
        round_id = session.exec(select(tables.Round.id)).one()
        seat = blind.seat(session, round_id, expert.expert_id)
        assert seat is not None
        views = [blind.sheet(session, office.policy, round_id, seat, code) for code in (BLIND, NAMED)]
    coded, named = [view.material.papers for view in views if view]
    assert [(one.place, one.material, one.title, one.pages) for one in coded] == [
        (1, None, "", ((1, 875, 1241),))
    ]
    assert [one.title for one in named] == ["甲单位照片"]


def test_files_without_any_reviewed_page_are_left_out(world: World, expert: Actor) -> None:
    with world.store() as session:
        row = session.exec(select(tables.Application).where(tables.Application.number == "P01")).one()
        row.unit = "乙单位（虚构）"
        session.add(row)
    office = world.office
    with office.reading() as session:
        round_id = session.exec(select(tables.Round.id)).one()
        seat = blind.seat(session, round_id, expert.expert_id)
        assert seat is not None
        view = blind.sheet(session, office.policy, round_id, seat, BLIND)
    assert view is not None
    assert view.material.papers == ()


def test_nobody_else_is_shown_a_page(world: World, expert: Actor) -> None:
    outsider = world.expert("E77")
    with pytest.raises(NotFound):
        seen(world, outsider)
    with pytest.raises(NotFound):
        seen(world, expert, code="ZZZZ")
    with pytest.raises(NotFound):
        leaves.seen(world.office, expert, round_code="1999", blind_code=BLIND, place=1, page=1)


def test_without_the_pledge_nothing_is_shown(world: World, expert: Actor) -> None:
    with world.store() as session:
        row = session.exec(select(tables.Panelist).where(tables.Panelist.expert_id == expert.expert_id)).one()
        row.pledged_at = None
        session.add(row)
    with pytest.raises(RuleBroken):
        seen(world, expert)


def _digest(world: World, number: str) -> str:
    with world.office.reading() as session:
        return session.exec(
            select(tables.MaterialFile.digest)
            .join(tables.Application, col(tables.Application.id) == col(tables.MaterialFile.application_id))
            .where(tables.Application.number == number)
        ).one()
