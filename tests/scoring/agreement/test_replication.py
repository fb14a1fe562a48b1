"""What two panels decide alike: a published experiment, limits known by heart, and simulated panels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from panel.scoring.agreement.replication import another_panel, replication
from panel.scoring.design import Design
from panel.scoring.models.mixed import Mixed, mixed
from tests.scoring.designs import simulated

# Variance components that were published for the two committees of NIPS 2014, who accepted a quarter; the
# predictions come from two million simulated pairs of panels in R.
ITEM, EXPERT, RESIDUAL = 1.278230344878, 0.240009878758, 1.26836568928


@pytest.mark.parametrize(("k", "inconsistent", "precision"), [(3, 0.19304, 0.61392), (6, 0.146382, 0.707236)])
def test_the_experiment_of_two_committees(k: int, inconsistent: float, precision: float) -> None:
    found = replication(ITEM, (EXPERT + RESIDUAL) / k, 0.25)
    assert found.inconsistent == pytest.approx(inconsistent, abs=0.001)
    assert found.precision == pytest.approx(precision, abs=0.001)


def test_without_differences_only_luck_is_repeated_and_without_error_all() -> None:
    # Two draws of 30 % by lot meet in 9 %; with a correlation of 1/2 both lie above the median in a third.
    assert replication(0.0, 1.0, 0.3).precision == pytest.approx(0.3)
    assert replication(1.0, 1.0, 0.5).precision == pytest.approx(2 / 3)
    assert replication(1.0, 1e-12, 0.3).precision == pytest.approx(1.0, abs=1e-5)


def fitted(design: Design) -> Mixed:
    fit = mixed(design)
    assert fit is not None
    return replace(fit, var_item=4.0, var_expert=9.0, var_residual=5.0)


def test_leniency_is_no_error_where_everybody_scored_everything() -> None:
    design = simulated(12, 5, 5)
    assert another_panel(fitted(design), design, 3) == replication(4.0, 5.0 / 5, 3 / 12)


def test_leniency_counts_as_far_as_applications_have_other_experts() -> None:
    # Two pairs of experts, two applications each: between the pairs leniency adds 2 * 9 / 2 to a difference.
    design = Design.from_arrays(list("AABBCCDD"), list("EFEFGHGH"), [1.0, 2, 3, 5, 5, 9, 2, 4])
    # Of the six pairs of applications four have other experts: 9 * 4 / 6, half of it for each application.
    found = another_panel(fitted(design), design, 1)
    assert found is not None
    expected = replication(4.0, 5.0 / 2 + 9.0 * 4 / 6 / 2, 1 / 4)
    assert found.precision == pytest.approx(expected.precision)


def test_nothing_is_said_without_a_model_an_error_or_a_cut() -> None:
    design = simulated(12, 5, 5)
    fit = fitted(design)
    assert another_panel(None, design, 3) is None
    assert another_panel(fit, design, None) is None
    assert another_panel(fit, design, 12) is None
    assert another_panel(replace(fit, var_residual=0.0), design, 3) is None


def test_simulated_panels_repeat_as_much() -> None:
    rng = np.random.default_rng(7)
    worth = rng.normal(0, 2, 4000)
    first, second = (worth + rng.normal(0, 1.5, 4000) for _ in range(2))
    chosen = [set(np.argsort(-scores)[:1000].tolist()) for scores in (first, second)]
    # A thousand applications: the share has a standard error of about a hundredth.
    assert replication(4.0, 2.25, 0.25).precision == pytest.approx(
        len(chosen[0] & chosen[1]) / 1000, abs=0.03
    )
