from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from panel.scoring.design import Design
from panel.scoring.models.mixed import mixed
from panel.scoring.named import additive, advised, by_name, crossed, number, places, topical
from tests.scoring.cases import load
from tests.scoring.designs import design_of, scaled, simulated


@pytest.mark.parametrize("name", ["sf1979", "pbib_sas", "krippendorff_2011", "irr_anxiety", "irr_video"])
def test_the_names_are_those_of_the_reference_cases(name: str) -> None:
    case = load(name)
    design = design_of(case)
    fit = mixed(design)
    expected = case["expected"]

    found: dict[str, Any] = additive(design) | crossed(design, fit)

    asked = {key for key in expected if key.startswith(("lmm_", "ls_", "n_scores"))} & found.keys()
    assert len(asked) >= 5
    for statistic in asked:
        assert found[statistic] == pytest.approx(expected[statistic], rel=1e-5, abs=1e-6)
    top = case["design"].get("top_k")
    if top:
        drawn = places(design, fit, top, draws=200)
        assert drawn.keys() == {f"p_top{top}", "rank_lo90", "rank_hi90", "expected_rank"}


def test_what_is_not_defined_is_none() -> None:
    apart = Design.from_arrays(["A", "B"], ["E", "F"], [1, 2])
    found = additive(apart) | crossed(apart, None) | places(apart, None, 1) | topical(apart, ["x", "y"])

    assert found["n_components"] == 2
    assert found["components"] == [
        {"experts": ("E",), "applications": ("A",)},
        {"experts": ("F",), "applications": ("B",)},
    ]
    assert found["ls_item"] == {"A": None, "B": None}
    assert found["ls_sigma"] is None
    assert found["lmm_var_item"] is None
    assert found["p_top1"] == {"A": None, "B": None}
    assert found["lmm_topic_blup"] == {"x": None, "y": None}
    assert advised(apart)["advice_score"] == {"A": 1, "B": 2}
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
    found = topical(design, [f"T{k % 4}" for k in range(24)])
    none = topical(design, ["T"] * 24)

    assert isinstance(found["lmm_topic_blup"], dict)
    assert set(found["lmm_topic_blup"]) == {"T0", "T1", "T2", "T3"}
    assert isinstance(found["lmm_topic_var"], float)
    assert isinstance(found["lmm_topic_var_item"], float)
    assert none["lmm_topic_var"] is None
    assert none["lmm_topic_var_item"] is None
