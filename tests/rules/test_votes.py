"""The named vote: who may cast it, what makes it complete, how it is counted, and the chair's part in it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.errors import InvalidInput
from panel.rules.votes import (
    Awaited,
    Ballot,
    Decider,
    NamedVote,
    check,
    count,
    deciding_chair,
    eligible_voters,
)


def vote(*choices: str, tie: str = "AB", chair: str = "", order: str = "", why: str = "理由") -> NamedVote:
    """A vote on a tie of one-letter applications: the choices of E1, E2, … in turn."""
    ballots = tuple(Ballot(f"E{i}", choice, "理由") for i, choice in enumerate(choices, 1))
    return NamedVote(frozenset(tie), ballots, chair, tuple(order), why)


def faults(cast: NamedVote, *voters: str) -> list[tuple[str, str]]:
    """What is wrong with a vote: where, and which value."""
    with pytest.raises(InvalidInput) as caught:
        check(cast, voters)
    return [(problem.where, problem.value) for problem in caught.value.problems]


def test_present_experts_vote_unless_recused_from_an_application_of_the_tie() -> None:
    recusals = [("E2", "P17"), ("E4", "P18"), ("E5", "P01")]
    assert eligible_voters(["E5", "E1", "E2", "E4"], recusals, {"P17", "P18"}) == ("E1", "E5")


def test_the_chair_decides_only_where_the_chair_may_vote() -> None:
    assert deciding_chair("E1", ("E1", "E5")) == "E1"
    assert deciding_chair("E2", ("E1", "E5")) == ""
    assert deciding_chair("", ("E1", "E5")) == ""


def test_one_reasoned_ballot_from_each_voter_is_a_vote() -> None:
    check(vote("A", "B"), ("E1", "E2"))
    check(vote("A", "B", chair="E2", order="BA"), ("E1", "E2"))
    check(vote(), ())


def test_every_voter_votes_and_nobody_else() -> None:
    assert faults(vote("A", "B"), "E2", "E3") == [("记名投票", "E3"), ("记名投票", "E1")]


def test_nobody_votes_twice() -> None:
    twice = NamedVote(frozenset("AB"), (Ballot("E1", "A", "理由"), Ballot("E1", "B", "理由")))
    assert faults(twice, "E1") == [("记名投票", "E1")]


def test_a_ballot_is_for_one_of_the_tied_and_says_why() -> None:
    cast = NamedVote(frozenset("AB"), (Ballot("E1", "C", "理由"), Ballot("E2", "A", " \n")))
    assert faults(cast, "E1", "E2") == [("记名投票 E1", "C"), ("记名投票 E2", "")]


def test_a_chair_who_may_not_vote_may_not_decide() -> None:
    assert faults(vote("A", chair="E9"), "E1") == [("组长决定", "E9")]


def test_without_a_chair_there_is_no_chairs_decision() -> None:
    assert faults(vote("A", order="AB"), "E1") == [("组长决定", "")]


@pytest.mark.parametrize("order", ["AC", "ABA"])
def test_the_chair_orders_the_tied_each_once(order: str) -> None:
    assert faults(vote("A", chair="E1", order=order), "E1") == [("组长决定", "、".join(order))]


def test_the_chair_says_why() -> None:
    assert faults(vote("A", chair="E1", order="AB", why=" "), "E1") == [("组长决定", "")]


def test_the_majority_takes_the_seat() -> None:
    tally = count(vote(*"AAAAABBB"), 1)
    assert tally.votes == (("A", 5), ("B", 3))
    assert tally.seated == {"A"}
    assert tally.order == ("A", "B")
    assert tally.deciders == {"A": Decider.NAMED_VOTE, "B": Decider.NAMED_VOTE}
    assert tally.awaited is None


def test_more_seats_go_by_the_order_of_votes() -> None:
    tally = count(vote(*"CCCBBA", tie="ABCD"), 2)
    assert tally.votes == (("C", 3), ("B", 2), ("A", 1), ("D", 0))
    assert tally.seated == {"B", "C"}


def test_equal_votes_that_all_have_a_seat_need_no_chair() -> None:
    tally = count(vote(*"AABBC", tie="ABC", chair="E1"), 2)
    assert tally.seated == {"A", "B"}
    assert tally.awaited is None


def test_equal_votes_across_the_line_are_the_chairs_to_decide() -> None:
    tally = count(vote(*"AABBC", tie="ABC", chair="E1", order="BA"), 1)
    assert tally.seated == {"B"}
    assert tally.order == ("B", "A", "C")
    assert tally.deciders == {"A": Decider.CHAIR, "B": Decider.CHAIR, "C": Decider.NAMED_VOTE}
    assert tally.awaited is None


def test_the_chair_cannot_overrule_votes() -> None:
    assert count(vote(*"AAB", chair="E3", order="BA"), 1).seated == {"A"}


def test_a_tie_on_which_nobody_may_vote_seats_nobody_and_waits_for_nothing() -> None:
    tally = count(vote(tie="ABC"), 2)
    assert tally.seated == frozenset()
    assert tally.awaited is None
    assert tally.deciders == dict.fromkeys("ABC", Decider.NO_VOTERS)


def test_a_chair_decides_where_nobody_else_may_vote() -> None:
    assert count(vote(chair="E1"), 1).awaited is Awaited.CHAIR
    assert count(vote(chair="E1", order="B"), 1).seated == {"B"}


def test_until_the_chair_decides_equal_ones_stay_out() -> None:
    tally = count(vote(*"AAABC", tie="ABC", chair="E1"), 2)
    assert tally.seated == {"A"}
    assert tally.deciders == {"A": Decider.NAMED_VOTE, "B": Decider.NOBODY, "C": Decider.NOBODY}
    assert tally.awaited is Awaited.CHAIR


def test_a_chairs_order_that_is_too_short_leaves_the_rest_undecided() -> None:
    tally = count(vote(*"ABC", tie="ABC", chair="E1", order="C"), 2)
    assert tally.seated == {"C"}
    assert tally.deciders == {"A": Decider.NOBODY, "B": Decider.NOBODY, "C": Decider.CHAIR}
    assert tally.awaited is Awaited.CHAIR


@pytest.mark.parametrize("order", ["", "AB"])
def test_without_a_chair_equal_ones_stay_out_for_good(order: str) -> None:
    tally = count(vote(*"AB", order=order), 1)
    assert tally.seated == frozenset()
    assert tally.awaited is None
    assert tally.deciders == {"A": Decider.NOBODY, "B": Decider.NOBODY}


def test_when_all_are_recused_nobody_decides() -> None:
    tally = count(vote(), 1)
    assert (tally.votes, tally.seated, tally.awaited) == ((("A", 0), ("B", 0)), frozenset(), None)


@given(st.text("ABCD", max_size=9), st.integers(1, 3), st.permutations("ABCD"), st.booleans())
def test_a_vote_never_seats_too_many_nor_one_with_fewer_votes(
    choices: str, seats: int, order: list[str], chaired: bool
) -> None:
    cast = vote(*choices, tie="ABCD", chair="E1" if chaired else "", order="".join(order))
    tally = count(cast, seats)
    votes = dict(tally.votes)
    assert sum(votes.values()) == len(choices)
    assert len(tally.seated) <= seats
    assert len(tally.seated) == seats or not chaired
    for inside in tally.seated:
        assert all(votes[inside] >= votes[outside] for outside in set("ABCD") - tally.seated)
    backwards = replace(cast, ballots=cast.ballots[::-1])
    assert count(backwards, seats) == tally
