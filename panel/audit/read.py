"""Reading the audit trail: pages, filters, the head."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from panel.audit import tree
from panel.audit.events import VOCABULARY
from panel.audit.tables import ENTRIES, NODES, TEXTS
from panel.clock import from_stamp


@dataclass(frozen=True, slots=True)
class Record:
    """One entry as it was read."""

    index: int
    act: str
    at: datetime
    ok: bool
    actor: str
    role: str
    round_id: str
    subject: str
    data: Mapping[str, Any]
    body: str
    leaf: str


@dataclass(frozen=True, slots=True)
class Head:
    """How long the trail is and its root hash in hex."""

    size: int
    root: str


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries to show; empty means all."""

    act: str = ""
    actor: str = ""
    round_id: str = ""
    subject: str = ""
    refused_only: bool = False


def page(
    session: Session,
    wanted: Filter = Filter(),  # noqa: B008 - frozen value
    *,
    before: int | None = None,
    after: int | None = None,
    limit: int = 50,
) -> list[Record]:
    """Entries newest first; older than `before`, or newer than `after`."""
    query = select(ENTRIES).order_by(ENTRIES.c.idx.desc()).limit(limit)
    for column, value in (
        (ENTRIES.c.actor, wanted.actor),
        (ENTRIES.c.round_id, wanted.round_id),
        (ENTRIES.c.subject, wanted.subject),
    ):
        if value:
            query = query.where(column == value)
    if wanted.act:
        # "sheet" means every act on sheets, "sheet.save" that one act.
        same = ENTRIES.c.act == wanted.act
        query = query.where(same | ENTRIES.c.act.startswith(wanted.act + ".", autoescape=True))
    if wanted.refused_only:
        query = query.where(ENTRIES.c.ok.is_(False))
    if before is not None:
        query = query.where(ENTRIES.c.idx < before)
    if after is not None:
        query = query.where(ENTRIES.c.idx > after)
    return [_record(row) for row in session.execute(query)]


def entry(session: Session, index: int) -> Record | None:
    """One entry by its number."""
    row = session.execute(select(ENTRIES).where(ENTRIES.c.idx == index)).one_or_none()
    return _record(row) if row else None


def bodies(session: Session) -> Iterable[str]:
    """Every entry verbatim, oldest first."""
    return session.execute(select(ENTRIES.c.body).order_by(ENTRIES.c.idx)).scalars()


def of_act(session: Session, act: str, round_id: str = "") -> list[Record]:
    """The entries of one act that succeeded, oldest first."""
    query = select(ENTRIES).where(ENTRIES.c.act == act, ENTRIES.c.ok.is_(True)).order_by(ENTRIES.c.idx)
    if round_id:
        query = query.where(ENTRIES.c.round_id == round_id)
    return [_record(row) for row in session.execute(query)]


def head(session: Session) -> Head:
    """The size of the trail and its root, from the stored subtrees."""
    size = session.execute(select(func.coalesce(func.max(ENTRIES.c.idx), -1))).scalar_one() + 1

    def subtree(spot: tree.Spot) -> bytes:
        level, position = spot
        if level == 0:
            query = select(ENTRIES.c.leaf).where(ENTRIES.c.idx == position)
        else:
            query = select(NODES.c.hash).where(NODES.c.level == level, NODES.c.position == position)
        return bytes(session.execute(query).scalar_one())

    return Head(size, tree.root(size, subtree).hex())


def size(session: Session) -> int:
    """How many entries there are."""
    return int(session.execute(select(func.coalesce(func.max(ENTRIES.c.idx), -1))).scalar_one()) + 1


def words(session: Session, record: Record) -> dict[str, str]:
    """The words that a record refers to by digest, by field; a text removed for privacy is simply not there."""
    kind = VOCABULARY.get(record.act)
    wanted = {record.data[name]: name for name in (kind.texts() if kind else ()) if name in record.data}
    rows = session.execute(select(TEXTS).where(TEXTS.c.digest.in_(list(wanted))))
    return {wanted[row.digest]: row.text for row in rows}


def _record(row: Any) -> Record:
    body = json.loads(row.body)
    return Record(
        index=row.idx,
        act=row.act,
        at=from_stamp(body["at"]),
        ok=row.ok,
        actor=row.actor,
        role=body.get("who", {}).get("role", ""),
        round_id=row.round_id,
        subject=row.subject,
        data=body.get("data", {}),
        body=row.body,
        leaf=bytes(row.leaf).hex(),
    )
