from __future__ import annotations

import pytest

from panel.scoring.agreement.intraclass import intraclass
from panel.scoring.models.mixed import mixed
from panel.scoring.study import EXPERTS, components_of, dependabilities, study
from tests.scoring.asking import question_of, records_of, rows_of
from tests.scoring.cases import load
from tests.scoring.designs import simulated


def test_the_decision_study_of_a_complete_table_steps_up_its_coefficients() -> None:
    # Shrout and Fleiss 1979: ICC(2,1) = .29 and ICC(2,4) = .62, ICC(3,1) = .71 and ICC(3,4) = .91.
    question = question_of(load("sf1979")["data"]["rows"])
    found = study(question, mixed(question.design))
    four = next(step for step in found.steps if step.experts == 4)

    assert found.source == "mean_squares"
    assert found.single_absolute == pytest.approx(0.29, abs=0.005)
    assert four.absolute == pytest.approx(0.62, abs=0.005)
    assert found.single_relative == pytest.approx(0.71, abs=0.005)
    assert four.relative == pytest.approx(0.91, abs=0.005)
    # Spearman and Brown by hand: 4 x .71 / .29 = 9.8.
    assert found.experts_for_80 == 10
    assert [step.experts for step in found.steps] == list(EXPERTS)


def test_with_holes_the_variances_of_the_mixed_model_take_over() -> None:
    question = question_of(rows_of(simulated(30, 6, 4)))
    fit = mixed(question.design)
    assert fit is not None
    found = study(question, fit)
    whole = fit.var_item + fit.var_expert + fit.var_residual

    assert found.source == "components"
    assert found.single_absolute == pytest.approx(fit.var_item / whole)
    assert found.icc["lmm_icc_k_absolute"] == pytest.approx(
        fit.var_item / (fit.var_item + (fit.var_expert + fit.var_residual) / 4)
    )
    assert intraclass(question.design)["ICC2_1"].value is None


def test_without_residuals_or_differences_nothing_is_claimed() -> None:
    alone = question_of([("E", "A", "total", 1), ("E", "B", "total", 2)])
    alike = question_of([(e, a, "total", 5) for e in "EF" for a in "ABC"])

    for question in (alone, alike):
        found = study(question, mixed(question.design))
        assert found.source is None
        assert found.steps == ()
        assert found.experts_for_80 is None
        assert set(found.icc.values()) == {None}


def test_coefficients_below_zero_are_not_stepped_up() -> None:
    rows = [("E", "A", "total", 1), ("E", "B", "total", 3), ("F", "A", "total", 3), ("F", "B", "total", 1)]
    question = question_of([*rows, ("E", "C", "total", 2), ("F", "C", "total", 2)])
    found = study(question, None)

    assert found.single_relative is not None
    assert found.single_relative < 0
    assert found.steps == ()


def test_the_published_study_with_experts_nested_in_tasks_is_reproduced() -> None:
    # Brennan 2001, table 3.2.
    case = load("brennan_3_2")
    found = components_of(records_of(case["data"]["rows"]).sheets())

    assert found is not None
    assert found.nested
    names = {"c": "t", "r_in_c": "r_in_t", "pc": "pt", "pr_in_c": "pr_in_t"}
    variances = {names.get(effect, effect): value for effect, value in found.variances.items()}
    assert variances == pytest.approx(case["expected"]["published"], abs=6e-5)
    for size, expected in case["expected"]["dstudy"].items():
        criteria, experts = (int(part[1:]) for part in size.split("_"))
        coefficient = dependabilities(found)[criteria, experts]
        assert coefficient.relative == pytest.approx(expected["erho2"])
        assert coefficient.absolute == pytest.approx(expected["phi"])


def test_criteria_crossed_with_experts_are_studied_where_every_cell_is_there() -> None:
    cells = [
        (e, a, c, (i * 7 + j * 3 + k * 5) % 11)
        for i, a in enumerate("ABCD")
        for j, e in enumerate("EFG")
        for k, c in enumerate("xy")
    ]
    found = study(question_of(cells), None).components

    assert found is not None
    assert not found.nested
    assert found.variances.keys() == {"p", "r", "c", "pr", "pc", "rc", "prc"}


@pytest.mark.parametrize(
    "cells",
    [
        [("E", "A", "x"), ("E", "A", "y"), ("E", "B", "x")],
        # As many cells as pairs, but two experts share a criterion on one application only.
        [("E", "A", "x"), ("F", "A", "y"), ("E", "B", "y"), ("F", "B", "x")],
        # Criteria with one expert and with two.
        [(e, a, "x" if e == "E" else "y") for a in "AB" for e in "EFG"],
    ],
)
def test_other_patterns_of_criteria_are_not_studied(cells: list[tuple[str, str, str]]) -> None:
    rows = [(*cell, number) for number, cell in enumerate(cells)]

    assert components_of(records_of(rows).sheets()) is None
