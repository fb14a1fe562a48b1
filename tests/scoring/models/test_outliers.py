from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from panel.scoring.design import Design, Floats
from panel.scoring.models import outliers as module
from panel.scoring.models.expert_variances import ExpertVariances, expert_variances
from panel.scoring.models.outliers import heavy_tail, outliers
from tests.scoring.designs import scaled, simulated

WILD = 17, 60, 133


def with_wild_scores() -> Design:
    """A panel of 40 x 5 in which three scores are fifty points off."""
    design = simulated(40, 5, 5, noise=3.0)
    y = design.y.copy()
    y[list(WILD)] += np.array([50.0, -50.0, 50.0])
    return replace(design, y=y)


def begun(design: Design) -> ExpertVariances:
    found = expert_variances(design)
    assert found is not None
    return found


def away(worth: Floats, truth: Floats) -> float:
    return float(np.abs((worth - worth.mean()) - (truth - truth.mean())).max())


def test_wild_scores_hardly_count_and_the_rest_as_before() -> None:
    design = with_wild_scores()
    normal = begun(design)
    fit = outliers(design, None, normal)

    assert fit is not None
    assert fit.weight[list(WILD)].max() < 0.1
    assert np.median(np.delete(fit.weight, WILD)) > 0.9
    # Without the three scores nothing is amiss: that is what the estimates come back to.
    clean = begun(simulated(40, 5, 5, noise=3.0)).mixed.worth
    assert away(fit.mixed.worth, clean) < 2.0 < away(normal.mixed.worth, clean)


def test_normal_residuals_are_left_alone() -> None:
    design = simulated(40, 7, 7)

    assert outliers(design, None, begun(design)) is None


def test_scores_without_residuals_have_no_outliers() -> None:
    i, j = (index.ravel() for index in np.indices((6, 4)))
    additive = Design.from_arrays([f"A{a}" for a in i], [f"E{e}" for e in j], (60.0 + 3 * i + 2 * j).tolist())
    nearly = simulated(8, 5, 5, noise=3e-4)

    assert outliers(additive, None, begun(additive)) is None
    assert outliers(nearly, None, begun(nearly)) is None


@pytest.mark.parametrize("factor", [-1.0, 1e-100, 1e100])
def test_it_follows_the_unit_of_the_scores(factor: float) -> None:
    design = with_wild_scores()
    fit, other = (outliers(one, None, begun(one)) for one in (design, scaled(design, factor, 0.0)))

    assert fit is not None
    assert other is not None
    assert other.df == fit.df
    assert other.weight == pytest.approx(fit.weight, abs=1e-4)
    assert other.mixed.worth / factor == pytest.approx(fit.mixed.worth, abs=1e-3)


def test_it_ends_as_soon_as_the_weights_have_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    design = with_wild_scores()
    monkeypatch.setattr(module, "SETTLED", 0.5)
    short = outliers(design, None, begun(design))

    assert short is not None
    assert short.weight[list(WILD)].max() < 0.1


@pytest.mark.parametrize("df", [3.0, 5.0])
def test_a_tail_is_estimated_from_residuals_drawn_from_it(df: float) -> None:
    found = heavy_tail((2.0 * np.random.default_rng(5).standard_t(df, 5000)) ** 2)

    assert found is not None
    assert found.df == pytest.approx(df, abs=1.0)
    assert found.scale == pytest.approx(4.0, rel=0.1)


def test_neither_normal_residuals_nor_rounded_ones_nor_none_have_a_tail() -> None:
    normal = np.random.default_rng(5).standard_normal(2000)

    assert heavy_tail(normal**2) is None
    assert heavy_tail(np.round(normal) ** 2) is None
    assert heavy_tail(np.zeros(9)) is None
