from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.scoring.components import Component, NotConnected
from panel.scoring.matrix import Record, ScoreMatrix
from panel.scoring.official import adjusted as module
from panel.scoring.official.adjusted import Unsolved, adjusted
from panel.scoring.official.mean import mean
from panel.scoring.official.methods import official
from tests.scoring.cases import complete, floats, load, matrix_of, records


def by_numpy(matrix: ScoreMatrix) -> tuple[list[float], list[float]]:
    """Independent solver: dense least squares on the dummy matrix, and a row for the sum of the effects."""
    n, m = len(matrix.applications), len(matrix.experts)
    experts, applications = matrix.positions
    dummies = np.zeros((len(experts) + 1, n + m))
    dummies[np.arange(len(experts)), applications] = 1
    dummies[np.arange(len(experts)), n + experts] = 1
    dummies[-1, n:] = 1
    values = np.append(matrix.values[experts, applications], 0)
    solution = np.linalg.lstsq(dummies, values)[0].tolist()
    return solution[:n], solution[n:]


def large(holes: bool = True) -> ScoreMatrix:
    """Forty experts on fifty applications, about one sheet in five missing; errors of up to ten points."""
    draw = random.Random(20260908)
    return ScoreMatrix.from_records(
        (f"E{j:02}", f"A{i:02}", 6000 + 40 * i + 25 * (j - 20) + draw.randint(-1000, 1000))
        for j in range(40)
        for i in range(50)
        if not holes or draw.random() < 0.8
    )


def test_a_hole_worked_by_hand() -> None:
    # The example of docs/scoring.md, in points. E1 is lenient, E2 severe and absent from C:
    #
    #          A    B    C        On A and B, which both saw, E1 gives 10 and 4 more than E2, 7 on average.
    #    E1   80   70   77        With effects of sum zero: E1 +3.5, E2 -3.5.
    #    E2   70   66    -        A: (76.5 + 73.5) / 2 = 75.   B: (66.5 + 69.5) / 2 = 68.   C: 77 - 3.5 = 73.5
    #
    # Check: the errors of E1 are 1.5, -1.5 and 0, those of E2 -1.5 and 1.5; all rows and columns sum to zero.
    # The raw mean would have put C (77) above A (75).
    sheets: list[Record] = [
        ("E1", "A", 80), ("E1", "B", 70), ("E1", "C", 77), ("E2", "A", 70), ("E2", "B", 66),
    ]  # fmt: skip
    matrix = ScoreMatrix.from_records(sheets)

    result = adjusted(matrix)

    assert result.scores == {"A": 75, "B": 68, "C": Fraction(147, 2)}
    assert result.effects == {"E1": Fraction(7, 2), "E2": Fraction(-7, 2)}
    assert (result.exact, result.residual) == (True, 0)
    assert mean(matrix) == {"A": 75, "B": 68, "C": 77}


def test_the_intra_block_analysis_of_an_incomplete_block_design() -> None:
    case = load("pbib_sas")

    result = adjusted(matrix_of(case))

    assert floats(result.scores) == pytest.approx(case["expected"]["ls_item"], abs=1e-6)
    assert floats(result.effects) == pytest.approx(case["expected"]["ls_expert"], abs=1e-6)
    order = sorted(result.scores, key=lambda name: -result.scores[name])
    assert order == case["expected"]["ls_rank_order"]


@pytest.mark.parametrize("name", ["sf1979", "krippendorff_2011"])
def test_complete_data_and_data_with_holes_and_a_single_sheet(name: str) -> None:
    case = load(name)

    result = adjusted(matrix_of(case))

    assert floats(result.scores) == pytest.approx(case["expected"]["ls_item"], abs=1e-6)
    assert floats(result.effects) == pytest.approx(case["expected"]["ls_expert"], abs=1e-6)


def test_a_constant_expert_is_an_expert_like_any_other() -> None:
    # Means 60 and 80; E2 is constant at 70. Expert means 70, 70 and 70: nobody is lenient.
    result = adjusted(complete([[50, 70, 60], [90, 70, 80]]))

    assert result.scores == {"A1": 60, "A2": 80}
    assert set(result.effects.values()) == {Fraction(0)}


def test_one_expert_alone_is_neither_lenient_nor_severe() -> None:
    result = adjusted(complete([[50], [90]]))

    assert result.scores == {"A1": 50, "A2": 90}
    assert result.effects == {"E1": 0}


def test_a_single_sheet_is_corrected_by_the_effect_of_its_expert() -> None:
    # E1 and E2 differ by 10 on A, so E1 is +5; E1's lone 75 on B becomes 70.
    result = adjusted(ScoreMatrix.from_records([("E1", "A", 90), ("E2", "A", 80), ("E1", "B", 75)]))

    assert result.scores == {"A": 85, "B": 70}


def test_a_result_is_not_clipped_to_the_scale() -> None:
    # E2 is 20 below E1 (effect -10); E2's lone 95 on B becomes 105, beyond a scale of 100.
    result = adjusted(ScoreMatrix.from_records([("E1", "A", 90), ("E2", "A", 70), ("E2", "B", 95)]))

    assert result.scores["B"] == 105


def test_a_disconnected_design_is_refused_with_its_parts() -> None:
    split = ScoreMatrix.from_records([("E1", "A", 90), ("E2", "A", 80), ("E3", "B", 75)])

    with pytest.raises(NotConnected, match="2 parts without a common expert") as refused:
        adjusted(split)

    assert refused.value.components == (Component(("E1", "E2"), ("A",)), Component(("E3",), ("B",)))


def test_the_registered_method_gives_the_same_with_the_effects_and_no_note() -> None:
    matrix = matrix_of(load("pbib_sas"))

    result = official("adjusted", matrix)

    assert result.scores == adjusted(matrix).scores
    assert result.effects == adjusted(matrix).effects
    assert result.notes == ()


@given(records(holes=False))
def test_on_complete_data_the_score_is_the_plain_mean(sheets: list[Record]) -> None:
    matrix = ScoreMatrix.from_records(sheets)

    result = adjusted(matrix)

    assert result.scores == mean(matrix)
    assert sum(result.effects.values()) == 0


@given(records())
def test_the_errors_are_orthogonal_to_applications_and_experts_exactly(sheets: list[Record]) -> None:
    matrix = ScoreMatrix.from_records(sheets)

    result = adjusted(matrix)

    # These equations, with the sum, have one solution: whoever satisfies them is the least-squares answer.
    assert sum(result.effects.values()) == 0
    errors = {(e, a): y - result.scores[a] - result.effects[e] for e, a, y in sheets}
    for name in matrix.experts:
        assert sum(error for (expert, _), error in errors.items() if expert == name) == 0
    for name in matrix.applications:
        assert sum(error for (_, application), error in errors.items() if application == name) == 0


@given(records())
def test_an_independent_solver_agrees(sheets: list[Record]) -> None:
    matrix = ScoreMatrix.from_records(sheets)
    scores, effects = by_numpy(matrix)

    result = adjusted(matrix)

    assert list(floats(result.scores).values()) == pytest.approx(scores, abs=1e-5)
    assert list(floats(result.effects).values()) == pytest.approx(effects, abs=1e-5)


@given(records(), st.randoms(use_true_random=False))
def test_the_order_of_the_records_does_not_matter(sheets: list[Record], shuffler: random.Random) -> None:
    shuffled = shuffler.sample(sheets, k=len(sheets))

    assert adjusted(ScoreMatrix.from_records(shuffled)) == adjusted(ScoreMatrix.from_records(sheets))


@given(records(), st.integers(-5000, 5000))
def test_an_expert_who_adds_a_constant_moves_all_scores_alike(sheets: list[Record], extra: int) -> None:
    matrix = ScoreMatrix.from_records(sheets)
    shifted = ScoreMatrix.from_records((e, a, y + extra if e == "E0" else y) for e, a, y in sheets)

    before, after = adjusted(matrix), adjusted(shifted)

    # The effects sum to zero, so that the common level rises by extra / m; no application gains on another.
    share = Fraction(extra, len(matrix.experts))
    assert after.scores == {name: score + share for name, score in before.scores.items()}
    assert after.effects["E0"] == before.effects["E0"] + extra - share


def test_a_large_panel_with_holes_is_solved_in_floats_and_says_so() -> None:
    matrix = large()
    scores, effects = by_numpy(matrix)

    result = official("adjusted", matrix)

    assert list(floats(result.scores).values()) == pytest.approx(scores, abs=1e-6)
    assert list(floats(result.effects).values()) == pytest.approx(effects, abs=1e-6)
    assert result.notes == ("float64",)
    assert not result.exact
    assert 0 < result.residual < 1e-7


def test_floats_and_rationals_agree_to_the_last_kept_decimal(monkeypatch: pytest.MonkeyPatch) -> None:
    in_floats = adjusted(large())
    monkeypatch.setattr(module, "EXACT_EXPERTS", 40)
    exactly = adjusted(large())

    assert exactly.exact
    half_a_unit = Fraction(1, 2 * 10**9)
    assert all(abs(in_floats.scores[name] - score) <= half_a_unit for name, score in exactly.scores.items())
    assert all(abs(in_floats.effects[name] - s) <= half_a_unit for name, s in exactly.effects.items())


def test_an_exact_half_survives_floats() -> None:
    # Without errors the model gives back what was put in: q in halves, effects in sevenths that sum to zero.
    q = {f"A{i}": 7000 + 13 * i + Fraction(1, 2) for i in range(20)}
    s = {f"E{j:02}": Fraction(j - 17, 7) for j in range(35)}
    matrix = ScoreMatrix.from_records(
        (e, a, q[a] + s[e]) for j, e in enumerate(s) for i, a in enumerate(q) if (i + j) % 3
    )

    result = adjusted(matrix)

    assert not result.exact
    assert result.scores == q


def test_a_large_complete_panel_is_exact() -> None:
    matrix = large(holes=False)

    result = adjusted(matrix)

    assert result.exact
    assert result.scores == mean(matrix)


def test_a_float_solution_that_leaves_too_much_is_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    # Nothing in float64 leaves no residual at all, so a limit of zero must refuse.
    monkeypatch.setattr(module, "RESIDUAL_LIMIT", 0)

    with pytest.raises(Unsolved, match="40 experts are left with a residual"):
        adjusted(large())
