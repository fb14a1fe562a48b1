"""Rounds (评选批次): making one."""

from __future__ import annotations

import re
from datetime import date

from sqlmodel import select

from panel.audit.events import RoundCreated
from panel.errors import InvalidInput, NotFound, Problem, RuleBroken
from panel.language import _
from panel.rules.criteria import validity
from panel.rules.permissions import Action
from panel.services.office import Actor, Change, Office
from panel.tables import Round

_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,19}")


def create(office: Office, actor: Actor, code: str, title: str, closes_on: date) -> int:
    """Open a round whose applications close on `closes_on`, a day within the regulation's validity."""
    code, title = code.strip(), title.strip()
    if not _CODE.fullmatch(code):
        raise InvalidInput(Problem(_("批次代码"), code, _("请用 1 至 20 个字母、数字或短横线，如 2026。")))
    if not title:
        raise InvalidInput(Problem(_("批次名称"), title, _("请填写。")))
    with office.change(actor, RoundCreated) as change:
        change.permit(Action.CREATE_ROUND)
        if not validity(office.policy, closes_on):
            raise RuleBroken("out_of_validity", _("截止日期不在管理办法的有效期内，不能设立批次。"), "21")
        if change.session.exec(select(Round.id).where(Round.code == code)).first() is not None:
            raise RuleBroken("round_exists", _("批次代码“{code}”已存在，请换一个。").format(code=code))
        row = Round(code=code, title=title, closes_on=closes_on, created_at=change.now)
        change.session.add(row)
        change.session.flush()
        change.record(
            RoundCreated(code=code, closing_day=closes_on.isoformat()), subject=code, round_id=row.id
        )
        return row.id


def locked(change: Change, code: str) -> Round:
    """The round, held against other writers until this change ends."""
    row = change.session.exec(select(Round).where(Round.code == code).with_for_update()).first()
    if row is None:
        raise NotFound("no such round")
    return row
