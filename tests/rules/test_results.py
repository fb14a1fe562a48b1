"""From sheets to places: what goes in, what comes out, and the same again from the same inputs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panel.audit import seals
from panel.rules.applications import Track
from panel.rules.candidates import Standing
from panel.rules.criteria import Policy
from panel.rules.policies import read_policy
from panel.rules.reasons import NoSpread, NotConnected, Reason, TooFewSheets
from panel.rules.results import CountedSheet, Entry, Inputs, Result, compute, track_rules
from panel.rules.votes import Ballot, NamedVote

TEXT = (Path(__file__).parents[2] / "config" / "criteria.toml").read_text(encoding="utf-8")


def policy(**keys: str) -> Policy:
    """The shipped policy, with other values for some keys wherever they stand."""
    text = TEXT
    for key, value in keys.items():
        text = "\n".join(
            f"{key} = {value}" if line.split(" ")[0] == key else line for line in text.splitlines()
        )
    return read_policy(text + "\n", "the test's policy")


POLICY = policy()


def studio(number: str, standing: Standing = Standing.ACCEPTED) -> Entry:
    return Entry(number, Track.STUDIO, "", standing)


def project(number: str, of: str = "X01", standing: Standing = Standing.ACCEPTED) -> Entry:
    return Entry(number, Track.PROJECT, of, standing)


def sheet(expert: str, application: str, total: int, **given: int) -> CountedSheet:
    """A sheet of this total in points: some criteria given in hundredths, the rest on the others."""
    track = Track.STUDIO if application.startswith("S") else Track.PROJECT
    items = dict(given)
    left = total * 100 - sum(items.values())
    for criterion in POLICY.track(track).criteria:
        if criterion.id not in items:
            items[criterion.id] = min(left, criterion.points)
            left -= items[criterion.id]
    assert left == 0, "more points than the sheet has"
    return CountedSheet(expert, application, items)


def table(rows: Mapping[str, Sequence[int | None]]) -> tuple[CountedSheet, ...]:
    """Totals by application, one for each expert in turn; None is a hole."""
    return tuple(
        sheet(f"E{n}", number, total)
        for number, totals in rows.items()
        for n, total in enumerate(totals, 1)
        if total is not None
    )


def result(entries: list[Entry], sheets: tuple[CountedSheet, ...], rules: Policy = POLICY) -> Result:
    return compute(rules, Inputs(tuple(entries), sheets, ("X01",)))


def digest(found: Result) -> str:
    return seals.record_digest(found.plain())


# What the official score is


def test_official_score_of_a_complete_table_is_the_mean_of_the_totals() -> None:
    found = result([studio("S01")], table({"S01": [80, 85, 90, 70, 76]}))
    assert found.figures["S01"].official == 8020  # (80 + 85 + 90 + 70 + 76) / 5 = 80.2
    assert found.figures["S01"].raw_mean == 8020


def test_a_hole_is_corrected_for_who_is_missing() -> None:
    # E1 gives 10 less than the four others. S02 lacks E1: its raw mean of 80 flatters it by 2.
    found = result(
        [studio("S01"), studio("S02"), studio("S03")],
        table({"S01": [70, 80, 80, 80, 80], "S02": [None, 80, 80, 80, 80], "S03": [60, 70, 70, 70, 70]}),
        policy(quorum="4"),
    )
    assert {number: figures.raw_mean for number, figures in found.figures.items()} == {
        "S01": 7800,
        "S02": 8000,
        "S03": 6800,
    }
    # Effects with sum zero: E1 -8, the others +2; S02 is 80 - 2 = 78, like S01.
    assert found.comparisons[Track.STUDIO].effects == {"E1": -800, "E2": 200, "E3": 200, "E4": 200, "E5": 200}
    assert {number: figures.official for number, figures in found.figures.items()} == {
        "S01": 7800,
        "S02": 7800,
        "S03": 6800,
    }


def test_rounding_is_half_up_and_done_once() -> None:
    # Four totals with a mean of 80.005: up at two places; at one place 80.0, not 80.01 and then 80.1.
    even = [sheet(f"E{n}", "S01", 80) for n in range(1, 4)]
    odd = sheet("E4", "S01", 80)
    odd = replace(odd, items={**odd.items, "S6": odd.items["S6"] + 2})
    for places, expected in (("2", 8001), ("1", 800), ("0", 80)):
        found = result([studio("S01")], (*even, odd), policy(quorum="4", places=places))
        assert found.figures["S01"].official == expected


def test_each_criterion_is_scored_by_the_same_method_alone() -> None:
    rows = [
        sheet("E1", "S01", 70, S1=2000),
        *(sheet(f"E{n}", "S01", 80, S1=2500) for n in range(2, 6)),
        *(sheet(f"E{n}", "S02", 80, S1=2600) for n in range(2, 6)),
    ]
    found = result([studio("S01"), studio("S02")], tuple(rows), policy(quorum="4"))
    # On S1 alone E1 is 5 below the others: effects -4, +1; S02 on S1 is 26 - 1 = 25, S01 is 24.
    assert found.figures["S02"].criteria["S1"] == 2500
    assert found.figures["S01"].criteria["S1"] == 2400


def test_a_criterion_scored_by_items_adds_them_up() -> None:
    lines = TEXT.splitlines()
    at = lines.index('id = "S6"')
    whole = read_policy(
        "\n".join(
            [
                *lines[: at + 4],
                'items = [{ id = "S6.a", name = { zh = "甲", en = "A" }, points = 5 }, '
                '{ id = "S6.b", name = { zh = "乙", en = "B" }, points = 5 }]',
                *lines[at + 4 :],
            ]
        )
        + "\n",
        "items",
    )
    items = {c.id: 500 for c in POLICY.track(Track.STUDIO).criteria if c.id != "S6"}
    sheets = tuple(CountedSheet(f"E{n}", "S01", items | {"S6.a": 300, "S6.b": 450}) for n in range(1, 6))
    assert result([studio("S01")], sheets, whole).figures["S01"].criteria["S6"] == 750


# What is fitted


def test_fallen_and_below_quorum_are_fitted_and_refused_ones_are_not() -> None:
    base = table({"S01": [70, 80, 80, 80, 80], "S02": [80, 90, 90, 90, 90]})
    extra = (sheet("E1", "S03", 90), sheet("E2", "S03", 60))
    alone = result([studio("S01"), studio("S02")], base)
    with_thin = result([studio("S01"), studio("S02"), studio("S03")], base + extra)
    assert isinstance(with_thin.place("S03").facts, TooFewSheets)
    assert with_thin.place("S03").official is None
    # Two more sheets, from which E1 looks lenient, move everybody's estimated severity.
    assert with_thin.comparisons[Track.STUDIO].effects != alone.comparisons[Track.STUDIO].effects
    for standing in (Standing.REFUSED, Standing.VETOED, Standing.WITHDRAWN):
        without = result([studio("S01"), studio("S02"), studio("S03", standing)], base + extra)
        assert without.comparisons == alone.comparisons
        assert without.figures == alone.figures


def test_a_project_that_falls_with_its_studio_still_counts_in_the_fit() -> None:
    one_seat = read_policy(TEXT.replace("\ncap = 3 ", "\ncap = 1 "), "one seat")
    rows = table(
        {"S01": [90] * 5, "S02": [80] * 5, "P01": [70, 80, 75, 66, 90], "P02": [90, None, 91, 92, 93]}
    )
    studios = [studio("S01"), studio("S02")]
    four = replace(one_seat, quorum=4)
    falls = result([*studios, project("P01", "S01"), project("P02", "S02")], rows, four)
    stays = result([*studios, project("P01", "S01"), project("P02", "X01")], rows, four)
    assert falls.place("P02").reason is Reason.STUDIO_NOT_SELECTED
    assert stays.place("P02").reason is Reason.SELECTED
    assert (falls.figures, falls.comparisons) == (stays.figures, stays.comparisons)


def test_tracks_are_fitted_apart() -> None:
    found = result(
        [studio("S01"), project("P01")],
        table({"S01": [50, 80, 80, 80, 80], "P01": [90, 80, 80, 80, 80]}),
    )
    assert found.comparisons[Track.STUDIO].effects["E1"] == -2400
    assert found.comparisons[Track.PROJECT].effects["E1"] == 800


def test_a_track_without_sheets_has_no_scores() -> None:
    found = result([studio("S01"), project("P01")], table({"S01": [80] * 5}))
    assert Track.PROJECT not in found.comparisons
    assert found.place("P01").facts == TooFewSheets(0, 5)


# Disconnected designs


def test_disconnected_groups_give_no_list_and_are_named() -> None:
    rows = (
        *(sheet(f"E{n}", "S01", 80) for n in range(1, 6)),
        *(sheet(f"E{n}", "S02", 90) for n in range(6, 11)),
        *(sheet(f"E{n}", "P01", 70) for n in range(1, 6)),
    )
    found = result([studio("S01"), studio("S02"), project("P01")], rows)
    comparison = found.comparisons[Track.STUDIO]
    assert comparison.parts == (("S01",), ("S02",))
    assert not comparison.connected
    assert comparison.notes == ("not_connected",)
    for number in ("S01", "S02"):
        assert found.place(number).facts == NotConnected()
        assert found.place(number).official is None
        assert found.place(number).rank is None
    assert found.figures["S02"].raw_mean == 9000
    assert found.figures["S02"].official is None
    assert found.figures["S02"].criteria == {}
    assert found.place("P01").reason is Reason.SELECTED


# Methods and limits


def test_trimming_needs_its_own_number_of_sheets() -> None:
    trimmed = policy(method='"trimmed"')
    found = result([studio("S01")], table({"S01": [10, 80, 80, 80, 81, 82, 100]}), trimmed)
    assert found.figures["S01"].official == 8060  # (80 + 80 + 80 + 81 + 82) / 5
    assert found.comparisons[Track.STUDIO].effects == {}
    six = result([studio("S01")], table({"S01": [10, 80, 80, 80, 81, 82]}), trimmed)
    assert six.place("S01").facts == TooFewSheets(6, 7)
    assert six.figures["S01"].official is None


def without_limits(method: str, **keys: str) -> Policy:
    """The shipped policy with another method, no pass mark and no floor."""
    text = policy(pass_mark="0", **keys).text.replace('"adjusted"', f'"{method}"')
    return read_policy(text.replace("{ P3 = 60 }", "{}"), "the test's policy")


@pytest.mark.parametrize(
    ("method", "first", "last"),
    # Every expert gives 60, 70, 80: T scores 40 and 60; 10 / 14.826 of a T scale; ends; shares 5/6 and 1/6.
    [
        ("standard", 6000, 4000),
        ("robust", 5674, 4326),
        ("minmax", 10000, 0),
        ("rank", 8333, 1667),
    ],
)
def test_a_method_with_its_own_scale_ranks_on_it(method: str, first: int, last: int) -> None:
    rows = table({"S01": [60] * 5, "S02": [80] * 5, "S03": [70] * 5})
    found = result([studio("S01"), studio("S02"), studio("S03")], rows, without_limits(method))
    assert [found.place(f"S0{n}").official for n in (2, 3, 1)] == [first, 5000, last]
    assert [found.place(f"S0{n}").rank for n in (2, 3, 1)] == [1, 2, 3]
    assert all(found.place(f"S0{n}").reason is Reason.SELECTED for n in (1, 2, 3))
    assert found.figures["S01"].raw_mean == 6000
    assert track_rules(without_limits(method), Track.STUDIO).pass_mark is None


def test_who_was_told_apart_by_nobody_has_no_score() -> None:
    rows = table({"S01": [80] * 5, "S02": [80] * 5})
    found = result([studio("S01"), studio("S02")], rows, without_limits("minmax"))
    assert found.place("S01").facts == NoSpread()
    comparison = found.comparisons[Track.STUDIO]
    assert comparison.left_out == ("E1", "E2", "E3", "E4", "E5")
    assert comparison.plain()["left_out"] == ["E1", "E2", "E3", "E4", "E5"]


def test_a_rung_on_which_somebody_has_no_value_decides_nothing() -> None:
    # On the totals the experts contradict each other evenly, a tie at 50. On S1, the first rung, all give
    # 20.00 to both: min-max has no scale there. On S2, the next, all find S01 better.
    def one(expert: str, number: str, total: int, s2: int) -> CountedSheet:
        return sheet(expert, number, total, S1=2000, S2=s2)

    rows = [
        *(one(f"E{n}", "S01", 70 + 10 * (n % 2), 1500) for n in range(1, 5)),
        *(one(f"E{n}", "S02", 80 - 10 * (n % 2), 1000) for n in range(1, 5)),
    ]
    tied = without_limits("minmax", quorum="4", cap="1")
    found = result([studio("S01"), studio("S02")], tuple(rows), tied)
    assert found.place("S01").official == found.place("S02").official == 5000
    assert "S1" not in found.figures["S01"].criteria
    assert found.place("S01").reason is Reason.SELECTED
    assert found.place("S02").reason is Reason.TIE_LOST


def test_a_result_in_which_nobody_is_left_out_reads_as_before() -> None:
    found = result([studio("S01")], table({"S01": [80] * 5}))
    assert "left_out" not in found.comparisons[Track.STUDIO].plain()


def test_a_large_panel_states_its_residual() -> None:
    rows: dict[str, list[int | None]] = {
        f"S0{n}": [60 + (7 * n + 3 * e) % 30 for e in range(32)] for n in range(1, 4)
    }
    rows["S01"][0] = None
    found = result([studio("S01"), studio("S02"), studio("S03")], table(rows))
    assert found.comparisons[Track.STUDIO].notes == ("float64",)
    assert 0 < float(found.comparisons[Track.STUDIO].residual) < 1e-6


@pytest.mark.parametrize(
    ("places", "mark", "floor"),
    [(2, 6000, 1200), (0, 60, 12), (1, 600, 120)],
)
def test_limits_come_in_the_scale_of_the_scores(places: int, mark: int, floor: int) -> None:
    rules = track_rules(policy(places=str(places)), Track.PROJECT)
    assert (rules.pass_mark, rules.floors) == (mark, {"P3": floor})
    assert rules.cap == 10
    assert rules.quorum == 5
    assert track_rules(policy(method='"trimmed"'), Track.PROJECT).quorum == 7


def test_a_finer_limit_is_not_softened() -> None:
    assert track_rules(policy(places="0", pass_mark="60.5"), Track.STUDIO).pass_mark == 61


# The same again


def test_unknown_application_has_no_place() -> None:
    with pytest.raises(KeyError):
        result([studio("S01")], table({"S01": [80] * 5})).place("S99")


@st.composite
def rounds(draw: st.DrawFn) -> tuple[Inputs, Random]:
    """Any small round: holes, links, standings, an even table often enough for ties, and a vote on one."""
    standings = st.sampled_from(Standing)
    studios = [Entry(f"S{n}", Track.STUDIO, "", draw(standings)) for n in range(draw(st.integers(1, 5)))]
    projects = [
        Entry(
            f"P{n}",
            Track.PROJECT,
            draw(st.sampled_from([*(s.number for s in studios), "X01", ""])),
            draw(standings),
        )
        for n in range(draw(st.integers(0, 5)))
    ]
    sheets = tuple(
        sheet(f"E{e}", entry.number, draw(st.sampled_from([60, 61, 80])))
        for entry in [*studios, *projects]
        for e in range(6)
        if draw(st.integers(0, 5))
    )
    tied = draw(st.sets(st.sampled_from([s.number for s in studios]), min_size=1))
    ballots = tuple(Ballot(f"E{e}", draw(st.sampled_from(sorted(tied))), "理由") for e in range(4))
    vote = NamedVote(frozenset(tied), ballots, "E1", tuple(sorted(tied)), "理由")
    return Inputs((*studios, *projects), sheets, ("X01", "X02"), (vote,)), draw(
        st.randoms(use_true_random=False)
    )


@settings(max_examples=60)
@given(rounds())
def test_any_round_computed_again_in_any_order_is_the_same(drawn: tuple[Inputs, Random]) -> None:
    inputs, random = drawn

    def shuffled(several: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(random.sample(several, len(several)))

    permuted = Inputs(
        shuffled(inputs.entries),
        shuffled(inputs.sheets),
        shuffled(inputs.existing_studios),
        tuple(replace(vote, ballots=shuffled(vote.ballots)) for vote in inputs.votes),
    )
    stored = json.loads(seals.canonical(inputs.plain()))
    read_back = Inputs.from_plain(stored)
    assert seals.record_digest(permuted.plain()) == seals.record_digest(inputs.plain())
    assert seals.record_digest(read_back.plain()) == seals.record_digest(inputs.plain())
    first = digest(compute(POLICY, inputs))
    assert digest(compute(POLICY, permuted)) == first
    assert digest(compute(POLICY, read_back)) == first


@settings(max_examples=60)
@given(rounds())
def test_any_round_gives_every_application_a_place_and_its_exact_score(drawn: tuple[Inputs, Random]) -> None:
    inputs, _random = drawn
    found = compute(POLICY, inputs)
    assert {place.application for place in found.outcome.places} == {e.number for e in inputs.entries}
    for number, figures in found.figures.items():
        totals = [sum(s.items.values()) for s in inputs.sheets if s.application == number]
        assert figures.sheets == len(totals)
        mean = Fraction(sum(totals), len(totals))
        assert abs(Fraction(figures.raw_mean) - mean) <= Fraction(1, 2)
        assert sorted(figures.totals.values()) == sorted(totals)
    for comparison in found.comparisons.values():
        # Each is rounded once, so that they sum to zero up to half a unit each.
        assert abs(sum(comparison.effects.values())) <= len(comparison.effects) / 2
