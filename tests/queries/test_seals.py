"""What was sealed, as it stands in the store."""

from __future__ import annotations

import pytest
from sqlmodel import select

from panel import tables
from panel.queries import seals
from panel.rules.sheets import SheetState
from panel.services import sheets
from tests.opened import CODE, Opened
from tests.world import World


@pytest.fixture
def opened(world: World) -> Opened:
    """Two sheets of E1, the one on S01 sealed twice."""
    opened = Opened(world, {"S01": [80], "P01": [70]}).sealed()
    sheets.return_sheet(
        world.office,
        world.secretary,
        round_code=CODE,
        expert_number="E1",
        application_number="S01",
        reason="改",
    )
    with world.store() as session:
        for seal in seals.submissions(session):
            if seal.subject == "E1/S01":
                for unit in seals.scores(session, [seal.sheet_id])[seal.sheet_id]:
                    session.delete(session.get_one(tables.Score, (seal.sheet_id, unit)))
    opened.seal(opened.experts[0], "S01", 90)
    return opened


def test_every_revision_is_kept_and_the_last_one_stands(opened: Opened) -> None:
    with opened.office.reading() as session:
        found = seals.submissions(session, opened.round_id)
        everywhere = seals.submissions(session)
        openings = seals.openings(session, opened.round_id)
    assert [(s.subject, s.sheet.revision, s.standing) for s in sorted(found, key=lambda s: s.subject)] == [
        ("E1/P01", 1, True),
        ("E1/S01", 1, False),
        ("E1/S01", 2, True),
    ]
    assert everywhere == found
    assert openings == [(seal.sheet, seal.salt) for seal in found]
    for seal in found:
        assert seal.sheet.commitment(seal.salt) == seal.commitment
    assert {seal.sheet.items["S1"][0] for seal in found if seal.subject == "E1/S01"} == {2400, 2700}


def test_another_round_has_other_seals(opened: Opened) -> None:
    with opened.office.reading() as session:
        assert seals.submissions(session, opened.round_id + 1) == []


def test_scores_by_sheet_and_unit(opened: Opened) -> None:
    with opened.office.reading() as session:
        standing = [seal for seal in seals.submissions(session) if seal.standing]
        rows = seals.scores(session, [seal.sheet_id for seal in standing])
        assert seals.scores(session, [999]) == {999: {}}
    for seal in standing:
        assert rows[seal.sheet_id] == dict(seal.sheet.items)


def test_a_sheet_that_was_never_sealed_cannot_count_as_submitted(opened: Opened) -> None:
    with opened.office.reading() as session:
        assert list(seals.unsealed(session)) == []
    with opened.world.store() as session:
        draft = session.exec(select(tables.Sheet).where(tables.Sheet.state == SheetState.DRAFT)).all()[0]
        draft.state = SheetState.SUBMITTED
        session.add(draft)
    with opened.office.reading() as session:
        assert len(list(seals.unsealed(session))) == 1
