"""The example round through our own engine: the outcome of the plan to the letter."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from panel.rules.applications import Track
from panel.rules.candidates import Standing
from panel.rules.policies import read_policy
from panel.rules.reasons import Selected, StudioNotSelected, TieLost
from panel.rules.results import CountedSheet, Entry, Inputs, Result, compute
from panel.rules.rounding import parse_points
from panel.rules.votes import Awaited, Ballot, Decider, NamedVote
from tools.examples import solver

ROOT = Path(__file__).parents[2]
POLICY = read_policy((ROOT / "config" / "criteria.toml").read_text(encoding="utf-8"), "criteria.toml")
DIED_AT_THE_CHECK = {5, 8, 9}
VETOED = 13
VOTE = NamedVote(
    frozenset({"P17", "P18"}),
    tuple(
        Ballot(expert, choice, "理由")
        for expert, choice in zip(
            ("E1", "E2", "E3", "E4", "E5", "E7", "E8", "E9"),
            ("P17", "P17", "P18", "P17", "P18", "P17", "P18", "P17"),
            strict=True,
        )
    ),
    "E1",
)


def entries() -> tuple[Entry, ...]:
    """Nine studios with their projects, and nine projects of existing studios."""
    made = []
    for n in range(1, 10):
        standing = Standing.REFUSED if n in DIED_AT_THE_CHECK else Standing.ACCEPTED
        made += [
            Entry(f"S{n:02}", Track.STUDIO, "", standing),
            Entry(f"P{n:02}", Track.PROJECT, f"S{n:02}", standing),
        ]
    for n in range(10, 19):
        standing = Standing.VETOED if n == VETOED else Standing.ACCEPTED
        made.append(Entry(f"P{n}", Track.PROJECT, f"X{n - 9:02}", standing))
    return tuple(made)


def sheets() -> tuple[CountedSheet, ...]:
    """The valid sheets of the example scores."""
    found: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    with (ROOT / "examples" / "scores-2026.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["sheet"] == "valid":
                found[row["expert"], row["application"]][row["criterion"]] = parse_points(row["points"])
    return tuple(CountedSheet(expert, number, items) for (expert, number), items in found.items())


INPUTS = Inputs(entries(), sheets(), tuple(f"X{n:02}" for n in range(1, 10)))


@pytest.fixture(scope="module")
def before() -> Result:
    """Before the vote."""
    return compute(POLICY, INPUTS)


@pytest.fixture(scope="module")
def after() -> Result:
    """After the vote, 5 to 3 for P17."""
    return compute(POLICY, replace(INPUTS, votes=(VOTE,)))


def reasons(result: Result) -> dict[str, str]:
    return {place.application: place.reason.value for place in result.outcome.places}


def test_the_outcome_is_that_of_the_plan(after: Result) -> None:
    assert reasons(after) == {
        **dict.fromkeys(("S01", "S02", "S03"), "selected"),
        "S04": "tie_lost",
        **dict.fromkeys(("S06", "S07"), "below_cap"),
        **dict.fromkeys(("S05", "S08", "S09"), "refused"),
        **dict.fromkeys(("P01", "P02", "P03", "P10", "P11", "P12", "P14", "P15", "P16", "P17"), "selected"),
        "P18": "tie_lost",
        **dict.fromkeys(("P04", "P06", "P07"), "studio_not_selected"),
        "P13": "vetoed",
        **dict.fromkeys(("P05", "P08", "P09"), "linked_studio_refused"),
    }
    assert after.outcome.pending == ()


def test_scores_are_those_of_a_solver_that_shares_no_code_with_us(after: Result) -> None:
    for track, letter in ((Track.STUDIO, "S"), (Track.PROJECT, "P")):
        for criterion in ("", *(c.id for c in POLICY.track(track).criteria)):
            marks = {
                (s.application, s.expert): Fraction(
                    sum(p for unit, p in s.items.items() if criterion in ("", unit)), 100
                )
                for s in INPUTS.sheets
                if s.application.startswith(letter)
            }
            for number, score in solver.official(marks).items():
                ours = (
                    after.figures[number].criteria[criterion] if criterion else after.figures[number].official
                )
                assert ours == solver.places(score) * 100


def test_the_third_studio_wins_on_the_first_rung(after: Result) -> None:
    won, lost = after.place("S03"), after.place("S04")
    assert (won.official, lost.official, won.rank, lost.rank) == (8000, 8000, 3, 3)
    assert isinstance(won.facts, Selected)
    assert isinstance(lost.facts, TieLost)
    assert won.facts.tie is not None
    assert (won.facts.tie.rung, won.facts.tie.seats, won.facts.tie.tied) == ("S1", 1, ("S03", "S04"))
    assert (won.facts.tie.own, won.facts.tie.other) == (2638, 2450)
    assert (lost.facts.tie.own, lost.facts.tie.other) == (2450, 2638)


def test_the_tenth_project_needs_a_vote_and_wins_it_five_to_three(before: Result, after: Result) -> None:
    (pending,) = before.outcome.pending
    assert (pending.tie, pending.seats, pending.awaited) == (("P17", "P18"), 1, Awaited.NAMED_VOTE)
    assert not pending.provisional
    assert reasons(before)["P17"] == reasons(before)["P18"] == "tie_lost"
    won, lost = after.place("P17"), after.place("P18")
    assert won.official == lost.official == 7450
    assert after.figures["P17"].criteria["P4"] == after.figures["P18"].criteria["P4"]
    for place, own, other in ((won, 5, 3), (lost, 3, 5)):
        assert isinstance(place.facts, Selected | TieLost)
        tie = place.facts.tie
        assert tie is not None
        assert (tie.decider, tie.own, tie.other) == (Decider.NAMED_VOTE, own, other)


def test_a_naive_top_ten_would_have_seated_two_that_fall(after: Result) -> None:
    ranked = sorted(
        (place for place in after.outcome.places if place.track is Track.PROJECT and place.rank),
        key=lambda place: place.rank or 0,
    )
    naive = {place.application for place in ranked if (place.rank or 99) <= 10}
    seated = set(after.outcome.selected(Track.PROJECT))
    assert naive - seated == {"P06", "P07"}
    assert seated - naive == {"P16", "P17"}
    assert len([place for place in ranked if place.rank]) == 14
    for number in ("P06", "P07"):
        facts = after.place(number).facts
        assert isinstance(facts, StudioNotSelected)
        assert facts.had_seat
        assert facts.moved_up == ("P16", "P17")
    assert after.place("P04").facts == StudioNotSelected("S04", after.place("S04").reason)
    assert after.outcome.cuts[Track.PROJECT].contenders == 11


def test_the_severe_expert_is_seen_and_corrected_for(after: Result) -> None:
    for comparison in after.comparisons.values():
        assert -900 < comparison.effects["E3"] < -700
        assert 500 < comparison.effects["E4"] < 700
    twelve = after.figures["P12"]
    assert twelve.sheets == 6
    assert twelve.official is not None
    assert twelve.raw_mean - twelve.official > 100  # without the severe E3 its raw mean flatters it
    assert {n: f.sheets for n, f in after.figures.items() if f.sheets != 8} == {
        "S02": 7,
        "S04": 7,
        "P02": 7,
        "P04": 7,
        "P12": 6,
    }
