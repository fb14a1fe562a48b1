"""What was planted is found, by name; what is sound is left alone; hostile scores do no harm."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache

import numpy as np
import pytest

from panel.scoring.agreement import correlation
from panel.scoring.descriptive import Named
from panel.scoring.design import Design, Floats
from panel.scoring.experts.diagnosis import diagnose
from panel.scoring.experts.figures import figures
from panel.scoring.experts.findings import Code, Finding
from panel.scoring.sheets import Sheets
from tests.scoring.agreement.test_statistics import HOSTILE
from tests.scoring.experts.planted import CLOSE, ORDER, design_of, n, sheets_of, sound

Plant = Callable[[Floats], None]


@cache
def found(plant: Plant | None = None, seed: int = 3) -> dict[Code, list[Finding]]:
    scores = sound(seed)
    if plant:
        plant(scores)
    sheets = sheets_of(np.round(scores))
    findings: dict[Code, list[Finding]] = {}
    for one in diagnose(design_of(sheets), sheets, ORDER, CLOSE).findings:
        findings.setdefault(one.code, []).append(one)
    return findings


def harsh(scores: Floats) -> None:
    scores[:, 3] -= 15


def mild(scores: Floats) -> None:
    scores[:, 3] += 15


def narrow(scores: Floats) -> None:
    scores[:, 4] = 70 + 0.2 * (scores[:, 4] - 70)


def wide(scores: Floats) -> None:
    scores[:, 4] = 70 + 2.5 * (scores[:, 4] - 70)


def erratic(scores: Floats) -> None:
    scores[:, 2] += 15 * np.random.Generator(np.random.PCG64(1)).standard_normal((n, 1))


def average(scores: Floats) -> None:
    scores[:, 1] = scores.mean(axis=1)


def impression(scores: Floats) -> None:
    scores[:, 5] = scores[:, 5].mean(axis=1, keepdims=True)


def slip(scores: Floats) -> None:
    scores[11, 1, 2] = 8


def outlier(scores: Floats) -> None:
    scores[20, 6] -= 40


def tired(scores: Floats) -> None:
    scores[:, 6] -= 0.6 * np.arange(n)[:, None]


def partial(scores: Floats) -> None:
    scores[:4, 0] += 18


def copied(scores: Floats) -> None:
    scores[:, 6] = scores[:, 5]


def flat(scores: Floats) -> None:
    scores[:, 0] = 80


@pytest.mark.parametrize(
    ("plant", "code", "experts"),
    [
        (harsh, Code.SEVERE, ("E3",)),
        (mild, Code.LENIENT, ("E3",)),
        (narrow, Code.NARROW, ("E4",)),
        (narrow, Code.LOW_SLOPE, ("E4",)),
        (wide, Code.WIDE, ("E4",)),
        (erratic, Code.ERRATIC, ("E2",)),
        (erratic, Code.DISAGREES, ("E2",)),
        (average, Code.PREDICTABLE, ("E1",)),
        (impression, Code.HALO, ("E5",)),
        (slip, Code.SLIP, ("E1",)),
        (outlier, Code.OUTLIER, ("E6",)),
        (tired, Code.DRIFT, ("E6",)),
        (partial, Code.AFFILIATION, ()),
        (copied, Code.IDENTICAL, ("E5", "E6")),
        (copied, Code.TOGETHER, ("E5", "E6")),
        (flat, Code.FLAT, ("E0",)),
    ],
)
def test_what_was_planted_is_found(plant: Plant, code: Code, experts: tuple[str, ...]) -> None:
    named = found(plant).get(code, [])

    # The likeliest comes first; what one expert does moves the mean that others are held against.
    assert [one.experts for one in named[:1]] == [experts]


LOW = {Code.SEVERE, Code.NARROW, Code.LOW_SLOPE, Code.DISAGREES, Code.PREDICTABLE, Code.HALO}


@pytest.mark.parametrize("plant", [harsh, slip, tired, partial, erratic, copied])
def test_a_finding_lies_beyond_its_threshold(plant: Plant) -> None:
    for one in (one for findings in found(plant).values() for one in findings):
        if one.code in LOW or one.value < 0:
            assert one.value <= one.threshold
        else:
            assert one.value >= one.threshold


def test_a_harsh_expert_is_found_among_others_who_differ_too() -> None:
    # Six others whose leniency differs by three points, as panels do: 15 is five times that.
    def planted(scores: Floats) -> None:
        scores += np.array([2.0, -2.0, 0.0, 0.0, 2.0, -3.0, 1.0])[None, :, None]
        scores[:, 3] -= 15

    assert [one.experts for one in found(planted)[Code.SEVERE]] == [("E3",)]


def test_a_slip_makes_no_others_of_the_cells_beside_it() -> None:
    scores = sound()[:20, :5]
    scores[4, 1, 2] = 0
    sheets = sheets_of(scores)
    slips = [one for one in diagnose(design_of(sheets), sheets).findings if one.code is Code.SLIP]

    assert [(one.experts, one.application, one.criterion) for one in slips] == [(("E1",), "A04", "c2")]


def test_slips_and_outliers_name_the_sheet() -> None:
    (one,) = found(slip)[Code.SLIP]
    assert (one.application, one.criterion) == ("A11", "c2")
    (other,) = found(outlier)[Code.OUTLIER]
    assert (other.application, other.criterion) == ("A20", "")


def test_sound_panels_are_mostly_left_alone() -> None:
    # Fifteen kinds of finding with a rate of 0.02 each: about 0.3 a panel.
    assert sum(len(findings) for seed in (1, 2, 3) for findings in found(seed=seed).values()) <= 3


def test_the_same_findings_every_time() -> None:
    assert found.__wrapped__(erratic) == found(erratic)


def shown(values: Named | float | None) -> list[float | None]:
    return list(values.values()) if isinstance(values, Mapping) else [values]


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_scores_do_no_harm(case: str) -> None:
    design = Design.from_arrays(*HOSTILE[case])
    order = {(e, a): 1.0 for e in design.experts for a in design.applications}

    diagnosis = diagnose(design, None, order, [(design.experts[0], design.applications[0])])

    for name, values in diagnosis.figures.named().items():
        for value in shown(values):
            assert value is None or math.isfinite(value), name
    for one in diagnosis.findings:
        assert math.isfinite(one.value)
        assert math.isfinite(one.threshold)


def test_parts_without_a_link_have_no_figures_but_those_of_criteria() -> None:
    scores = sound()
    sheets = sheets_of(scores)
    rows = [
        (e, a, c, y) for a, e, sheet in sheets.each() for c, y in sheet.items() if (e < "E3") == (a < "A20")
    ]
    parted = Sheets.from_records(rows)
    diagnosis = diagnose(design_of(parted), parted, ORDER, CLOSE)
    named = diagnosis.figures.named()

    assert set(shown(named["expert_severity"])) == {None}
    assert named["affiliation_effect"] is None
    assert None not in shown(named["expert_halo"])
    assert set(shown(named["expert_largest_cell"])) == {None}


def test_an_unknown_order_leaves_drift_out() -> None:
    design = design_of(sheets_of(sound()))
    some = {key: at for key, at in ORDER.items() if key != ("E0", "A00")}

    assert figures(design, None, some).drift is None


def test_without_any_error_nothing_is_simulated() -> None:
    # Scores are exactly application plus expert: 3 x 4 with residuals of zero and degrees of freedom left.
    cells = [(i, j) for i in range(3) for j in range(4)]
    design = Design.from_arrays(
        [f"A{i}" for i, _ in cells], [f"E{j}" for _, j in cells], [i / 3 + j / 7 for i, j in cells]
    )

    assert diagnose(design).findings == ()


def test_too_many_meetings_leave_pairs_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(correlation, "PAIRS", 1)

    assert not {Code.IDENTICAL, Code.TOGETHER} & set(found.__wrapped__(copied))
