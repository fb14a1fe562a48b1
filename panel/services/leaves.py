"""A page of material shown to an expert: boxes burned in, whom it is for across it, and on record."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from panel.audit import read
from panel.audit.events import MaterialSeen
from panel.clock import OFFICE_ZONE
from panel.documents import leaves as documents
from panel.errors import NotAllowed, NotFound, RuleBroken
from panel.language import _
from panel.queries import blind, leaves
from panel.queries.leaves import Leaf
from panel.rules.permissions import Action
from panel.services.materials import shelf
from panel.services.office import Actor, Office, permit
from panel.tables import Round

_LOOKED_BACK = 2_000


@dataclass(frozen=True, slots=True)
class _View:
    """One page for one expert, as it may be shown now."""

    leaf: Leaf
    round_id: int
    subject: str
    mark: str

    @property
    def event(self) -> MaterialSeen:
        """What the trail says once it was shown."""
        return MaterialSeen(file=self.leaf.file, page=self.leaf.number, version=self.leaf.version)


def seen(office: Office, actor: Actor, *, round_code: str, blind_code: str, place: int, page: int) -> bytes:
    """The image of a page for this expert; that it was shown is noted once a session and version.

    Leafing back to a page that is on record already writes nothing, and waits for nobody who writes.
    """
    asked = round_code, blind_code, place, page
    view = None
    with suppress(NotAllowed, NotFound, RuleBroken), office.reading() as session:
        view = _view(office, session, actor, *asked)
        view = view if _noted(session, actor, view) else None
    if view is None:
        with office.change(actor, MaterialSeen) as change:
            view = _view(office, change.session, actor, *asked)
            if not _noted(change.session, actor, view):
                change.record(view.event, subject=view.subject, round_id=view.round_id)
    image = shelf(office).image(view.leaf.digest, view.leaf.number)
    return documents.shown(image, view.leaf.boxes, view.mark)


def _view(
    office: Office, session: Session, actor: Actor, round_code: str, blind_code: str, place: int, page: int
) -> _View:
    round_ = session.exec(select(Round).where(Round.code == round_code)).first()
    if round_ is None:
        raise NotFound("no such round")
    permit(actor, Action.SEE_OWN_SHEET, round_)
    seat = blind.seat(session, round_.id, actor.expert_id)
    if seat is None:
        raise NotFound("no seat on this panel")
    row = blind.application(session, round_.id, seat, blind_code)
    if row is None:
        raise NotFound("no such sheet")
    if seat.pledged_at is None:
        raise RuleBroken("pledge_missing", _("请先签署承诺书，再查看和评分。"))
    leaf = leaves.leaf(session, row, office.policy_of(round_), place, page)
    if leaf is None:
        raise NotFound("no such page")
    return _View(
        leaf, round_.id, f"{seat.number}/{row.number}", _mark(seat.number, blind_code, office.clock())
    )


def _noted(session: Session, actor: Actor, view: _View) -> bool:
    """Whether the trail has it already that this page was shown in this session, as it was reviewed."""
    wanted = read.Filter(
        act=MaterialSeen.act, actor=actor.id, round_id=str(view.round_id), subject=view.subject
    )
    data = view.event.data()
    return any(
        dict(record.data) == data and json.loads(record.body)["who"].get("sid", "") == actor.session
        for record in read.page(session, wanted, limit=_LOOKED_BACK)
    )


def _mark(expert: str, code: str, now: datetime) -> str:
    """Who is shown it, under which code and when: nothing that tells who applies."""
    return f"{expert} · {code} · {now.astimezone(OFFICE_ZONE):%Y-%m-%d %H:%M}"
