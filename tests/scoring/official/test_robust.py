from __future__ import annotations

from fractions import Fraction

import pytest

from panel.scoring.official.methods import official
from panel.scoring.official.robust import robust_t_scores
from tests.scoring.cases import complete, load, matrix_of


def test_one_expert_by_hand() -> None:
    # 60, 70, 80, 90, 10: median 70, deviations 10, 0, 10, 20, 60, their median 10; 10 / 14.826.
    scores = official("robust", complete([[60], [70], [80], [90], [10]])).scores

    step = 10 * Fraction(10_000, 14_826)
    assert scores == {"A1": 50 - step, "A2": 50, "A3": 50 + step, "A4": 50 + 2 * step, "A5": 50 - 6 * step}


def test_robust_z_scores_of_r_on_the_t_scale() -> None:
    case = load("sf1979")

    scores = official("robust", matrix_of(case)).scores

    expected = {name: 50 + 10 * z for name, z in case["expected"]["robust_z_mean"].items()}
    assert {k: float(v) for k, v in scores.items() if v is not None} == pytest.approx(expected, abs=1e-5)


def test_half_the_values_alike_leave_no_spread() -> None:
    assert robust_t_scores(dict(zip("ABCDE", (7, 7, 7, 2, 9), strict=True))) is None
