"""The result again without each expert, and by every other method, under the rules that decide."""

from __future__ import annotations

from dataclasses import replace

import pytest

from panel.rules import scenarios
from panel.rules.applications import Track
from panel.rules.criteria import Policy
from panel.rules.results import CountedSheet, Entry, Inputs, compute
from panel.scoring.official.adjusted import Unsolved
from panel.scoring.uncertainty.stability import Stability
from tests.rules.test_results import POLICY, policy, project, studio, table


def capped(cap: int, rules: Policy = POLICY) -> Policy:
    """So many seats in each track."""
    tracks = {track: replace(one, cap=cap) for track, one in rules.tracks.items()}
    return replace(rules, tracks=tracks)


def without(entries: list[Entry], sheets: tuple[CountedSheet, ...], rules: Policy) -> Stability:
    inputs = Inputs(tuple(entries), sheets, ("X01",))
    base = compute(rules, inputs)
    track = entries[0].track
    found = scenarios.without_each_expert(rules, inputs, base)
    return scenarios.compared(rules, base.outcome, found)[track]


def methods(
    entries: list[Entry],
    sheets: tuple[CountedSheet, ...],
    rules: Policy,
    advised: dict[str, float] | None = None,
) -> Stability:
    inputs = Inputs(tuple(entries), sheets, ("X01",))
    base = compute(rules, inputs)
    found = scenarios.by_each_method(rules, inputs, base, advised or {})
    others = {name: outcome for name, outcome in found.items() if name != rules.method}
    return scenarios.compared(rules, base.outcome, others)[entries[0].track]


TWO = [studio("S01"), studio("S02")]
LOUD = table({"S01": [80, 80, 80, 80, 80, 95], "S02": [82] * 6})
"""S01 has 82.5, without E6 80; whoever else is left out, it has (4 x 80 + 95) / 5 = 83. S02 always has 82."""


def test_one_experts_sheets_can_be_all_that_keeps_an_application_in() -> None:
    found = without(TWO, LOUD, capped(1))
    assert found.base == {"S01"}
    assert found.removed_by == {"S01": ("E6",)}
    assert found.added_by == {"S02": ("E6",)}
    assert found.names == ("E1", "E2", "E3", "E4", "E5", "E6")
    assert found.without_result == ()


def test_methods_that_count_preferences_decide_for_the_many() -> None:
    # Five of six experts prefer S02; on each expert's own scale that is all that two applications can show.
    found = methods(TWO, LOUD, capped(1), {"S01": 82.5, "S02": 82.0})
    assert found.removed_by == {"S01": ("standard", "robust", "minmax", "rank")}
    assert found.without_result == ("trimmed",)  # six sheets, and the policy trims from seven on


def test_the_advised_score_is_a_method_of_its_own() -> None:
    found = methods(TWO, LOUD, capped(1), {"S01": 82.0, "S02": 82.01})
    assert "advice" in found.removed_by["S01"]


def test_a_tie_takes_nobody_out_and_lets_nobody_in() -> None:
    # Without E6 both have 80 in everything: the vote would have to decide.
    sheets = table({"S01": [80, 80, 80, 80, 80, 86], "S02": [80] * 6})
    found = without(TWO, sheets, capped(1))
    assert found.base == {"S01"}
    assert not found.removed_by
    assert not found.added_by


def test_who_waits_for_a_vote_neither_enters_nor_leaves() -> None:
    sheets = table({"S01": [80] * 6, "S02": [80] * 6})
    found = methods(TWO, sheets, capped(1), {"S01": 90.0, "S02": 70.0})
    assert found.base == frozenset()
    assert not found.added_by
    outcome = compute(capped(1), Inputs(tuple(TWO), sheets)).outcome
    assert scenarios.undecided(outcome, Track.STUDIO) == {"S01", "S02"}
    assert scenarios.undecided(outcome, Track.PROJECT) == frozenset()


def test_too_few_sheets_stay_too_few_when_an_expert_is_left_out() -> None:
    # S02 has four sheets of the five required. Without E1 four are required, which lets nobody in.
    sheets = table({"S01": [70] * 5, "S02": [None, 95, 95, 95, 95]})
    found = without(TWO, sheets, capped(2))
    assert found.base == {"S01"}
    assert not found.added_by


@pytest.mark.parametrize("method", ["adjusted", "mean"])
def test_a_pass_mark_holds_on_every_scale(method: str) -> None:
    entries = [project("P01"), project("P02")]
    sheets = table({"P01": [90] * 7, "P02": [50, 52, 51, 50, 52, 51, 50]})
    found = methods(entries, sheets, policy(method=f'"{method}"'), {"P01": 90.0, "P02": 51.0})
    assert found.base == {"P01"}
    assert not found.added_by
    assert not found.removed_by


def test_projects_follow_their_studio_in_every_scenario() -> None:
    entries = [studio("S01"), studio("S02"), project("P01", "S01"), project("P02", "S02")]
    sheets = (*LOUD, *table({"P01": [90] * 6, "P02": [80] * 6}))
    inputs = Inputs(tuple(entries), sheets)
    rules = capped(1)
    base = compute(rules, inputs)
    found = scenarios.compared(rules, base.outcome, scenarios.without_each_expert(rules, inputs, base))
    assert found[Track.PROJECT].removed_by == {"P01": ("E6",)}
    assert found[Track.PROJECT].added_by == {"P02": ("E6",)}


def test_without_the_only_link_there_is_no_list() -> None:
    # E1 alone scored both; without E1 nothing compares S01 with S02.
    sheets = table({"S01": [80, 80, None], "S02": [82, None, 82]})
    found = without(TWO, sheets, capped(1, policy(quorum="2")))
    assert found.without_result == ("E1",)


def test_equations_that_are_not_solved_give_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    def unsolved(*_arguments: object) -> None:
        raise Unsolved

    inputs = Inputs(tuple(TWO), LOUD)
    base = compute(POLICY, inputs)
    monkeypatch.setattr(scenarios, "compute", unsolved)
    found = scenarios.without_each_expert(POLICY, inputs, base)
    assert set(found.values()) == {None}
    stability = scenarios.compared(POLICY, base.outcome, found)[Track.STUDIO]
    assert stability.without_result == ("E1", "E2", "E3", "E4", "E5", "E6")
