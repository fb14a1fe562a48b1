"""A tie at the cut: rung by rung down the ladder, then the named vote on those still equal."""

from __future__ import annotations

from panel.rules.criteria import NAMED_VOTE
from panel.rules.ties import Deadlock, Decision, settle
from panel.rules.votes import Awaited, Ballot, Decider, NamedVote

LADDER = ("S1", "S2", NAMED_VOTE)


def scores(**rungs: tuple[int, int]) -> dict[str, dict[str, int]]:
    """Criterion scores S1 and S2 by application."""
    return {name: dict(zip(("S1", "S2"), pair, strict=True)) for name, pair in rungs.items()}


def vote(choices: str, chair: str = "", order: str = "") -> dict[frozenset[str], NamedVote]:
    """A vote on a tie of exactly the applications chosen, by application of one letter."""
    tie = frozenset(choices)
    ballots = tuple(Ballot(f"E{i}", choice, "理由") for i, choice in enumerate(choices, 1))
    return {tie: NamedVote(tie, ballots, chair, tuple(order), "理由" if order else "")}


def test_the_first_rung_that_differs_decides() -> None:
    settled = settle(scores(A=(2550, 1200), B=(2480, 1400)), 1, LADDER, {})
    figures = (("A", 2550), ("B", 2480))
    assert settled.seated == {"A"}
    assert settled.decisions == {
        "A": Decision(Decider.CRITERION, "S1", ("A", "B"), 1, figures, own=2550, other=2480),
        "B": Decision(Decider.CRITERION, "S1", ("A", "B"), 1, figures, own=2480, other=2550),
    }
    assert settled.deadlock is None


def test_equal_on_one_rung_the_next_decides() -> None:
    settled = settle(scores(A=(25, 12), B=(25, 14)), 1, LADDER, {})
    assert settled.seated == {"B"}
    assert {decision.rung for decision in settled.decisions.values()} == {"S2"}


def test_a_rung_may_seat_one_and_hand_the_others_to_the_next() -> None:
    # Two seats: A is best on S1, D worst; B and C are equal there, and S2 parts them.
    settled = settle(scores(A=(27, 10), B=(25, 12), C=(25, 13), D=(20, 15)), 2, LADDER, {})
    on_s1 = (("A", 27), ("B", 25), ("C", 25), ("D", 20))
    on_s2 = (("C", 13), ("B", 12))
    tied = ("A", "B", "C", "D")
    assert settled.seated == {"A", "C"}
    assert settled.decisions == {
        "A": Decision(Decider.CRITERION, "S1", tied, 2, on_s1, own=27, other=25),
        "B": Decision(Decider.CRITERION, "S2", tied, 2, on_s2, own=12, other=13),
        "C": Decision(Decider.CRITERION, "S2", tied, 2, on_s2, own=13, other=12),
        "D": Decision(Decider.CRITERION, "S1", tied, 2, on_s1, own=20, other=25),
    }


def test_equal_ones_that_all_get_a_seat_need_no_further_rung() -> None:
    settled = settle(scores(A=(25, 10), B=(25, 12), C=(20, 15)), 2, LADDER, {})
    assert settled.seated == {"A", "B"}
    assert {decision.rung for decision in settled.decisions.values()} == {"S1"}
    assert settled.decisions["A"].other == 20
    assert settled.decisions["C"].other == 25


def test_equal_on_every_rung_and_no_vote_leaves_all_of_them_out() -> None:
    settled = settle(scores(A=(27, 1), B=(25, 12), C=(25, 12)), 2, LADDER, {})
    open_ = Decision(Decider.NOBODY, NAMED_VOTE, ("A", "B", "C"), 2, awaited=Awaited.NAMED_VOTE)
    assert settled.seated == {"A"}
    assert settled.decisions["B"] == settled.decisions["C"] == open_
    assert settled.deadlock == Deadlock(("B", "C"), ("B", "C"), 1, Awaited.NAMED_VOTE, ())


def test_the_vote_on_exactly_those_still_equal_decides() -> None:
    tied = scores(A=(25, 12), B=(25, 12))
    settled = settle(tied, 1, LADDER, vote("AAAAABBB"))
    figures = (("A", 5), ("B", 3))
    assert settled.seated == {"A"}
    assert settled.order == ("A", "B")
    assert settled.decisions == {
        "A": Decision(Decider.NAMED_VOTE, NAMED_VOTE, ("A", "B"), 1, figures, own=5, other=3),
        "B": Decision(Decider.NAMED_VOTE, NAMED_VOTE, ("A", "B"), 1, figures, own=3, other=5),
    }
    assert settle(tied, 1, LADDER, vote("ABC")).deadlock is not None


def test_the_chair_decides_between_equal_votes() -> None:
    settled = settle(scores(A=(25, 12), B=(25, 12)), 1, LADDER, vote("AABB", "E1", "BA"))
    figures = (("A", 2), ("B", 2))
    by_chair = Decision(Decider.CHAIR, NAMED_VOTE, ("A", "B"), 1, figures, own=2, other=2)
    assert settled.seated == {"B"}
    assert settled.decisions == {"A": by_chair, "B": by_chair}
    assert settled.order == ("B", "A")


def test_until_the_chair_decides_the_tie_is_open_among_the_equal_votes() -> None:
    settled = settle(
        scores(A=(25, 12), B=(25, 12), C=(25, 12), D=(25, 12)), 2, LADDER, vote("AAABBCCD", "E1")
    )
    figures = (("A", 3), ("B", 2), ("C", 2), ("D", 1))
    assert settled.seated == {"A"}
    tie = ("A", "B", "C", "D")
    assert settled.deadlock == Deadlock(tie, ("B", "C"), 1, Awaited.CHAIR, figures)
    assert settled.decisions["A"] == Decision(Decider.NAMED_VOTE, NAMED_VOTE, tie, 2, figures, own=3, other=2)
    assert settled.decisions["B"] == Decision(
        Decider.NOBODY, NAMED_VOTE, tie, 2, figures, own=2, other=2, awaited=Awaited.CHAIR
    )
    assert settled.decisions["D"] == Decision(Decider.NAMED_VOTE, NAMED_VOTE, tie, 2, figures, own=1, other=2)


def test_without_a_chair_equal_votes_settle_the_tie_by_leaving_them_out() -> None:
    settled = settle(scores(A=(25, 12), B=(25, 12)), 1, LADDER, vote("AABB"))
    assert settled.seated == frozenset()
    assert settled.deadlock is None
    assert {decision.decider for decision in settled.decisions.values()} == {Decider.NOBODY}
    assert {decision.awaited for decision in settled.decisions.values()} == {None}


def test_a_ladder_of_nothing_but_the_vote_goes_straight_to_it() -> None:
    assert settle({"A": {}, "B": {}}, 1, (NAMED_VOTE,), vote("ABB")).seated == {"B"}
