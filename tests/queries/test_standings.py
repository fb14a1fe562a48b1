"""What the result is computed from, and the stored results."""

from __future__ import annotations

import pytest
from sqlmodel import select

from panel import tables
from panel.errors import LogTampered
from panel.queries import standings, votes
from panel.rules.applications import Track
from panel.rules.candidates import Standing
from panel.rules.eligibility import Verdict
from panel.services import applications
from tests.opened import CODE, Opened, caps
from tests.world import World


@pytest.fixture
def opened(world: World) -> Opened:
    """A round with everything that may stand in the inputs."""
    others = {"S08": Verdict.VETOED, "S09": Verdict.REFUSED, "P03": Verdict.ACCEPTED}
    opened = Opened(world, {"S01": [80] * 5, "P01": [70] * 5}, others=others).scoring()
    applications.withdraw(world.office, world.secretary, CODE, "P03", "来函")
    opened.scored().unsealed()
    return opened


def test_inputs_say_how_each_application_stands_and_hold_the_submitted_sheets(opened: Opened) -> None:
    with opened.office.reading() as session:
        found = standings.inputs(session, opened.round_id)
    assert {entry.number: (entry.track, entry.linked_studio, entry.standing) for entry in found.entries} == {
        "S01": (Track.STUDIO, "", Standing.ACCEPTED),
        "S08": (Track.STUDIO, "", Standing.VETOED),
        "S09": (Track.STUDIO, "", Standing.REFUSED),
        "P01": (Track.PROJECT, "S01", Standing.ACCEPTED),
        "P03": (Track.PROJECT, "X01", Standing.WITHDRAWN),
    }
    assert found.existing_studios == ("X01",)
    assert found.votes == ()
    assert {(sheet.expert, sheet.application) for sheet in found.sheets} == {
        (f"E{n}", number) for n in range(1, 6) for number in ("S01", "P01")
    }
    assert all(sum(s.items.values()) in (8000, 7000) for s in found.sheets)


def test_a_stored_result_is_computed_again_and_compared(opened: Opened) -> None:
    with opened.office.reading() as session:
        found = standings.stored(session, opened.office.policy, opened.round_id)
        assert found is not None
        assert not standings.stale(session, opened.round_id, found)
        assert standings.stored(session, opened.office.policy, opened.round_id + 1) is None
    assert found.result.place("S01").official == 8000


@pytest.mark.parametrize("column", ["inputs", "input_digest", "result_digest", "policy_digest"])
def test_a_stored_result_that_does_not_follow_from_its_inputs_is_an_alarm(
    opened: Opened, column: str
) -> None:
    with opened.world.store() as session:
        row = session.exec(select(tables.Ranking)).one()
        if column == "inputs":
            row.inputs = row.inputs.replace("2400", "2350", 1)
        else:
            setattr(row, column, "0" * 64)
        session.add(row)
    with opened.office.reading() as session, pytest.raises(LogTampered):
        standings.stored(session, opened.office.policy, opened.round_id)


def test_the_result_is_out_of_date_once_an_application_is_withdrawn(opened: Opened) -> None:
    applications.withdraw(opened.office, opened.secretary, CODE, "S01", "来函")
    with opened.office.reading() as session:
        found = standings.stored(session, opened.office.policy, opened.round_id)
        assert found is not None
        assert standings.stale(session, opened.round_id, found)


def test_votes_stand_in_the_inputs_with_reason_and_chair(world: World) -> None:
    caps(world.office, 1, 2)
    opened = Opened(world, {"S01": [80] * 6, "S02": [80] * 6}, hand=6).opened()
    opened.vote(("S01", "S02"), ["S01", "S01", "S01", "S02", "S02", "S02"])
    with world.office.reading() as session:
        (vote,) = standings.inputs(session, opened.round_id).votes
        assert votes.chair_number(session, opened.round_id) == "E1"
        assert votes.chair_number(session, opened.round_id + 1) == ""
    assert vote.tie == {"S01", "S02"}
    assert [(b.expert, b.application, b.reason) for b in vote.ballots][:2] == [
        ("E1", "S01", "理由1"),
        ("E2", "S01", "理由2"),
    ]
    assert (vote.chair, vote.chair_order, vote.chair_reason) == ("E1", (), "")
