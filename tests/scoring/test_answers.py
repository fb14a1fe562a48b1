from __future__ import annotations

import json
from fnmatch import fnmatch
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from panel.scoring.analysis import analyse
from panel.scoring.answers import flat, of_components, of_means
from panel.scoring.matrix import Record
from panel.scoring.records import without_sheets
from panel.scoring.study import components_of
from tests.scoring.asking import question_of, records_of, rows_of, weights_of
from tests.scoring.cases import load, records
from tests.scoring.designs import simulated

OTHERS = {
    # Published to fewer places, or the same under another name.
    "published_icc_2dp",
    "published_alpha",
    "published",
    "published_reml_itemfixed",
    # Answers of a model with fixed applications, and of a forced method.
    "itemfixed_var_expert",
    "itemfixed_var_residual",
    "itemfixed_ls_means",
    "itemfixed_ls_means_se",
    "itemfixed_reml_criterion",
    "trimmed_mean_forced",
    "gstudy_reml",
    "item_blup_reml",
    # Prose, and what must not be done.
    "policy",
    "wrong_zero_fill_G2_E3",
}
RENAMED = {"cronbach_alpha_complete_sheets": "cronbach_alpha"}


def tolerance(case: dict[str, Any], name: str) -> tuple[float, float]:
    matching = [glob for glob in case["tolerance"] if fnmatch(name, glob)]
    found = case["tolerance"][max(matching, key=len)] if matching else case["tolerance"]["default"]
    return found["abs"], found["rel"]


def same(found: Any, expected: Any, within: tuple[float, float]) -> bool:
    if isinstance(expected, dict):
        return all(same(found.get(key), value, within) for key, value in expected.items())
    if isinstance(expected, list):
        return bool(found == expected)
    if expected is None or isinstance(expected, bool):
        return bool(found is expected)
    return bool(abs(found - expected) <= within[0] + within[1] * abs(expected))


@pytest.mark.parametrize(
    ("name", "draws"),
    [
        ("sf1979", 200_000),
        ("pbib_sas", 200_000),
        ("irr_anxiety", 100),
        ("irr_video", 100),
        ("krippendorff_2011", 100),
        ("weighted_criteria", 100),
    ],
)
def test_every_published_value_is_found_under_its_name(name: str, draws: int) -> None:
    case = load(name)
    design = case["design"]
    question = question_of(case["data"]["rows"], design.get("weights"), top=design.get("top_k"), draws=draws)
    found = flat(analyse(question))
    asked = [key for key in case["expected"] if key not in OTHERS and not key.startswith("irr_icc")]

    wrong = [
        key
        for key in asked
        if not same(found[RENAMED.get(key, key)], case["expected"][key], tolerance(case, key))
    ]
    assert wrong == []
    assert len(asked) >= 5
    json.dumps(found, allow_nan=False)


def test_nested_experts_are_answered_under_the_published_names() -> None:
    case = load("brennan_3_2")
    asked = records_of(case["data"]["rows"])
    found = of_components(components_of(asked.sheets()))

    for name in ("anova_ms", "gstudy_ems", "dstudy"):
        assert same(found[name], case["expected"][name], (1e-6, 0))
    assert of_means(without_sheets(asked, weights_of(asked)))["n_sheets_incomplete"] == 120


def test_selections_bridges_and_findings_are_answered() -> None:
    rows = rows_of(simulated(10, 5, 4))
    rows += [
        ("X", "A0000", "total", 99),
        ("X", "B", "total", 60),
        ("X", "C", "total", 70),
        ("Y", "D", "total", 5),
    ]
    rows += [("Y", "B", "total", 61), ("E0001", "F", "total", 50)]
    found = flat(analyse(question_of(rows, top=3, draws=200)))

    assert len(found["selected"]) == 3
    assert found["bridges"][0]["application"] == "A0000"
    assert found["n_bridges"] == 2
    assert {"D", "F", "C"} == set(found["single_score_applications"])
    assert found["scored_by_one_expert_only"] == {"E0001": ("F",), "X": ("C",), "Y": ("D",)}
    assert set(found["method_selected_share"]) >= set(found["selected"])
    assert set(found["without_expert_without_result"]) <= {"X", "Y", *(f"E{k:04}" for k in range(5))}
    json.dumps(found, allow_nan=False)


def test_topics_and_crossed_criteria_are_answered() -> None:
    cells = [
        (f"E{j}", f"A{i}", c, (i * 7 + j * 3 + k * 5) % 11)
        for i in range(8)
        for j in range(4)
        for k, c in enumerate("xy")
    ]
    found = flat(analyse(question_of(cells, draws=200, topic={f"A{i}": f"T{i % 2}" for i in range(8)})))

    assert set(found["lmm_topic_blup"]) == {"T0", "T1"}
    assert set(found["gstudy_ems"]) == {"p", "r", "c", "pr", "pc", "rc", "prc"}
    assert "c2_r4" in found["dstudy"]
    assert found["sheet_score_strict"]["A1"]["E1"] == 10 + 4
    assert found["rasch_refused"] == "too_many_categories"


def test_a_rasch_fit_is_answered_by_facet() -> None:
    found = flat(analyse(question_of(load("irr_anxiety")["data"]["rows"], draws=200)))

    assert found["rasch_refused"] is None
    assert set(found["rasch_expert_measure"]) == {"R1", "R2", "R3"}
    assert sum(found["rasch_expert_measure"].values()) == pytest.approx(0, abs=1e-6)
    assert len(found["rasch_thresholds"]) == 5


@settings(max_examples=12, deadline=None)
@given(records())
def test_nothing_that_is_answered_is_infinite_or_no_number(drawn: list[Record]) -> None:
    rows = [(expert, application, "total", value) for expert, application, value in drawn]

    json.dumps(flat(analyse(question_of(rows, top=2, draws=50))), allow_nan=False)


@pytest.mark.parametrize("size", [1e-295, 1e295])
def test_extreme_magnitudes_are_answered(size: float) -> None:
    rng = np.random.default_rng(5)
    rows = [(f"E{j}", f"A{i}", "total", float(rng.normal()) * size) for i in range(6) for j in range(4)]

    json.dumps(flat(analyse(question_of(rows, top=2, draws=50))), allow_nan=False)
