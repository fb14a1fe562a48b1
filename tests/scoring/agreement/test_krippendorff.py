from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings

from panel.scoring.agreement import krippendorff
from panel.scoring.agreement.krippendorff import alphas, pairable_values
from panel.scoring.design import Design, Floats
from panel.scoring.matrix import Record
from tests.scoring.cases import load, matrix_of, records


def by_definition(design: Design, level: str) -> float | None:
    """Alpha from all pairs, one after the other, as Krippendorff (2011) writes it."""
    units = [design.y[design.application == i] for i in range(design.shape[0])]
    units = [unit for unit in units if unit.size > 1]
    values = np.concatenate(units) if units else np.zeros(0)

    def distance(a: float, b: float) -> float:
        if level == "nominal":
            return float(a != b)
        if level == "ordinal":
            between = (values >= min(a, b)) & (values <= max(a, b))
            ends = (np.sum(values == a) + np.sum(values == b)) / 2
            return float((between.sum() - ends) ** 2) if a != b else 0.0
        if level == "interval":
            return (a - b) ** 2
        return ((a - b) / (a + b)) ** 2 if a + b else 0.0

    def total(group: Floats) -> float:
        return sum(distance(a, b) for a, b in permutations(group.tolist(), 2))

    if not values.size or not total(values):
        return None
    observed = sum(total(unit) / (unit.size - 1) for unit in units) / values.size
    return float(1 - observed / (total(values) / (values.size * (values.size - 1))))


@settings(max_examples=40)
@given(records())
def test_it_is_the_definition(sheets: list[Record]) -> None:
    experts, applications, scores = zip(*sheets, strict=True)
    design = Design.from_arrays(applications, experts, [float(y % 5) for y in scores])

    for level, found in alphas(design).items():
        wanted = by_definition(design, level)
        assert found == (None if wanted is None else pytest.approx(wanted, abs=1e-9)), level


def test_a_single_score_is_not_pairable() -> None:
    case = load("krippendorff_2011")

    assert pairable_values(Design.from_matrix(matrix_of(case))) == case["expected"]["n_pairable_values"]


def test_a_ratio_needs_a_zero_below_all_scores() -> None:
    found = alphas(Design.from_arrays(list("AABB"), list("xyxy"), [-1, 2, 3, 4]))

    assert found["ratio"] is None
    assert found["interval"] is not None


def test_scores_below_zero_only_have_no_ratio_and_warn_of_nothing() -> None:
    assert alphas(Design.from_arrays(list("AABB"), list("xyxy"), [-56, -59, -60, -61]))["ratio"] is None


def test_too_many_different_values_leave_the_ratio_level_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(krippendorff, "DISTINCT", 3)

    assert alphas(Design.from_arrays(list("AABB"), list("xyxy"), [1, 2, 3, 4]))["ratio"] is None


def test_large_tables_are_compared_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    design = Design.from_arrays(list("AABBCC"), list("xyxyxy"), [1, 2, 3, 4, 6, 5])
    whole = alphas(design)
    monkeypatch.setattr(krippendorff, "BLOCK", 7)

    assert alphas(design) == pytest.approx(whole)
