from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata

from panel.scoring.uncertainty import ranks as module
from panel.scoring.uncertainty.ranks import Tally, ranks_of


@given(st.lists(st.floats(-1e9, 1e9).map(lambda x: round(x, 3)), min_size=1, max_size=40, unique=True))
def test_the_highest_has_rank_one(values: list[float]) -> None:
    draws = np.array([values, values[::-1]])

    found = ranks_of(draws, np.random.default_rng(1))

    assert found.tolist() == rankdata(-draws, axis=1).tolist()


def test_equal_values_are_ranked_by_lot_in_every_draw_anew() -> None:
    found = ranks_of(np.zeros((2000, 3)), np.random.default_rng(1))

    assert np.sort(found, axis=1).tolist() == [[1, 2, 3]] * 2000
    assert found.mean(axis=0) == pytest.approx(np.full(3, 2.0), abs=0.06)
    both = ranks_of(np.array([[0.0, -0.0]] * 2000), np.random.default_rng(2))
    assert both[:, 0].mean() == pytest.approx(1.5, abs=0.05)


def test_a_large_list_shares_one_lot_per_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SHUFFLED", 2)

    found = ranks_of(np.zeros((4, 3)), np.random.default_rng(1))

    assert (found == found[0]).all()


def test_the_limits_are_the_smallest_ranks_that_reach_their_share() -> None:
    tally = Tally(2, 20)
    ranks = np.array([[1, 2]] + [[2, 1]] * 19, dtype=np.int32)
    tally.add(ranks[:7], ranks[:7] == 1)
    tally.add(ranks[7:], ranks[7:] == 1)

    low, high = tally.limits((0.05, 0.95))

    # Rank 1 is reached by the first in 1 of 20 draws, .05; rank 2 in all.
    assert low.tolist() == [1, 1]
    assert high.tolist() == [2, 1]
    assert tally.selected.tolist() == [1, 19]
    assert tally.total.tolist() == [39, 21]


def test_more_ranks_than_two_bytes_hold_are_kept_to_within_a_few_places(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "CODES", 3)
    tally = Tally(9, 1)
    ranks = np.arange(1, 10, dtype=np.int32)[None, :]
    tally.add(ranks, ranks <= 1)

    low, _ = tally.limits((0.05, 0.95))

    assert low.tolist() == [1, 1, 1, 4, 4, 4, 7, 7, 7]
