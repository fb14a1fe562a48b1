"""Conflicts as the pages read them: who against what, and what a decision covers."""

from __future__ import annotations

from sqlmodel import select

from panel import tables
from panel.queries import conflicts
from panel.rules.applications import Track
from panel.rules.conflicts import Reach
from panel.rules.eligibility import Verdict
from panel.services import recusals
from panel.services.office import Office
from tests.conflicted import cast
from tests.rules.cast import P05, S02, S05
from tests.world import World


def test_the_matrix_shows_what_may_still_be_judged_studios_first(world: World, office: Office) -> None:
    round_id = cast(world)
    world.application(round_id, S05, verdict=Verdict.REFUSED)
    world.application(round_id, P05)  # falls with its studio
    recusals.find(office, world.secretary, "2026")
    recusals.decide(office, world.secretary, "2026", "E2", Reach.UNIT, S02.unit, True, "曾任职")
    with office.reading() as session:
        grid = conflicts.matrix(session, round_id)
    assert [row.number for row in grid.rows] == [
        *("S01", "S02", "S03", "S04"),
        *("P01", "P02", "P03", "P04", "P12"),
    ]
    assert [row.track for row in grid.rows] == [Track.STUDIO] * 4 + [Track.PROJECT] * 5
    assert [number for number, _name in grid.experts] == ["E1", "E2", "E5", "E9"]
    assert set(grid.conflicts) == {("E2", "S02"), ("E2", "P02"), ("E9", "P12")}
    assert grid.recused == {("E2", "S02"), ("E2", "P02")}


def test_before_a_panel_stands_the_matrix_shows_who_has_a_conflict(world: World, office: Office) -> None:
    round_id = cast(world)
    recusals.find(office, world.secretary, "2026")
    with world.store() as session:
        for seat in session.exec(select(tables.Panelist)):
            session.delete(seat)
    with office.reading() as session:
        grid = conflicts.matrix(session, round_id)
        assert conflicts.unrecorded(session, office.policy, session.get_one(tables.Round, round_id)) == ()
    assert [number for number, _name in grid.experts] == ["E2", "E9"]


def test_what_a_refused_application_brings_is_covered_but_not_judged(world: World, office: Office) -> None:
    round_id = cast(world)
    world.application(round_id, S05, verdict=Verdict.REFUSED)
    with office.reading() as session:
        area = conflicts.scope(session, round_id)
    assert area.covers(Reach.UNIT, S05.unit) == ("S05",)
    assert area.judged(Reach.UNIT, S05.unit) == ()
    assert not area.matters(Reach.UNIT, S05.unit)
    assert area.matters(Reach.ROUND, "")
