"""A page of material shown to an expert: boxes burned in, whom it is for across it, and on record."""

from __future__ import annotations

import json
from datetime import datetime

from sqlmodel import select

from panel.audit import read
from panel.audit.events import MaterialSeen
from panel.clock import OFFICE_ZONE
from panel.documents import leaves as documents
from panel.errors import NotFound, RuleBroken
from panel.language import _
from panel.queries import blind, leaves
from panel.rules.permissions import Action
from panel.services.materials import shelf
from panel.services.office import Actor, Change, Office
from panel.tables import Round

_LOOKED_BACK = 2_000


def seen(office: Office, actor: Actor, *, round_code: str, blind_code: str, place: int, page: int) -> bytes:
    """The image of a page for this expert; that it was shown is noted once a session and version."""
    with office.change(actor, MaterialSeen) as change:
        round_ = change.session.exec(select(Round).where(Round.code == round_code)).first()
        if round_ is None:
            raise NotFound("no such round")
        change.permit(Action.SEE_OWN_SHEET, round_)
        seat = blind.seat(change.session, round_.id, actor.expert_id)
        if seat is None:
            raise NotFound("no seat on this panel")
        row = blind.application(change.session, round_.id, seat, blind_code)
        if row is None:
            raise NotFound("no such sheet")
        if seat.pledged_at is None:
            raise RuleBroken("pledge_missing", _("请先签署承诺书，再查看和评分。"))
        leaf = leaves.leaf(change.session, row, office.policy_of(round_), place, page)
        if leaf is None:
            raise NotFound("no such page")
        what = MaterialSeen(file=leaf.file, page=page, version=leaf.version)
        _note(change, what, f"{seat.number}/{row.number}", round_.id)
        mark = _mark(seat.number, blind_code, change.now)
    return documents.shown(shelf(office).image(leaf.digest, page), leaf.boxes, mark)


def _note(change: Change, what: MaterialSeen, subject: str, round_id: int) -> None:
    wanted = read.Filter(act=MaterialSeen.act, actor=change.actor.id, round_id=str(round_id), subject=subject)
    for record in read.page(change.session, wanted, limit=_LOOKED_BACK):
        session = json.loads(record.body)["who"].get("sid", "")
        if session == change.actor.session and dict(record.data) == what.data():
            return
    change.record(what, subject=subject, round_id=round_id)


def _mark(expert: str, code: str, now: datetime) -> str:
    """Who is shown it, under which code and when: nothing that tells who applies."""
    return f"{expert} · {code} · {now.astimezone(OFFICE_ZONE):%Y-%m-%d %H:%M}"
