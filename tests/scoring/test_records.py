from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panel.errors import InvalidInput
from panel.scoring.records import ask, without_sheets
from panel.scoring.sheets import Sheets, criteria_first, totals
from tests.scoring.asking import Row, question_of, records_of, weights_of
from tests.scoring.cases import load

TENTHS = {"a": Fraction("0.1"), "b": Fraction("0.2"), "c": Fraction("0.7")}


def test_the_three_means_are_those_of_r() -> None:
    case = load("weighted_criteria")
    means = question_of(case["data"]["rows"], case["design"]["weights"]).means
    expected = case["expected"]

    assert means is not None
    assert means.strict == pytest.approx(expected["item_mean_strict"])
    assert means.renormalised == pytest.approx(expected["item_mean_renormalised"])
    assert means.criteria_first == pytest.approx(expected["item_criteria_first"])


def test_a_sheet_without_a_criterion_does_not_count_and_is_named() -> None:
    question = question_of(
        [("E", "A", "a", 8), ("E", "A", "b", 6), ("F", "A", "a", 9), ("E", "B", "a", 5), ("F", "B", "b", 4)]
    )
    means = question.means

    assert means is not None
    assert means.sheets == 4
    assert means.incomplete == (("A", "F"), ("B", "E"), ("B", "F"))
    assert question.design.applications == ("A",)
    assert means.strict == {"A": 14, "B": None}
    assert means.renormalised == {"A": 16, "B": 9}  # 9 and 5 and 4 stand for the whole weight of 2
    assert means.criteria_first == {"A": 8.5 + 6, "B": 9}


def test_weights_of_tenths_make_equal_sums_equal() -> None:
    # In doubles .1 x 7 + .2 x 7 + .7 x 7 is 6.999999999999999.
    rows: list[Row] = [("E", "A", "a", 7), ("E", "A", "b", 7), ("E", "A", "c", 7)]
    rows += [("E", "B", "a", 14), ("E", "B", "b", "10.5"), ("E", "B", "c", 5)]
    found = ask(records_of(rows), TENTHS)

    assert found is not None
    assert found.design.y.tolist() == [7.0, 7.0]
    assert found.matrix is not None
    assert found.matrix.score("E", "B") == 7


def test_sums_beyond_64_bits_stay_exact() -> None:
    rows = [("E", "A", "a", "1e280"), ("E", "A", "b", "1e-280"), ("E", "B", "a", "3e280"), ("E", "B", "b", 2)]
    found = question_of(rows)

    assert found.design.y.tolist() == [1e280, 3e280]


def test_a_total_that_no_double_holds_is_refused() -> None:
    records = records_of([("E", "A", "a", "1e300"), ("E", "A", "b", "1e300")])

    with pytest.raises(InvalidInput, match="too large"):
        ask(records, {"a": Fraction(10**9), "b": Fraction(1)})


def test_without_a_complete_sheet_there_is_no_question_but_there_are_means() -> None:
    records = records_of([("E", "A", "a", 3), ("F", "A", "b", 5)])
    weights = weights_of(records)
    means = without_sheets(records, weights)

    assert ask(records, weights) is None
    assert means.strict == {"A": None}
    assert means.renormalised == {"A": 8}
    assert means.criteria_first == {"A": 8}


def test_exact_totals_are_kept_for_a_panel_and_not_for_a_call() -> None:
    panel = question_of([(f"E{j}", f"A{i}", "total", i + j) for i in range(5) for j in range(30)])
    call = question_of([(f"E{j}", f"A{i}", "total", i + j) for i in range(5) for j in range(31)])

    assert panel.matrix is not None
    assert call.matrix is None


def test_criterion_scores_are_laid_out_only_for_what_asks_for_them() -> None:
    many = question_of([(f"E{j}", f"A{i}", "total", 11 * i + j) for i in range(4) for j in range(3)])
    few = question_of([(f"E{j}", f"A{i}", "total", i % 3) for i in range(4) for j in range(3)])

    assert many.sheets is None
    assert few.sheets is not None
    assert few.several_criteria is None


@settings(max_examples=30)
@given(
    st.dictionaries(
        st.tuples(st.sampled_from("EFG"), st.sampled_from("ABC"), st.sampled_from("abc")),
        st.decimals(-100, 100, places=2),
        min_size=1,
    )
)
def test_arrays_say_the_same_as_exact_mappings(cells: dict[tuple[str, str, str], object]) -> None:
    rows = [(*cell, value) for cell, value in cells.items()]
    records = records_of(rows)
    weights = {criterion: TENTHS[criterion] for criterion in records.criteria}
    sheets = Sheets.from_records((e, a, c, Fraction(str(value))) for e, a, c, value in rows)

    found = ask(records, weights)
    means = without_sheets(records, weights) if found is None else found.means

    strict, renormalised = totals(sheets, weights), totals(sheets, weights, "renormalised")
    assert means is not None
    assert means.incomplete == strict.incomplete
    for got, exact in (
        (means.strict, strict.means),
        (means.renormalised, renormalised.means),
        (means.criteria_first, criteria_first(sheets, weights)),
    ):
        assert got == pytest.approx(
            {name: None if mean is None else float(mean) for name, mean in exact.items()}
        )
    if found is not None:
        assert found.matrix == strict.matrix
    assert records.sheets().rows == sheets.rows
