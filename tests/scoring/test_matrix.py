from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest

from panel.errors import InvalidInput
from panel.scoring.matrix import Record, ScoreMatrix

RECORDS: list[Record] = [("E2", "A1", 7000), ("E1", "A2", Fraction(1, 3)), ("E1", "A1", 8000)]


def test_experts_and_applications_are_sorted_whatever_the_order_of_the_records() -> None:
    shuffled = random.Random(1).sample(RECORDS, k=3)

    matrix = ScoreMatrix.from_records(shuffled)

    assert matrix == ScoreMatrix.from_records(RECORDS)
    assert matrix.experts == ("E1", "E2")
    assert matrix.applications == ("A1", "A2")
    assert list(matrix.rows) == ["A1", "A2"]
    assert list(matrix.rows["A1"]) == ["E1", "E2"]


def test_a_hole_is_a_hole_and_not_a_zero() -> None:
    matrix = ScoreMatrix.from_records([*RECORDS, ("E3", "A2", 0)])

    assert matrix.score("E1", "A2") == Fraction(1, 3)
    assert matrix.score("E2", "A2") is None
    assert matrix.score("E3", "A2") == 0
    assert matrix.counts == {"A1": 2, "A2": 2}
    assert not matrix.complete


def test_a_matrix_in_which_everyone_scored_everything_is_complete() -> None:
    assert ScoreMatrix.from_records([*RECORDS, ("E2", "A2", 1)]).complete


def test_an_unknown_application_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(KeyError):
        ScoreMatrix.from_records(RECORDS).score("E1", "A9")


def test_the_arrays_have_experts_in_rows_applications_in_columns_and_nan_in_holes() -> None:
    matrix = ScoreMatrix.from_records(RECORDS)

    np.testing.assert_array_equal(matrix.values, [[8000, 1 / 3], [7000, np.nan]])
    np.testing.assert_array_equal(matrix.present, [[True, True], [True, False]])
    assert [list(positions) for positions in matrix.positions] == [[0, 1, 0], [0, 0, 1]]


def test_the_arrays_cannot_be_written() -> None:
    matrix = ScoreMatrix.from_records(RECORDS)

    for array in (matrix.values, matrix.present, *matrix.positions):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_the_same_expert_twice_on_one_application_is_refused_and_named() -> None:
    with pytest.raises(InvalidInput, match="expert E1 for application A1: '9000' is there twice"):
        ScoreMatrix.from_records([*RECORDS, ("E1", "A1", 9000)])


def test_no_score_at_all_is_refused() -> None:
    with pytest.raises(InvalidInput, match="there is no score"):
        ScoreMatrix.from_records([])


@pytest.mark.parametrize("value", [87.5, float("nan"), True, None, "87"])
def test_a_value_that_is_not_exact_is_refused(value: object) -> None:
    wrong: list[tuple[str, str, object]] = [("E1", "A1", value)]

    with pytest.raises(InvalidInput, match=r"expert E1 for application A1: .* must be a whole number"):
        ScoreMatrix.from_records(wrong)  # type: ignore[arg-type]


def test_numerators_are_the_values_over_their_least_common_denominator() -> None:
    matrix = ScoreMatrix.from_records(
        [("E1", "A1", Fraction(1, 4)), ("E2", "A1", 3), ("E1", "A2", Fraction(5, 6))]
    )

    assert matrix.denominator == 12
    assert matrix.numerators == {"A1": (3, 36), "A2": (10,)}
