"""Signatures (签名) as they are shown again to their signers, and all of them against the trail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from panel import tables
from panel.audit import read
from panel.audit.events import PledgeSigned, SheetSubmitted, SignatureFiled
from panel.language import _
from panel.queries.decisions import Difference, said
from panel.rules import signatures
from panel.rules.signatures import Purpose, Signature


@dataclass(frozen=True, slots=True)
class SignatureView:
    """How somebody signed a document, and when; `filed_at` of a print says since when the office has it."""

    signature: Signature
    digest: str
    at: datetime
    filed_at: datetime | None


def of_document(session: Session, round_id: int, expert_id: int, document: str) -> SignatureView | None:
    """The signature under the document of this digest; what was taken before signatures were, has none."""
    row = session.exec(
        select(tables.Signature, tables.SignatureFiling.filed_at)
        .outerjoin(
            tables.SignatureFiling, col(tables.SignatureFiling.signature_id) == col(tables.Signature.id)
        )
        .where(
            tables.Signature.round_id == round_id,
            tables.Signature.expert_id == expert_id,
            tables.Signature.document == document,
        )
    ).one_or_none()
    if row is None:
        return None
    kept, filed_at = row
    return SignatureView(
        signatures.kept(kept.manner, kept.strokes, kept.name), kept.digest, kept.signed_at, filed_at
    )


# Against the trail


def faults(session: Session) -> Iterator[Difference]:
    """Signatures that are not as they were given, and prints that nobody recorded."""
    logged = {
        str(record.data["signature"]): record
        for act in (PledgeSigned.act, SheetSubmitted.act)
        for record in read.of_act(session, act)
        if record.data.get("signature")
    }
    rows = session.execute(
        select(tables.Signature, tables.Round.code, tables.Expert.number)
        .join(tables.Round, col(tables.Round.id) == col(tables.Signature.round_id))
        .join(tables.Expert, col(tables.Expert.id) == col(tables.Signature.expert_id))
    ).all()
    for row, code, expert in rows:
        record = logged.pop(row.digest, None)
        if record is None or not _fits(row, record, code, expert):
            index = record.index if record else -1
            yield Difference(index, _("专家 {who} 的签名与留痕记录不一致").format(who=expert))
    for record in logged.values():
        who = record.subject.partition("/")[0]
        yield Difference(record.index, _("专家 {who} 的签名不见了").format(who=who))
    yield from _filings(session)


def _fits(row: tables.Signature, record: read.Record, code: str, expert: str) -> bool:
    """Whether a signature is the one that was logged: drawn so, by this expert, under this document."""
    try:
        signature = signatures.kept(row.manner, row.strokes, row.name)
    except ValueError:
        return False
    document = record.data["text"] if record.act == PledgeSigned.act else record.data["c"]
    purpose = Purpose.PLEDGE if record.act == PledgeSigned.act else Purpose.SHEET
    again = signature.digest(purpose, row.document, f"{code}/{expert}")
    kept = (row.document, row.manner, row.purpose, row.digest, row.signed_at)
    return kept == (document, record.data["manner"], purpose, again, record.at) and (
        record.subject.partition("/")[0] == expert
    )


def _filings(session: Session) -> Iterator[Difference]:
    rows = session.execute(
        select(tables.SignatureFiling, tables.Signature.digest, tables.Expert.number)
        .join(tables.Signature, col(tables.Signature.id) == col(tables.SignatureFiling.signature_id))
        .join(tables.Expert, col(tables.Expert.id) == col(tables.Signature.expert_id))
    ).all()
    kept = {(digest, said(row.words), row.filed_by): expert for row, digest, expert in rows}
    logged = {
        (str(record.data["signature"]), str(record.data["said"]), record.actor): record.subject
        for record in read.of_act(session, SignatureFiled.act)
    }
    for one in sorted(kept.keys() ^ logged.keys()):
        who = kept.get(one) or logged[one]
        yield Difference(-1, _("专家 {who} 的纸质签名登记与留痕记录不一致").format(who=who))
