"""The result as it is kept: computed at the opening, again after a late recusal, and settled by votes."""

from __future__ import annotations

import pytest
from sqlalchemy import update
from sqlalchemy.exc import DatabaseError
from sqlmodel import Session, select

from panel import tables
from panel.audit import read
from panel.audit.events import (
    AnalysisRead,
    Event,
    RankingComputed,
    Refused,
    ResultFinalized,
    ResultRead,
    VoteImpossible,
    VoteRecorded,
)
from panel.errors import InvalidInput, NotAllowed, NotFound, RuleBroken
from panel.queries import standings
from panel.queries import votes as recorded
from panel.rules.applications import Track
from panel.rules.conflicts import Reach
from panel.rules.permissions import Role
from panel.rules.reasons import Reason, TieLost
from panel.rules.stages import Stage
from panel.rules.votes import Awaited, Ballot, Decider
from panel.services import applications, rankings, recusals, verification
from panel.services.materials import shelf
from panel.services.office import Actor
from tests.conftest import actor
from tests.opened import CODE, Opened, caps
from tests.tampering import undone, unfence
from tests.world import World

TIE = ("S01", "S02")
TIED = {"S01": [80] * 5, "S02": [90, 80, 80, 80, 70]}
"""Equal on the total and on every criterion, for one seat."""


@pytest.fixture
def tied(world: World) -> Opened:
    """An opened round with a tie that only a vote can settle."""
    caps(world.office, 1, 2)
    return Opened(world, TIED).opened()


def stored(world: World) -> list[tables.Ranking]:
    with world.office.reading() as session:
        return list(session.exec(select(tables.Ranking).order_by(tables.Ranking.id)))  # type: ignore[arg-type]


def entries(world: World, kind: type[Event]) -> list[read.Record]:
    with world.office.reading() as session:
        return read.of_act(session, kind.act)


def newest(opened: Opened) -> standings.StoredResult:
    with opened.office.reading() as session:
        found = standings.stored(session, opened.office.policy, opened.round_id)
    assert found is not None
    return found


def ballots(*choices: str, reason: str = "理由") -> tuple[Ballot, ...]:
    return tuple(Ballot(f"E{n}", choice, reason) for n, choice in enumerate(choices, 1))


def record(opened: Opened, *choices: str, tie: tuple[str, ...] = TIE, **chair: object) -> None:
    rankings.record_vote(opened.office, opened.secretary, CODE, tie, ballots(*choices), **chair)  # type: ignore[arg-type]


# Computing and keeping


def test_opening_stores_the_result_with_its_inputs_and_logs_both_digests(world: World) -> None:
    opened = Opened(world, {"S01": [80] * 5, "P01": [70, 70, 80, 80, 80]}).opened()
    (row,) = stored(world)
    (entry,) = entries(world, RankingComputed)
    assert (entry.subject, entry.round_id) == (str(row.id), str(opened.round_id))
    assert entry.data == {
        "method": "adjusted",
        "policy": world.office.policy.digest,
        "inputs": row.input_digest,
        "result": row.result_digest,
    }
    found = newest(opened)
    assert found.result.place("P01").official == 7600  # (70 + 70 + 80 + 80 + 80) / 5
    assert found.result.place("P01").reason is Reason.SELECTED
    assert found.counted == {(f"E{n}", number) for n in range(1, 6) for number in ("S01", "P01")}
    assert not found.final


def test_nothing_is_computed_anew_while_nothing_has_changed(tied: Opened) -> None:
    with pytest.raises(RuleBroken) as refused:
        rankings.compute(tied.office, tied.secretary, CODE)
    assert refused.value.code == "result_current"
    assert len(stored(tied.world)) == 1
    assert entries(tied.world, Refused) == []


def test_a_late_recusal_makes_a_new_result_and_keeps_the_earlier(world: World) -> None:
    caps(world.office, 1, 2)
    percents = {"S01": [80] * 6, "S02": [90, 80, 80, 80, 80, 70], "P03": [70] * 6}
    opened = Opened(world, percents, hand=6).opened()
    recusals.decide(
        world.office, world.secretary, CODE, "E6", Reach.APPLICATION, "S02", recused=True, reason="师徒关系"
    )
    with world.office.reading() as session:
        before = standings.stored(session, world.office.policy, opened.round_id)
        assert before is not None
        assert standings.stale(session, opened.round_id, before)
    rankings.compute(world.office, world.secretary, CODE)
    first, second = stored(world)
    assert (first.result_digest, first.inputs) != (second.result_digest, second.inputs)
    found = newest(opened)
    assert ("E6", "S02") not in found.counted
    assert found.result.figures["S02"].sheets == 5
    with world.office.reading() as session:
        assert not standings.stale(session, opened.round_id, found)


def test_only_the_secretary_computes_and_only_while_the_seals_are_open(world: World) -> None:
    opened = Opened(world, {"S01": [80] * 5, "P01": [80] * 5}).scoring()
    with pytest.raises(NotAllowed):
        rankings.compute(world.office, world.secretary, CODE)
    opened.world.stage(opened.round_id, Stage.OPENED)
    with pytest.raises(NotAllowed):
        rankings.compute(world.office, world.inspector, CODE)
    # A round without any result gets its first.
    assert rankings.compute(world.office, world.secretary, CODE).outcome.places != ()


# Looking


def test_looking_is_noted_once_a_session_and_computation(tied: Opened) -> None:
    office, world = tied.office, tied.world
    first = Actor("u-9", Role.INSPECTOR, 9, session="one")
    again = Actor("u-9", Role.INSPECTOR, 9, session="two")
    for who in (first, first, again, first):
        rankings.looked_at(office, who, CODE)
    (row,) = stored(world)
    assert [(e.actor, e.subject) for e in entries(world, ResultRead)] == [("u-9", str(row.id))] * 2
    record(tied, "S01", "S01", "S01", "S02", "S02")
    rankings.looked_at(office, first, CODE)
    assert [e.subject for e in entries(world, ResultRead)][2:] == [str(stored(world)[1].id)]


def test_looking_at_the_analysis_is_noted_apart_from_the_result(tied: Opened) -> None:
    office, world = tied.office, tied.world
    inspector = Actor("u-9", Role.INSPECTOR, 9, session="one")
    rankings.looked_at(office, inspector, CODE)
    for _again in range(2):
        rankings.analysis_looked_at(office, inspector, CODE)
    (row,) = stored(world)
    assert [(e.actor, e.subject) for e in entries(world, AnalysisRead)] == [("u-9", str(row.id))]
    assert len(entries(world, ResultRead)) == 1


def test_nobody_looks_before_the_opening(world: World) -> None:
    Opened(world, {"S01": [80] * 5}).scoring()
    with pytest.raises(NotAllowed):
        rankings.looked_at(world.office, world.secretary, CODE)
    with pytest.raises(NotFound):
        rankings.looked_at(world.office, world.secretary, "1999")


def test_an_opened_round_without_a_result_shows_none(world: World) -> None:
    round_id = world.round_(stage=Stage.OPENED)
    assert round_id
    with pytest.raises(NotFound):
        rankings.looked_at(world.office, world.secretary, CODE)
    with pytest.raises(NotFound):
        rankings.record_vote(world.office, world.secretary, CODE, TIE, ())


# Voting


def test_a_vote_settles_the_tie_and_is_kept_with_its_digest(tied: Opened) -> None:
    record(tied, "S01", "S02", "S02", "S02", "S01")
    found = newest(tied)
    assert found.result.outcome.pending == ()
    assert found.result.place("S02").reason is Reason.SELECTED
    assert found.result.place("S01").reason is Reason.TIE_LOST
    assert len(stored(tied.world)) == 2
    with tied.office.reading() as session:
        cast = recorded.recorded(session, tied.round_id)["S01 S02"]
    assert [(one.expert, one.choice, one.reason, one.chair) for one in cast] == [
        ("E1", "S01", "理由", False),
        ("E2", "S02", "理由", False),
        ("E3", "S02", "理由", False),
        ("E4", "S02", "理由", False),
        ("E5", "S01", "理由", False),
    ]
    (entry,) = entries(tied.world, VoteRecorded)
    assert entry.subject == "S01 S02"
    assert entry.data == {
        "track": "studio",
        "tied": ["S01", "S02"],
        "ballots": 5,
        "digest": recorded.digest(cast),
    }


def test_the_digest_of_the_ballots_does_not_depend_on_their_order() -> None:
    one, two = recorded.Cast("E1", "S01", "甲", chair=False), recorded.Cast("E2", "S02", "乙", chair=False)
    assert recorded.digest([one, two]) == recorded.digest([two, one])
    assert recorded.digest([one, two]) != recorded.digest([one])


def test_every_voter_votes_once_with_a_reason(tied: Opened) -> None:
    with pytest.raises(InvalidInput) as missing:
        record(tied, "S01", "S02")
    assert [p.value for p in missing.value.problems] == ["E3", "E4", "E5"]
    with pytest.raises(InvalidInput):
        rankings.record_vote(
            tied.office, tied.secretary, CODE, TIE, ballots("S01", "S01", "S02", "S02", "S02", reason=" ")
        )
    with pytest.raises(InvalidInput):
        record(tied, "S01", "S01", "S02", "S02", "S09")
    twice = (*ballots("S01", "S01", "S02", "S02", "S02"), Ballot("E1", "S02", "又投"))
    with pytest.raises(InvalidInput):
        rankings.record_vote(tied.office, tied.secretary, CODE, TIE, twice)
    assert len(stored(tied.world)) == 1
    assert entries(tied.world, VoteRecorded) == []


def test_whoever_is_recused_from_one_of_the_tie_or_absent_has_no_vote(world: World) -> None:
    caps(world.office, 1, 2)
    percents = {"S01": [80] * 6, "S02": [80] * 6, "S03": [60] * 6}
    opened = Opened(world, percents, hand=7).opened(without=[("E7", n) for n in percents])
    with world.store() as session:
        seat = session.exec(select(tables.Panelist).order_by("id")).all()[6]
        seat.absent = True
        session.add(seat)
    recusals.decide(world.office, world.secretary, CODE, "E6", Reach.APPLICATION, "S01", True, "师徒关系")
    rankings.compute(world.office, world.secretary, CODE)
    with world.office.reading() as session:
        assert recorded.voters(session, opened.round_id, frozenset(TIE)) == ("E1", "E2", "E3", "E4", "E5")
    for extra in ("E6", "E7"):
        with pytest.raises(InvalidInput) as refused:
            rankings.record_vote(
                world.office,
                world.secretary,
                CODE,
                TIE,
                (*ballots("S01", "S01", "S02", "S02", "S02"), Ballot(extra, "S01", "理由")),
            )
        assert extra in str(refused.value)


def test_equal_votes_wait_for_the_chair(world: World) -> None:
    caps(world.office, 1, 2)
    opened = Opened(world, {"S01": [80] * 6, "S02": [80] * 6}, hand=6).opened()
    record(opened, "S01", "S01", "S01", "S02", "S02", "S02")
    (pending,) = newest(opened).result.outcome.pending
    assert pending.awaited is Awaited.CHAIR
    assert pending.votes == (("S01", 3), ("S02", 3))
    with pytest.raises(InvalidInput):
        record(opened)
    with pytest.raises(InvalidInput):
        record(opened, chair_order=("S02",), chair_reason=" ")
    with pytest.raises(InvalidInput):
        record(opened, chair_order=("S09",), chair_reason="理由")
    record(opened, chair_order=("S02",), chair_reason="效益更明确")
    found = newest(opened)
    assert found.result.outcome.pending == ()
    assert found.result.place("S02").reason is Reason.SELECTED
    facts = found.result.place("S01").facts
    assert facts.tie.decider is Decider.CHAIR  # type: ignore[union-attr]
    assert [entry.data["ballots"] for entry in entries(world, VoteRecorded)] == [6, 6]


def test_the_chair_may_decide_at_once_when_votes_are_equal(world: World) -> None:
    caps(world.office, 2, 2)
    opened = Opened(world, {n: [80] * 6 for n in ("S01", "S02", "S03", "S04")}, hand=6).opened()
    tie = ("S01", "S02", "S03", "S04")
    choices = ("S01", "S01", "S01", "S02", "S03", "S04")
    with pytest.raises(InvalidInput):  # one seat is left for three, and this word is for none of them
        record(opened, *choices, tie=tie, chair_order=("S01",), chair_reason="理由")
    record(opened, *choices, tie=tie, chair_order=("S03", "S02"), chair_reason="理由")
    assert newest(opened).result.outcome.selected(Track.STUDIO) == ("S01", "S03")


def test_a_chair_has_no_word_where_votes_differ(tied: Opened) -> None:
    with pytest.raises(InvalidInput) as refused:
        record(tied, "S01", "S02", "S02", "S02", "S01", chair_order=("S01",), chair_reason="理由")
    assert "不需要组长决定" in str(refused.value)
    assert len(stored(tied.world)) == 1


def test_without_a_chair_those_with_equal_votes_stay_out(world: World) -> None:
    caps(world.office, 1, 2)
    opened = Opened(world, {"S01": [80] * 6, "S02": [80] * 6}, hand=6).opened()
    with world.store() as session:
        for seat in session.exec(select(tables.Panelist)):
            seat.chair = False
            session.add(seat)
    record(opened, "S01", "S01", "S01", "S02", "S02", "S02")
    found = newest(opened)
    assert found.result.outcome.pending == ()
    assert found.result.outcome.selected(Track.STUDIO) == ()


def test_a_ballot_of_somebody_recused_afterwards_no_longer_counts(world: World) -> None:
    caps(world.office, 1, 2)
    opened = Opened(world, {"S01": [80] * 6, "S02": [80] * 6, "S03": [60] * 6}, hand=6).opened()
    record(opened, "S01", "S01", "S01", "S01", "S02", "S02")
    recusals.decide(world.office, world.secretary, CODE, "E1", Reach.APPLICATION, "S01", True, "师徒关系")
    with world.office.reading() as session:
        (vote,) = recorded.named(session, opened.round_id)
    assert [ballot.expert for ballot in vote.ballots] == ["E2", "E3", "E4", "E5", "E6"]
    assert vote.chair == ""  # E1 was in the chair


def test_nobody_votes_when_all_are_recused_from_the_tie(world: World) -> None:
    caps(world.office, 1, 2)
    percents = {"S01": [80] * 5, "S02": [80] * 5, "S03": [60] * 5}
    opened = Opened(world, percents).opened()
    with world.store() as session:
        for n, expert in enumerate(opened.experts):
            session.add(
                tables.Recusal(
                    round_id=opened.round_id,
                    expert_id=expert.expert_id or 0,
                    recused=True,
                    reach=Reach.APPLICATION,
                    target=TIE[n % 2],
                    reason="理由",
                    decided_by="u-1",
                    decided_at=world.clock(),
                )
            )
    with pytest.raises(RuleBroken) as refused:
        record(opened, "S01")
    assert refused.value.code == "no_voters"


@pytest.fixture
def silent(world: World) -> Opened:
    """An opened round with a tie from which every expert is recused: one half from each of the tied."""
    caps(world.office, 2, 2)
    percents = {"S01": [80] * 10, "S02": [80] * 10, "S03": [90] * 10, "P01": [70] * 10, "S04": [60] * 10}
    opened = Opened(world, percents, hand=10).opened()
    for n in range(1, 11):
        target = TIE[n % 2]
        recusals.decide(
            world.office,
            world.secretary,
            CODE,
            f"E{n}",
            Reach.APPLICATION,
            target,
            recused=True,
            reason="任职",
        )
    rankings.compute(world.office, world.secretary, CODE)
    return opened


def test_where_nobody_may_vote_the_tied_stay_out_and_the_round_can_be_confirmed(silent: Opened) -> None:
    office, world = silent.office, silent.world
    rankings.record_no_vote(office, silent.secretary, CODE, TIE, " 到会专家均已回避 ")
    outcome = newest(silent).result.outcome
    assert outcome.pending == ()
    assert outcome.selected(Track.STUDIO) == ("S03",)  # the second seat stays empty, S04 does not move up
    for number in TIE:
        facts = outcome.place(number).facts
        assert isinstance(facts, TieLost)
        assert facts.tie.decider is Decider.NO_VOTERS
    assert outcome.place("P01").reason is Reason.STUDIO_NOT_SELECTED
    (entry,) = entries(world, VoteImpossible)
    assert (entry.subject, entry.data["tied"], entry.data["track"]) == ("S01 S02", list(TIE), "studio")
    silent.final()
    assert newest(silent).final
    assert verification.verify(office).damages == ()


def test_that_nobody_votes_is_recorded_only_where_nobody_may(tied: Opened) -> None:
    with pytest.raises(RuleBroken) as refused:
        rankings.record_no_vote(tied.office, tied.secretary, CODE, TIE, "理由")
    assert refused.value.code == "voters_there"
    with pytest.raises(NotAllowed):
        rankings.record_no_vote(tied.office, tied.world.inspector, CODE, TIE, "理由")
    with pytest.raises(NotFound):
        rankings.record_no_vote(tied.office, tied.secretary, CODE, ("S01", "S09"), "理由")


def test_that_nobody_votes_needs_a_reason_and_is_said_once(silent: Opened) -> None:
    with pytest.raises(InvalidInput):
        rankings.record_no_vote(silent.office, silent.secretary, CODE, TIE, " ")
    rankings.record_no_vote(silent.office, silent.secretary, CODE, TIE, "理由")
    with pytest.raises(NotFound):
        rankings.record_no_vote(silent.office, silent.secretary, CODE, TIE, "理由")


def test_that_nobody_votes_cannot_be_said_otherwise_afterwards(silent: Opened) -> None:
    rankings.record_no_vote(silent.office, silent.secretary, CODE, TIE, "理由")
    with undone(silent.office.engine) as connection:
        unfence(connection, "no_votes")
        connection.execute(update(tables.NoVote).values(reason="别的理由"))
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            (damage,) = verification.check(session, shelf(silent.office)).damages
    assert "S01 S02 无人可以投票的登记" in damage.what


def test_a_tie_that_hangs_on_another_waits_for_it(world: World) -> None:
    caps(world.office, 1, 1)
    percents = {"S01": [80] * 5, "S02": [80] * 5, "P01": [90] * 5, "P03": [70] * 5, "P04": [70] * 5}
    opened = Opened(world, percents).opened()
    assert [tie.provisional for tie in newest(opened).result.outcome.pending] == [False, True]
    with pytest.raises(RuleBroken) as refused:
        record(opened, "P03", "P03", "P03", "P04", "P04", tie=("P03", "P04"))
    assert refused.value.code == "tie_provisional"
    # With S02 in, P01 falls for certain, and the tie behind it stands.
    record(opened, "S02", "S02", "S02", "S02", "S01")
    record(opened, "P03", "P03", "P03", "P04", "P04", tie=("P04", "P03"))
    assert newest(opened).result.outcome.selected(Track.PROJECT) == ("P03",)


def test_no_vote_on_what_is_no_tie_nor_on_an_outdated_result(tied: Opened) -> None:
    with pytest.raises(NotFound):
        record(tied, "S01", tie=("S01", "S09"))
    with pytest.raises(NotFound):
        record(tied, "S01", tie=("S01",))
    applications.withdraw(tied.office, tied.secretary, CODE, "S01", "申报单位来函撤回")
    with pytest.raises(RuleBroken) as refused:
        record(tied, "S01", "S02", "S02", "S02", "S01")
    assert refused.value.code == "result_stale"


def test_no_vote_by_others_nor_after_the_end(tied: Opened) -> None:
    with pytest.raises(NotAllowed):
        rankings.record_vote(tied.office, tied.world.inspector, CODE, TIE, ())
    with pytest.raises(NotAllowed):
        rankings.record_vote(tied.office, actor(Role.EXPERT), CODE, TIE, ())
    record(tied, "S01", "S02", "S02", "S02", "S01")
    tied.final()
    with pytest.raises(NotAllowed):
        record(tied, "S01", "S02", "S02", "S02", "S01")
    with pytest.raises(NotAllowed):
        rankings.compute(tied.office, tied.secretary, CODE)
    (final,) = entries(tied.world, ResultFinalized)
    assert final.data["result"] == stored(tied.world)[-1].result_digest
    assert [row.final for row in stored(tied.world)] == [False, True]


def test_ballots_are_only_ever_added(tied: Opened) -> None:
    record(tied, "S01", "S02", "S02", "S02", "S01")

    def change(session: Session) -> None:
        ballot = session.exec(select(tables.Ballot)).all()[0]
        ballot.choice = "S02"
        session.add(ballot)

    def remove(session: Session) -> None:
        session.delete(session.exec(select(tables.Ballot)).all()[0])

    for act in (change, remove):
        with pytest.raises(DatabaseError, match="insert-only"), tied.world.store() as session:
            act(session)
