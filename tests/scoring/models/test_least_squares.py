from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from scipy.linalg import lapack

from panel.scoring.components import NotConnected
from panel.scoring.design import Design
from panel.scoring.models import least_squares as module
from panel.scoring.models.conjugate import NotConverged
from panel.scoring.models.least_squares import least_squares, least_squares_of_each, rough
from panel.scoring.official.adjusted import adjusted
from tests.scoring.cases import complete, load
from tests.scoring.designs import design_of, designs, named, scaled, simulated


@pytest.mark.parametrize("name", ["sf1979", "pbib_sas", "krippendorff_2011", "irr_anxiety", "irr_video"])
def test_it_gives_the_effects_that_r_gives(name: str) -> None:
    case = load(name)
    design, expected = design_of(case), case["expected"]

    fit = least_squares(design)

    assert named(design.experts, fit.expert) == pytest.approx(expected["ls_expert"], abs=1e-9)
    if "ls_item" in expected:
        assert named(design.applications, fit.item) == pytest.approx(expected["ls_item"], abs=1e-9)
    if "ls_sigma" in expected:
        assert fit.sigma == pytest.approx(expected["ls_sigma"], abs=1e-9)
    if "ls_df" in expected:
        assert fit.df == expected["ls_df"]


def test_the_standard_errors_of_contrasts_are_those_of_a_dense_solution() -> None:
    design = simulated(12, 5, 3)
    n, m = design.shape
    x = np.zeros((design.y.size, n + m))
    x[np.arange(design.y.size), design.application] = 1
    x[np.arange(design.y.size), n + design.expert] = 1
    covariance = np.linalg.pinv(x.T @ x)
    centring = np.eye(m) - 1 / m

    fit = least_squares(design)

    assert fit.sigma is not None
    assert fit.expert_se is not None
    assert fit.item_covariance is not None
    of_experts = centring @ covariance[n:, n:] @ centring
    assert fit.expert_se == pytest.approx(fit.sigma * np.sqrt(np.diag(of_experts)), rel=1e-9)
    contrast = np.zeros(n + m)
    contrast[[2, 7]] = 1, -1
    difference = fit.sigma * np.sqrt(contrast @ covariance @ contrast)
    assert fit.item_difference_se(2, 7) == pytest.approx(difference, rel=1e-9)
    from_covariance = contrast[:n] @ fit.item_covariance @ contrast[:n]
    assert np.sqrt(from_covariance) == pytest.approx(difference, rel=1e-9)
    assert fit.item_difference_se(2, 2) == pytest.approx(0, abs=1e-9)
    hat = np.diag(x @ covariance @ x.T)
    assert fit.information.leverage == pytest.approx(hat, abs=1e-9)


def test_without_a_degree_of_freedom_there_is_no_standard_error() -> None:
    fit = least_squares(Design.from_arrays(["A", "B", "B"], ["E", "E", "F"], [1, 2, 4]))

    assert fit.item.tolist() == pytest.approx([2, 3])
    assert (fit.df, fit.sigma, fit.expert_se) == (0, None, None)
    assert fit.item_difference_se(0, 1) is None
    assert fit.item_covariance is None


def test_parts_without_a_common_expert_are_refused_by_name() -> None:
    design = Design.from_arrays(["A", "B"], ["E", "F"], [1, 2])

    with pytest.raises(NotConnected, match="experts E on applications A; experts F on applications B"):
        least_squares(design)


def test_many_experts_are_solved_by_iteration_and_agree_with_the_direct_solution(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    design = simulated(200, 120, 3)

    by_iteration = least_squares(design)
    monkeypatch.setattr(module, "DIRECT_EXPERTS", 1000)
    direct = least_squares(design)

    assert by_iteration.iterations > 0
    assert direct.iterations == 0
    assert by_iteration.item == pytest.approx(direct.item, abs=1e-7)


def test_an_iteration_that_is_too_slow_gives_way_to_the_direct_solution_or_fails_loudly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    design = simulated(200, 120, 3)
    fine = least_squares(design)
    monkeypatch.setattr(module, "ITERATIONS", 2)

    assert least_squares(design).item == pytest.approx(fine.item, abs=1e-7)
    assert rough(design, design.y) is None
    monkeypatch.setattr(module, "DENSE_EXPERTS", 50)
    with pytest.raises(NotConverged, match="experts were not solved"):
        least_squares(design)


def test_a_solution_that_leaves_a_residual_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TOLERANCE", 0.5)

    with pytest.raises(NotConverged, match="left with a residual"):
        least_squares(simulated(200, 120, 3))


def test_equations_that_rounding_makes_singular_are_not_solved(monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing:
        dposv = staticmethod(lambda a, b, **_: (a, b, 1))
        dpotrf = staticmethod(lambda a, **_: (a, 1))

    monkeypatch.setattr(module, "lapack", Failing)

    with pytest.raises(NotConverged, match="singular"):
        least_squares(simulated(12, 5, 3))
    assert lapack is not Failing


@settings(max_examples=40, deadline=None)
@given(designs())
def test_it_agrees_with_the_exact_official_method(design: Design) -> None:
    table = {(i, j): int(y) for i, j, y in zip(design.application, design.expert, design.y, strict=True)}
    rows = [(design.experts[j], design.applications[i], y) for (i, j), y in table.items()]
    exact = adjusted(complete([[0]]).from_records(rows))

    fit = least_squares(design)

    wanted = {name: float(score) for name, score in exact.scores.items()}
    assert named(design.applications, fit.item) == pytest.approx(wanted, abs=1e-6)
    assert float(fit.expert.sum()) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(("factor", "shift"), [(3.0, -50.0), (1e-300, 0.0), (1e290, 0.0), (-1.0, 0.0)])
def test_it_follows_the_unit_of_the_scores(factor: float, shift: float) -> None:
    design = simulated(12, 5, 3)
    fit, other = least_squares(design), least_squares(scaled(design, factor, shift))

    assert other.item / factor == pytest.approx(fit.item + shift / factor, rel=1e-9)
    assert other.expert / factor == pytest.approx(fit.expert, rel=1e-9, abs=1e-9)
    assert other.sigma is not None
    assert fit.sigma is not None
    assert other.sigma / abs(factor) == pytest.approx(fit.sigma)


def test_the_most_hostile_numbers_make_no_noise() -> None:
    design = Design.from_arrays(list("AABBCC"), list("EFEFEF"), [1.7e308, -1.7e308, 1e-300, 0, 5e-324, 1])

    fit = least_squares(design)

    assert fit.item.shape == (3,)
    assert least_squares(scaled(design, 0, 7)).item.tolist() == [7, 7, 7]


@pytest.mark.parametrize("each", [3, 5])
@pytest.mark.parametrize("direct", [module.DIRECT_EXPERTS, 0])
def test_several_sets_of_scores_are_fitted_as_each_alone(
    each: int, direct: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "DIRECT_EXPERTS", direct)  # with holes and above it, one after the other
    design = simulated(12, 5, each)
    y = np.random.default_rng(4).normal(70, 9, (3, design.y.size))

    found = least_squares_of_each(design, y)

    for k, scores in enumerate(y):
        alone = least_squares(design.scored(scores))
        assert found.item[k] == pytest.approx(alone.item)
        assert found.residuals[k] == pytest.approx(alone.residuals, abs=1e-9)
        assert found.sigma[k, 0] == pytest.approx(alone.sigma)


def test_sets_without_a_degree_of_freedom_leave_no_sigma() -> None:
    design = Design.from_arrays(["A", "B"], ["E1", "E1"], [1.0, 3.0])

    found = least_squares_of_each(design, np.array([[1.0, 3.0], [2.0, 2.0]]))

    assert found.item.tolist() == [[1.0, 3.0], [2.0, 2.0]]
    assert found.sigma.tolist() == [[0.0], [0.0]]
