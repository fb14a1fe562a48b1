from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from panel.scoring.design import Design
from panel.scoring.models import equations, iterative, reml, state
from panel.scoring.models import mixed as module
from panel.scoring.models.conjugate import NotConverged
from panel.scoring.models.least_squares import least_squares
from panel.scoring.models.mixed import Mixed, mixed
from tests.scoring.cases import load
from tests.scoring.designs import design_of, designs, named, scaled, simulated


def fitted(design: Design, **given: Any) -> Mixed:
    fit = mixed(design, **given)
    assert fit is not None
    return fit


@pytest.mark.parametrize("name", ["sf1979", "pbib_sas", "krippendorff_2011", "irr_anxiety", "irr_video"])
def test_it_gives_what_lme4_gives(name: str) -> None:
    case = load(name)
    design = design_of(case)
    fit = fitted(design)

    answers: dict[str, object] = {
        "lmm_var_item": fit.var_item,
        "lmm_var_expert": fit.var_expert,
        "lmm_var_residual": fit.var_residual,
        "lmm_reml_criterion": fit.criterion,
        "lmm_intercept": fit.intercept,
        "lmm_intercept_se": fit.intercept_se,
        "lmm_item_blup": named(design.applications, fit.item),
        "lmm_expert_blup": named(design.experts, fit.expert),
        "lmm_item_condsd_lme4": named(design.applications, fit.item_cond_sd),
        "lmm_item_pev_sd_henderson": named(design.applications, fit.item_pev_sd),
    }

    asked = answers.keys() & case["expected"].keys()
    assert len(asked) >= 5
    for statistic in asked:
        assert answers[statistic] == pytest.approx(case["expected"][statistic], rel=1e-5, abs=1e-6)


def crossed(score: int = 3) -> tuple[Design, np.ndarray, np.ndarray, dict[str, Any]]:
    """The simulated case of lme4_crossed: design, topics, weights, answers."""
    case = load("lme4_crossed")
    rows = case["rows"]
    design = Design.from_arrays([r[0] for r in rows], [r[1] for r in rows], [r[score] for r in rows])
    topic = {r[0]: int(r[2][1:]) - 1 for r in rows}
    weight = {(r[0], r[1]): r[4] for r in rows}
    of_scores = [
        weight[design.applications[i], design.experts[j]]
        for i, j in zip(design.application, design.expert, strict=True)
    ]
    return design, np.array([topic[a] for a in design.applications]), np.array(of_scores), case


@pytest.mark.parametrize("kind", ["plain", "topic", "weighted", "boundary"])
def test_topics_weights_and_a_variance_at_the_boundary_are_those_of_lme4(kind: str) -> None:
    design, topic, weight, case = crossed(5 if kind == "boundary" else 3)
    given = {"topic": {"topic": topic}, "weighted": {"weights": weight}}.get(kind, {})
    expected = case[kind]

    fit = fitted(design, **given)

    if kind == "boundary":
        assert (fit.var_expert, expected["var_expert"]) == (0, 0)
        assert not fit.expert.any()
    for statistic in ("var_item", "var_expert", "var_residual", "var_topic", "criterion"):
        if statistic in expected:
            assert getattr(fit, statistic) == pytest.approx(expected[statistic], rel=1e-4)
    assert fit.intercept == pytest.approx(expected["intercept"], rel=1e-6)
    assert fit.intercept_se == pytest.approx(expected["intercept_se"], rel=1e-5)
    assert named(design.applications, fit.item) == pytest.approx(expected["item"], abs=1e-4)
    assert named(design.applications, fit.item_cond_sd) == pytest.approx(expected["item_cond_sd"], rel=1e-4)
    assert named(design.experts, fit.expert) == pytest.approx(expected["expert"], abs=1e-4)
    if kind == "topic":
        assert fit.topic is not None
        assert named(("T1", "T2", "T3", "T4"), fit.topic) == pytest.approx(expected["topic"], abs=1e-4)
        assert fit.worth == pytest.approx(fit.item + fit.topic[topic])


def test_topics_that_say_nothing_are_left_out() -> None:
    design, topic, _, _ = crossed()
    n = topic.size

    assert fitted(design, topic=np.zeros(n, dtype=np.intp)).var_topic is None
    assert fitted(design, topic=np.arange(n)).var_topic is None


@pytest.mark.parametrize("topics", [False, True])
def test_the_precision_is_that_of_the_inverse_of_hendersons_equations(topics: bool) -> None:
    design, topic, _, _ = crossed()
    fit = fitted(design, topic=topic if topics else None)
    n, m = design.shape
    levels = [design.application, design.expert, topic[design.application]][: 2 + topics]
    variances = [fit.var_item, fit.var_expert, fit.var_topic or 1.0]
    columns, ridge = [np.ones((design.y.size, 1))], [0.0]
    for level, variance in zip(levels, variances, strict=False):
        columns.append(np.eye(int(level.max()) + 1)[level])
        ridge += [fit.var_residual / variance] * (int(level.max()) + 1)
    x = np.hstack(columns)
    c = fit.var_residual * np.linalg.inv(x.T @ x + np.diag(ridge))
    ranked = np.zeros((n, c.shape[0]))
    ranked[np.arange(n), 1 + np.arange(n)] = 1
    if topics:
        ranked[np.arange(n), 1 + n + m + topic] = 1

    assert fit.item_pev_sd == pytest.approx(np.sqrt(np.diag(c)[1 : 1 + n]))
    assert fit.expert_pev_sd == pytest.approx(np.sqrt(np.diag(c)[1 + n : 1 + n + m]))
    assert fit.posterior.worth_sd() == pytest.approx(np.sqrt(np.diag(ranked @ c @ ranked.T)))
    drawn = fit.posterior.draw(np.random.default_rng(1), 20_000)
    wanted = ranked @ c @ ranked.T
    assert np.cov(drawn) == pytest.approx(wanted, abs=0.05 * float(wanted.max()))
    assert drawn.mean(axis=1) == pytest.approx(fit.worth, abs=0.15)


def test_which_factor_is_the_larger_one_does_not_matter() -> None:
    design = simulated(9, 30, 12)
    experts = [design.experts[j] for j in design.expert]
    turned = Design.from_arrays(experts, [design.applications[i] for i in design.application], design.y)

    fit, other = fitted(design), fitted(turned)

    assert (fit.var_item, fit.var_expert) == pytest.approx((other.var_expert, other.var_item), rel=1e-6)
    assert fit.item == pytest.approx(other.expert, abs=1e-5)
    assert fit.item_pev_sd == pytest.approx(other.expert_pev_sd, rel=1e-6)
    assert np.var(fit.posterior.draw(np.random.default_rng(2), 20_000), axis=1) == pytest.approx(
        fit.item_pev_sd**2, rel=0.06
    )


def test_a_large_design_is_iterated_and_comes_out_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    design = simulated(600, 80, 4)
    topic = np.arange(600) % 5
    exact, with_topic = fitted(design), fitted(design, topic=topic)
    monkeypatch.setattr(module, "EXACT_LEVELS", 50)

    fit = fitted(design)

    assert (exact.method, fit.method) == ("exact", "iterative")
    assert fit.criterion is None
    assert fit.var_item == pytest.approx(exact.var_item, rel=5e-3)
    assert fit.var_expert == pytest.approx(exact.var_expert, rel=5e-3)
    assert fit.item == pytest.approx(exact.item, abs=0.02)
    assert fit.item_pev_sd == pytest.approx(exact.item_pev_sd, rel=0.01)
    ratio = fit.expert_pev_sd / exact.expert_pev_sd
    assert float(ratio.mean()) == pytest.approx(1, abs=0.01)
    assert ratio == pytest.approx(1, abs=0.15)
    drawn = fit.posterior.draw(np.random.default_rng(3), 4000)
    assert float((drawn.std(axis=1) / exact.item_pev_sd).mean()) == pytest.approx(1, abs=0.01)
    assert fitted(design, topic=topic).var_topic == pytest.approx(with_topic.var_topic, abs=0.05)


def test_an_expert_variance_of_zero_is_found_by_iteration_too(monkeypatch: pytest.MonkeyPatch) -> None:
    design = simulated(300, 60, 4)
    level = design.y - least_squares(design).expert[design.expert]
    flat = Design(design.applications, design.experts, design.application, design.expert, level)
    monkeypatch.setattr(module, "EXACT_LEVELS", 50)

    assert fitted(flat).var_expert == 0


def test_an_iteration_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "EXACT_LEVELS", 50)
    monkeypatch.setattr(iterative, "STEPS", 1)
    with pytest.raises(NotConverged, match="not solved in 1 steps"):
        mixed(simulated(600, 80, 4))
    monkeypatch.undo()
    monkeypatch.setattr(reml, "STEPS", 1)
    with pytest.raises(NotConverged, match="variances were not found"):
        mixed(simulated(20, 6, 3))


def test_scores_that_only_vary_by_chance_have_two_variances_of_zero() -> None:
    design = simulated(20, 6, 3)
    noise = replace(design, y=least_squares(design).residuals)

    fit = fitted(noise)

    assert (fit.var_item, fit.var_expert) == (0, 0)
    # Only the mean is estimated: the residual variance is that of the scores.
    assert fit.var_residual == pytest.approx(noise.y.var(ddof=1))


def test_a_complete_table_is_drawn_by_iteration_as_it_is_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    design = simulated(40, 7, 7)
    exact = fitted(design)
    monkeypatch.setattr(module, "EXACT_LEVELS", 3)
    fit = fitted(design)

    drawn = fit.posterior.draw(np.random.default_rng(1), 8000)

    assert fit.method == "balanced"
    assert drawn.std(axis=1) == pytest.approx(exact.item_pev_sd, rel=0.05)


def test_a_search_that_cannot_improve_ends_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reml, "HALVINGS", 0)

    assert fitted(simulated(20, 6, 3)).steps == 0


def test_equations_that_are_not_positive_definite_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing:
        dpotrf = staticmethod(lambda a, **_: (a, 1))

    monkeypatch.setattr(state, "lapack", Failing)

    with pytest.raises(NotConverged, match="positive definite"):
        mixed(simulated(20, 6, 3))


def test_large_groups_of_equal_counts_are_summed_like_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    sparse, dense = simulated(60, 40, 3), simulated(20, 6, 3)
    fits = fitted(sparse), fitted(dense)
    monkeypatch.setattr(equations, "STACK", 0)

    assert fitted(sparse).var_item == pytest.approx(fits[0].var_item, rel=1e-6)
    assert fitted(dense).var_item == pytest.approx(fits[1].var_item, rel=1e-6)


@pytest.mark.parametrize(
    ("applications", "experts"),
    [("ABC", "EEE"), ("AAA", "EFG"), ("A", "E"), ("ABB", "EEF")],
    ids=["one expert", "one application", "one score", "no closed chain"],
)
def test_scores_that_cannot_tell_effects_from_errors_have_no_mixed_model(
    applications: str, experts: str
) -> None:
    assert mixed(Design.from_arrays(list(applications), list(experts), range(len(experts)))) is None


def test_equal_scores_have_no_variance_and_no_likelihood() -> None:
    fit = fitted(Design.from_arrays(list("AABB"), list("EFEF"), [7, 7, 7, 7]))

    assert (fit.var_item, fit.var_expert, fit.var_residual) == (0, 0, 0)
    assert fit.criterion is None
    assert (fit.intercept, fit.intercept_se, fit.method) == (7, 0, "limit")
    assert not fit.item.any()


def test_effects_that_explain_everything_are_taken_as_they_are() -> None:
    fit = fitted(Design.from_arrays(list("AABB"), list("EFEF"), [10, 14, 16, 20]))

    # Applications 6 apart, experts 4 apart: variances 18 and 8 with one degree of freedom each.
    assert fit.item == pytest.approx([-3, 3])
    assert fit.expert == pytest.approx([-2, 2])
    assert (fit.var_item, fit.var_expert, fit.var_residual) == pytest.approx((18, 8, 0))
    assert fit.intercept == pytest.approx(15)
    assert fit.intercept_se == pytest.approx(np.sqrt(18 / 2 + 8 / 2))
    assert fit.item_cond_sd.tolist() == [0, 0]
    assert fit.item_pev_sd == pytest.approx([3, 3])
    assert fit.posterior.worth_sd() == pytest.approx([3, 3])
    assert fit.posterior.draw(np.random.default_rng(1), 2) == pytest.approx(np.array([[-3, -3], [3, 3]]))


def test_parts_without_a_common_expert_are_compared_by_assumption_only() -> None:
    design = Design.from_arrays(list("AABBCCDD"), list("EFEFGHGH"), [1, 2, 4, 5, 7, 9, 8, 9])

    assert not design.connected
    assert fitted(design).var_residual > 0


def test_without_a_start_the_search_finds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    design = simulated(20, 6, 3)
    fit = fitted(design)
    monkeypatch.setattr(module, "rough", lambda *_: None)

    assert fitted(design).var_item == pytest.approx(fit.var_item, rel=1e-4)


@pytest.mark.parametrize(("factor", "shift"), [(3.0, -50.0), (1e-300, 0.0), (1e290, 0.0), (-1.0, 0.0)])
def test_it_follows_the_unit_of_the_scores(factor: float, shift: float) -> None:
    design = simulated(12, 5, 3)
    fit, other = fitted(design), fitted(scaled(design, factor, shift))

    assert other.item / factor == pytest.approx(fit.item, rel=1e-5, abs=1e-9)
    assert other.intercept / factor == pytest.approx(fit.intercept + shift / factor)
    assert other.item_pev_sd / abs(factor) == pytest.approx(fit.item_pev_sd, rel=1e-5)
    if abs(factor) < 10:
        assert other.var_item == pytest.approx(fit.var_item * factor**2, rel=1e-5)
        assert fit.criterion is not None
        growth = 2 * (design.y.size - 1) * np.log(abs(factor))
        assert other.criterion == pytest.approx(fit.criterion + growth)


@settings(max_examples=40, deadline=None)
@given(designs(holes=False))
def test_on_complete_data_the_order_is_that_of_the_means(design: Design) -> None:
    fit = mixed(design)
    means = design.dense().mean(axis=1)

    if fit is not None and fit.var_item > 1e-9 * float(np.abs(design.y).max()) ** 2:
        assert np.corrcoef(fit.worth, means)[0, 1] == pytest.approx(1)


@settings(max_examples=60, deadline=None)
@given(designs())
def test_no_design_makes_it_fail(design: Design) -> None:
    fit = mixed(design)

    if fit is not None:
        assert min(fit.var_item, fit.var_expert, fit.var_residual) >= 0
        assert np.isfinite(fit.item_pev_sd).all()


@pytest.mark.parametrize("each", [5, 4])
@pytest.mark.parametrize("noise", [1e-2, 1e-4])
def test_near_perfect_agreement_keeps_its_small_residual_variance(each: int, noise: float) -> None:
    design = simulated(20, 5, each, noise=noise)
    additive = least_squares(design)
    assert additive.sigma is not None

    # Beside errors so small nothing is shrunk: the model is additive least squares, solved another way.
    fit = fitted(design)

    assert fit.var_residual == pytest.approx(additive.sigma**2, rel=1e-4)
    assert fit.worth + fit.intercept == pytest.approx(additive.item, abs=noise / 10)
