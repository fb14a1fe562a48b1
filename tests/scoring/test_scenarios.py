from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings

from panel.scoring.design import Design
from panel.scoring.matrix import Record, ScoreMatrix
from panel.scoring.official.methods import METHODS, official
from panel.scoring.official.results import Options
from panel.scoring.question import Question, Scores
from panel.scoring.scenarios import (
    by_method,
    highest,
    in_floats,
    median_scores,
    scores_of,
    selector,
    without_experts,
)
from tests.scoring.asking import question_of
from tests.scoring.cases import complete, floats, records

# Every third expert would select another one than the mean: worked by hand.
ROWS = [
    ("E1", "A", "total", 90),
    ("E1", "B", "total", 60),
    ("E1", "C", "total", 50),
    ("E2", "A", "total", 60),
    ("E2", "B", "total", 70),
    ("E2", "C", "total", 50),
    ("E3", "A", "total", 60),
    ("E3", "B", "total", 70),
    ("E3", "C", "total", 40),
]


@settings(max_examples=40)
@given(records())
def test_methods_in_floats_say_what_the_exact_ones_say(drawn: list[Record]) -> None:
    matrix = ScoreMatrix.from_records(drawn)
    design = Design.from_matrix(matrix)
    options = Options(min_sheets=3)

    for name, method in in_floats(options).items():
        exact = official(name, matrix, options)
        found = scores_of(design, method(design))
        known = {one for one, score in exact.scores.items() if score is not None}
        if found is None:
            assert not known
            continue
        assert {one for one, score in found.items() if score is not None} == known
        assert {one: found[one] for one in known} == pytest.approx(floats(exact.scores), rel=1e-7, abs=1e-7)


def test_there_is_a_float_form_of_every_official_method() -> None:
    assert in_floats(Options()).keys() == METHODS.keys()


def test_the_median_is_the_middle_or_the_mean_of_the_two_middle_scores() -> None:
    design = Design.from_matrix(complete([[1, 9, 4], [5, 5, 6]]))

    assert median_scores(design).tolist() == [4, 5]
    assert median_scores(Design.from_matrix(complete([[1, 9, 4, 6]]))).tolist() == [5]


@pytest.mark.parametrize(
    ("top", "expected"),
    [(0, ""), (1, "A"), (2, "ABC"), (3, "ABC"), (4, "ABCD"), (9, "ABCD")],
)
def test_equal_scores_across_the_cut_all_count_as_in(top: int, expected: str) -> None:
    scores: Scores = {"D": 1.0, "C": 2.0, "A": 3.0, "B": 2.0 + 1e-11, "F": None}

    assert highest(top, scores) == frozenset(expected)


def test_nothing_is_selected_where_nothing_has_a_score() -> None:
    assert highest(3, {"A": None}) == frozenset()


def test_scores_too_large_for_nine_decimals_are_compared_as_they_are() -> None:
    assert highest(1, {"A": 1e300, "B": 1e300 - 1e285}) == {"A"}


def test_the_scenario_that_takes_an_application_out_is_named() -> None:
    # Means: A 70, B 66.7. Medians: A 60, B 70. Trimmed with three sheets is the median.
    question = question_of(ROWS, top=1, options=Options(min_sheets=3))
    found = by_method(question, {"advice": question.design.y[[3, 0, 6]]})

    assert found is not None
    assert found.base == {"A"}
    assert {"trimmed", "median", "rank"} <= set(found.removed_by["A"])
    assert "mean" not in found.removed_by["A"]
    assert "advice" in found.added_by["B"]


def test_the_expert_without_whom_another_is_selected_is_named() -> None:
    found = without_experts(question_of(ROWS, top=1))

    assert found is not None
    assert found.stability.removed_by == {"A": ("E1",)}
    assert found.stability.added_by == {"B": ("E1",)}


def test_the_rule_that_really_selects_can_be_asked() -> None:
    asked = question_of(ROWS, select=lambda scores: [name for name in scores if name != "A"])
    found = without_experts(asked)

    assert found is not None
    assert found.stability.base == {"B", "C"}
    assert found.stability.removed_by == {}


def test_a_barred_application_is_never_selected() -> None:
    found = by_method(question_of(ROWS, top=1, barred=frozenset({"A"})), {})

    assert found is not None
    assert found.base == {"B"}


def test_without_a_cap_there_is_nothing_to_select() -> None:
    question = question_of(ROWS)

    assert selector(question) is None
    assert by_method(question, {}) is None
    assert without_experts(question) is None


def test_a_list_in_parts_selects_nobody() -> None:
    question = question_of([("E", "A", "total", 1), ("F", "B", "total", 2)], top=1)

    assert by_method(question, {}) is None
    assert without_experts(question) is None


def test_a_call_too_large_to_leave_every_expert_out_is_not_asked_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("panel.scoring.scenarios.LEFT_OUT_WORK", 26)

    assert without_experts(question_of(ROWS, top=1)) is None


def test_exact_scores_may_be_fractions_of_any_size() -> None:
    matrix = ScoreMatrix.from_records([("E", "A", Fraction(1, 3)), ("E", "B", Fraction(2, 3))])
    found = by_method(Question(Design.from_matrix(matrix), top=1), {})

    assert found is not None
    assert found.base == {"B"}
