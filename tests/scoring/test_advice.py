from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panel.scoring.advice import advice_score
from panel.scoring.design import Design
from panel.scoring.models.expert_variances import expert_variances
from panel.scoring.models.least_squares import least_squares
from panel.scoring.models.mixed import mixed
from tests.scoring.designs import designs, scaled, simulated
from tests.scoring.models.test_assignment import by_topic
from tests.scoring.models.test_expert_variances import erratic


def test_a_panel_is_advised_by_the_model_in_which_erratic_experts_count_for_less() -> None:
    design = erratic()
    advice, fit = advice_score(design), expert_variances(design)

    assert fit is not None
    assert advice.model == "expert_variances"
    assert advice.score == pytest.approx(fit.mixed.intercept + fit.mixed.worth)


def test_where_experts_do_not_differ_it_is_the_plain_mixed_model() -> None:
    design = simulated(30, 6, 6)
    advice, fit = advice_score(design), mixed(design)

    assert fit is not None
    assert advice.model == "mixed"
    assert advice.score.tolist() == (fit.intercept + fit.worth).tolist()


def test_assignment_by_unknown_topics_is_met_by_least_squares_and_known_ones_by_their_effect() -> None:
    design, topic = by_topic()
    unknown = advice_score(design)
    known = advice_score(design, [f"field {t}" for t in topic])

    assert unknown.model == "least_squares"
    assert unknown.assignment is not None
    assert unknown.assignment.by_quality
    # As many sheets each: drawn to the mean alike, in the order of the least-squares scores.
    assert np.corrcoef(unknown.score, least_squares(design).item)[0, 1] == pytest.approx(1)
    assert known.model in ("mixed", "expert_variances")
    assert known.fit is not None
    assert known.fit.topic is not None


def test_least_squares_scores_on_one_sheet_are_drawn_further_to_the_mean() -> None:
    design, _ = by_topic()
    kept = np.ones(design.y.size, dtype=np.bool_)
    kept[1:4] = False  # the first application keeps one sheet of four
    few = design.where(kept)
    assert few is not None
    advice, plain = advice_score(few), least_squares(few).item

    assert advice.model == "least_squares"
    share = (advice.score - plain.mean()) / (plain - plain.mean())
    assert share[0] < share[1:].min() < 1


@pytest.mark.parametrize(
    ("applications", "experts", "scores", "expected", "model"),
    [
        ("ABC", "EEE", [3, 1, 2], [3, 1, 2], "least_squares"),
        ("AAA", "EFG", [3, 1, 2], [2], "least_squares"),
        ("ABB", "EEF", [1, 2, 4], [2, 3], "least_squares"),
        ("AABB", "EFGH", [1, 3, 5, 6], [2, 5.5], "mean"),
        ("AABB", "EFEF", [7, 7, 7, 7], [7, 7], "mixed"),
    ],
    ids=["one expert", "one application", "no closed chain", "parts without one", "all equal"],
)
def test_it_advises_on_the_poorest_design(
    applications: str, experts: str, scores: list[int], expected: list[float], model: str
) -> None:
    advice = advice_score(Design.from_arrays(list(applications), list(experts), scores))

    assert advice.score == pytest.approx(expected)
    assert advice.model == model


@settings(max_examples=25, deadline=None)
@given(designs(), st.sampled_from([1e-300, 1e-3, 7.0, 1e280]), st.sampled_from([0.0, 1000.0]))
def test_no_design_and_no_magnitude_makes_it_fail(design: Design, factor: float, shift: float) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        advice = advice_score(scaled(design, factor, shift))

    assert np.isfinite(advice.score).all()


def test_mixed_magnitudes_and_a_constant_expert_make_no_noise() -> None:
    design = simulated(12, 5, 4)
    design.y[design.expert == 2] = 3.0
    assert np.isfinite(advice_score(design).score).all()
    design.y[0], design.y[5] = 1e300, 1e-300
    assert np.isfinite(advice_score(design).score).all()


@settings(max_examples=20, deadline=None)
@given(designs(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(design: Design, random: object) -> None:
    order = list(range(design.y.size))
    random.shuffle(order)  # type: ignore[attr-defined]
    again = Design.from_arrays(
        [design.applications[design.application[k]] for k in order],
        [design.experts[design.expert[k]] for k in order],
        design.y[order],
    )

    assert advice_score(again).score.tolist() == advice_score(design).score.tolist()
