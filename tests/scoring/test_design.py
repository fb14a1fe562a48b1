from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given

from panel.errors import InvalidInput
from panel.scoring.components import components
from panel.scoring.design import Design
from panel.scoring.matrix import Record, ScoreMatrix
from tests.scoring.cases import records


def test_scores_are_sorted_by_application_then_expert_whatever_their_order() -> None:
    design = Design.from_arrays(["B", "A", "A"], ["E1", "E2", "E1"], [3, 2, 1])

    assert design.applications == ("A", "B")
    assert design.experts == ("E1", "E2")
    assert design.application.tolist() == [0, 0, 1]
    assert design.expert.tolist() == [0, 1, 0]
    assert design.y.tolist() == [1, 2, 3]


def test_a_hole_is_not_a_number_in_the_table_and_nothing_elsewhere() -> None:
    design = Design.from_arrays(["A", "A", "B"], ["E1", "E2", "E1"], [1, 2, 0])

    assert np.array_equal(design.dense(), np.array([[1, 2], [0, np.nan]]), equal_nan=True)
    assert design.incidence.toarray().tolist() == [[1, 1], [1, 0]]
    assert design.per_application.tolist() == [2, 1]
    assert design.per_expert.tolist() == [2, 1]
    assert design.shape == (2, 2)
    assert not design.complete
    assert Design.from_arrays(["A", "B"], ["E1", "E1"], [1, 2]).complete


@pytest.mark.parametrize(
    ("applications", "experts", "scores", "message"),
    [
        ([], [], [], "there is no score"),
        (
            ["A", "B", "A"],
            ["E", "E", "E"],
            [1, 2, 3],
            "expert E for application A: '[13].0' is there",
        ),
        (
            ["A", "B"],
            ["E", "F"],
            [1, float("nan")],
            "expert F for application B: 'nan' must be",
        ),
    ],
)
def test_what_is_no_set_of_scores_is_refused(
    applications: list[str], experts: list[str], scores: list[float], message: str
) -> None:
    with pytest.raises(InvalidInput, match=message):
        Design.from_arrays(applications, experts, scores)


@given(records())
def test_it_takes_over_what_an_exact_matrix_holds(sheets: list[Record]) -> None:
    matrix = ScoreMatrix.from_records(sheets)

    design = Design.from_matrix(matrix)

    assert (design.applications, design.experts) == (matrix.applications, matrix.experts)
    assert np.array_equal(design.dense().T, matrix.values, equal_nan=True)
    assert design.complete == matrix.complete
    assert design.connected


def test_its_components_are_those_of_the_exact_matrix() -> None:
    matrix = ScoreMatrix.from_records(
        [("E1", "C", Fraction(1)), ("E1", "D", 2), ("E2", "A", 3), ("E3", "A", 4), ("E3", "B", 5)]
    )

    design = Design.from_matrix(matrix)
    of_applications, of_experts = design.labels

    assert of_applications.tolist() == [0, 0, 1, 1]  # A and B, C and D
    assert of_experts.tolist() == [1, 0, 0]
    assert len(components(matrix)) == 2
    assert not design.connected


def test_other_scores_of_the_same_sheets_keep_what_was_counted() -> None:
    design = Design.from_arrays(["A", "A", "B"], ["E", "F", "E"], [1, 2, 3])
    fresh = design.scored(design.y + 1)
    counted = design.parts
    other = design.scored(2 * design.y)

    assert fresh.y.tolist() == [2, 3, 4]
    assert other.y.tolist() == [2, 4, 6]
    assert other.labels is design.labels
    assert other.parts == fresh.parts == counted == 1
