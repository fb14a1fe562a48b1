"""Score sheets (评分表): the sealing, and the only two ways to take a sheet back."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, exists, select, update

from panel.audit import read, seals
from panel.audit.events import (
    Event,
    Said,
    SheetOpened,
    SheetReturned,
    SheetSubmitted,
    SheetVoided,
)
from panel.audit.log import Entry
from panel.db.prepared import Prepared
from panel.errors import InvalidInput, NotFound, Problem, RuleBroken, StaleVersion
from panel.language import _, current
from panel.queries import blind, returns
from panel.rules.applications import Track
from panel.rules.criteria import TrackPolicy, Unit
from panel.rules.permissions import Action
from panel.rules.sheets import Given, Lack, Missing, SheetState, missing
from panel.rules.signatures import ON_PAPER, Purpose, Signature
from panel.rules.stages import Stage
from panel.services import signatures
from panel.services.accounts import required
from panel.services.office import Actor, Change, Office
from panel.services.signatures import Signed
from panel.tables import (
    Application,
    Conflict,
    Expert,
    Panelist,
    Recusal,
    Round,
    Save,
    Score,
    Sheet,
    Submission,
)

SALT_BYTES = seals.SALT_BYTES

_ROUNDS, _SHEETS = Round.__table__, Sheet.__table__  # type: ignore[attr-defined]
_SCORES, _SAVES = Score.__table__, Save.__table__  # type: ignore[attr-defined]
_APPLICATIONS, _EXPERTS = Application.__table__, Expert.__table__  # type: ignore[attr-defined]
_PANELISTS, _CONFLICTS = Panelist.__table__, Conflict.__table__  # type: ignore[attr-defined]
_RECUSALS = Recusal.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What proves later which sheet was sealed: its commitment, and the entry and leaf that hold it."""

    commitment: str
    entry: int
    leaf: str
    at: datetime


# Asked for every save, hence made once. On PostgreSQL the round is shared first, so that its stage stays and
# nobody is recused or marked absent meanwhile. What such an act changed, for which that statement may have
# had to wait, only the next one sees.

_ROUND = Prepared(
    select(_ROUNDS.c.id, _ROUNDS.c.stage, _ROUNDS.c.policy_digest)
    .where(_ROUNDS.c.code == bindparam("code"))
    .with_for_update(read=True)
)
_COLUMNS = (
    _SHEETS.c.id,
    _SHEETS.c.round_id,
    _SHEETS.c.expert_id,
    _SHEETS.c.state,
    _SHEETS.c.revision,
    _SHEETS.c.version,
    _APPLICATIONS.c.number.label("application"),
    _APPLICATIONS.c.track,
    _APPLICATIONS.c.withdrawn,
    _EXPERTS.c.number.label("expert"),
)
_JOINED = _SHEETS.join(_APPLICATIONS, _APPLICATIONS.c.id == _SHEETS.c.application_id).join(
    _EXPERTS, _EXPERTS.c.id == _SHEETS.c.expert_id
)
OWN = (
    select(
        *_COLUMNS,
        _PANELISTS.c.pledged_at,
        _PANELISTS.c.absent,
        exists()
        .where(_CONFLICTS.c.round_id == _SHEETS.c.round_id, _CONFLICTS.c.expert_id == _SHEETS.c.expert_id)
        .where(_CONFLICTS.c.declared, ~_CONFLICTS.c.settled)
        .label("declared"),
        exists()
        .where(_RECUSALS.c.round_id == _SHEETS.c.round_id, _RECUSALS.c.expert_id == _SHEETS.c.expert_id)
        .where(_RECUSALS.c.recused)
        .label("recused"),
    )
    .select_from(
        _JOINED.join(
            _PANELISTS,
            (_PANELISTS.c.round_id == _SHEETS.c.round_id) & (_PANELISTS.c.expert_id == _SHEETS.c.expert_id),
        )
    )
    .where(
        _SHEETS.c.round_id == bindparam("round"),
        _SHEETS.c.expert_id == bindparam("expert"),
        _APPLICATIONS.c.blind_code == bindparam("blind_code"),
    )
    .with_for_update(of=_SHEETS)
)
"""An expert's own sheet, held; what is read beside it may be as old as the time before it had to wait."""
_OWN = Prepared(OWN)


def submit(
    office: Office,
    actor: Actor,
    *,
    round_code: str,
    blind_code: str,
    version: int,
    signature: Signature = ON_PAPER,
) -> Receipt:
    """Sign and seal an own draft that lacks nothing; from then on its expert reads it, nobody writes it."""
    with office.change(actor, SheetSubmitted) as change:
        round_, sheet, track, given = _finished(office, change, round_code, blind_code, version)
        sealed = seals.SealedSheet(
            round_code,
            sheet.application,
            sheet.expert,
            sheet.revision,
            {unit.id: (given[unit.id].points or 0, given[unit.id].comment) for unit in track.units()},
        )
        salt = os.urandom(SALT_BYTES)
        commitment = sealed.commitment(salt)
        _update(change, sheet.id, state=SheetState.SUBMITTED, version=sheet.version + 1)
        change.session.add(
            Submission(
                sheet_id=sheet.id,
                revision=sheet.revision,
                salt=salt,
                items=seals.canonical(sealed.plain()["items"]).decode(),
                commitment=commitment,
                submitted_at=change.now,
            )
        )
        signed = Signed(
            round_.id, round_code, sheet.expert_id, sheet.expert, Purpose.SHEET, document=commitment
        )
        kept = signatures.keep(change, signed, signature)
        event = SheetSubmitted(c=commitment, manner=signature.manner, signature=kept)
        entry = record(change, event, sheet)
        change.number()
        return Receipt(commitment, entry.index, entry.leaf.hex(), change.now)


def check(office: Office, actor: Actor, *, round_code: str, blind_code: str, version: int) -> None:
    """Whether an own sheet could be sealed now as it was shown: before its expert is asked to sign it."""
    with office.change(actor, SheetSubmitted) as change:
        _finished(office, change, round_code, blind_code, version)


def return_sheet(
    office: Office, actor: Actor, *, round_code: str, expert_number: str, application_number: str, reason: str
) -> None:
    """Give a submitted sheet back to its expert for a new revision; the old seal stays."""
    with office.change(actor, SheetReturned) as change:
        round_ = _round(change, Action.RETURN_SHEET, round_code)
        said = Said(required(reason))
        sheet = change.session.execute(
            select(*_COLUMNS)
            .select_from(_JOINED)
            .where(
                _SHEETS.c.round_id == round_.id,
                _EXPERTS.c.number == expert_number,
                _APPLICATIONS.c.number == application_number,
            )
            .with_for_update(of=_SHEETS)
        ).one_or_none()
        if sheet is None:
            raise NotFound("no such sheet")
        if sheet.state != SheetState.SUBMITTED:
            raise RuleBroken("sheet_not_submitted", _("这份评分表尚未提交或者已作废，不能退回。"))
        _update(
            change, sheet.id, state=SheetState.DRAFT, revision=sheet.revision + 1, version=sheet.version + 1
        )
        record(change, SheetReturned(reason=said), sheet)


def void(change: Change, sheet_ids: Iterable[int], reason: str) -> None:
    """Exclude sheets from the result within a running change; they are kept as they are."""
    rows = change.session.execute(
        select(*_COLUMNS)
        .select_from(_JOINED)
        .where(_SHEETS.c.id.in_(list(sheet_ids)), _SHEETS.c.state != SheetState.VOID)
        .order_by(_SHEETS.c.id)
        .with_for_update(of=_SHEETS)
    ).all()
    for sheet in rows:
        _update(change, sheet.id, state=SheetState.VOID, void_because=reason, version=sheet.version + 1)
        record(change, SheetVoided(reason=Said(reason)), sheet)


def opened(office: Office, actor: Actor, *, round_code: str, blind_code: str) -> None:
    """Note that an expert looks at an application: once a session, since a reload tells nothing new."""
    with office.change(actor, SheetOpened) as change:
        _, sheet = own_sheet(change, Action.SEE_OWN_SHEET, round_code, blind_code)
        wanted = read.Filter(
            act=SheetOpened.act, actor=actor.id, round_id=str(sheet.round_id), subject=_subject(sheet)
        )
        last = read.page(change.session, wanted, limit=1)
        if not last or json.loads(last[0].body)["who"].get("sid", "") != actor.session:
            record(change, SheetOpened(), sheet)


# Finding and checking


def _round(change: Change, action: Action, code: str) -> Row[Any]:
    round_: Row[Any] | None = _ROUND.one_or_none(change.session, code=code)
    if round_ is None:
        raise NotFound("no such round")
    change.round_id = round_.id
    change.permit(action, round_)
    return round_


def own_sheet(
    change: Change, action: Action, round_code: str, blind_code: str, asked: Prepared = _OWN, **more: object
) -> tuple[Row[Any], Row[Any]]:
    """The round, and the actor's own sheet, held until this change ends; what is hidden is not there.

    `asked` may ask for more than `OWN` does.
    """
    round_ = _round(change, action, round_code)
    sheet = asked.one_or_none(
        change.session, round=round_.id, expert=change.actor.expert_id, blind_code=blind_code, **more
    )
    if sheet is None or (
        (sheet.declared or sheet.recused)
        and sheet.application in blind.hidden(change.session, round_.id, sheet.expert)
    ):
        raise NotFound("no such sheet")
    if sheet.pledged_at is None:
        raise RuleBroken("pledge_missing", _("请先签署承诺书，再查看和评分。"))
    return round_, sheet


def _finished(
    office: Office, change: Change, round_code: str, blind_code: str, version: int
) -> tuple[Row[Any], Row[Any], TrackPolicy, dict[str, Given]]:
    """The round, an own draft as its expert saw it that lacks nothing, its track, and what was given."""
    round_, sheet = own_sheet(change, Action.SUBMIT_SHEET, round_code, blind_code)
    still_open(change, round_, sheet)
    if version != sheet.version:
        raise StaleVersion(_("这份评分表已在另一台设备上改动，请核对后再提交。"), sheet.version)
    track = office.policy_named(change.session, round_.policy_digest).track(Track(sheet.track))
    given = {
        row.unit: Given(row.points, row.comment)
        for row in change.session.execute(select(_SCORES).where(_SCORES.c.sheet_id == sheet.id))
    }
    lacking = missing(track.units(), given)
    if lacking:
        raise InvalidInput(*map(_problem, lacking))
    return round_, sheet, track, given


def still_open(change: Change, round_: Row[Any], sheet: Row[Any]) -> None:
    """Refuse to write what is sealed or no longer counts, and after scoring what was not given back since."""
    if sheet.state == SheetState.SUBMITTED:
        raise RuleBroken(
            "sheet_submitted", _("这份评分表已提交，不能再修改；确需修改的，请联系评审组秘书退回。")
        )
    if sheet.state == SheetState.VOID:
        raise RuleBroken("sheet_void", _("这份评分表已作废，不能再修改。"))
    if sheet.withdrawn:
        raise RuleBroken("application_withdrawn", _("申报单位已撤回申报，无需再评分。"))
    if sheet.absent:
        raise RuleBroken("expert_absent", _("您在本批次已登记为缺席，不能评分；如有疑问，请联系评审组秘书。"))
    closed = round_.stage == Stage.CLOSED
    if closed and _subject(sheet) not in returns.since_closing(change.session, round_.id):
        raise RuleBroken(
            "scoring_closed", _("评分已经结束，不能再修改；只有结束以后由评审组秘书退回的评分表可以改。")
        )


def _problem(lacking: Missing) -> Problem:
    if lacking.lack is Lack.SCORE:
        return Problem(unit_name(lacking.unit), "", _("尚未评分。"))
    least = lacking.unit.scale.comments.min_characters
    return Problem(
        unit_name(lacking.unit), "", _("该分数需要评语说明理由，至少 {least} 个字。").format(least=least)
    )


def unit_name(unit: Unit) -> str:
    """What a unit is called in the reader's language."""
    return unit.name.in_(current())


# Writing


def _update(change: Change, sheet_id: int, **values: object) -> None:
    change.session.execute(update(_SHEETS).where(_SHEETS.c.id == sheet_id).values(**values))


def _subject(sheet: Row[Any]) -> str:
    return f"{sheet.expert}/{sheet.application}"


def record(change: Change, what: Event, sheet: Row[Any]) -> Entry:
    """Note what was done to a sheet."""
    return change.record(what, subject=_subject(sheet), round_id=sheet.round_id, revision=sheet.revision)
