"""Signed score sheets (评分表) as PDFs: for their expert once sealed, for the office after opening."""

from __future__ import annotations

from collections.abc import Callable

from sqlmodel import Session, select

from panel import tables
from panel.audit.events import SheetPrinted
from panel.audit.seals import file_digest
from panel.documents import score_sheets
from panel.documents.score_sheets import SignedSheet
from panel.errors import NotFound
from panel.queries import blind, rounds, signatures
from panel.queries.rounds import RoundView
from panel.rules.permissions import Action, may
from panel.rules.receipts import Receipt
from panel.services.exports import Exported
from panel.services.office import Actor, Office
from panel.services.rounds import locked

Address = Callable[[Receipt], str]
"""Where a receipt is checked without signing in."""


def own(office: Office, actor: Actor, round_code: str, blind_code: str, address: Address) -> Exported:
    """One's own sealed sheet."""
    with office.reading() as session:
        round_ = _round(session, round_code)
        return _written(office, session, round_, actor.expert_id, blind_code, address)


def of_expert(
    office: Office, actor: Actor, round_code: str, expert: str, blind_code: str, address: Address
) -> Exported:
    """The sealed sheet of an expert, once the seals are opened; that somebody took it is on record."""
    with office.reading() as session:
        round_ = _round(session, round_code)
        opened = actor.role is not None and may(Action.SEE_RESULT, actor.role, round_.stage)
        who = session.exec(select(tables.Expert.id).where(tables.Expert.number == expert)).first()
        made = _written(office, session, round_, who, blind_code, address) if opened else None
    with office.change(actor, SheetPrinted) as change:
        change.permit(Action.SEE_RESULT, locked(change, round_code))
        if made is None:
            raise NotFound("no sealed sheet")
        event = SheetPrinted(code=blind_code, digest=made.digest)
        change.record(event, subject=expert, round_id=round_.id)
    return made


def _round(session: Session, code: str) -> RoundView:
    found = rounds.by_code(session, code)
    if found is None:
        raise NotFound("no such round")
    return found


def _written(
    office: Office,
    session: Session,
    round_: RoundView,
    expert_id: int | None,
    blind_code: str,
    address: Address,
) -> Exported:
    seat = blind.seat(session, round_.id, expert_id)
    if seat is None or seat.pledged_at is None:
        raise NotFound("not on this panel")
    policy = office.policy_named(session, round_.policy_digest)
    sheet = blind.sheet(session, policy, round_.id, seat, blind_code)
    if sheet is None or sheet.receipt is None:
        raise NotFound("no sealed sheet")
    signed = SignedSheet(
        round_title=round_.title,
        expert=seat.number,
        expert_name=session.get_one(tables.Expert, seat.expert_id).name,
        sheet=sheet,
        receipt=sheet.receipt,
        signature=signatures.of_document(session, round_.id, seat.expert_id, sheet.receipt.commitment),
        address=address(sheet.receipt.paper),
    )
    data = score_sheets.render(signed)
    return Exported(score_sheets.name(signed), data, file_digest(data))
