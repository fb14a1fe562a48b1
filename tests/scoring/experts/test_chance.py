from __future__ import annotations

import numpy as np

from panel.scoring.experts import chance
from panel.scoring.experts.chance import Chance, simulate
from panel.scoring.experts.measures import measures, unexplained
from panel.scoring.models.least_squares import least_squares
from tests.scoring.experts.planted import design_of, m, sheets_of, sound

# Nine standardised values: -4 to 4; the figure has mean 10 and standard deviation 2.
NINE = Chance(np.array([10.0, np.nan]), np.array([2.0, np.nan]), np.arange(-4.0, 5.0))


def test_probabilities_count_what_is_as_extreme() -> None:
    values = np.array([14.0, 1.0])  # z = 2: three of nine are as high, seven as low; one is added to each.

    assert NINE.p(values, 1)[0] == 0.4
    assert NINE.p(values, -1)[0] == 0.8
    assert NINE.p(values, 0)[0] == 0.8
    assert np.isnan(NINE.p(values, 1)[1])


def test_limits_are_quantiles_in_the_unit_of_the_figure() -> None:
    assert NINE.limit(0.25, 1)[0] == 14.0  # the upper quarter begins at z = 2
    assert NINE.limit(0.25, -1)[0] == 6.0
    assert np.isnan(Chance(np.zeros(2), np.ones(2), np.zeros(0)).limit(0.1, 1)).all()


def test_under_the_model_mean_squares_are_about_one_and_slopes_known() -> None:
    design = design_of(sheets_of(sound()))
    fit, left = least_squares(design), unexplained(design)
    found = simulate(fit, left, measures(fit, left))

    # The logarithm of mean squares over their median lies around zero.
    assert np.abs(found["infit"].mean).max() < 0.1
    assert found["infit"].pool.size == m * chance.MOST
    # The mean of six others carries error: a slope of a bit less than one.
    assert 0.85 < found["slope"].mean.mean() < 1


def test_with_few_simulations_experts_alike_are_pooled(monkeypatch: object) -> None:
    groups = chance._groups(np.arange(120), chance.LEAST)

    assert np.bincount(groups).tolist() == [50, 50, 20]
    assert chance._groups(np.arange(120), chance.ALIKE).tolist() == list(range(120))
