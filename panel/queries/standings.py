"""What the result is computed from, and the stored results; only for those who may see opened scores."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from panel import tables
from panel.audit import seals
from panel.errors import LogTampered
from panel.queries import eligibility, votes
from panel.rules import results
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
    inputs: results.Inputs
    counted: frozenset[tuple[str, str]]
    """The sheets that went into it: expert and application."""


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
        votes=votes.named(session, round_id),
    )


def newest(round_id: int) -> SelectOfScalar[tables.Ranking]:
    """The round's newest ranking."""
    return every(round_id).limit(1)


def every(round_id: int) -> SelectOfScalar[tables.Ranking]:
    """All rankings of the round, newest first."""
    of_round = select(tables.Ranking).where(tables.Ranking.round_id == round_id)
    return of_round.order_by(col(tables.Ranking.id).desc())


def stale(session: Session, round_id: int, found: StoredResult) -> bool:
    """Whether what a result rests on has changed since it was computed."""
    return found.input_digest != seals.record_digest(inputs(session, round_id).plain())


def stored(session: Session, policy: Policy, round_id: int) -> StoredResult | None:
    """The newest stored result, computed again from its stored inputs; a difference is an alarm."""
    row = session.exec(newest(round_id)).first()
    if row is None:
        return None
    read = results.Inputs.from_plain(json.loads(row.inputs))
    result = results.compute(policy, read)
    found = (policy.digest, seals.record_digest(read.plain()), seals.record_digest(result.plain()))
    if found != (row.policy_digest, row.input_digest, row.result_digest):
        raise LogTampered(f"ranking {row.id} of round {round_id} does not follow from its stored inputs")
    return StoredResult(
        ranking_id=row.id,
        computed_at=row.computed_at,
        final=row.final,
        policy_digest=row.policy_digest,
        input_digest=row.input_digest,
        result_digest=row.result_digest,
        result=result,
        inputs=read,
        counted=frozenset((sheet.expert, sheet.application) for sheet in read.sheets),
    )
