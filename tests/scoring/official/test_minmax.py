from __future__ import annotations

from fractions import Fraction

import pytest

from panel.scoring.official.methods import official
from tests.scoring.cases import complete, floats, load, matrix_of


def test_one_expert_by_hand() -> None:
    # 60 to 90: 70 lies a third of the way up.
    scores = official("minmax", complete([[60], [70], [90]])).scores

    assert scores == {"A1": 0, "A2": Fraction(100, 3), "A3": 100}


def test_the_shares_of_r() -> None:
    case = load("sf1979")

    scores = floats(official("minmax", matrix_of(case)).scores)

    expected = {name: 100 * share for name, share in case["expected"]["minmax_mean"].items()}
    assert scores == pytest.approx(expected, abs=1e-6)
