"""The page of an analysis: what is drawn, and what is left to the tables."""

from __future__ import annotations

from dataclasses import replace

import pytest

from panel.queries import analyses as queries
from panel.queries.analyses import AnalysisView
from panel.web import analyses
from tests.opened import CODE, Opened
from tests.world import World

PERCENTS = {
    "S01": [90, 90, 90, 80, 90],
    "S02": [90, 80, 90, 80, 80],
    "S03": [80, 80, 80, 80, 70],
    "S04": [70, 80, 70, 80, 70],
    "S05": [70, 70, 70, 60, 70],
    "S06": [60, 60, 70, 60, 60],
    "S07": [50, 60, 50, 60, 50],
}


@pytest.fixture
def view(world: World) -> AnalysisView:
    """Seven studios, three seats."""
    Opened(world, PERCENTS).opened()
    with world.office.reading() as session:
        found = queries.of_round(session, world.office.policy, CODE)
    assert found is not None
    return found


def test_pictures_of_a_large_round_show_what_lies_around_the_cut(
    view: AnalysisView, monkeypatch: pytest.MonkeyPatch
) -> None:
    (whole,) = analyses.boards(view)
    assert whole.left_out == 0
    monkeypatch.setattr(analyses, "MOST_ROWS", 4)
    (near,) = analyses.boards(view)
    assert [place.number for place in whole.shown] == sorted(PERCENTS)
    order = ["S02", "S03", "S04", "S05"]  # two on either side of the third seat
    assert [place.number for place in near.shown] == order
    assert near.left_out == 3
    assert len(near.strips.rows) == 4
    assert near.slopes is not None
    assert {point.number for column in near.slopes.columns for point in column.points} == set(order)


def test_the_raw_mean_is_no_column_of_its_own_where_it_decides(view: AnalysisView) -> None:
    by_mean = replace(view, result=replace(view.result, policy=replace(view.result.policy, method="mean")))
    (board,) = analyses.boards(by_mean)
    assert board.slopes is not None
    assert [column.title for column in board.slopes.columns] == ["最终得分", "参考得分"]


def test_every_scenario_says_what_it_changes(view: AnalysisView) -> None:
    (board,) = analyses.boards(view)
    assert [change.scenario for change in board.without_expert] == ["E1", "E2", "E3", "E4", "E5"]
    trimmed = next(change for change in board.by_method if change.scenario == "trimmed")
    assert (trimmed.out, trimmed.taken) == (None, None)  # five sheets, and the policy trims from seven on
