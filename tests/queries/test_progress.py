"""Who has done how many: counted over what still counts, and never how much."""

from __future__ import annotations

from sqlmodel import select

from panel import tables
from panel.queries import progress
from panel.rules.sheets import SheetState
from tests.world import World


def states(world: World, *wanted: tuple[int, SheetState]) -> None:
    """Set the state of some sheets, by their row."""
    with world.store() as session:
        for sheet_id, state in wanted:
            sheet = session.get_one(tables.Sheet, sheet_id)
            sheet.state = state
            session.add(sheet)


def test_submitted_of_those_that_count(world: World) -> None:
    round_id = world.scoring_round(experts=2)  # sheets 1 and 2 are E1's, 3 and 4 are E2's
    states(world, (1, SheetState.SUBMITTED), (3, SheetState.VOID))
    with world.office.reading() as session:
        one, two = progress.panelists(session, round_id)
    assert (one.expert, one.name, one.chair, one.pledged, one.absent) == (
        "E1",
        "专家E1（虚构）",
        True,
        True,
        False,
    )
    assert (one.submitted, one.total) == (1, 2)
    assert (two.submitted, two.total) == (0, 1)


def test_missing_are_the_drafts_of_those_present_for_what_is_still_in(world: World) -> None:
    round_id = world.scoring_round(experts=3)
    states(world, (1, SheetState.SUBMITTED), (4, SheetState.VOID))
    with world.store() as session:
        away = session.exec(select(tables.Panelist).order_by("id")).all()[2]
        away.absent = True
        session.add(away)
    with world.office.reading() as session:
        assert [str(sheet) for sheet in progress.missing(session, round_id)] == ["E1/P01", "E2/S01"]
    with world.store() as session:
        gone = session.exec(select(tables.Application).where(tables.Application.number == "P01")).one()
        gone.withdrawn = True
        session.add(gone)
    with world.office.reading() as session:
        assert [str(sheet) for sheet in progress.missing(session, round_id)] == ["E2/S01"]
        one, two, three = progress.panelists(session, round_id)
    # The withdrawn application is nobody's to do any more.
    assert [(each.submitted, each.total) for each in (one, two, three)] == [(1, 1), (0, 1), (0, 1)]
    assert three.absent


def test_another_round_does_not_count(world: World) -> None:
    world.scoring_round(experts=1)
    other = world.round_("2027")
    with world.office.reading() as session:
        assert progress.panelists(session, other) == []
        assert progress.missing(session, other) == []
