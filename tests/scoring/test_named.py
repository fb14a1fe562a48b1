from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from panel.scoring.advice import codes_of
from panel.scoring.components import components_of
from panel.scoring.design import Design
from panel.scoring.models.least_squares import least_squares
from panel.scoring.models.mixed import mixed
from panel.scoring.named import additive, by_name, crossed, number, places, topical
from panel.scoring.uncertainty.chances import Contest, chances
from tests.scoring.cases import load
from tests.scoring.designs import design_of, scaled, simulated


@pytest.mark.parametrize("name", ["sf1979", "pbib_sas", "krippendorff_2011", "irr_anxiety", "irr_video"])
def test_the_names_are_those_of_the_reference_cases(name: str) -> None:
    case = load(name)
    design = design_of(case)
    expected = case["expected"]

    found: dict[str, Any] = additive(design, least_squares(design), components_of(design))
    found |= crossed(design, mixed(design))

    asked = {key for key in expected if key.startswith(("lmm_", "ls_", "n_scores"))} & found.keys()
    if "ls_rank_order" in asked:
        assert found["ls_rank_order"] == expected["ls_rank_order"]
        asked.remove("ls_rank_order")
    assert len(asked) >= 5
    for statistic in asked:
        assert found[statistic] == pytest.approx(expected[statistic], rel=1e-5, abs=1e-6)


def test_a_list_without_a_cap_has_ranks_and_no_chances() -> None:
    design = simulated(12, 5, 3)
    fit = mixed(design)
    assert fit is not None
    found = chances([Contest("all", design.applications, fit.posterior, 4)], draws=200)["all"]

    assert places(design, found, None).keys() == {"rank_lo90", "rank_hi90", "expected_rank"}
    asked = places(design, found, 4)
    grey = [name for name, p in asked["p_top4"].items() if 0.1 < p < 0.9]
    assert asked["grey_area"] == grey
    assert grey


def test_what_is_not_defined_is_none() -> None:
    apart = Design.from_arrays(["A", "B"], ["E", "F"], [1, 2])
    found = additive(apart, None, components_of(apart)) | crossed(apart, None)
    found |= places(apart, None, 1) | topical(apart, ["x", "y"], None)

    assert found["n_components"] == 2
    assert found["components"] == [
        {"experts": ("E",), "applications": ("A",)},
        {"experts": ("F",), "applications": ("B",)},
    ]
    assert found["ls_item"] == {"A": None, "B": None}
    assert found["ls_sigma"] is None
    assert found["ls_rank_order"] is None
    assert found["lmm_var_item"] is None
    assert found["p_top1"] == {"A": None, "B": None}
    assert found["grey_area"] is None
    assert found["lmm_topic_blup"] == {"x": None, "y": None}
    json.dumps(found, allow_nan=False)


def test_what_a_double_cannot_hold_is_none() -> None:
    huge = scaled(simulated(12, 5, 3), 1e300, 0)
    found = crossed(huge, mixed(huge))

    assert found["lmm_var_item"] is None
    assert isinstance(found["lmm_intercept"], float)
    assert number(float("nan")) is None
    assert by_name(["A"], np.array([np.inf])) == {"A": None}


def test_topics_have_their_own_statistics() -> None:
    design = simulated(24, 6, 3)
    names, codes = codes_of([f"T{k % 4}" for k in range(24)])
    found = topical(design, names, mixed(design, codes))

    assert set(found["lmm_topic_blup"]) == {"T0", "T1", "T2", "T3"}
    assert isinstance(found["lmm_topic_var"], float)
    assert isinstance(found["lmm_topic_var_item"], float)
