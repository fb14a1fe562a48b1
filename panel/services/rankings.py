"""The result: computed and stored, and the named votes that settle its ties."""

from __future__ import annotations

from sqlmodel import col, select

from panel import tables
from panel.audit import seals
from panel.audit.events import RankingComputed, VoteRecorded
from panel.errors import InvalidInput, NotFound, Problem, RuleBroken
from panel.language import _
from panel.queries import standings
from panel.rules import results, votes
from panel.rules.permissions import Action
from panel.rules.places import PendingTie
from panel.services.office import Actor, Change, Office
from panel.services.rounds import locked


def store(office: Office, change: Change, round_: tables.Round) -> results.Result:
    """Compute the result from the store in a running change, and keep it with its inputs."""
    policy = office.policy_of(round_)
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
        return store(office, change, round_)


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
        voters = standings.voters(change.session, round_.id, frozenset(tie))
        cast = _cast(change, round_.id, pending) or ballots
        chair = votes.deciding_chair(standings.chair_number(change.session, round_.id), voters)
        vote = votes.NamedVote(frozenset(tie), cast, chair, chair_order, chair_reason)
        votes.check(vote, voters)
        if pending.awaited is votes.Awaited.CHAIR and not chair_order:
            raise InvalidInput(Problem(_("组长决定"), "", _("票数相同，请录入组长的决定和理由。")))
        _keep(change, round_.id, pending, vote, new_ballots=pending.awaited is votes.Awaited.NAMED_VOTE)
        change.record(
            VoteRecorded(
                track=pending.track,
                tied=tuple(sorted(tie)),
                ballots=len(vote.ballots),
                digest=_digest(vote),
            ),
            subject=" ".join(sorted(tie)),
            round_id=round_.id,
        )
        change.session.flush()
        return store(office, change, round_)


def _digest(vote: votes.NamedVote) -> str:
    cast: list[seals.Json] = [[b.expert, b.application, b.reason] for b in vote.ballots]
    return seals.record_digest([*cast, [vote.chair, *vote.chair_order, vote.chair_reason]])


def _pending(office: Office, change: Change, round_: tables.Round, tie: tuple[str, ...]) -> PendingTie:
    found = standings.stored(change.session, office.policy_of(round_), round_.id)
    if found is None:
        raise NotFound("no result yet")
    for pending in found.result.outcome.pending:
        if set(pending.tie) == set(tie):
            if pending.provisional:
                raise RuleBroken("tie_provisional", _("工作室的并列尚未确定，请先完成工作室的记名投票。"))
            return pending
    raise NotFound("no such tie")


def _cast(change: Change, round_id: int, pending: PendingTie) -> tuple[votes.Ballot, ...]:
    """The ballots already recorded on this tie, when only the chair's decision is awaited."""
    recorded = standings.named_votes(change.session, round_id)
    return next((vote.ballots for vote in recorded if vote.tie == frozenset(pending.tie)), ())


def _keep(
    change: Change, round_id: int, pending: PendingTie, vote: votes.NamedVote, *, new_ballots: bool
) -> None:
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

    if new_ballots:
        change.session.add_all(ballot(b.expert, b.application, b.reason) for b in vote.ballots)
    if vote.chair_order:
        change.session.add(ballot(vote.chair, " ".join(vote.chair_order), vote.chair_reason, chair=True))
