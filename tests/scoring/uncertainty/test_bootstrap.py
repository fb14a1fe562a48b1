from __future__ import annotations

import numpy as np
import pytest

from panel.scoring.design import Design
from panel.scoring.models.mixed import Mixed, mixed
from panel.scoring.uncertainty.bootstrap import Bootstrap
from panel.scoring.uncertainty.chances import Contest, chances
from tests.scoring.designs import scaled, simulated


def fitted(design: Design, topic: np.ndarray | None = None) -> Mixed:
    fit = mixed(design, topic)
    assert fit is not None
    return fit


def test_its_spread_is_about_the_prediction_error_and_it_takes_a_posteriors_place() -> None:
    design = simulated(20, 6, 6)
    fit = fitted(design)

    drawn = Bootstrap(fit).draw(np.random.default_rng(1), 120)

    assert drawn.mean() == pytest.approx(float(fit.worth.mean()), abs=0.5)
    # Known variances or not makes little difference with 20 x 6 scores.
    assert float(drawn.std(axis=1).mean() / fit.item_pev_sd.mean()) == pytest.approx(1, abs=0.1)
    found = chances([Contest("all", design.applications, Bootstrap(fit), 5)], 20)["all"]
    assert float(found.selected.sum()) == pytest.approx(5)


def test_topics_and_any_magnitude_are_simulated_too() -> None:
    design, topic = simulated(20, 6, 3), np.arange(20) % 4
    plain = Bootstrap(fitted(design, topic), topic).draw(np.random.default_rng(1), 3)
    large = scaled(design, 1e250, 0)

    other = Bootstrap(fitted(large, topic), topic).draw(np.random.default_rng(1), 3)

    assert other / 1e250 == pytest.approx(plain, rel=1e-3, abs=1e-3)


def test_scores_without_residuals_have_nothing_to_simulate() -> None:
    fit = fitted(Design.from_arrays(list("AABB"), list("EFEF"), [10, 14, 16, 20]))

    assert Bootstrap(fit).draw(np.random.default_rng(1), 1) == pytest.approx(np.array([[-3], [3]]))
