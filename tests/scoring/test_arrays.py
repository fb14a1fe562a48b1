"""Sums by level of several sets at once, and medians of what is known."""

from __future__ import annotations

import numpy as np

from panel.scoring.arrays import median, sums, sums_of_each


def test_each_set_is_summed_for_itself() -> None:
    index = np.array([2, 0, 2])

    assert sums(index, np.array([1.0, 2.0, 4.0]), 4).tolist() == [2, 0, 5, 0]
    assert sums_of_each(index, np.array([[1.0, 2.0, 4.0], [8.0, 16.0, 32.0]]), 4).tolist() == [
        [2, 0, 5, 0],
        [16, 0, 40, 0],
    ]


def test_the_median_is_that_of_the_known_values() -> None:
    values = np.array([[3.0, np.nan, 1.0, 8.0], [4.0, 1.0, -5.0, 2.0], [np.nan] * 4])

    # 1, 3 and 8; then 1, 2 and 4 without the value below zero; then nothing.
    assert median(values, values > 0, 7.0).tolist() == [[3.0], [2.0], [7.0]]
    assert median(np.array([1.0, 2.0, 4.0, 9.0]), np.ones(4, dtype=bool), 0.0).tolist() == [3.0]
