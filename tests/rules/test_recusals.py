"""Recusals: what they hide, and what becomes of sheets when they come late."""

from __future__ import annotations

from dataclasses import replace

import pytest

from panel.errors import RuleBroken
from panel.rules.conflicts import Reach, found
from panel.rules.recusals import Aftermath, Recusal, aftermath, hidden, without_effect
from panel.rules.stages import Stage
from tests.rules.cast import APPLICATIONS, CLOSING, EXISTING, EXPERTS, S01, S02, S04, S06, X03


def hides(*recusals: Recusal) -> set[str]:
    return {number for _, number in hidden(recusals, APPLICATIONS, EXISTING)}


def test_the_recusal_of_a_unit_covers_its_studio_and_its_project() -> None:
    assert hides(Recusal("E2", Reach.UNIT, S02.unit)) == {"S02", "P02"}


def test_the_recusal_of_a_unit_covers_its_branches_and_what_they_bring() -> None:
    assert hides(Recusal("E1", Reach.UNIT, S06.unit)) == {"S06", "P06", "S07", "P07"}


def test_the_recusal_of_an_existing_studios_unit_covers_its_project() -> None:
    assert hides(Recusal("E9", Reach.UNIT, X03.unit)) == {"P12"}


def test_the_name_may_be_written_with_other_brackets_and_spaces() -> None:
    assert hides(Recusal("E2", Reach.UNIT, "北京亦泽制药 有限公司(虚构)")) == {"S02", "P02"}


def test_the_recusal_of_one_application_covers_it_alone() -> None:
    assert hides(Recusal("E1", Reach.APPLICATION, "P01")) == {"P01"}


def test_the_recusal_of_the_round_covers_everything() -> None:
    assert hides(Recusal("E1", Reach.ROUND)) == {application.number for application in APPLICATIONS}


def test_a_recusal_hides_from_its_own_expert_only() -> None:
    both = (Recusal("E2", Reach.UNIT, S02.unit), Recusal("E1", Reach.APPLICATION, "P01"))
    assert hidden(both, APPLICATIONS, EXISTING) == {("E2", "S02"), ("E2", "P02"), ("E1", "P01")}


def test_no_recusal_hides_nothing() -> None:
    assert hidden([], APPLICATIONS) == frozenset()


def test_what_was_found_can_be_decided_as_it_stands() -> None:
    conflicts = found(
        EXPERTS, APPLICATIONS, EXISTING, closing_date=CLOSING, employment_years=3, relation_years=5
    )
    recusals = [Recusal(c.expert, c.reach, c.target) for c in conflicts]
    assert hidden(recusals, APPLICATIONS, EXISTING) == {
        ("E2", "S02"),
        ("E2", "P02"),
        ("E5", "S04"),
        ("E5", "P04"),
        ("E5", "S08"),
        ("E5", "P08"),
        ("E9", "P12"),
    }
    assert without_effect(recusals, APPLICATIONS, EXISTING) == ()


def test_a_recusal_whose_unit_was_renamed_is_not_overlooked() -> None:
    recusal = Recusal("E1", Reach.UNIT, S01.unit)
    renamed = [replace(S01, unit="已更名（虚构）"), S04]
    assert hidden([recusal], renamed) == frozenset()
    assert without_effect([recusal, Recusal("E1", Reach.ROUND)], renamed) == (recusal,)


@pytest.mark.parametrize(
    ("stage", "late", "recompute"),
    [
        (Stage.SETUP, False, False),
        (Stage.SCORING, True, False),
        (Stage.CLOSED, True, False),
        (Stage.OPENED, True, True),
    ],
)
def test_a_late_recusal_voids_the_sheets_begun(stage: Stage, late: bool, recompute: bool) -> None:
    after = aftermath(stage, {"S04", "P04"}, ["S01", "P04", "S04"])
    assert after == Aftermath(late=late, void=("P04", "S04"), recompute=recompute)


def test_where_no_sheet_was_begun_nothing_is_computed_anew() -> None:
    assert aftermath(Stage.OPENED, {"S04"}, ["S01"]) == Aftermath(late=True, void=(), recompute=False)


@pytest.mark.parametrize("stage", [Stage.FINAL, Stage.ARCHIVED])
def test_after_the_result_is_final_there_is_no_recusal(stage: Stage) -> None:
    with pytest.raises(RuleBroken, match="异议") as refused:
        aftermath(stage, {"S04"}, [])
    assert refused.value.code == "recusal_after_final"
