"""Score sheets (评分表): an expert's saves, the sealing, and the only two ways to take a sheet back.

A save is the busiest act of all: it reads and writes columns, never whole rows, in few statements.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, exists, func, insert, select, update

from panel.audit import read, seals
from panel.audit.events import (
    Event,
    Said,
    ScoreSaved,
    SheetOpened,
    SheetReturned,
    SheetSubmitted,
    SheetVoided,
)
from panel.audit.log import Entry
from panel.db.prepared import Prepared, Write
from panel.errors import InvalidInput, NotFound, Problem, RuleBroken, StaleVersion
from panel.language import _, current
from panel.queries import blind
from panel.rules.applications import Track
from panel.rules.criteria import TrackPolicy, Unit
from panel.rules.permissions import Action
from panel.rules.rounding import POINT_PLACES, parse_points, text
from panel.rules.sheets import MAX_COMMENT, Given, Lack, Missing, SheetState, clean_comment, missing
from panel.rules.signatures import ON_PAPER, Purpose, Signature
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

MAX_KEY = 64
SALT_BYTES = seals.SALT_BYTES
_REQUEST = b"pingshen/save/v1\0"

_ROUNDS, _SHEETS = Round.__table__, Sheet.__table__  # type: ignore[attr-defined]
_SCORES, _SAVES = Score.__table__, Save.__table__  # type: ignore[attr-defined]
_APPLICATIONS, _EXPERTS = Application.__table__, Expert.__table__  # type: ignore[attr-defined]
_PANELISTS, _CONFLICTS = Panelist.__table__, Conflict.__table__  # type: ignore[attr-defined]
_RECUSALS = Recusal.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Saved:
    """A save as it stands: the sheet's new version, and the entry that recorded it (none if nothing changed).

    `total` and `done` tell how the whole sheet stands then: the points given, and how many units have some.
    """

    version: int
    entry: int | None
    at: datetime
    points: int | None
    comment: str
    total: int
    done: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """What proves later which sheet was sealed: its commitment, and the entry and leaf that hold it."""

    commitment: str
    entry: int
    leaf: str
    at: datetime


# The statements of a save, made once. On PostgreSQL the round is shared, so that its stage cannot move, and
# the sheet is held; what hangs on it is read by a statement of its own, so that it is as new as the hold.

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
_OWN = Prepared(
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
_OTHERS = _SCORES.alias()
_BEFORE = Prepared(
    select(
        _SAVES.c.request_digest,
        _SAVES.c.version,
        _SAVES.c.entry,
        _SAVES.c.saved_at,
        _SCORES.c.sheet_id.label("scored"),
        _SCORES.c.points,
        _SCORES.c.comment,
        *(
            select(aggregate(_OTHERS.c.points))
            .where(_OTHERS.c.sheet_id == _SHEETS.c.id, _OTHERS.c.unit != bindparam("unit"))
            .scalar_subquery()
            .label(name)
            for name, aggregate in (("total", func.sum), ("done", func.count))
        ),
    )
    .select_from(
        _SHEETS.outerjoin(
            _SAVES, (_SAVES.c.expert_id == _SHEETS.c.expert_id) & (_SAVES.c.key == bindparam("key"))
        ).outerjoin(_SCORES, (_SCORES.c.sheet_id == _SHEETS.c.id) & (_SCORES.c.unit == bindparam("unit")))
    )
    .where(_SHEETS.c.id == bindparam("sheet"))
)
_FIRST = Prepared(insert(_SCORES))
_AGAIN = Prepared(
    update(_SCORES)
    .where(_SCORES.c.sheet_id == bindparam("of_sheet"), _SCORES.c.unit == bindparam("of_unit"))
    .values(points=bindparam("new_points"), comment=bindparam("new_comment"))
)
_NEXT = Prepared(
    update(_SHEETS).where(_SHEETS.c.id == bindparam("of_sheet")).values(version=_SHEETS.c.version + 1)
)
_KEEP = Prepared(insert(_SAVES))


def save_score(
    office: Office,
    actor: Actor,
    *,
    round_code: str,
    blind_code: str,
    unit: str,
    points: str | None,
    comment: str | None,
    version: int,
    key: str,
) -> Saved:
    """Save what an expert gives for one unit of an own draft; the same key again only repeats the answer."""
    if not 0 < len(key) <= MAX_KEY:
        raise InvalidInput(Problem("key", key[:MAX_KEY], f"1–{MAX_KEY}"))
    comment = clean_comment(comment or "")
    digest = seals.digest(_REQUEST, repr((round_code, blind_code, unit, points, comment, version)).encode())
    with office.change(actor, ScoreSaved) as change:
        round_, sheet = _own_sheet(change, Action.SAVE_SCORE, round_code, blind_code)
        before = _BEFORE.one_or_none(change.session, key=key, unit=unit, sheet=sheet.id)
        track = office.policy_named(change.session, round_.policy_digest).track(Track(sheet.track))
        if before.request_digest is not None and before.request_digest != digest:
            raise RuleBroken("key_reused", _("同一保存编号已用于另一项内容，请刷新页面后重试。"))
        given = _given(_unit(track, unit), points, comment)
        if before.request_digest is not None:
            return _saved(before, given, before.version, before.entry, before.saved_at)
        _still_open(sheet)
        if version != sheet.version:
            raise StaleVersion(_("这份评分表已在另一台设备上改动，请比较后选择。"), sheet.version)
        if (before.points, before.comment or "") == (given.points, given.comment):
            return _saved(before, given, version, None, change.now)
        entry = _record(change, ScoreSaved(unit=unit), sheet)
        keep = {"expert_id": sheet.expert_id, "key": key, "sheet_id": sheet.id, "request_digest": digest}
        change.number(
            lambda: (
                _scored(sheet, before.scored is not None, unit, given),
                _NEXT.write(of_sheet=sheet.id),
                _KEEP.write(**keep, version=version + 1, entry=entry.index, saved_at=change.now),
            )
        )
        return _saved(before, given, version + 1, entry.index, change.now)


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
        entry = _record(change, event, sheet)
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
        _record(change, SheetReturned(reason=said), sheet)


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
        _record(change, SheetVoided(reason=Said(reason)), sheet)


def opened(office: Office, actor: Actor, *, round_code: str, blind_code: str) -> None:
    """Note that an expert looks at an application: once a session, since a reload tells nothing new."""
    with office.change(actor, SheetOpened) as change:
        _, sheet = _own_sheet(change, Action.SEE_OWN_SHEET, round_code, blind_code)
        wanted = read.Filter(
            act=SheetOpened.act, actor=actor.id, round_id=str(sheet.round_id), subject=_subject(sheet)
        )
        last = read.page(change.session, wanted, limit=1)
        if not last or json.loads(last[0].body)["who"].get("sid", "") != actor.session:
            _record(change, SheetOpened(), sheet)


# Finding and checking


def _round(change: Change, action: Action, code: str) -> Row[Any]:
    round_: Row[Any] | None = _ROUND.one_or_none(change.session, code=code)
    if round_ is None:
        raise NotFound("no such round")
    change.permit(action, round_)
    return round_


def _own_sheet(change: Change, action: Action, round_code: str, blind_code: str) -> tuple[Row[Any], Row[Any]]:
    """The round, and the actor's own sheet, held until this change ends; what is hidden is not there."""
    round_ = _round(change, action, round_code)
    sheet = _OWN.one_or_none(
        change.session, round=round_.id, expert=change.actor.expert_id, blind_code=blind_code
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
    round_, sheet = _own_sheet(change, Action.SUBMIT_SHEET, round_code, blind_code)
    _still_open(sheet)
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


def _still_open(sheet: Row[Any]) -> None:
    """Refuse to write what is sealed or no longer counts."""
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


def _unit(track: TrackPolicy, unit: str) -> Unit:
    try:
        return track.unit(unit)
    except KeyError:
        raise NotFound("no such criterion") from None


def _given(unit: Unit, points: str | None, comment: str) -> Given:
    """What was typed, if it may be given at all."""
    if len(comment) > MAX_COMMENT:
        raise InvalidInput(Problem(_name(unit), "", _("评语最多 {most} 个字符。").format(most=MAX_COMMENT)))
    if points is None or not points.strip():
        return Given(None, comment)
    try:
        value = parse_points(points)
    except ValueError:
        value = -1
    if not unit.legal(value):
        raise InvalidInput(
            Problem(
                _name(unit),
                points[:20],
                _("请填写 0 至 {most} 之间、以 {step} 分为一档的分数。").format(
                    most=_plain(unit.maximum), step=_plain(unit.scale.step)
                ),
            )
        )
    return Given(value, comment)


def _saved(before: Row[Any], given: Given, version: int, entry: int | None, at: datetime) -> Saved:
    scored = given.points is not None
    return Saved(
        version,
        entry,
        at,
        given.points,
        given.comment,
        total=(before.total or 0) + (given.points or 0),
        done=before.done + scored,
    )


def _problem(lacking: Missing) -> Problem:
    if lacking.lack is Lack.SCORE:
        return Problem(_name(lacking.unit), "", _("尚未评分。"))
    least = lacking.unit.scale.comments.min_characters
    return Problem(
        _name(lacking.unit), "", _("该分数需要评语说明理由，至少 {least} 个字。").format(least=least)
    )


def _name(unit: Unit) -> str:
    return unit.name.in_(current())


def _plain(hundredths: int) -> str:
    return text(hundredths, POINT_PLACES).rstrip("0").rstrip(".")


# Writing


def _scored(sheet: Row[Any], scored: bool, unit: str, given: Given) -> Write:
    if not scored:
        return _FIRST.write(sheet_id=sheet.id, unit=unit, points=given.points, comment=given.comment)
    return _AGAIN.write(of_sheet=sheet.id, of_unit=unit, new_points=given.points, new_comment=given.comment)


def _update(change: Change, sheet_id: int, **values: object) -> None:
    change.session.execute(update(_SHEETS).where(_SHEETS.c.id == sheet_id).values(**values))


def _subject(sheet: Row[Any]) -> str:
    return f"{sheet.expert}/{sheet.application}"


def _record(change: Change, what: Event, sheet: Row[Any]) -> Entry:
    return change.record(what, subject=_subject(sheet), round_id=sheet.round_id, revision=sheet.revision)
