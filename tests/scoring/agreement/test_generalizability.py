"""Variance components and decision studies against Brennan's tables and hand-work."""

from __future__ import annotations

import numpy as np
import pytest

from panel.scoring.agreement.generalizability import (
    Components,
    crossed,
    decide,
    decide_with_these_criteria,
    experts_needed,
    nested,
)
from panel.scoring.design import Floats, Indices
from tests.scoring.cases import load

NAMES = {"p": "p", "c": "t", "r_in_c": "r_in_t", "pc": "pt", "pr_in_c": "pr_in_t"}
BRENNAN = load("brennan_3_2")


def brennan() -> Components:
    rows = sorted(((int(i[1:]), c, int(e[1:]), float(s)) for e, i, c, s in BRENNAN["data"]["rows"]))
    found = nested(np.array([s for *_, s in rows]).reshape(10, 3, 4))
    assert found is not None
    return found


def test_components_and_mean_squares_of_brennan() -> None:
    found = brennan()

    for ours, theirs in NAMES.items():
        assert found.variances[ours] == pytest.approx(BRENNAN["expected"]["gstudy_ems"][theirs], abs=1e-6)
        assert found.variances[ours] == pytest.approx(BRENNAN["expected"]["published"][theirs], abs=6e-5)
        assert found.mean_squares[ours] == pytest.approx(BRENNAN["expected"]["anova_ms"][theirs], abs=1e-6)
    assert found.below_zero == ()


@pytest.mark.parametrize("plan", BRENNAN["expected"]["dstudy"])
def test_decision_studies_of_brennan(plan: str) -> None:
    criteria, experts = (int(part[1:]) for part in plan.split("_"))
    found = decide(brennan(), experts, criteria)

    wanted = BRENNAN["expected"]["dstudy"][plan]
    assert (found.relative, found.absolute) == pytest.approx((wanted["erho2"], wanted["phi"]), abs=1e-6)


def additive(p: list[float], r: list[float], c: list[float]) -> Floats:
    table: Floats = np.array(p)[:, None, None] + np.array(r)[None, :, None] + np.array(c)[None, None, :]
    return table


def test_effects_without_interaction_are_found_again() -> None:
    # Sample variances of the effects: 1, 4 and 9 + no interaction at all.
    found = crossed(additive([1, 2, 3], [0, 2, 4], [0, 3, 6]))

    assert found is not None
    assert found.variances == pytest.approx(
        {"p": 1, "r": 4, "c": 9, "pr": 0, "pc": 0, "rc": 0, "prc": 0}, abs=1e-12
    )
    # Five experts, three criteria: 1 / (1 + 4/5 + 9/3); with the criteria fixed 1 / (1 + 4/5).
    assert decide(found, 5, 3).absolute == pytest.approx(1 / 4.8)
    assert decide(found, 5, 3).relative == pytest.approx(1)
    assert decide_with_these_criteria(found, 5, 3).absolute == pytest.approx(1 / 1.8)


def test_the_crossed_design_against_a_regression_on_all_effects() -> None:
    chance = np.random.Generator(np.random.PCG64(3))
    y = chance.standard_normal((5, 4, 3))
    found = crossed(y)
    assert found is not None

    # Independent: sums of squares as the drop of the residual of nested least-squares fits on dummies.
    p, r, c = (index.ravel() for index in np.indices(y.shape))

    def rest(*groups: Indices) -> float:
        X = np.column_stack([(group[:, None] == np.unique(group)).astype(float) for group in groups])
        fitted = X @ np.linalg.lstsq(X, y.ravel(), rcond=None)[0]
        return float(((y.ravel() - fitted) ** 2).sum())

    pr, pc, rc = 10 * p + r, 10 * p + c, 10 * r + c
    assert found.mean_squares["prc"] == pytest.approx(rest(pr, pc, rc) / 24)
    assert found.mean_squares["pr"] == pytest.approx((rest(pc, rc) - rest(pr, pc, rc)) / 12)
    assert found.mean_squares["p"] == pytest.approx((rest(r, c) - rest(p, r, c)) / 4)
    v, ms = found.variances, found.mean_squares
    pr_raw = (ms["pr"] - ms["prc"]) / 3
    assert v["pr"] == pytest.approx(max(0, pr_raw))
    assert ("pr" in found.below_zero) == (pr_raw < 0)


def test_fixed_criteria_with_nested_experts() -> None:
    found = brennan()
    v = found.variances
    true = v["p"] + v["pc"] / 3
    error = (v["pr_in_c"] + v["r_in_c"]) / 12

    assert decide_with_these_criteria(found, 4, 3).absolute == pytest.approx(true / (true + error))


def test_too_small_a_study_is_none() -> None:
    assert crossed(np.zeros((1, 4, 3))) is None
    assert nested(np.zeros((5, 1, 3))) is None


@pytest.mark.parametrize(
    ("single", "needed"),
    # Spearman-Brown: k = .8 (1 - s) / (.2 s).
    [
        (0.5, 4),
        (0.25, 12),
        (0.3, 10),
        (0.8, 1),
        (0.9, 1),
        (4 / 9, 5),
        (0.0, None),
        (-0.1, None),
        (None, None),
    ],
)
def test_how_many_experts_are_needed(single: float | None, needed: int | None) -> None:
    assert experts_needed(single) == needed
