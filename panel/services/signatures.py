"""Signatures (签名): kept in one transaction with what they sign; and the paper ones, once they came in."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlmodel import select

from panel.audit.events import Said, SignatureFiled
from panel.errors import InvalidInput, NotFound, Problem, RuleBroken
from panel.language import _
from panel.rules.permissions import Action
from panel.rules.signatures import Manner, Purpose, Signature
from panel.services.accounts import required
from panel.services.office import Actor, Change, Office
from panel.tables import Expert, Round, SignatureFiling
from panel.tables import Signature as Row

MAX_WORDS = 500


@dataclass(frozen=True, slots=True)
class Signed:
    """What an expert signed: the round, whose signature it is, and the digest of the document."""

    round_id: int
    round_code: str
    expert_id: int
    expert: str
    purpose: Purpose
    document: str


def signer(round_code: str, expert: str) -> str:
    """Who signs, as the digest binds it: an expert on the panel of a round."""
    return f"{round_code}/{expert}"


def keep(change: Change, signed: Signed, signature: Signature) -> str:
    """Keep a signature within a running change; answers its digest, for the entry that records the change."""
    digest = signature.digest(signed.purpose, signed.document, signer(signed.round_code, signed.expert))
    change.session.add(
        Row(
            round_id=signed.round_id,
            expert_id=signed.expert_id,
            purpose=signed.purpose,
            document=signed.document,
            manner=signature.manner,
            strokes=json.dumps(signature.flat, separators=(",", ":")),
            name=signature.name,
            digest=digest,
            signed_at=change.now,
        )
    )
    return digest


def file(office: Office, actor: Actor, *, round_code: str, digest: str, words: str) -> None:
    """Note that a print signed by hand came in, and where it lies."""
    words = required(words)
    if len(words) > MAX_WORDS:
        most = _("最多 {most} 个字符。").format(most=MAX_WORDS)
        raise InvalidInput(Problem(_("存放情况"), words[:20], most))
    with office.change(actor, SignatureFiled) as change:
        found = change.session.exec(
            select(Row, Round, Expert.number)
            .join(Round, Round.id == Row.round_id)  # type: ignore[arg-type]
            .join(Expert, Expert.id == Row.expert_id)  # type: ignore[arg-type]
            .where(Round.code == round_code, Row.digest == digest, Row.manner == Manner.PAPER)
        ).one_or_none()
        if found is None:
            raise NotFound("no such signature on paper")
        row, round_, expert = found
        change.permit(Action.FILE_SIGNATURE, round_)
        if change.session.get(SignatureFiling, row.id) is not None:
            raise RuleBroken("signature_filed", _("这份纸质签名已经登记。"))
        change.session.add(
            SignatureFiling(signature_id=row.id, words=words, filed_by=actor.id, filed_at=change.now)
        )
        event = SignatureFiled(document=row.document, signature=row.digest, said=Said(words))
        change.record(event, subject=expert, round_id=round_.id)
