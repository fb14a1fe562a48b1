from __future__ import annotations

import statistics
from fractions import Fraction

import pytest
from hypothesis import given

from panel.scoring.matrix import Record, ScoreMatrix
from panel.scoring.official.mean import mean
from panel.scoring.official.methods import official
from tests.scoring.cases import complete, floats, load, matrix_of, records


def test_thirds_stay_exact() -> None:
    # (8000 + 7000 + 7000) / 3 = 22000 / 3
    assert mean(complete([[8000, 7000, 7000]])) == {"A1": Fraction(22_000, 3)}


def test_a_single_sheet_is_its_own_mean() -> None:
    assert mean(complete([[8725]])) == {"A1": 8725}


@pytest.mark.parametrize("name", ["pbib_sas", "sf1979", "krippendorff_2011"])
def test_the_raw_means_of_the_reference_cases(name: str) -> None:
    case = load(name)

    assert floats(mean(matrix_of(case))) == pytest.approx(case["expected"]["raw_mean"], abs=1e-6)


def test_sheets_left_out_leave_holes_and_no_zeros() -> None:
    case = load("weighted_criteria")
    sheets = ScoreMatrix.from_records(
        (expert, item, Fraction(str(score)))
        for item, by_expert in case["expected"]["sheet_score_strict"].items()
        for expert, score in by_expert.items()
        if score is not None
    )

    assert floats(mean(sheets)) == pytest.approx(case["expected"]["item_mean_strict"], abs=1e-6)


def test_one_criterion_alone_is_the_same_call_on_its_values() -> None:
    innovation = official("mean", matrix_of(load("weighted_criteria"), "innovation"))

    # G1: (8.5 + 8.5 + 6.5 + 8.5) / 4 = 8; G2 lacks the cell of E3: (6.5 + 3.5 + 6) / 3 = 16/3
    assert innovation.scores["G1"] == 8
    assert innovation.scores["G2"] == Fraction(16, 3)


def test_holes_are_said_because_the_mean_does_not_correct_for_them() -> None:
    holes = ScoreMatrix.from_records([("E1", "A1", 1), ("E1", "A2", 2), ("E2", "A2", 3)])

    assert official("mean", holes).notes == ("severity_not_corrected",)
    assert official("mean", complete([[1, 2], [3, 4]])).notes == ()


@given(records())
def test_the_mean_is_that_of_the_standard_library(sheets: list[Record]) -> None:
    matrix = ScoreMatrix.from_records(sheets)

    assert mean(matrix) == {name: statistics.mean(row.values()) for name, row in matrix.rows.items()}
