"""The analysis beside the newest result: of its stored inputs, and computed once."""

from __future__ import annotations

from sqlmodel import Session

from panel.queries import analyses
from panel.queries.analyses import AnalysisView
from panel.rules.applications import Track
from panel.services import applications, rankings
from tests.opened import CODE, Opened, caps
from tests.world import World

PERCENTS = {"S01": [80, 80, 80, 80, 80, 90], "S02": [70] * 6, "P01": [90] * 6, "P02": [50] * 6}


def seen(world: World, session: Session) -> AnalysisView:
    found = analyses.of_round(session, world.office.policy, CODE)
    assert found is not None
    return found


def test_there_is_none_before_there_is_a_result(world: World) -> None:
    Opened(world, PERCENTS, hand=6).sealed()
    with world.office.reading() as session:
        assert analyses.of_round(session, world.office.policy, CODE) is None


def test_it_follows_the_result_and_is_computed_once(world: World) -> None:
    caps(world.office, 1, 1)
    opened = Opened(world, PERCENTS, hand=6).opened()
    with world.office.reading() as session:
        first, again = seen(world, session), seen(world, session)
    assert [one.view.track for one in first.tracks] == [Track.STUDIO, Track.PROJECT]
    assert first.tracks[0].found is again.tracks[0].found
    assert [place.number for place in first.tracks[0].places] == ["S01", "S02"]
    # A change makes the result outdated; the analysis stays that of the result until it is computed anew.
    applications.withdraw(opened.office, opened.secretary, CODE, "S02", "来函撤回")
    with world.office.reading() as session:
        stale = seen(world, session)
    assert stale.result.stale
    assert stale.tracks[0].found is first.tracks[0].found
    rankings.compute(opened.office, opened.secretary, CODE)
    with world.office.reading() as session:
        anew = seen(world, session)
    assert set(anew.tracks[0].found.manners) == set(first.tracks[0].found.manners)
    assert [place.number for place in anew.tracks[0].places] == ["S01"]


def test_who_has_sheets_and_no_score_stands_last(world: World) -> None:
    Opened(world, PERCENTS, hand=6).opened(without=[("E1", "S01"), ("E2", "S01")])
    with world.office.reading() as session:
        studios = seen(world, session).tracks[0]
    assert [place.number for place in studios.places] == ["S02", "S01"]
    assert studios.places[1].place.official is None


def test_a_round_without_a_sheet_has_nothing_to_analyse(world: World) -> None:
    pairs = [(f"E{n}", number) for n in range(1, 7) for number in PERCENTS]
    Opened(world, PERCENTS, hand=6).opened(without=pairs)
    with world.office.reading() as session:
        assert seen(world, session).tracks == ()
