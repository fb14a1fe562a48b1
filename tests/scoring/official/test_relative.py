"""What the methods with a scale of their own share: who is left out, what is said, what does not matter."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.scoring.matrix import Record, ScoreMatrix
from panel.scoring.official.methods import METHODS, official
from tests.scoring.cases import complete, records

NAMES = [name for name, method in METHODS.items() if method.unit == "index"]
NEEDS_SPREAD = [name for name in NAMES if name != "rank"]
Change = Callable[[Fraction, str], Fraction]


def changed(sheets: list[Record], change: Change) -> ScoreMatrix:
    return ScoreMatrix.from_records((e, a, change(Fraction(y), e)) for e, a, y in sheets)


@pytest.mark.parametrize("name", NEEDS_SPREAD)
def test_an_expert_who_gives_everybody_the_same_is_left_out_and_named(name: str) -> None:
    with_flat = official(name, complete([[60, 70, 80], [70, 70, 75], [80, 70, 85]]))
    without = official(name, complete([[60, 80], [70, 75], [80, 85]]))

    assert with_flat.left_out == ("E2",)
    assert with_flat.notes == ("experts_left_out",)
    assert list(with_flat.scores.values()) == list(without.scores.values())


@pytest.mark.parametrize("name", NEEDS_SPREAD)
def test_an_application_seen_only_by_such_experts_has_no_score_but_a_reason(name: str) -> None:
    # E2 gave 70 twice and is A4's only expert; E1 alone decides on A1 to A3.
    sheets = [("E1", "A1", 60), ("E1", "A2", 70), ("E1", "A3", 80), ("E2", "A1", 70), ("E2", "A4", 70)]
    result = official(name, ScoreMatrix.from_records(sheets))

    assert result.scores["A4"] is None
    assert result.reasons == {"A4": "no_spread"}
    assert result.notes == ("experts_left_out", "equal_sets_assumed")
    assert result.unit == "index"


@pytest.mark.parametrize("name", NEEDS_SPREAD)
def test_when_everything_is_equal_nobody_has_a_score(name: str) -> None:
    result = official(name, complete([[80, 80], [80, 80]]))

    assert result.scores == {"A1": None, "A2": None}
    assert result.left_out == ("E1", "E2")


@pytest.mark.parametrize("name", NAMES)
@given(records(), st.data())
def test_an_experts_severity_and_scale_do_not_matter(
    name: str, sheets: list[Record], data: st.DataObject
) -> None:
    shift = {e: data.draw(st.integers(-50, 50)) for e in sorted({e for e, _, _ in sheets})}
    scale = {e: data.draw(st.integers(1, 9)) for e in shift}

    before = official(name, ScoreMatrix.from_records(sheets))
    after = official(name, changed(sheets, lambda y, expert: scale[expert] * y + shift[expert]))

    assert after.scores == before.scores
    assert after.left_out == before.left_out


@pytest.mark.parametrize("name", NAMES)
@given(records())
def test_turning_every_value_round_turns_the_scores_round(name: str, sheets: list[Record]) -> None:
    before = official(name, ScoreMatrix.from_records(sheets)).scores
    after = official(name, changed(sheets, lambda y, _: -y)).scores

    for application, score in before.items():
        there = after[application]
        assert (score is None) == (there is None)
        # 50 is the middle of the T scale and of 0 to 100 alike. For `standard` both are roots, rounded.
        assert score is None or there is None or abs(score + there - 100) <= Fraction(1, 10**9)


@pytest.mark.parametrize("name", ["mean", "trimmed", "standard", "minmax", "rank"])
@given(records(holes=False), st.data())
def test_a_better_sheet_never_lowers_its_own_score(
    name: str, sheets: list[Record], data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(sheets) - 1))
    more = data.draw(st.integers(1, 5000))
    raised = [(e, a, y + more * (k == at)) for k, (e, a, y) in enumerate(sheets)]
    before = official(name, ScoreMatrix.from_records(sheets))
    after = official(name, ScoreMatrix.from_records(raised))
    one, other = before.scores[sheets[at][1]], after.scores[sheets[at][1]]

    # Who enters or leaves the mean for want of spread is another change than the better sheet.
    if before.left_out == after.left_out and one is not None and other is not None:
        assert other >= one - Fraction(1, 10**8)
