from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import digamma, polygamma

from panel.scoring.design import Design
from panel.scoring.models import expert_variances as module
from panel.scoring.models.expert_variances import LEAST_WEIGHT, _moderate, expert_variances
from panel.scoring.models.mixed import mixed
from tests.scoring.designs import scaled, simulated


def erratic(n: int = 40, m: int = 7, seed: int = 3) -> Design:
    """The last expert's errors are six times the others'."""
    rng = np.random.default_rng(seed)
    sd = np.r_[np.full(m - 1, 3.0), 18.0]
    y = 60 + rng.normal(0, 8, n)[:, None] + rng.normal(0, 6, m) + sd * rng.standard_normal((n, m))
    i, j = (index.ravel() for index in np.indices((n, m)))
    return Design.from_arrays([f"A{k:02}" for k in i], [f"E{k}" for k in j], y.ravel())


def test_an_erratic_expert_is_found_and_counts_for_less() -> None:
    design = erratic()
    fit, plain = expert_variances(design), mixed(design)

    assert fit is not None
    assert plain is not None
    assert fit.prior_df is not None
    assert np.sqrt(fit.variance[:-1]) == pytest.approx(np.full(6, 3.0), rel=0.35)
    assert np.sqrt(fit.variance[-1]) == pytest.approx(18, rel=0.3)
    others = design.dense()[:, :-1].mean(axis=1)
    assert np.corrcoef(fit.mixed.worth, others)[0, 1] > np.corrcoef(plain.worth, others)[0, 1]


def test_the_degrees_of_freedom_add_up_to_those_of_the_residuals() -> None:
    design = erratic(30, 5)
    fit = mixed(design)
    assert fit is not None

    _, df = module._sums_of_squares(fit, np.ones(5))

    # With variances of effects far above the error's, the effects take up nearly n + m - 1 of the N.
    assert float(df.sum()) == pytest.approx(150 - 30 - 5 + 1, rel=0.2)


def test_variances_that_do_not_differ_beyond_chance_fall_back_to_the_plain_model() -> None:
    design = simulated(30, 6, 6, seed=1)
    fit, plain = expert_variances(design), mixed(design)

    assert fit is not None
    assert plain is not None
    assert fit.prior_df is None
    assert fit.mixed.worth.tolist() == plain.worth.tolist()
    assert fit.variance.tolist() == [plain.var_residual] * 6


def test_moderation_recovers_a_prior_from_which_variances_were_drawn() -> None:
    rng = np.random.default_rng(7)
    prior_df, prior, df = 8.0, 4.0, np.full(4000, 20.0)
    true = prior * prior_df / rng.chisquare(prior_df, 4000)
    squares = true * rng.chisquare(20, 4000)

    found = _moderate(squares, df)

    assert found is not None
    ratio, estimated = found
    assert estimated == pytest.approx(prior_df, rel=0.1)
    moderated = (prior_df * prior + squares) / (prior_df + df)
    assert ratio * prior == pytest.approx(moderated, rel=0.05)


def test_the_moment_equations_of_the_prior_hold() -> None:
    # Two experts: e is log s^2 less its bias; its variance less trigamma(df/2) is trigamma(prior/2).
    squares, df = np.array([1.0, 30.0]) * 10, np.array([10.0, 10.0])
    e = np.log(squares / df) - digamma(5) + np.log(5)

    found = _moderate(squares, df)

    assert found is not None
    _, prior_df = found
    assert polygamma(1, prior_df / 2) == pytest.approx(e.var(ddof=1) - polygamma(1, 5))


def test_one_telling_expert_is_too_few() -> None:
    assert _moderate(np.array([1.0, 2.0]), np.array([5.0, 0.0])) is None
    assert _moderate(np.zeros(3), np.full(3, 5.0)) is None


def test_without_residuals_or_a_model_there_is_nothing_to_moderate() -> None:
    equal = expert_variances(Design.from_arrays(list("AABB"), list("EFEF"), [7, 7, 7, 7]))

    assert equal is not None
    assert equal.prior_df is None
    assert expert_variances(Design.from_arrays(["A", "B"], ["E", "E"], [1, 2])) is None


def test_an_expert_without_any_residual_does_not_take_over() -> None:
    design = simulated(20, 4, 4, seed=2)
    flat = design.y.copy()
    flat[design.expert == 0] = 50.0
    constant = Design(design.applications, design.experts, design.application, design.expert, flat)

    fit = expert_variances(constant)

    assert fit is not None
    assert np.isfinite(fit.mixed.worth).all()
    assert (fit.variance > 0).all()


@pytest.mark.parametrize(("factor", "shift"), [(3.0, -50.0), (1e-200, 0.0)])
def test_it_follows_the_unit_of_the_scores(factor: float, shift: float) -> None:
    fit, other = expert_variances(erratic()), expert_variances(scaled(erratic(), factor, shift))

    assert fit is not None
    assert other is not None
    assert other.mixed.worth / factor == pytest.approx(fit.mixed.worth, rel=1e-4, abs=1e-6)


def test_residuals_that_vanish_on_the_way_give_the_plain_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_moderate", lambda *_: None)

    fit = expert_variances(erratic())

    assert fit is not None
    assert fit.prior_df is None


def test_an_expert_who_alone_disagrees_is_not_weighed_down_to_a_fit_without_rest() -> None:
    # All but the last give both applications the same; without him the scores would leave no rest at all.
    design = Design.from_arrays(
        ["S1"] * 4 + ["S2"] * 6,
        ["E3", "E4", "E5", "E6", "E1", "E2", "E3", "E4", "E5", "E6"],
        [80.0, 80.0, 80.0, 90.0] + [70.0] * 6,
    )
    found = expert_variances(design)
    assert found is not None
    assert found.mixed.var_residual > 0
    assert found.variance.max() <= found.variance.min() / LEAST_WEIGHT * 1.001
    assert found.variance.argmax() == design.experts.index("E6")


@pytest.mark.parametrize("noise", [1e-3, 1e-6])
def test_an_expert_who_gives_all_the_same_among_experts_who_hardly_differ_is_borne(noise: float) -> None:
    design = simulated(8, 5, 5, noise=noise)
    flat = replace(design, y=np.where(design.expert == 0, 50.0, design.y))

    fit = expert_variances(flat)

    assert fit is not None
    assert np.isfinite(fit.mixed.worth).all()
    assert fit.variance[0] == fit.variance.max()
