from __future__ import annotations

import pytest

from panel.scoring.matrix import ScoreMatrix
from panel.scoring.official.methods import official
from tests.scoring.cases import complete, floats, load, matrix_of


def test_ranks_by_hand_with_a_tie() -> None:
    # Ranks 1, 2.5, 2.5, 4 of four: (4 - r + 1/2) / 4 = 7/8, 1/2, 1/2, 1/8.
    scores = official("rank", complete([[90], [70], [70], [60]])).scores

    assert scores == {"A1": 87.5, "A2": 50, "A3": 50, "A4": 12.5}


def test_the_mean_ranks_of_r() -> None:
    case = load("sf1979")

    scores = floats(official("rank", matrix_of(case)).scores)

    expected = {name: 100 * (6 - rank + 0.5) / 6 for name, rank in case["expected"]["mean_rank"].items()}
    assert scores == pytest.approx(expected, abs=1e-6)


def test_an_expert_who_gives_everybody_the_same_puts_all_in_the_middle() -> None:
    result = official("rank", complete([[80, 70], [80, 60]]))

    # E2: 75 and 25, E1: 50 and 50.
    assert result.scores == {"A1": 62.5, "A2": 37.5}
    assert result.left_out == ()


def test_experts_with_few_applications_are_comparable_to_those_with_many() -> None:
    sheets = [("E1", "A1", 9), ("E1", "A2", 8), ("E1", "A3", 7), ("E2", "A1", 5)]
    result = official("rank", ScoreMatrix.from_records(sheets))

    # E1: 5/6, 3/6, 1/6. E2 saw one only: the middle.
    assert floats(result.scores) == pytest.approx({"A1": (500 / 6 + 50) / 2, "A2": 50, "A3": 100 / 6})
    assert result.notes == ("equal_sets_assumed",)
