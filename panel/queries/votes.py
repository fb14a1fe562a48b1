"""Named votes (记名投票) as they were recorded, and who may vote."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import Session, col, select

from panel import tables
from panel.audit import seals
from panel.queries import recusals
from panel.rules import votes


@dataclass(frozen=True, slots=True)
class Cast:
    """One ballot as recorded; for the chair's decision (`chair`) the choice lists the tied, best first."""

    expert: str
    choice: str
    reason: str
    chair: bool


def recorded(session: Session, round_id: int) -> dict[str, list[Cast]]:
    """Every ballot of the round by its tie (the tied applications, separated by blanks), in order."""
    rows = session.exec(
        select(tables.Ballot, tables.Expert.number)
        .join(tables.Expert, col(tables.Expert.id) == col(tables.Ballot.expert_id))
        .where(tables.Ballot.round_id == round_id)
        .order_by(col(tables.Ballot.id))
    )
    by_tie: dict[str, list[Cast]] = defaultdict(list)
    for row, expert in rows:
        by_tie[row.tie].append(Cast(expert, row.choice, row.reason, row.chair))
    return dict(by_tie)


def digest(cast: Iterable[Cast]) -> str:
    """What the trail holds of the ballots on one tie: who voted for what, and why."""
    return seals.record_digest(
        [
            [ballot.expert, ballot.choice, ballot.reason, ballot.chair]
            for ballot in sorted(cast, key=lambda ballot: (ballot.chair, ballot.expert))
        ]
    )


def impossible(session: Session, round_id: int) -> dict[str, str]:
    """The ties that were put on record as nobody's to vote on, with the reason; tied ones by blanks."""
    rows = session.exec(
        select(tables.NoVote).where(tables.NoVote.round_id == round_id).order_by(col(tables.NoVote.id))
    )
    return {row.tie: row.reason for row in rows}


def named(session: Session, round_id: int) -> tuple[votes.NamedVote, ...]:
    """The votes as they count: the ballot of somebody who was recused from the tie afterwards does not."""
    chair = chair_number(session, round_id)
    made = [votes.NamedVote(frozenset(tie.split()), ()) for tie in impossible(session, round_id)]
    for tie, cast in recorded(session, round_id).items():
        numbers = frozenset(tie.split())
        may_vote = voters(session, round_id, numbers)
        decision = next((ballot for ballot in cast if ballot.chair), None)
        made.append(
            votes.NamedVote(
                tie=numbers,
                ballots=tuple(
                    votes.Ballot(ballot.expert, ballot.choice, ballot.reason)
                    for ballot in cast
                    if not ballot.chair and ballot.expert in may_vote
                ),
                chair=votes.deciding_chair(chair, may_vote),
                chair_order=tuple(decision.choice.split()) if decision else (),
                chair_reason=decision.reason if decision else "",
            )
        )
    return tuple(made)


def voters(session: Session, round_id: int, tie: frozenset[str]) -> tuple[str, ...]:
    """Who votes on a tie: present experts who are recused from none of it."""
    present = session.exec(
        select(tables.Expert.number)
        .join(tables.Panelist, col(tables.Panelist.expert_id) == col(tables.Expert.id))
        .where(tables.Panelist.round_id == round_id, col(tables.Panelist.absent).is_(False))
    ).all()
    return votes.eligible_voters(present, recusals.hidden(session, round_id), tie)


def chair_number(session: Session, round_id: int) -> str:
    """The number of the present chair, or nothing."""
    found = session.exec(
        select(tables.Expert.number)
        .join(tables.Panelist, col(tables.Panelist.expert_id) == col(tables.Expert.id))
        .where(
            tables.Panelist.round_id == round_id,
            col(tables.Panelist.chair).is_(True),
            col(tables.Panelist.absent).is_(False),
        )
    ).first()
    return found or ""
