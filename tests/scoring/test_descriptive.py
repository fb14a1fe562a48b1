from __future__ import annotations

from statistics import median

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.scoring.descriptive import descriptive, trimmed_mean
from panel.scoring.design import Design
from panel.scoring.matrix import Record, ScoreMatrix
from panel.scoring.official.methods import official
from tests.scoring.cases import floats, load, matrix_of, records

NAMES = [
    "raw_mean",
    "z_mean_ddof1",
    "z_mean_ddof0",
    "T_mean_ddof1",
    "robust_z_mean",
    "minmax_mean",
    "mean_rank",
    "borda_points",
]
EXTREMES = [
    ("all equal", ["A", "A", "B", "B"], ["x", "y", "x", "y"], [5.0] * 4),
    ("one expert", ["A", "B"], ["x", "x"], [1.0, 2.0]),
    ("one application", ["A", "A"], ["x", "y"], [1.0, 2.0]),
    ("one score", ["A"], ["x"], [3.0]),
    ("huge", ["A", "A", "B", "B"], ["x", "y", "x", "y"], [1.7e308, -1.7e308, 1.6e308, 1.0]),
    ("tiny", ["A", "A", "B", "B"], ["x", "y", "x", "y"], [1e-308, 2e-308, 5e-324, 0.0]),
    ("mixed", ["A", "A", "B", "B"], ["x", "y", "x", "y"], [1e300, 1e-300, 1.0, 2e-300]),
]


def design_of(name: str) -> Design:
    return Design.from_matrix(matrix_of(load(name)))


@pytest.mark.parametrize("case", ["sf1979", "irr_anxiety", "irr_video", "pbib_sas", "krippendorff_2011"])
def test_the_figures_of_r(case: str) -> None:
    expected = load(case)["expected"]
    found = descriptive(design_of(case))

    for name in set(NAMES) & set(expected):
        assert found[name] == pytest.approx(expected[name], abs=1e-6), name


def test_four_scores_are_not_trimmed_and_five_are() -> None:
    # A: (2 + 4 + 6 + 8) / 4. B: 1 and 100 go, (2 + 4 + 6) / 3.
    design = Design.from_arrays(list("AAAABBBBB"), list("wxyzvwxyz"), [2, 4, 6, 8, 100, 1, 2, 4, 6])

    assert descriptive(design)["trimmed_mean_min5"] == {"A": 5, "B": 4}


def test_forced_trimming_of_r() -> None:
    case = load("sf1979")
    found = trimmed_mean(design_of("sf1979"), 4)

    assert found.tolist() == pytest.approx(list(case["expected"]["trimmed_mean_forced"].values()), abs=1e-6)


def test_equal_scores_share_a_rank_though_a_double_tells_them_apart() -> None:
    design = Design.from_arrays(list("ABC"), ["x"] * 3, [0.1 + 0.2, 0.3, 0.0])

    assert descriptive(design)["mean_rank"] == {"A": 1.5, "B": 1.5, "C": 3}


@given(records(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(sheets: list[Record], random: st.DataObject) -> None:
    shuffled = list(sheets)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert descriptive(built(shuffled)) == descriptive(built(sheets))


def built(sheets: list[Record]) -> Design:
    return Design.from_arrays(
        [a for _, a, _ in sheets], [e for e, _, _ in sheets], [float(y) for *_, y in sheets]
    )


@given(records())
def test_arrays_agree_with_the_exact_methods(sheets: list[Record]) -> None:
    found = descriptive(built(sheets))
    matrix = ScoreMatrix.from_records(sheets)

    for ours, name, level, size in (
        ("z_mean_ddof1", "standard", 50, 10),
        ("robust_z_mean", "robust", 50, 10),
        ("minmax_mean", "minmax", 0, 100),
        ("raw_mean", "mean", 0, 1),
    ):
        exact = floats(official(name, matrix).scores)
        scaled = {k: level + size * v for k, v in found[ours].items() if v is not None}
        assert scaled == pytest.approx(exact, abs=1e-6), ours


@pytest.mark.parametrize(("_name", "applications", "experts", "scores"), EXTREMES)
def test_hostile_scores_give_numbers_or_none(
    _name: str, applications: list[str], experts: list[str], scores: list[float]
) -> None:
    found = descriptive(Design.from_arrays(applications, experts, scores))

    for values in found.values():
        assert all(value is None or np.isfinite(value) for value in values.values())


def test_medians_are_those_of_the_standard_library() -> None:
    # x: 1, 2, 4, 8, median 3, distances 2, 1, 1, 5, median 1.5.
    design = Design.from_arrays(list("ABCD"), ["x"] * 4, [1, 2, 4, 8])
    spread = 1.4826 * median([2, 1, 1, 5])

    assert descriptive(design)["robust_z_mean"] == pytest.approx(
        {"A": -2 / spread, "B": -1 / spread, "C": 1 / spread, "D": 5 / spread}
    )
