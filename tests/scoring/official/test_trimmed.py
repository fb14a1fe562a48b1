from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given

from panel.scoring.matrix import Record, ScoreMatrix
from panel.scoring.official.methods import official
from panel.scoring.official.results import Options
from panel.scoring.official.trimmed import trimmed
from tests.scoring.cases import complete, floats, load, matrix_of, records


def test_one_highest_and_one_lowest_are_dropped() -> None:
    # 950 and 60 go: (700 + 710 + 720 + 730 + 740) / 5 = 3600 / 5 = 720
    assert trimmed(complete([[740, 60, 700, 950, 710, 720, 730]]), Options()) == {"A1": 720}


def test_of_equal_extremes_one_instance_each_is_dropped() -> None:
    # Of 900, 900, 900 one goes, of 500, 500 one: (900 + 900 + 700 + 600 + 500) / 5 = 3600 / 5 = 720
    assert trimmed(complete([[900, 900, 900, 700, 600, 500, 500]]), Options()) == {"A1": 720}


def test_equal_sheets_keep_their_value() -> None:
    assert trimmed(complete([[880] * 7]), Options()) == {"A1": 880}


def test_the_published_sample() -> None:
    case = load("pta_l2_015")

    scores = trimmed(complete(case["grades"]), Options(min_sheets=5))

    best = sorted(score for score in scores.values() if score is not None)[-3:]
    assert [f"{float(score):.3f}" for score in best] == case["published_three_best"]


def test_four_experts_when_the_policy_says_so() -> None:
    case = load("sf1979")

    scores = trimmed(matrix_of(case), Options(min_sheets=4))

    assert floats(scores) == pytest.approx(case["expected"]["trimmed_mean_forced"], abs=1e-6)


def test_three_sheets_leave_the_median() -> None:
    assert trimmed(complete([[900, 100, 650]]), Options(min_sheets=3)) == {"A1": 650}


def test_at_the_limit_there_is_a_score_and_one_sheet_below_it_none() -> None:
    everyone = [(f"E{j}", "A1", 700 + j) for j in range(7)]
    without_one = [(f"E{j}", "A2", 700 + j) for j in range(6)]

    result = official("trimmed", ScoreMatrix.from_records([*everyone, *without_one]))

    # A1: 701 to 705, the mean is 703. A2 is not given its untrimmed mean.
    assert result.scores == {"A1": 703, "A2": None}
    assert result.reasons == {"A2": "too_few_sheets"}
    assert result.notes == ("too_few_sheets", "severity_not_corrected")
    assert result.raw_means["A2"] == Fraction(1405, 2)


def test_a_complete_panel_above_the_limit_needs_no_note() -> None:
    result = official("trimmed", complete([[1, 2, 3, 4, 5, 6, 7], [7, 6, 5, 4, 3, 2, 1]]))

    assert result.notes == ()
    assert result.reasons == {}
    assert result.effects == {}


@given(records())
def test_the_trimmed_mean_is_the_sum_without_maximum_and_minimum(sheets: list[Record]) -> None:
    matrix = ScoreMatrix.from_records(sheets)

    for name, score in trimmed(matrix, Options(min_sheets=3)).items():
        values = list(matrix.rows[name].values())
        if len(values) < 3:
            assert score is None
        else:
            assert score == (sum(values) - max(values) - min(values)) / (len(values) - 2)
