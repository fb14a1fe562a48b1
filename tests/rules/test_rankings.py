"""Who is selected, and why: rule by rule, the demonstration's round, then a second opinion on any round."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import get_args

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from panel.errors import RuleBroken
from panel.rules.applications import Track
from panel.rules.candidates import Candidate, Standing, TrackRules
from panel.rules.criteria import NAMED_VOTE
from panel.rules.places import Cut, Outcome, PendingTie
from panel.rules.rankings import rank
from panel.rules.reasons import (
    FACTS,
    BelowCap,
    BelowFloor,
    BelowPassMark,
    Facts,
    LinkedStudioRefused,
    NotConnected,
    Reason,
    Refused,
    Selected,
    Shortfall,
    StudioNotSelected,
    TieLost,
    TooFewSheets,
    Vetoed,
    Withdrawn,
)
from panel.rules.ties import Decision
from panel.rules.votes import Awaited, Ballot, Decider, NamedVote
from tests.rules import rankings_oracle as oracle

STUDIO_RULES = TrackRules(3, 60_00, {}, ("S1", "S2", "S6", NAMED_VOTE), 5)
PROJECT_RULES = TrackRules(10, 60_00, {"P3": 12_00}, ("P4", "P1", "P2", NAMED_VOTE), 5)
RULES = {Track.STUDIO: STUDIO_RULES, Track.PROJECT: PROJECT_RULES}
EXISTING = tuple(f"X0{i}" for i in range(1, 10))


def studio(number: str, official: int | None = None, **more: int) -> Candidate:
    """An accepted studio with eight sheets, whose criteria are 10.00 unless given."""
    criteria = dict.fromkeys(("S1", "S2", "S6"), 10_00) | more
    return Candidate(number, Track.STUDIO, "", Standing.ACCEPTED, official, criteria, 8, True)


def project(number: str, official: int | None = None, of: str = "X01", **more: int) -> Candidate:
    """An accepted project with eight sheets, whose criteria are 15.00 unless given, of an existing studio."""
    criteria = dict.fromkeys(("P1", "P2", "P3", "P4"), 15_00) | more
    return Candidate(number, Track.PROJECT, of, Standing.ACCEPTED, official, criteria, 8, True)


def out(candidate: Candidate, standing: Standing) -> Candidate:
    """The same, never scored because of how the check left it."""
    return replace(candidate, standing=standing, official=None, criteria={}, sheets=0)


def vote(choices: Mapping[str, int], chair: str = "", order: tuple[str, ...] = ()) -> NamedVote:
    """A vote with that many ballots for each application."""
    names = [name for name, times in choices.items() for _ in range(times)]
    ballots = tuple(Ballot(f"E{i}", name, "理由") for i, name in enumerate(names, 1))
    return NamedVote(frozenset(choices), ballots, chair, order, "理由" if order else "")


def result(
    *candidates: Candidate, votes: tuple[NamedVote, ...] = (), studios: int = 3, projects: int = 10
) -> Outcome:
    """The outcome under the regulation's rules, with other caps if given."""
    rules = {
        Track.STUDIO: replace(STUDIO_RULES, cap=studios),
        Track.PROJECT: replace(PROJECT_RULES, cap=projects),
    }
    return rank(candidates, rules, votes, EXISTING)


def facts(outcome: Outcome, *applications: str) -> list[Facts]:
    """The facts of these applications."""
    return [outcome.place(application).facts for application in applications]


def test_every_reason_has_its_facts() -> None:
    assert set(FACTS) == set(Reason)
    assert all(kind.reason is reason for reason, kind in FACTS.items())
    assert len(get_args(Facts)) == len(Reason)


def test_the_best_have_the_seats_and_the_others_are_in_reserve() -> None:
    outcome = result(studio("A", 70_00), studio("B", 90_00), studio("C", 80_00), studios=2)
    assert outcome.selected(Track.STUDIO) == ("B", "C")
    assert outcome.reserve == {Track.STUDIO: ("A",), Track.PROJECT: ()}
    assert facts(outcome, "B", "C", "A") == [Selected(1, 2), Selected(2, 2), BelowCap(3, 2, 80_00)]
    assert outcome.cuts[Track.STUDIO] == Cut(2, 3, 2, 80_00, 70_00)
    assert outcome.cuts[Track.PROJECT] == Cut(10, 0, 0, None, None)
    assert not outcome.provisional


def test_ranks_and_places_count_as_in_competitions_and_equal_ones_away_from_the_line_need_no_ladder() -> None:
    scores = {"A": 70_00, "B": 80_00, "C": 80_00, "D": 90_00, "E": 65_00, "F": 65_00}
    outcome = result(*(studio(name, score, S1=int(name == "C")) for name, score in scores.items()), studios=4)
    # Listed by the ladder (C before B), then by number (E before F): order without effect.
    assert [place.application for place in outcome.places] == ["D", "C", "B", "A", "E", "F"]
    assert [place.rank for place in outcome.places] == [1, 2, 2, 4, 5, 5]
    assert [place.position for place in outcome.places] == [1, 2, 2, 4, 5, 5]
    assert outcome.reserve[Track.STUDIO] == ("E", "F")
    assert {place.reason for place in outcome.places[4:]} == {Reason.BELOW_CAP}


def test_a_cap_is_an_upper_limit_that_nobody_below_the_pass_mark_fills_up() -> None:
    outcome = result(studio("A", 60_00), studio("B", 59_99))
    assert facts(outcome, "A", "B") == [Selected(1, 3), BelowPassMark(59_99, 60_00)]
    place = outcome.place("B")
    assert (place.rank, place.position, place.selected) == (2, None, False)
    assert outcome.reserve[Track.STUDIO] == ()


def test_a_cap_of_nothing_seats_nobody() -> None:
    outcome = result(studio("A", 90_00), studio("B", 90_00), studios=0)
    assert facts(outcome, "A", "B") == [BelowCap(1, 0, None), BelowCap(1, 0, None)]
    assert not outcome.provisional


def test_a_floor_bars_even_the_best() -> None:
    outcome = result(project("A", 95_00, P3=11_99), project("B", 70_00, P3=12_00))
    assert facts(outcome, "A", "B") == [BelowFloor((Shortfall("P3", 11_99, 12_00),)), Selected(1, 10)]
    assert [outcome.place(name).rank for name in "AB"] == [1, 2]


def test_every_floor_that_is_missed_is_named() -> None:
    rules = RULES | {Track.PROJECT: replace(PROJECT_RULES, floors={"P3": 12_00, "P1": 10_00, "P2": 10_00})}
    outcome = rank([project("A", 95_00, P3=5_00, P1=9_00)], rules, (), EXISTING)
    short = (Shortfall("P3", 5_00, 12_00), Shortfall("P1", 9_00, 10_00))
    assert facts(outcome, "A") == [BelowFloor(short)]


def test_below_the_quorum_there_is_no_result_and_no_rank() -> None:
    few = replace(studio("A", 99_00), sheets=4)
    outcome = result(few, replace(studio("B", 70_00), sheets=5), replace(studio("C"), sheets=0))
    assert facts(outcome, "A", "B", "C") == [TooFewSheets(4, 5), Selected(1, 3), TooFewSheets(0, 5)]
    place = outcome.place("A")
    assert (place.official, place.rank, place.position) == (None, None, None)
    assert outcome.place("B").rank == 1


def test_what_is_not_connected_is_not_compared() -> None:
    outcome = result(replace(studio("A"), connected=False), studio("B", 70_00))
    assert facts(outcome, "A", "B") == [NotConnected(), Selected(1, 3)]
    assert outcome.place("A").rank is None


@pytest.mark.parametrize(
    ("standing", "expected"),
    [(Standing.REFUSED, Refused()), (Standing.VETOED, Vetoed()), (Standing.WITHDRAWN, Withdrawn())],
)
def test_who_is_not_accepted_has_no_rank_even_with_a_score(standing: Standing, expected: Facts) -> None:
    outcome = result(replace(studio("A", 99_00), standing=standing), studio("B", 70_00))
    assert facts(outcome, "A", "B") == [expected, Selected(1, 3)]
    assert [outcome.place(name).rank for name in "AB"] == [None, 1]


@pytest.mark.parametrize(
    ("candidate", "reason"),
    [
        # Each has the faults of those after it too, as far as one application can.
        (replace(project("P", 50_00, "S", P3=0), standing=Standing.WITHDRAWN, sheets=1), Reason.WITHDRAWN),
        (replace(project("P", 50_00, "S", P3=0), standing=Standing.VETOED, sheets=1), Reason.VETOED),
        (
            replace(project("P", 50_00, "R", P3=0), standing=Standing.REFUSED, sheets=1),
            Reason.LINKED_STUDIO_REFUSED,
        ),
        (replace(project("P", 50_00, "S", P3=0), standing=Standing.REFUSED, sheets=1), Reason.REFUSED),
        (replace(project("P", 50_00, "S", P3=0), sheets=1, connected=False), Reason.TOO_FEW_SHEETS),
        (replace(project("P", 50_00, "S", P3=0), connected=False), Reason.NOT_CONNECTED),
        (replace(project("P", None, "S"), scaled=False), Reason.NO_SPREAD),
        (project("P", 50_00, "S", P3=0), Reason.STUDIO_NOT_SELECTED),
        (project("P", 50_00, P3=0), Reason.BELOW_PASS_MARK),
        (project("P", 60_00, P3=0), Reason.BELOW_FLOOR),
    ],
)
def test_the_first_reason_that_applies_is_the_reason(candidate: Candidate, reason: Reason) -> None:
    studios = studio("S", 59_00), out(studio("R"), Standing.REFUSED)
    assert result(*studios, candidate).place("P").reason is reason


def test_a_project_falls_with_its_studio_and_the_next_moves_up() -> None:
    outcome = result(
        studio("S1", 90_00),
        studio("S2", 80_00),
        project("P1", 70_00, "S1"),
        project("P2", 95_00, "S2"),
        project("P3", 65_00),
        project("P4", 62_00),
        studios=1,
        projects=2,
    )
    assert outcome.selected(Track.PROJECT) == ("P1", "P3")
    assert facts(outcome, "P2", "P1", "P3", "P4") == [
        StudioNotSelected("S2", Reason.BELOW_CAP, had_seat=True, moved_up=("P3",)),
        Selected(1, 2),
        Selected(2, 2, moved_up_past=("P2",)),
        BelowCap(3, 2, 65_00),
    ]
    assert [outcome.place(name).rank for name in ("P2", "P1", "P3", "P4")] == [1, 2, 3, 4]
    assert outcome.reserve[Track.PROJECT] == ("P4",)
    assert outcome.cuts[Track.PROJECT] == Cut(2, 3, 2, 65_00, 62_00)


def test_a_project_that_falls_from_below_the_cut_lifts_nobody() -> None:
    outcome = result(studio("S2", 59_00), project("P1", 70_00), project("P2", 65_00, "S2"), projects=1)
    assert facts(outcome, "P1", "P2") == [
        Selected(1, 1),
        StudioNotSelected("S2", Reason.BELOW_PASS_MARK),
    ]


def test_a_project_without_a_result_falls_without_effect() -> None:
    studios = studio("S2", 59_00), out(studio("S3"), Standing.VETOED)
    outcome = result(*studios, project("P2", 55_00, "S2"), out(project("P3", of="S3"), Standing.REFUSED))
    assert facts(outcome, "P2", "P3") == [
        StudioNotSelected("S2", Reason.BELOW_PASS_MARK),
        LinkedStudioRefused("S3", Reason.VETOED),
    ]
    assert outcome.place("P2").rank == 1


def test_a_scored_project_of_a_studio_that_withdrew_keeps_its_rank_and_falls() -> None:
    withdrawn = replace(studio("S1", 90_00), standing=Standing.WITHDRAWN)
    outcome = result(withdrawn, project("P1", 70_00, "S1"), project("P2", 65_00), projects=1)
    assert facts(outcome, "P1", "P2") == [
        LinkedStudioRefused("S1", Reason.WITHDRAWN, had_seat=True, moved_up=("P2",)),
        Selected(1, 1, moved_up_past=("P1",)),
    ]
    assert outcome.place("P1").rank == 1


@pytest.mark.parametrize("of", ["X01", ""])
def test_a_project_of_an_existing_studio_or_of_none_never_falls(of: str) -> None:
    assert facts(result(project("P1", 70_00, of)), "P1") == [Selected(1, 10)]


def test_a_project_of_a_studio_that_nobody_knows_must_be_corrected_unless_it_is_out_anyway() -> None:
    with pytest.raises(RuleBroken, match=r"P1.*S99") as caught:
        result(project("P1", 70_00, "S99"))
    assert (caught.value.code, caught.value.article) == ("studio_unknown", "4")
    assert facts(result(out(project("P1", of="S99"), Standing.REFUSED)), "P1") == [Refused()]


def test_a_project_brought_by_a_project_is_brought_by_no_studio() -> None:
    with pytest.raises(RuleBroken):
        result(project("P1", 70_00), project("P2", 70_00, "P1"))


def test_a_tie_at_the_cut_goes_down_the_ladder_and_the_loser_has_lost_a_tie() -> None:
    outcome = result(studio("A", 80_00, S1=24_00), studio("B", 80_00, S1=25_50), studios=1)
    figures = (("B", 25_50), ("A", 24_00))
    won = Decision(Decider.CRITERION, "S1", ("A", "B"), 1, figures, own=25_50, other=24_00)
    assert facts(outcome, "B", "A") == [
        Selected(1, 1, won),
        TieLost(1, 1, replace(won, own=24_00, other=25_50)),
    ]
    assert outcome.cuts[Track.STUDIO] == Cut(1, 2, 1, 80_00, 80_00)
    assert not outcome.provisional


def test_a_tie_that_only_a_vote_can_settle_seats_nobody_and_says_what_to_record() -> None:
    apart = studio("A", 90_00), studio("D", 70_00)
    outcome = result(*apart, studio("B", 80_00), studio("C", 80_00), studios=2)
    assert outcome.provisional
    ladder = (("S1", 10_00), ("S2", 10_00), ("S6", 10_00))
    assert outcome.pending == (
        PendingTie(Track.STUDIO, ("B", "C"), ("B", "C"), 1, 80_00, ladder, Awaited.NAMED_VOTE),
    )
    assert [outcome.place(name).reason for name in "ABCD"] == [
        "selected",
        "tie_lost",
        "tie_lost",
        "below_cap",
    ]
    assert outcome.reserve[Track.STUDIO] == ("B", "C", "D")
    # The empty seat goes to nobody with a lower score.
    assert outcome.cuts[Track.STUDIO] == Cut(2, 4, 1, 90_00, 80_00)


def test_equal_votes_wait_for_the_chair_and_without_a_chair_the_tied_stay_out() -> None:
    tied = studio("B", 80_00), studio("C", 80_00)
    waiting = result(*tied, studios=1, votes=(vote({"B": 4, "C": 4}, chair="E1"),))
    assert [(tie.awaited, tie.votes) for tie in waiting.pending] == [(Awaited.CHAIR, (("B", 4), ("C", 4)))]
    assert waiting.selected(Track.STUDIO) == ()
    decided = result(*tied, studios=1, votes=(vote({"B": 4, "C": 4}, chair="E1", order=("C", "B")),))
    assert (decided.selected(Track.STUDIO), decided.pending) == (("C",), ())
    chairless = result(*tied, studios=1, votes=(vote({"B": 4, "C": 4}),))
    assert (chairless.selected(Track.STUDIO), chairless.pending) == ((), ())


def test_while_a_tie_at_the_studio_cut_waits_its_projects_fall_for_the_time_being() -> None:
    studios = studio("S1", 80_00), studio("S2", 80_00), studio("S3", 70_00)
    projects = (
        project("P1", 90_00, "S1"),
        project("P3", 85_00, "S3"),
        project("P4", 75_00),
        project("P5", 75_00),
    )
    outcome = result(*studios, *projects, studios=1, projects=1)
    falls = facts(outcome, "P1", "P3")
    assert falls == [
        StudioNotSelected("S1", Reason.TIE_LOST, provisional=True, had_seat=True, moved_up=()),
        StudioNotSelected("S3", Reason.BELOW_CAP),
    ]
    assert [(tie.track, tie.provisional) for tie in outcome.pending] == [
        (Track.STUDIO, False),
        (Track.PROJECT, True),
    ]
    settled = result(*studios, *projects, studios=1, projects=1, votes=(vote({"S1": 5, "S2": 3}),))
    assert settled.selected(Track.PROJECT) == ("P1",)
    assert settled.pending == ()


def test_a_tie_is_among_those_that_are_left_after_the_falls() -> None:
    # P1 to P3 are equal for one seat; P1 falls with S2, so the vote is on P2 and P3 alone.
    candidates = studio("S2", 50_00), project("P1", 80_00, "S2"), project("P2", 80_00), project("P3", 80_00)
    outcome = result(*candidates, projects=1)
    assert [tie.applications for tie in outcome.pending] == [("P2", "P3")]
    voted = result(*candidates, projects=1, votes=(vote({"P2": 3, "P3": 5}),))
    assert voted.selected(Track.PROJECT) == ("P3",)
    # All three were equal before the fall: nobody is surely lifted by it.
    assert facts(voted, "P1") == [StudioNotSelected("S2", Reason.BELOW_PASS_MARK)]


def test_an_application_twice_and_two_votes_on_one_tie_are_refused() -> None:
    with pytest.raises(ValueError, match="A is there twice"):
        result(studio("A", 70_00), studio("A", 80_00))
    with pytest.raises(ValueError, match=r"two votes on the tie of \['A', 'B'\]"):
        result(votes=(vote({"A": 1, "B": 0}), vote({"A": 0, "B": 1})))


def test_a_score_that_should_be_there_and_is_not_is_a_fault() -> None:
    with pytest.raises(ValueError, match="A has sheets enough but no official score"):
        result(studio("A"))


# The round of 2026 as the demonstration plans it.

STUDIO_SCORES = {"S01": 91_20, "S02": 86_40, "S03": 82_75, "S04": 82_75, "S06": 78_10, "S07": 74_55}
OWN_PROJECTS = {"P01": 90_00, "P06": 87_00, "P02": 86_00, "P07": 85_00, "P04": 82_00, "P03": 80_00}
OTHER_PROJECTS = {"P10": 88_50, "P11": 84_00, "P12": 83_00, "P14": 81_00, "P15": 79_00, "P16": 78_00} | {
    "P17": 77_25,
    "P18": 77_25,
}
S1_SCORES = {"S03": 25_50, "S04": 24_80}
VOTED = vote({"P17": 5, "P18": 3}, chair="E1")


def demonstration() -> list[Candidate]:
    """Nine studios and eighteen projects, of which six and fourteen are scored."""
    return [
        *(studio(number, score, S1=S1_SCORES.get(number, 20_00)) for number, score in STUDIO_SCORES.items()),
        *(out(studio(number), Standing.REFUSED) for number in ("S05", "S08", "S09")),
        *(project(number, score, f"S{number[1:]}") for number, score in OWN_PROJECTS.items()),
        *(out(project(f"P{n}", of=f"S{n}"), Standing.REFUSED) for n in ("05", "08", "09")),
        *(project(n, score, f"X0{int(n[1:]) - 9}") for n, score in OTHER_PROJECTS.items()),
        out(project("P13", of="X04"), Standing.VETOED),
    ]


def test_the_demonstration_ends_as_planned() -> None:
    outcome = rank(demonstration(), RULES, (VOTED,), EXISTING)
    by_reason: dict[str, set[str]] = {}
    for place in outcome.places:
        by_reason.setdefault(place.reason, set()).add(place.application)
    assert by_reason == {
        "selected": {"S01", "S02", "S03", "P01", "P02", "P03"}
        | {"P10", "P11", "P12", "P14", "P15", "P16", "P17"},
        "tie_lost": {"S04", "P18"},
        "below_cap": {"S06", "S07"},
        "refused": {"S05", "S08", "S09"},
        "studio_not_selected": {"P04", "P06", "P07"},
        "vetoed": {"P13"},
        "linked_studio_refused": {"P05", "P08", "P09"},
    }
    assert outcome.selected(Track.STUDIO) == ("S01", "S02", "S03")
    assert len(outcome.selected(Track.PROJECT)) == 10
    assert outcome.pending == ()


def test_the_demonstrations_ties_say_how_they_were_decided() -> None:
    outcome = rank(demonstration(), RULES, (VOTED,), EXISTING)
    on_s1 = Decision(
        Decider.CRITERION, "S1", ("S03", "S04"), 1, (("S03", 25_50), ("S04", 24_80)), own=24_80, other=25_50
    )
    by_vote = Decision(
        Decider.NAMED_VOTE, NAMED_VOTE, ("P17", "P18"), 1, (("P17", 5), ("P18", 3)), own=3, other=5
    )
    assert facts(outcome, "S04", "P18") == [TieLost(3, 3, on_s1), TieLost(10, 10, by_vote)]
    unvoted = rank(demonstration(), RULES, (), EXISTING)
    assert [tie.applications for tie in unvoted.pending] == [("P17", "P18")]


def test_the_demonstrations_naive_top_ten_would_have_seated_two_that_fall() -> None:
    outcome = rank(demonstration(), RULES, (VOTED,), EXISTING)
    naive = {place.application for place in outcome.places if place.rank and place.rank <= 10}
    assert {place for place in naive if place.startswith("P")} - set(outcome.selected(Track.PROJECT)) == {
        "P04",
        "P06",
        "P07",
    }
    assert facts(outcome, "P06") == [
        StudioNotSelected("S06", Reason.BELOW_CAP, had_seat=True, moved_up=("P15", "P16", "P17"))
    ]
    assert facts(outcome, "P15") == [Selected(8, 10, moved_up_past=("P04", "P06", "P07"))]
    assert sum(place.rank is not None for place in outcome.places) == 20
    assert [outcome.place(number).rank for number in ("P15", "P17", "P18")] == [11, 13, 13]
    assert outcome.reserve == {Track.STUDIO: ("S04", "S06", "S07"), Track.PROJECT: ("P18",)}


# Random rounds. Few different scores, so that ties are the rule.

LOW = {
    Track.STUDIO: TrackRules(2, 2, {"A": 1}, ("A", "B", NAMED_VOTE), 5),
    Track.PROJECT: TrackRules(3, 2, {}, ("B", NAMED_VOTE), 5),
}
Round = tuple[list[Candidate], dict[Track, TrackRules], list[NamedVote], list[str]]


@st.composite
def candidates(draw: st.DrawFn, number: str, track: Track, links: tuple[str, ...]) -> Candidate:
    """One application, mostly accepted and well scored."""
    standing = draw(st.sampled_from([Standing.ACCEPTED] * 15 + list(Standing)[1:]))
    sheets = draw(st.sampled_from([5, 8] * 8 + [4]))
    connected = draw(st.sampled_from([True] * 15 + [False]))
    score = draw(st.sampled_from([3, 3, 4, 4, 2, 1]))
    unscored = standing is not Standing.ACCEPTED or not connected or sheets < 5
    return Candidate(
        application=number,
        track=track,
        linked_studio=draw(st.sampled_from(links)),
        standing=standing,
        official=None if unscored and draw(st.booleans()) else score,
        criteria={"A": draw(st.sampled_from([1, 1, 1, 1, 2, 0])), "B": draw(st.sampled_from([1, 1, 1, 2]))},
        sheets=sheets,
        connected=connected,
    )


@st.composite
def votes_on(draw: st.DrawFn, tie: frozenset[str]) -> NamedVote:
    """Any vote on that tie, with or without a chair, decided or not."""
    names = sorted(tie)
    choices = names * draw(st.integers(0, 2)) + draw(st.lists(st.sampled_from(names), max_size=3))
    if draw(st.sampled_from([False, False, False, True])):
        return NamedVote(tie, ())
    chair = draw(st.sampled_from(["E1", "E1", ""]))
    order = tuple(draw(st.permutations(names))[: draw(st.sampled_from([len(names), 1, 0]))])
    ballots = tuple(Ballot(f"E{i}", name, "理由") for i, name in enumerate(choices, 1))
    return NamedVote(tie, ballots, chair, order)


@st.composite
def rounds(draw: st.DrawFn) -> Round:
    """A round with votes on some of its ties, and perhaps one on a tie that there never was."""
    studios = [f"S{i}" for i in range(draw(st.sampled_from([4, 5, 2, 0])))]
    links = ("X1", "", *studios, *studios)
    field = [draw(candidates(number, Track.STUDIO, ("",))) for number in studios]
    field += [
        draw(candidates(f"P{i}", Track.PROJECT, links)) for i in range(draw(st.sampled_from([6, 7, 8, 3, 0])))
    ]
    rules = {track: replace(LOW[track], cap=draw(st.sampled_from([2, 3, 4, 1, 0]))) for track in Track}
    votes: list[NamedVote] = []
    for _ in range(draw(st.integers(0, 3))):
        waiting = [
            tie for tie in oracle.expected(field, rules, votes, ["X1"]).pending if tie.awaited == "named_vote"
        ]
        votes += [draw(votes_on(tie.tie)) for tie in waiting[:1]]
    if draw(st.booleans()):
        votes.append(draw(votes_on(frozenset({"S0", "P0"}))))
    return field, rules, votes, ["X1"]


@settings(max_examples=400)
@given(rounds())
def test_a_second_opinion_agrees_on_the_whole_outcome(round_: Round) -> None:
    outcome, expected = rank(*round_), oracle.expected(*round_)
    found = {
        place.application: oracle.Verdict(place.rank, place.position, place.reason)
        for place in outcome.places
    }
    assert found == dict(expected.verdicts)
    assert {track: frozenset(names) for track, names in outcome.reserve.items()} == dict(expected.reserve)
    pending = tuple(
        oracle.Open(
            tie.track,
            frozenset(tie.tie),
            frozenset(tie.applications),
            tie.seats,
            tie.awaited,
            tie.provisional,
        )
        for tie in outcome.pending
    )
    assert pending == expected.pending
    ties = {place.application: getattr(place.facts, "tie", None) for place in outcome.places}
    assert {
        name for name, tie in ties.items() if tie and tie.decider is Decider.NO_VOTERS
    } == expected.voteless


@given(rounds())
def test_no_cap_is_exceeded_and_nobody_below_the_mark_or_a_floor_has_a_seat(round_: Round) -> None:
    field, rules, _, _ = round_
    outcome = rank(*round_)
    own = {candidate.application: candidate for candidate in field}
    for track in Track:
        seated = [own[name] for name in outcome.selected(track)]
        assert len(seated) <= rules[track].cap
        assert outcome.cuts[track].seated == len(seated)
        assert all(oracle.good_enough(candidate, rules[track]) for candidate in seated)
        assert all(candidate.standing is Standing.ACCEPTED for candidate in seated)
    for name in outcome.selected(Track.PROJECT):
        link = own[name].linked_studio
        assert link in ("X1", "") or link in outcome.selected(Track.STUDIO)


@given(rounds(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_is_of_no_consequence(round_: Round, random: Random) -> None:
    field, rules, votes, existing = round_
    other, others = list(field), list(votes)
    random.shuffle(other)
    random.shuffle(others)
    assert rank(other, dict(reversed(rules.items())), others, existing) == rank(*round_)


@given(rounds(), st.sampled_from(Track))
def test_one_more_that_loses_changes_nothing_for_the_others(round_: Round, track: Track) -> None:
    field, rules, votes, existing = round_
    loser = Candidate("Z", track, "", Standing.ACCEPTED, 0, {"A": 2, "B": 2}, 8, True)
    after = rank([*field, loser], rules, votes, existing)
    before = rank(*round_)
    assert after.place("Z").reason is Reason.BELOW_PASS_MARK
    assert [place for place in after.places if place.application != "Z"] == list(before.places)
    assert (after.cuts, after.reserve, after.pending) == (before.cuts, before.reserve, before.pending)


@given(rounds(), st.data())
def test_a_higher_score_never_costs_the_seat(round_: Round, data: st.DataObject) -> None:
    field, rules, votes, existing = round_
    seated = [place.application for place in rank(*round_).places if place.selected]
    assume(seated)
    name = data.draw(st.sampled_from(seated))
    step = data.draw(st.integers(1, 4))
    raised = [replace(c, official=oracle.official(c) + step) if c.application == name else c for c in field]
    after = rank(raised, rules, votes, existing).place(name)
    link = next(c.linked_studio for c in field if c.application == name)
    assert after.selected or (link and after.reason is Reason.STUDIO_NOT_SELECTED)
    assert after.selected or link not in seated


@given(rounds())
def test_who_moved_up_had_no_seat_before_the_falls_and_who_lost_a_seat_had_one(round_: Round) -> None:
    field, rules, votes, existing = round_
    outcome = rank(*round_)
    unlinked = [replace(candidate, linked_studio="") for candidate in field]
    naive = rank(unlinked, rules, votes, existing)
    for place in outcome.places:
        match place.facts:
            case Selected(moved_up_past=past) if past:
                assert not naive.place(place.application).selected
            case (
                StudioNotSelected(had_seat=had, moved_up=gained)
                | LinkedStudioRefused(had_seat=had, moved_up=gained)
            ):
                assert naive.place(place.application).selected or not had
                assert all(outcome.place(name).selected for name in gained)
                assert had or not gained


@given(rounds())
def test_what_decided_a_tie_is_true_of_both_sides(round_: Round) -> None:
    outcome = rank(*round_)
    own = {candidate.application: candidate for candidate in round_[0]}
    for place in outcome.places:
        if not isinstance(place.facts, Selected | TieLost) or not place.facts.tie:
            continue
        tie = place.facts.tie
        assert {own[name].official for name in tie.tied} == {place.official}
        if tie.decider is Decider.CRITERION:
            assert tie.own == own[place.application].criteria[tie.rung]
        if tie.decider in (Decider.CRITERION, Decider.NAMED_VOTE):
            assert tie.own is not None
            assert tie.other is not None
            assert (tie.own > tie.other) is place.selected
        else:
            assert tie.own == tie.other
            assert place.selected <= (tie.decider is Decider.CHAIR)
