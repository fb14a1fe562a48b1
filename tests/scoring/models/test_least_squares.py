from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from panel.scoring.components import NotConnected
from panel.scoring.design import Design
from panel.scoring.matrix import Record, ScoreMatrix
from panel.scoring.models import least_squares as module
from panel.scoring.models.conjugate import NotConverged
from panel.scoring.models.least_squares import least_squares, rough
from panel.scoring.official.adjusted import adjusted
from tests.scoring.cases import records
from tests.scoring.models.golden import CASES, call, golden, named, near


@pytest.mark.parametrize("name", CASES)
def test_it_agrees_with_lm_of_r(name: str) -> None:
    design, expected = golden(name)

    fit = least_squares(design)

    if "ls_item" in expected:
        assert named(design.applications, fit.item) == near(expected["ls_item"], 1e-9)
    assert named(design.experts, fit.expert) == near(expected["ls_expert"], 1e-9)
    if "ls_sigma" in expected:
        assert fit.sigma == near(expected["ls_sigma"], 1e-9)
    assert fit.df == expected.get("ls_df", fit.df)
    assert fit.residual_norm < 1e-9


@given(records())
def test_it_is_the_exact_official_method_in_floats(sheets: list[Record]) -> None:
    matrix = ScoreMatrix.from_records(sheets)
    exact = adjusted(matrix)

    fit = least_squares(Design.from_matrix(matrix))

    assert fit.item == pytest.approx([float(exact.scores[a]) for a in matrix.applications], abs=1e-6)
    assert fit.expert == pytest.approx([float(exact.effects[e]) for e in matrix.experts], abs=1e-6)


def test_the_large_solver_gives_what_the_direct_one_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    design = call(80, 12, 3)
    direct = least_squares(design)
    monkeypatch.setattr(module, "DIRECT_EXPERTS", 0)

    iterated = least_squares(design)

    assert direct.iterations == 0
    assert iterated.iterations > 0
    assert iterated.item == pytest.approx(direct.item, abs=1e-7)


def test_too_few_steps_are_loud_or_solved_directly(monkeypatch: pytest.MonkeyPatch) -> None:
    design = call(80, 12, 3)
    exact = least_squares(design)
    monkeypatch.setattr(module, "DIRECT_EXPERTS", 0)
    monkeypatch.setattr(module, "ITERATIONS", 1)

    assert least_squares(design).item == pytest.approx(exact.item, abs=1e-7)
    assert rough(design, design.y) is None
    monkeypatch.setattr(module, "DENSE_EXPERTS", 0)
    with pytest.raises(NotConverged, match="weak links"):
        least_squares(design)


def test_a_solution_that_does_not_solve_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ACCEPTED", -1.0)

    with pytest.raises(NotConverged, match="are left with a residual of"):
        least_squares(call(10, 4, 2))


def test_a_disconnected_design_is_refused_with_its_parts() -> None:
    design = Design.from_arrays(["A", "B"], ["E", "F"], [1, 2])

    with pytest.raises(NotConnected, match="fall into 2 parts"):
        least_squares(design)


def test_without_degrees_of_freedom_there_is_no_error_to_state() -> None:
    fit = least_squares(Design.from_arrays(["A", "B"], ["E", "E"], [1, 2]))

    assert (fit.df, fit.sigma, fit.expert_se, fit.item_covariance) == (0, None, None, None)
    assert fit.item_difference_se(0, 1) is None


def test_standard_errors_are_those_of_the_normal_equations() -> None:
    design = call(12, 5, 3, seed=3)
    n, m = design.shape
    fit = least_squares(design)
    assert fit.sigma is not None
    # The dummy matrix with the last expert as the reference, and the contrasts by hand.
    X = np.zeros((design.y.size, n + m))
    X[np.arange(design.y.size), design.application] = 1
    X[np.arange(design.y.size), n + design.expert] = 1
    inverse = np.linalg.inv(X[:, :-1].T @ X[:, :-1])
    C = np.zeros((m, n + m - 1))
    C[:, n:] = (np.eye(m) - 1 / m)[:, :-1]
    contrast = np.zeros(n + m - 1)
    contrast[[0, 1]] = 1, -1

    assert fit.expert_se == pytest.approx(fit.sigma * np.sqrt(np.diag(C @ inverse @ C.T)))
    assert fit.item_difference_se(0, 1) == pytest.approx(fit.sigma * np.sqrt(contrast @ inverse @ contrast))
    covariance = fit.item_covariance
    assert covariance is not None
    difference = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
    assert np.sqrt(difference) == pytest.approx(fit.item_difference_se(0, 1))
