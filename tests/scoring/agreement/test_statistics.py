"""All figures against the published cases; nothing is a number that should not be one."""

from __future__ import annotations

import math

import pytest
from hypothesis import given

from panel.scoring.agreement.statistics import agreement
from panel.scoring.design import Design
from panel.scoring.matrix import Record
from panel.scoring.sheets import Sheets
from tests.scoring.cases import load, matrix_of, records

CASES = ("sf1979", "irr_anxiety", "irr_video", "krippendorff_2011")
HOSTILE = {
    "all equal": (list("AABB"), list("xyxy"), [5.0] * 4),
    "one expert": (list("ABC"), list("xxx"), [1.0, 2.0, 3.0]),
    "one application": (list("AAA"), list("xyz"), [1.0, 2.0, 3.0]),
    "one score": (["A"], ["x"], [3.0]),
    "nothing in common": (list("AB"), list("xy"), [3.0, 4.0]),
    "huge": (list("AABBCC"), list("xyxyxy"), [1.7e308, -1.7e308, 1.6e308, 1.0, 0.0, 5.0]),
    "tiny": (list("AABBCC"), list("xyxyxy"), [1e-308, 2e-308, 5e-324, 0.0, 1e-310, 3e-308]),
    "perfect": (list("AABBCC"), list("xyxyxy"), [1.0, 1.0, 2.0, 2.0, 3.0, 3.0]),
    "only severity": (list("AABBCC"), list("xyxyxy"), [1.0, 2.0, 1.0, 2.0, 1.0, 2.0]),
    "crossing": (list("AABB"), list("xyxy"), [1.0, 2.0, 2.0, 1.0]),
}


def design_of(name: str) -> Design:
    return Design.from_matrix(matrix_of(load(name)))


@pytest.mark.parametrize("name", CASES)
def test_the_published_figures(name: str) -> None:
    case = load(name)
    found = agreement(design_of(name))
    compared = [key for key in case["expected"] if key in found]

    assert compared
    for key in compared:
        wanted = case["expected"][key]
        loose = 5e-4 if key.startswith("mean_pairwise") else 1e-4 if key.endswith("95") else 1e-6
        assert found[key] == (None if wanted is None else pytest.approx(wanted, abs=loose)), key


def test_alpha_across_criteria_where_there_are_several() -> None:
    case = load("weighted_criteria")
    rows = case["data"]["rows"]
    sheets = Sheets.from_records((e, i, c, round(2 * s)) for e, i, c, s in rows)
    design = Design.from_arrays(["A", "B"], ["x", "x"], [1, 2])
    wanted = case["expected"]["cronbach_alpha_complete_sheets"]

    # Half points are counted as whole ones: alpha does not depend on the unit.
    assert agreement(design, sheets)["cronbach_alpha"] == pytest.approx(wanted, abs=1e-6)


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_scores_give_numbers_or_none(case: str) -> None:
    for value in agreement(Design.from_arrays(*HOSTILE[case])).values():
        assert value is None or math.isfinite(value)


@given(records())
def test_every_design_gives_numbers_or_none(sheets: list[Record]) -> None:
    experts, applications, scores = zip(*sheets, strict=True)
    for value in agreement(Design.from_arrays(applications, experts, [float(y) for y in scores])).values():
        assert value is None or math.isfinite(value)


def test_perfect_agreement_is_one_and_has_no_limits() -> None:
    found = agreement(Design.from_arrays(*HOSTILE["perfect"]))

    for name in (
        "ICC1_1",
        "ICC2_1",
        "ICC3_k",
        "kendall_W_ties",
        "kripp_alpha_interval",
        "kripp_alpha_nominal",
    ):
        assert found[name] == pytest.approx(1)
    assert found["ICC2_1_lo95"] is None
    assert found["mean_pairwise_pearson"] == pytest.approx(1)
    assert found["experts_for_80"] == 1
