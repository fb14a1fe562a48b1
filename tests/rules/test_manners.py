"""Drift, and what a conflict on record made of the scores: the same as plain regressions say."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import linregress, t

from panel.rules import analyses
from panel.rules.analyses import TrackAnalysis
from panel.rules.applications import Track
from panel.rules.circumstances import Circumstances, Pair
from panel.rules.results import Inputs
from tests.rules.test_results import POLICY, studio, table

TOTALS = np.array(
    [
        [80, 78, 83, 81],
        [71, 75, 70, 77],
        [64, 60, 66, 69],
        [90, 84, 88, 91],
        [55, 59, 57, 60],
        [76, 70, 79, 72],
    ]
)
NUMBERS = tuple(f"S0{n}" for n in range(1, 7))
EXPERTS = ("E1", "E2", "E3", "E4")
INPUTS = Inputs(
    tuple(studio(number) for number in NUMBERS),
    table({number: row.tolist() for number, row in zip(NUMBERS, TOTALS, strict=True)}),
)


def found(order: dict[Pair, int] | None = None, conflicted: frozenset[Pair] = frozenset()) -> TrackAnalysis:
    known = Circumstances(tuple(sorted((order or {}).items())), conflicted)
    return analyses.analyse(POLICY, INPUTS, known)[Track.STUDIO]


def test_drift_is_the_slope_over_the_experts_own_order() -> None:
    # E1 began with the last application, the others with the first; places of another track lie between.
    places = {"E1": [12, 11, 9, 6, 5, 1]}
    order = {(e, n): places.get(e, [1, 2, 3, 4, 5, 6])[i] for e in EXPERTS for i, n in enumerate(NUMBERS)}
    manners = found(order).manners
    for j, expert in enumerate(EXPERTS):
        beyond = TOTALS[:, j] - np.delete(TOTALS, j, axis=1).mean(axis=1)
        rank = np.arange(6, 0, -1) if expert == "E1" else np.arange(1, 7)
        assert manners[expert].drift == pytest.approx(linregress(rank, beyond).slope)


def test_without_orders_there_is_no_drift() -> None:
    assert {one.drift for one in found().manners.values()} == {None}


def test_a_conflict_on_record_is_a_column_of_the_additive_model() -> None:
    flagged = [("E2", "S01"), ("E4", "S05"), ("E2", "S04")]
    favour = found(conflicted=frozenset({*flagged, ("E9", "S01"), ("E1", "P07")})).favour
    assert favour is not None
    y = TOTALS.ravel()
    i, j = np.indices(TOTALS.shape).reshape(2, -1)
    tied = np.array([(EXPERTS[b], NUMBERS[a]) in flagged for a, b in zip(i, j, strict=True)])
    columns = np.column_stack([i[:, None] == np.arange(6), j[:, None] == np.arange(1, 4), tied]).astype(float)
    solution, squares, rank, _ = np.linalg.lstsq(columns, y, rcond=None)
    df = y.size - rank
    error = np.sqrt(squares[0] / df * np.linalg.inv(columns.T @ columns)[-1, -1])
    assert favour.sheets == 3
    assert favour.effect == pytest.approx(solution[-1])
    assert favour.interval == pytest.approx(t.ppf(0.975, df) * error)


def test_a_conflict_with_everything_cannot_be_told_from_leniency() -> None:
    favour = found(conflicted=frozenset(("E1", number) for number in NUMBERS)).favour
    assert favour is not None
    assert (favour.sheets, favour.effect, favour.interval) == (6, None, None)


def test_where_no_sheet_that_counts_has_a_conflict_nothing_is_said() -> None:
    assert found().favour is None
    assert found(conflicted=frozenset({("E9", "S01")})).favour is None
