"""The result: computed and stored, looked at, and the named votes that settle its ties."""

from __future__ import annotations

import json

from sqlmodel import Session, col, select

from panel import tables
from panel.audit import read, seals
from panel.audit.events import AnalysisRead, RankingComputed, ResultRead, Said, VoteImpossible, VoteRecorded
from panel.errors import InvalidInput, NotFound, Problem, RuleBroken
from panel.language import _
from panel.queries import standings
from panel.queries import votes as cast
from panel.rules import results, votes
from panel.rules.permissions import Action
from panel.rules.places import PendingTie
from panel.services.accounts import required
from panel.services.office import Actor, Change, Office
from panel.services.rounds import locked


def store(office: Office, change: Change, round_: tables.Round) -> results.Result:
    """Compute the result in a running change, and keep it with its inputs beside the earlier ones."""
    policy = office.policy_of(round_)
    change.session.flush()
    inputs = standings.inputs(change.session, round_.id)
    result = results.compute(policy, inputs)
    row = tables.Ranking(
        round_id=round_.id,
        method=result.method,
        policy_digest=policy.digest,
        inputs=seals.canonical(inputs.plain()).decode(),
        input_digest=seals.record_digest(inputs.plain()),
        result=seals.canonical(result.plain()).decode(),
        result_digest=seals.record_digest(result.plain()),
        computed_at=change.now,
    )
    change.session.add(row)
    change.session.flush()
    change.record(
        RankingComputed(
            method=row.method, policy=row.policy_digest, inputs=row.input_digest, result=row.result_digest
        ),
        subject=row.id,
        round_id=round_.id,
    )
    return result


def compute(office: Office, actor: Actor, code: str) -> results.Result:
    """Compute the result anew, after a decision that changed what it rests on."""
    with office.change(actor, RankingComputed) as change:
        round_ = locked(change, code)
        change.permit(Action.COMPUTE_RESULT, round_)
        found = standings.stored(change.session, office.policy_of(round_), round_.id)
        if found is not None and not standings.stale(change.session, round_.id, found):
            raise RuleBroken("result_current", _("评分和评审决定自上次计算以来没有变化，无需重新计算。"))
        return store(office, change, round_)


def looked_at(office: Office, actor: Actor, code: str) -> None:
    """Note that somebody looks at the opened result: once for each session and computation."""
    _note(office, actor, code, ResultRead(), Action.SEE_RESULT)


def analysis_looked_at(office: Office, actor: Actor, code: str) -> None:
    """Note the same of the analysis beside it."""
    _note(office, actor, code, AnalysisRead(), Action.SEE_ANALYSIS)


def record_vote(
    office: Office,
    actor: Actor,
    code: str,
    tie: tuple[str, ...],
    ballots: tuple[votes.Ballot, ...],
    chair_order: tuple[str, ...] = (),
    chair_reason: str = "",
) -> results.Result:
    """Record the named vote on a tie, or the chair's decision on equal votes; then compute anew."""
    with office.change(actor, VoteRecorded) as change:
        round_ = locked(change, code)
        change.permit(Action.RECORD_VOTE, round_)
        pending = _pending(office, change, round_, tie)
        vote = _vote(change, round_, pending, ballots, chair_order, chair_reason)
        _keep(change, round_.id, pending, vote)
        result = store(office, change, round_)
        if chair_order:
            _refuse_idle_word(result, vote)
        return result


def record_no_vote(
    office: Office, actor: Actor, code: str, tie: tuple[str, ...], reason: str
) -> results.Result:
    """Put on record that nobody may vote on a tie, so that the tied ones stay out; then compute anew."""
    with office.change(actor, VoteImpossible) as change:
        round_ = locked(change, code)
        change.permit(Action.RECORD_VOTE, round_)
        pending = _pending(office, change, round_, tie)
        if cast.voters(change.session, round_.id, frozenset(pending.tie)):
            raise RuleBroken("voters_there", _("还有专家可以对这组申报投票，请登记记名投票。"))
        tied = tuple(sorted(pending.tie))
        row = tables.NoVote(
            round_id=round_.id,
            track=pending.track,
            tie=" ".join(tied),
            reason=required(reason),
            recorded_at=change.now,
        )
        change.session.add(row)
        change.record(
            VoteImpossible(track=row.track, tied=tied, reason=Said(row.reason)),
            subject=row.tie,
            round_id=round_.id,
        )
        return store(office, change, round_)


def _note(office: Office, actor: Actor, code: str, event: ResultRead | AnalysisRead, action: Action) -> None:
    with office.reading() as session:
        round_ = session.exec(select(tables.Round).where(tables.Round.code == code)).first()
        row = session.exec(standings.newest(round_.id)).first() if round_ else None
        if row is not None and _noted(session, actor, row, event):
            return
    with office.change(actor, type(event)) as change:
        round_ = locked(change, code)
        change.permit(action, round_)
        row = change.session.exec(standings.newest(round_.id)).first()
        if row is None:
            raise NotFound("no result yet")
        change.record(event, subject=row.id, round_id=round_.id)


def _noted(session: Session, actor: Actor, row: tables.Ranking, event: ResultRead | AnalysisRead) -> bool:
    wanted = read.Filter(act=event.act, actor=actor.id, round_id=str(row.round_id), subject=str(row.id))
    found = read.page(session, wanted)
    return any(one.ok and json.loads(one.body)["who"].get("sid", "") == actor.session for one in found)


def _pending(office: Office, change: Change, round_: tables.Round, tie: tuple[str, ...]) -> PendingTie:
    found = standings.stored(change.session, office.policy_of(round_), round_.id)
    if found is None:
        raise NotFound("no result yet")
    if standings.stale(change.session, round_.id, found):
        raise RuleBroken("result_stale", _("评分或评审决定在计算之后有变化，请先重新计算，再录入投票。"))
    for pending in found.result.outcome.pending:
        if set(pending.tie) == set(tie):
            if pending.provisional:
                raise RuleBroken("tie_provisional", _("工作室的并列尚未确定，请先完成工作室的记名投票。"))
            return pending
    raise NotFound("no such tie")


def _vote(
    change: Change,
    round_: tables.Round,
    pending: PendingTie,
    ballots: tuple[votes.Ballot, ...],
    chair_order: tuple[str, ...],
    chair_reason: str,
) -> votes.NamedVote:
    """The vote to be kept, checked; where only the chair's word is awaited, with the ballots on record."""
    tie = frozenset(pending.tie)
    voters = cast.voters(change.session, round_.id, tie)
    if not voters:
        raise RuleBroken("no_voters", _("到会专家均与这组申报有回避关系，没有可以投票的人。"))
    chair = votes.deciding_chair(cast.chair_number(change.session, round_.id), voters)
    if pending.awaited is votes.Awaited.CHAIR:
        if not chair_order:
            raise InvalidInput(Problem(_("组长决定"), "", _("票数相同，请录入组长的决定和理由。")))
        recorded = cast.named(change.session, round_.id)
        ballots = next(vote.ballots for vote in recorded if vote.tie == tie)
    vote = votes.NamedVote(tie, ballots, chair, chair_order, chair_reason.strip())
    votes.check(vote, voters)
    return vote


def _keep(change: Change, round_id: int, pending: PendingTie, vote: votes.NamedVote) -> None:
    """Put what is new of the vote into the store and the trail."""
    numbers = [ballot.expert for ballot in vote.ballots] + [vote.chair]
    rows = change.session.exec(select(tables.Expert).where(col(tables.Expert.number).in_(numbers)))
    ids = {row.number: row.id for row in rows}
    tie = " ".join(sorted(pending.tie))

    def ballot(expert: str, choice: str, reason: str, *, chair: bool = False) -> tables.Ballot:
        return tables.Ballot(
            round_id=round_id,
            track=pending.track,
            tie=tie,
            expert_id=ids[expert],
            choice=choice,
            reason=reason,
            chair=chair,
            recorded_at=change.now,
        )

    if pending.awaited is votes.Awaited.NAMED_VOTE:
        change.session.add_all(ballot(b.expert, b.application, b.reason.strip()) for b in vote.ballots)
    if vote.chair_order:
        change.session.add(ballot(vote.chair, " ".join(vote.chair_order), vote.chair_reason, chair=True))
    change.session.flush()
    change.record(
        VoteRecorded(
            track=pending.track,
            tied=tuple(sorted(pending.tie)),
            ballots=len(vote.ballots),
            digest=cast.digest(cast.recorded(change.session, round_id)[tie]),
        ),
        subject=tie,
        round_id=round_id,
    )


def _refuse_idle_word(result: results.Result, vote: votes.NamedVote) -> None:
    """A chair's decision is kept only where it decided, and then it decides all that was left."""
    if any(set(tie.tie) == vote.tie for tie in result.outcome.pending):
        remedy = _("请从票数相同的申报中选定入选者，选满剩余名额。")
        raise InvalidInput(Problem(_("组长决定"), _("、").join(vote.chair_order), remedy))
    ties = (getattr(result.place(number).facts, "tie", None) for number in vote.tie)
    if not any(tie and tie.decider is votes.Decider.CHAIR for tie in ties):
        remedy = _("票数不同，投票已经决定结果，不需要组长决定。")
        raise InvalidInput(Problem(_("组长决定"), "", remedy))
