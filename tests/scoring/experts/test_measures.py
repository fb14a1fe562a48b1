"""Figures of experts on complete data against plain formulas, and large designs against small ones."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import linregress, pearsonr

from panel.scoring.design import Design
from panel.scoring.experts.affiliation import affiliation
from panel.scoring.experts.drift import drift
from panel.scoring.experts.figures import figures
from panel.scoring.experts.measures import measures, unexplained
from panel.scoring.experts.residuals import studentised
from panel.scoring.models import information
from panel.scoring.models.least_squares import least_squares
from tests.scoring.experts.planted import design_of, m, n, sheets_of, sound


@pytest.fixture(scope="module")
def design() -> Design:
    return design_of(sheets_of(sound()))


def test_slope_and_correlation_on_the_mean_of_the_others(design: Design) -> None:
    y = design.y.reshape(n, m)
    found = measures(least_squares(design), unexplained(design))

    for j in range(m):
        others = np.delete(y, j, axis=1).mean(axis=1)
        assert found.slope[j] == pytest.approx(linregress(others, y[:, j]).slope)
        assert found.correlation[j] == pytest.approx(pearsonr(others, y[:, j]).statistic)


def test_spread_and_mean_squares_on_complete_data(design: Design) -> None:
    y = design.y.reshape(n, m)
    found = measures(least_squares(design), unexplained(design))
    sd = y.std(axis=0, ddof=1)
    residuals = y - y.mean(axis=0) - y.mean(axis=1, keepdims=True) + y.mean()
    pooled = (residuals**2).sum() / ((n - 1) * (m - 1))
    # Every residual keeps (n - 1)(m - 1) / nm of its variance.
    expected = (residuals**2).sum(axis=0) / (pooled * n * (n - 1) * (m - 1) / (n * m))

    assert found.spread == pytest.approx(sd / np.median(sd))
    assert found.infit == pytest.approx(expected)
    assert found.outfit == pytest.approx(expected)


def dummies(design: Design) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.hstack(
        [design.application[:, None] == np.arange(n), design.expert[:, None] == np.arange(1, m)]
    ).astype(float)


def test_a_studentised_residual_is_the_t_of_a_column_for_that_score(design: Design) -> None:
    X = dummies(design)
    found = studentised(least_squares(design), unexplained(design))

    for row in (0, 100, 279):
        own = np.zeros(design.y.size)
        own[row] = 1
        t = t_of_last(np.column_stack([X, own]), design.y)
        assert found[row] == pytest.approx(t)


def t_of_last(
    X: np.ndarray[tuple[int, ...], np.dtype[np.float64]], y: np.ndarray[tuple[int, ...], np.dtype[np.float64]]
) -> float:
    beta, (rss,), *_ = np.linalg.lstsq(X, y, rcond=None)
    variance = rss / (y.size - X.shape[1]) * np.linalg.inv(X.T @ X)[-1, -1]
    return float(beta[-1] / np.sqrt(variance))


def test_an_affiliation_effect_is_a_coefficient_of_the_regression(design: Design) -> None:
    flags = np.zeros(design.y.size)
    flags[::13] = 1
    X = np.column_stack([dummies(design), flags])

    found = affiliation(least_squares(design), flags)

    assert found is not None
    assert found.effect == pytest.approx(np.linalg.lstsq(X, design.y, rcond=None)[0][-1])
    assert found.t == pytest.approx(t_of_last(X, design.y))
    assert found.flagged == 22
    assert 0.05 < found.p < 1


def test_with_many_flags_the_probability_is_that_of_t(design: Design) -> None:
    flags = (np.arange(design.y.size) % 3 == 0).astype(float)

    found = affiliation(least_squares(design), flags)

    assert found is not None
    assert found.flagged > 30
    assert 0 < found.p <= 1


def test_a_flag_that_is_an_expert_says_nothing(design: Design) -> None:
    assert affiliation(least_squares(design), (design.expert == 0).astype(float)) is None


def test_flags_without_any_error_say_nothing() -> None:
    perfect = Design.from_arrays(list("AABBCC"), list("xyxyxy"), [1, 2, 3, 4, 7, 8])

    assert affiliation(least_squares(perfect), np.array([1.0, 0, 0, 0, 0, 1])) is None


def test_drift_is_the_slope_of_what_goes_beyond_the_others(design: Design) -> None:
    y = design.y.reshape(n, m)
    order = np.random.Generator(np.random.PCG64(4)).permutation(design.y.size).astype(float)
    found = drift(least_squares(design), order)

    for j in range(m):
        beyond = y[:, j] - np.delete(y, j, axis=1).mean(axis=1)
        position = np.argsort(np.argsort(order.reshape(n, m)[:, j])) + 1
        line = linregress(position, beyond)
        assert found.slope[j] == pytest.approx(line.slope)
        assert found.t[j] == pytest.approx(line.slope / line.stderr)


def test_beyond_the_dense_limit_leverages_are_those_of_random_assignment(
    monkeypatch: pytest.MonkeyPatch, design: Design
) -> None:
    exact = unexplained(design)
    monkeypatch.setattr(information, "DENSE_EXPERTS", 3)

    # On complete data the two agree.
    assert unexplained(design) == pytest.approx(exact)


def test_severity_is_minus_the_effect_with_its_error(design: Design) -> None:
    y = design.y.reshape(n, m)
    named = figures(design).named()
    severity, errors = named["expert_severity"], named["expert_severity_se"]
    assert isinstance(severity, dict)
    assert isinstance(errors, dict)

    assert list(severity.values()) == pytest.approx((y.mean() - y.mean(axis=0)).tolist())
    residuals = y - y.mean(axis=0) - y.mean(axis=1, keepdims=True) + y.mean()
    pooled = (residuals**2).sum() / ((n - 1) * (m - 1))
    assert errors["E0"] == pytest.approx(float(np.sqrt(pooled / n * (m - 1) / m)))
