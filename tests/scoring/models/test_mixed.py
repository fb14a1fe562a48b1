from __future__ import annotations

import warnings

import numpy as np
import pytest

from panel.scoring.design import Design
from panel.scoring.models.mixed import mixed
from tests.scoring.models.golden import CASES, call, golden, named, near


@pytest.mark.parametrize("name", CASES)
def test_it_agrees_with_lme4(name: str) -> None:
    design, expected = golden(name)

    fit = mixed(design)

    assert fit is not None
    assert fit.var_item == near(expected["lmm_var_item"], 2e-4)
    assert fit.var_expert == near(expected["lmm_var_expert"], 2e-4)
    assert fit.var_residual == near(expected["lmm_var_residual"], 2e-4)
    assert fit.criterion == near(expected["lmm_reml_criterion"], 1e-6)
    assert fit.intercept == near(expected.get("lmm_intercept", fit.intercept), 1e-5)
    assert fit.intercept_se == near(expected.get("lmm_intercept_se", fit.intercept_se), 2e-4)
    found = {
        "lmm_item_blup": (design.applications, fit.item),
        "lmm_item_condsd_lme4": (design.applications, fit.item_cond_sd),
        "lmm_item_pev_sd_henderson": (design.applications, fit.item_pev_sd),
        "lmm_expert_blup": (design.experts, fit.expert),
    }
    for statistic, (names, values) in found.items():
        if statistic in expected:
            assert named(names, values) == near(expected[statistic], 3e-4), statistic


def test_on_complete_data_the_order_is_that_of_the_means() -> None:
    design, expected = golden("sf1979")

    fit = mixed(design)

    assert fit is not None
    means = [expected["raw_mean"][a] for a in design.applications]
    assert np.argsort(fit.worth).tolist() == np.argsort(means).tolist()


@pytest.mark.parametrize(
    ("applications", "experts"),
    [(["A"] * 3, ["E", "F", "G"]), (["A", "B", "C"], ["E"] * 3), (["A", "B", "B"], ["E", "E", "F"])],
)
def test_without_a_degree_of_freedom_there_is_no_fit(applications: list[str], experts: list[str]) -> None:
    assert mixed(Design.from_arrays(applications, experts, [1.0, 2.0, 4.0])) is None


def test_scores_without_rest_are_explained_wholly() -> None:
    design = Design.from_arrays(["A", "A", "B", "B"], ["E", "F", "E", "F"], [1, 2, 3, 4])

    fit = mixed(design)

    assert fit is not None
    assert (fit.method, fit.criterion) == ("limit", None)
    assert fit.var_residual == pytest.approx(0, abs=1e-12)
    assert fit.worth[1] - fit.worth[0] == pytest.approx(2)


@pytest.mark.parametrize("scale", [1e-150, 1.0, 1e150])
def test_it_moves_with_the_unit_of_the_scores(scale: float) -> None:
    plain = call(30, 8, 4, seed=5)
    design = Design(plain.applications, plain.experts, plain.application, plain.expert, plain.y * scale)

    fit, reference = mixed(design), mixed(plain)

    assert fit is not None
    assert reference is not None
    assert fit.item / scale == pytest.approx(reference.item, rel=1e-6, abs=1e-9)


def test_nothing_hostile_brings_it_down() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for y in ([5.0] * 6, [1e300, -1e300, 0, 1, 2, 3], [1e-300, 2e-300, 0, 0, 1e-300, 0]):
            mixed(Design.from_arrays(["A", "A", "B", "B", "C", "C"], ["E", "F", "E", "F", "E", "F"], y))


def test_topics_take_up_what_topics_differ_in() -> None:
    plain = call(60, 10, 3, seed=8)
    topic = np.arange(60) % 4
    lifted = plain.y + 15.0 * topic[plain.application]
    design = Design(plain.applications, plain.experts, plain.application, plain.expert, lifted)

    fit = mixed(design, topic)

    assert fit is not None
    assert fit.topic is not None
    assert fit.var_topic is not None
    assert fit.var_topic > 30
    assert np.argsort(fit.topic).tolist() == [0, 1, 2, 3]
    assert fit.worth == pytest.approx(fit.item + fit.topic[topic])


def test_one_topic_for_all_is_no_topic() -> None:
    design = call(20, 6, 3)

    fit = mixed(design, np.zeros(20, dtype=np.intp))

    assert fit is not None
    assert fit.var_topic is None
