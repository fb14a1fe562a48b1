"""Prints (纸质签名件) that experts sign by hand: which are awaited, and where those lie that came in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, and_, col, select

from panel import tables
from panel.queries.panelists import natural
from panel.rules.signatures import Manner, Purpose


@dataclass(frozen=True, slots=True)
class Print:
    """A print that an expert signs by hand: which paper, whose, and where it lies once it came in.

    `application` is empty for a pledge.
    """

    digest: str
    purpose: Purpose
    expert: str
    name: str
    application: str
    signed_at: datetime
    filed_at: datetime | None
    words: str


def of_round(session: Session, round_id: int) -> list[Print]:
    """Every paper that was to be signed by hand, those that are still awaited first."""
    rows = session.execute(
        select(tables.Signature, tables.Expert, tables.SignatureFiling, tables.Application.number)
        .join(tables.Expert, col(tables.Expert.id) == col(tables.Signature.expert_id))
        .outerjoin(
            tables.SignatureFiling, col(tables.SignatureFiling.signature_id) == col(tables.Signature.id)
        )
        .outerjoin(tables.Submission, col(tables.Submission.commitment) == col(tables.Signature.document))
        .outerjoin(tables.Sheet, col(tables.Sheet.id) == col(tables.Submission.sheet_id))
        .outerjoin(tables.Application, col(tables.Application.id) == col(tables.Sheet.application_id))
        .where(tables.Signature.round_id == round_id, tables.Signature.manner == Manner.PAPER)
        .order_by(col(tables.Signature.id))
    ).all()
    found = [
        Print(
            digest=row.digest,
            purpose=Purpose(row.purpose),
            expert=expert.number,
            name=expert.name,
            application=number or "",
            signed_at=row.signed_at,
            filed_at=filing.filed_at if filing else None,
            words=filing.words if filing else "",
        )
        for row, expert, filing, number in rows
    ]
    return sorted(found, key=lambda one: one.filed_at is not None)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed sheet as it counts now: whose, for which application, and how it was signed."""

    expert: str
    name: str
    application: str
    code: str
    manner: Manner | None
    sealed_at: datetime


def sealed(session: Session, round_id: int) -> list[Sealed]:
    """Every sealed sheet of the round in its newest revision, by expert; only for after the opening."""
    rows = session.execute(
        select(tables.Expert, tables.Application, tables.Submission, tables.Signature.manner)
        .select_from(tables.Sheet)
        .join(tables.Expert, col(tables.Expert.id) == col(tables.Sheet.expert_id))
        .join(tables.Application, col(tables.Application.id) == col(tables.Sheet.application_id))
        .join(
            tables.Submission,
            and_(
                col(tables.Submission.sheet_id) == col(tables.Sheet.id),
                col(tables.Submission.revision) == col(tables.Sheet.revision),
            ),
        )
        .outerjoin(tables.Signature, col(tables.Signature.document) == col(tables.Submission.commitment))
        .where(tables.Sheet.round_id == round_id)
        .order_by(col(tables.Sheet.expert_id), col(tables.Application.number))
    ).all()
    found = [
        Sealed(
            expert=expert.number,
            name=expert.name,
            application=application.number,
            code=application.blind_code or "",
            manner=Manner(manner) if manner else None,
            sealed_at=submission.submitted_at,
        )
        for expert, application, submission, manner in rows
    ]
    return sorted(found, key=lambda one: (natural(one.expert), natural(one.application)))
