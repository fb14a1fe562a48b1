from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from panel.scoring.components import Component, NotConnected, components
from panel.scoring.matrix import ScoreMatrix
from tests.scoring.cases import records

SPLIT = ScoreMatrix.from_records([("E1", "A1", 1), ("E3", "A2", 2), ("E1", "A3", 3), ("E2", "A3", 4)])


def test_a_shared_expert_links_two_applications() -> None:
    matrix = ScoreMatrix.from_records([("E1", "A1", 1), ("E1", "A2", 2)])

    assert components(matrix) == (Component(experts=("E1",), applications=("A1", "A2")),)


def test_parts_without_a_common_expert_are_named_in_order() -> None:
    assert components(SPLIT) == (
        Component(experts=("E1", "E2"), applications=("A1", "A3")),
        Component(experts=("E3",), applications=("A2",)),
    )


def test_the_error_names_the_parts() -> None:
    assert str(NotConnected(components(SPLIT))) == (
        "the scores fall into 2 parts without a common expert: "
        "experts E1, E2 on applications A1, A3; experts E3 on applications A2"
    )


@given(records())
def test_a_design_with_a_staircase_of_scores_is_connected(sheets: list[tuple[str, str, int]]) -> None:
    assert len(components(ScoreMatrix.from_records(sheets))) == 1


@given(st.sets(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1))
def test_the_parts_are_those_that_merging_sheet_by_sheet_finds(cells: set[tuple[int, int]]) -> None:
    parts = components(ScoreMatrix.from_records((f"E{j}", f"A{i}", 0) for j, i in cells))

    # Independent oracle: every sheet is a set of two names, and sets that meet are merged until none meet.
    merged: list[set[str]] = []
    for j, i in cells:
        met = [group for group in merged if group & {f"E{j}", f"A{i}"}]
        merged = [group for group in merged if group not in met] + [{f"E{j}", f"A{i}"}.union(*met)]
    found = [{*part.experts, *part.applications} for part in parts]
    assert sorted(map(sorted, found)) == sorted(map(sorted, merged))
