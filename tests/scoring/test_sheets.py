from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from panel.errors import InvalidInput
from panel.scoring.sheets import Cell, Sheets, checked_weights, criteria_first, totals
from tests.scoring.cases import floats, load

CASE = load("weighted_criteria")
WEIGHTS = {name: Decimal(str(weight)) for name, weight in CASE["design"]["weights"].items()}
ONE: list[Cell] = [("E1", "A", "only", 7), ("E2", "A", "only", 8)]


@pytest.fixture(scope="module")
def sheets() -> Sheets:
    return Sheets.from_records((e, i, c, Decimal(str(s))) for e, i, c, s in CASE["data"]["rows"])


@pytest.mark.parametrize("way", ["strict", "renormalised"])
def test_totals_and_means_of_r(sheets: Sheets, way: Any) -> None:
    found = totals(sheets, WEIGHTS, way)

    for application, row in CASE["expected"][f"sheet_score_{way}"].items():
        # The published table names every expert; a sheet that was never written is simply not there.
        ours = found.totals[application]
        assert {e for e, total in row.items() if total is not None} == set(floats(ours))
        assert floats(ours) == pytest.approx({e: t for e, t in row.items() if t is not None}, abs=1e-6)
    assert floats(found.means) == pytest.approx(CASE["expected"][f"item_mean_{way}"], abs=1e-6)
    assert found.incomplete == (("G2", "E3"), ("G5", "E1"))


def test_criteria_first_of_r(sheets: Sheets) -> None:
    expected = CASE["expected"]["item_criteria_first"]

    assert floats(criteria_first(sheets, WEIGHTS)) == pytest.approx(expected, abs=1e-6)


def test_weights_are_exact_decimals() -> None:
    # In float64 0.1 * 7 + 0.2 * 7 + 0.7 * 7 is 6.999999999999999.
    rows: list[Cell] = [("E1", "A", criterion, 7) for criterion in "abc"]
    weights = {"a": Decimal("0.1"), "b": Decimal("0.2"), "c": Decimal("0.7")}

    assert totals(Sheets.from_records(rows), weights).totals == {"A": {"E1": 7}}


def test_a_hole_is_no_zero_and_the_scale_of_the_weights_is_kept() -> None:
    rows: list[Cell] = [("E1", "A", "a", 4), ("E1", "A", "b", 10), ("E2", "A", "a", 6)]
    sheets = Sheets.from_records(rows)
    weights = {"a": 2, "b": 3}

    # E1: 2 x 4 + 3 x 10 = 38. E2 has a alone: 5 x 6 = 30.
    assert totals(sheets, weights).totals == {"A": {"E1": 38, "E2": None}}
    assert totals(sheets, weights, "renormalised").totals == {"A": {"E1": 38, "E2": 30}}
    # a: 5, b: 10.
    assert criteria_first(sheets, weights) == {"A": 40}


def test_without_a_sheet_that_counts_there_is_no_figure() -> None:
    sheets = Sheets.from_records([("E1", "A", "a", 4), ("E1", "B", "b", 5)])
    found = totals(sheets, {"a": 1, "b": 1})

    assert found.matrix is None
    assert found.means == {"A": None, "B": None}
    assert criteria_first(sheets, {"a": 1, "b": 1}) == {"A": None, "B": None}


def test_what_counts_becomes_a_matrix() -> None:
    matrix = totals(Sheets.from_records(ONE)).matrix

    assert matrix is not None
    assert matrix.rows == {"A": {"E1": 7, "E2": 8}}


def test_one_criterion_needs_no_weights() -> None:
    assert checked_weights(Sheets.from_records(ONE), None) == {"only": Fraction(1)}


TWO: list[Cell] = [("E1", "A", "a", 1), ("E1", "A", "b", 2)]


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (None, "are missing for a, b"),
        ({"a": 1}, "'b' has scores but no weight"),
        ({"a": 1, "b": 1, "c": 1}, "'c' has a weight but no score"),
        ({"a": 1, "b": 0}, "weight of b: '0' must be above zero"),
        ({"a": 1, "b": Decimal("NaN")}, "weight of b: 'NaN' must be above zero"),
    ],
)
def test_weights_that_do_not_fit_are_refused(weights: Any, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        totals(Sheets.from_records(TWO), weights)


@pytest.mark.parametrize(
    ("records", "message"),
    [
        ([], "there is no score"),
        ([("E1", "A", "a", 1), ("E1", "A", "a", 2)], "'2' is there twice"),
        ([("E1", "A", "a", 0.1)], "'0.1' must be a whole number"),
        ([("E1", "A", "a", True)], "'True' must be a whole number"),
        ([("E1", "A", "a", Decimal("Infinity"))], "'Infinity' must be a whole number"),
    ],
)
def test_scores_that_are_none_are_refused(records: Any, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        Sheets.from_records(records)
