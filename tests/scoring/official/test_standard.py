from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given

from panel.scoring.matrix import Record, ScoreMatrix
from panel.scoring.official.methods import official
from panel.scoring.official.standard import t_scores
from tests.scoring.cases import complete, floats, load, matrix_of, records


def test_one_expert_by_hand() -> None:
    # 60, 70, 80: mean 70, sample standard deviation 10.
    assert official("standard", complete([[60], [70], [80]])).scores == {"A1": 40, "A2": 50, "A3": 60}


def test_roots_are_rounded_to_nine_decimals() -> None:
    # 0, 0, 1: mean 1/3, variance 1/3; z = -1/sqrt 3 = -0.57735026918..., 2/sqrt 3 = 1.15470053837...
    scores = official("standard", complete([[0], [0], [1]])).scores

    assert scores == {
        "A1": Fraction("44.226497308"),
        "A2": Fraction("44.226497308"),
        "A3": Fraction("61.547005384"),
    }


def test_t_scores_of_r() -> None:
    case = load("sf1979")

    scores = official("standard", matrix_of(case)).scores

    assert floats(scores) == pytest.approx(case["expected"]["T_mean_ddof1"], abs=1e-6)


def test_a_single_value_has_no_spread() -> None:
    assert t_scores({"A1": 70}) is None


@given(records())
def test_it_is_what_numpy_finds(sheets: list[Record]) -> None:
    matrix = ScoreMatrix.from_records(sheets)
    y = matrix.values
    columns = [column for column in y if np.ptp(column[~np.isnan(column)]) > 0]
    found = official("standard", matrix).scores
    for i, application in enumerate(matrix.applications):
        z = [(c[i] - np.nanmean(c)) / np.nanstd(c, ddof=1) for c in columns if not np.isnan(c[i])]
        score = found[application]
        assert (score is None) == (not z)
        assert score is None or float(score) == pytest.approx(50 + 10 * np.mean(z), abs=1e-8)
