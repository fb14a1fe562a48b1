"""Saves (保存): what an expert gives for one unit of an own draft, as often as a tap on the tablet.

A save is the busiest act of all: it reads and writes columns, never whole rows, in few statements.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, bindparam, func, insert, select, update

from panel.audit import seals
from panel.audit.events import ScoreSaved
from panel.db.prepared import Prepared, Write
from panel.errors import InvalidInput, NotFound, Problem, RuleBroken, StaleVersion
from panel.language import _
from panel.rules.applications import Track
from panel.rules.criteria import TrackPolicy, Unit
from panel.rules.permissions import Action
from panel.rules.rounding import POINT_PLACES, parse_points, text
from panel.rules.sheets import MAX_COMMENT, Given, clean_comment
from panel.services import sheets
from panel.services.office import Actor, Office
from panel.tables import Save, Score, Sheet

MAX_KEY = 64
_REQUEST = b"pingshen/save/v1\0"

_SHEETS, _SCORES, _SAVES = Sheet.__table__, Score.__table__, Save.__table__  # type: ignore[attr-defined]


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


# The statements of a save, made once.

_OTHERS = _SCORES.alias()


def _with_its_scores(sheets: Select[Any]) -> Prepared:
    """The same sheets, and how one unit of them stands and whether this save is known already."""
    others = (
        select(aggregate(_OTHERS.c.points))
        .where(_OTHERS.c.sheet_id == _SHEETS.c.id, _OTHERS.c.unit != bindparam("unit"))
        .scalar_subquery()
        .label(name)
        for name, aggregate in (("total", func.sum), ("done", func.count))
    )
    known = (_SAVES.c.expert_id == _SHEETS.c.expert_id) & (_SAVES.c.key == bindparam("key"))
    unit = (_SCORES.c.sheet_id == _SHEETS.c.id) & (_SCORES.c.unit == bindparam("unit"))
    return Prepared(
        sheets.add_columns(
            _SAVES.c.request_digest,
            _SAVES.c.version.label("known_version"),
            _SAVES.c.entry,
            _SAVES.c.saved_at,
            _SCORES.c.sheet_id.label("scored"),
            _SCORES.c.points,
            _SCORES.c.comment,
            *others,
        )
        .outerjoin(_SAVES, known)
        .outerjoin(_SCORES, unit)
    )


_OWN = _with_its_scores(sheets.OWN)
_BEFORE = _with_its_scores(select(_SHEETS.c.id).where(_SHEETS.c.id == bindparam("sheet")))
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


def save(
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
    comment = clean_comment(comment or "")
    digest = seals.digest(_REQUEST, repr((round_code, blind_code, unit, points, comment, version)).encode())
    with office.change(actor, ScoreSaved) as change:
        asked = {"key": key, "unit": unit}
        round_, sheet = sheets.own_sheet(change, Action.SAVE_SCORE, round_code, blind_code, _OWN, **asked)
        if version < 1:
            raise InvalidInput(Problem("version", str(version), "≥ 1"))
        if not 0 < len(key) <= MAX_KEY:
            raise InvalidInput(Problem("key", key[:MAX_KEY], f"1–{MAX_KEY}"))
        before = sheet
        if version != sheet.version:
            # Another save may have held the sheet: what hangs on it is asked again, as new as our own hold.
            before = _BEFORE.one_or_none(change.session, sheet=sheet.id, **asked)
        track = office.policy_named(change.session, round_.policy_digest).track(Track(sheet.track))
        if before.request_digest is not None and before.request_digest != digest:
            raise RuleBroken("key_reused", _("同一保存编号已用于另一项内容，请刷新页面后重试。"))
        given = _given(_unit(track, unit), points, comment)
        if before.request_digest is not None:
            return _saved(before, given, before.known_version, before.entry, before.saved_at)
        sheets.still_open(change, round_, sheet)
        if version != sheet.version:
            raise StaleVersion(_("这份评分表已在另一台设备上改动，请比较后选择。"), sheet.version)
        if (before.points, before.comment or "") == (given.points, given.comment):
            return _saved(before, given, version, None, change.now)
        entry = sheets.record(change, ScoreSaved(unit=unit), sheet)
        keep = {"expert_id": sheet.expert_id, "key": key, "sheet_id": sheet.id, "request_digest": digest}
        change.along = lambda: (
            _scored(sheet, before.scored is not None, unit, given),
            _NEXT.write(of_sheet=sheet.id),
            _KEEP.write(**keep, version=version + 1, entry=entry.index, saved_at=change.now),
        )
    return _saved(before, given, version + 1, entry.index, change.now)


def _unit(track: TrackPolicy, unit: str) -> Unit:
    try:
        return track.unit(unit)
    except KeyError:
        raise NotFound("no such criterion") from None


def _given(unit: Unit, points: str | None, comment: str) -> Given:
    """What was typed, if it may be given at all."""
    if len(comment) > MAX_COMMENT:
        raise InvalidInput(
            Problem(sheets.unit_name(unit), "", _("评语最多 {most} 个字符。").format(most=MAX_COMMENT))
        )
    if points is None or not points.strip():
        return Given(None, comment)
    try:
        value = parse_points(points)
    except ValueError:
        value = -1
    if not unit.legal(value):
        raise InvalidInput(
            Problem(
                sheets.unit_name(unit),
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


def _plain(hundredths: int) -> str:
    return text(hundredths, POINT_PLACES).rstrip("0").rstrip(".")


def _scored(sheet: Row[Any], scored: bool, unit: str, given: Given) -> Write:
    if not scored:
        return _FIRST.write(sheet_id=sheet.id, unit=unit, points=given.points, comment=given.comment)
    return _AGAIN.write(of_sheet=sheet.id, of_unit=unit, new_points=given.points, new_comment=given.comment)
