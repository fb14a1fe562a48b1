"""What the result is computed from, and the stored results; only for those who may see opened scores."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from panel import tables
from panel.audit import seals
from panel.errors import LogTampered
from panel.queries import eligibility, recusals
from panel.rules import results, votes
from panel.rules.applications import Track
from panel.rules.criteria import Policy
from panel.rules.sheets import SheetState


@dataclass(frozen=True, slots=True)
class StoredResult:
    """A result as it was stored, computed again and found equal."""

    ranking_id: int
    computed_at: datetime
    final: bool
    policy_digest: str
    input_digest: str
    result_digest: str
    result: results.Result


def inputs(session: Session, round_id: int) -> results.Inputs:
    """Everything that the result depends on, as it stands in the store."""
    applications = {
        row.id: row
        for row in session.exec(select(tables.Application).where(tables.Application.round_id == round_id))
    }
    standing = eligibility.standings(session, round_id)
    experts = dict(session.exec(select(tables.Expert.id, tables.Expert.number)).all())
    sheets = session.exec(
        select(tables.Sheet, tables.Submission)
        .join(
            tables.Submission,
            (col(tables.Submission.sheet_id) == col(tables.Sheet.id))
            & (col(tables.Submission.revision) == col(tables.Sheet.revision)),
        )
        .where(tables.Sheet.round_id == round_id, tables.Sheet.state == SheetState.SUBMITTED)
    )
    studios = session.exec(select(tables.Studio.number).where(tables.Studio.round_id == round_id))
    return results.Inputs(
        entries=tuple(
            results.Entry(row.number, Track(row.track), row.linked_studio, standing[row.number])
            for row in applications.values()
        ),
        sheets=tuple(
            results.CountedSheet(
                experts[sheet.expert_id],
                applications[sheet.application_id].number,
                {unit: item["points"] for unit, item in json.loads(sealed.items).items()},
            )
            for sheet, sealed in sheets
        ),
        existing_studios=tuple(sorted(studios)),
        votes=named_votes(session, round_id),
    )


def named_votes(session: Session, round_id: int) -> tuple[votes.NamedVote, ...]:
    """The named votes recorded in the round."""
    experts = dict(session.exec(select(tables.Expert.id, tables.Expert.number)).all())
    chair = chair_number(session, round_id)
    rows = session.exec(
        select(tables.Ballot).where(tables.Ballot.round_id == round_id).order_by(col(tables.Ballot.id))
    )
    by_tie: dict[str, list[tables.Ballot]] = defaultdict(list)
    for row in rows:
        by_tie[row.tie].append(row)
    made = []
    for tie, ballots in by_tie.items():
        numbers = frozenset(tie.split())
        decision = next((ballot for ballot in ballots if ballot.chair), None)
        made.append(
            votes.NamedVote(
                tie=numbers,
                ballots=tuple(
                    votes.Ballot(experts[b.expert_id], b.choice, b.reason) for b in ballots if not b.chair
                ),
                chair=votes.deciding_chair(chair, voters(session, round_id, numbers)),
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


def newest(round_id: int) -> SelectOfScalar[tables.Ranking]:
    """The round's newest ranking."""
    of_round = select(tables.Ranking).where(tables.Ranking.round_id == round_id)
    return of_round.order_by(col(tables.Ranking.id).desc()).limit(1)


def stored(session: Session, policy: Policy, round_id: int) -> StoredResult | None:
    """The newest stored result, computed again from its stored inputs; a difference is an alarm."""
    row = session.exec(newest(round_id)).first()
    if row is None:
        return None
    result = results.compute(policy, results.Inputs.from_plain(json.loads(row.inputs)))
    if seals.record_digest(result.plain()) != row.result_digest or policy.digest != row.policy_digest:
        raise LogTampered(f"ranking {row.id} of round {round_id} does not follow from its stored inputs")
    return StoredResult(
        row.id, row.computed_at, row.final, row.policy_digest, row.input_digest, row.result_digest, result
    )
