"""The sole writer of the audit trail."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from panel.audit import seals, tree
from panel.audit.events import ClockStepped, Event, Refused
from panel.audit.tables import ENTRIES, NODES, TEXTS
from panel.clock import from_stamp, stamp
from panel.db.prepared import Prepared, Write, run

RECORD_VERSION = 1
MAX_BODY = 4096
MAX_LIST = 1024
"""A longer list is kept among the texts; its entry says how long it is, and its digest."""

CLOCK_TOLERANCE = timedelta(seconds=5)
"""Acts that run beside each other are entered in the order in which they end: so much is no step back."""

# An entry begins with its act and its time: the canonical order of names.
_AT = re.compile(r'\{"act":"[^"]*","at":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)"')

_NEW_ENTRY, _NEW_NODE = Prepared(insert(ENTRIES)), Prepared(insert(NODES))
_HEAD = Prepared(
    select(ENTRIES.c.idx, ENTRIES.c.leaf, ENTRIES.c.body).order_by(ENTRIES.c.idx.desc()).limit(1),
    # Any constant of our own; every appender of this database waits for the same one.
    behind=select(func.pg_advisory_xact_lock(7_089_325_544_301)),
)
_NODE = Prepared(
    select(NODES.c.hash).where(
        NODES.c.level == bindparam("at_level"), NODES.c.position == bindparam("at_position")
    )
)


@dataclass(frozen=True, slots=True)
class Who:
    """Who acts, as the trail writes it: pseudonymous identifiers, never a name."""

    id: str
    role: str
    session: str = ""
    ip: str = ""
    request: str = ""


@dataclass(slots=True)
class Entry:
    """An act on its way into the trail; `index` and `leaf` are its number and hash once it stands there."""

    event: Event
    who: Who
    at: datetime
    subject: str = ""
    round_id: str = ""
    revision: int | None = None
    ok: bool = True
    index: int = field(default=-1, init=False)
    leaf: bytes = field(default=b"", init=False)


@dataclass(frozen=True, slots=True)
class _Draft:
    """An entry whose record lacks nothing but its number: what stands before it, and what after it."""

    entry: Entry
    before: bytes
    after: bytes
    searched: Mapping[str, Any]

    def numbered(self, index: int) -> bytes:
        """The whole record."""
        body = b'%b,"n":%d,%b' % (self.before, index, self.after)
        if len(body) > MAX_BODY:
            raise ValueError(
                f"audit record of {len(body)} bytes; at most {MAX_BODY} (log digests, not contents)"
            )
        return body


def append(
    session: Session,
    *entries: Entry,
    along: Callable[[], Iterable[Write]] = tuple,
    send: Callable[..., None] = run,
) -> None:
    """Append `entries` to the trail inside the running transaction, after its other writes.

    Every appender waits for the one before, so that little should happen from here on: what can be made
    beforehand is. What has to name the number of an entry is made by `along`, and written together with the
    last one by `send`, which may end the transaction, too.
    """
    drafts = [_drafted(session, entry) for entry in entries]
    head = _HEAD.one_or_none(session)
    size, last = (head.idx + 1, bytes(head.leaf)) if head else (0, b"")
    for step in _clock_step(head.body, entries) if head else ():
        drafts.insert(0, _drafted(session, step))
    for draft in drafts:
        last, writes = _entered(session, draft, size, last)
        if draft is drafts[-1]:
            send(session, *writes, *along())
        else:
            run(session, *writes)
        size += 1


def _clock_step(body: str, entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """An entry of its own where the clock has gone back since the last one: time is a claim, order is not."""
    found = _AT.match(body)
    if not found or not entries:
        return ()
    now, before = entries[0].at, found[1]
    # Stamps of one form compare as texts do; only a step is worth reading them.
    if before <= stamp(now + CLOCK_TOLERANCE):
        return ()
    back = from_stamp(before) - now
    return (Entry(ClockStepped(seconds=int(back.total_seconds())), Who("system", ""), now, "clock"),)


def _entered(session: Session, draft: _Draft, index: int, last: bytes) -> tuple[bytes, list[Write]]:
    """The leaf of an entry that gets this number, and what has to be written for it."""
    entry = draft.entry
    entry.index = index
    body = draft.numbered(index)
    leaf = entry.leaf = tree.leaf_hash(body)
    written = _NEW_ENTRY.write(idx=index, body=body.decode(), leaf=leaf, **draft.searched)
    nodes = (_NEW_NODE.write(**node) for node in _nodes(session, index, leaf, last))
    return leaf, [written, *nodes]


def columns(act: str, entry: Entry) -> dict[str, Any]:
    """The fields of an entry that are stored a second time to search by."""
    tried = entry.event.tried if isinstance(entry.event, Refused) else act
    return {
        "act": tried,
        "ok": entry.ok,
        "actor": entry.who.id,
        "round_id": entry.round_id,
        "subject": entry.subject,
    }


def _nodes(session: Session, index: int, leaf: bytes, last: bytes) -> list[dict[str, Any]]:
    # One question for each: half of the entries need none, and seldom does one need many.
    known: dict[tree.Spot, bytes] = {(0, index - 1): last}
    for level, position in tree.left_siblings(index)[1:]:
        found = _NODE.one_or_none(session, at_level=level, at_position=position)
        known[level, position] = bytes(found.hash)
    made = tree.completed(index, leaf, known.__getitem__)
    return [{"level": level, "position": position, "hash": h} for (level, position), h in made]


def _data(session: Session, event: Event) -> dict[str, Any]:
    data: dict[str, Any] = event.data()
    for name in event.texts():
        if name in data:
            data[name] = _keep_text(session, str(data[name]))
    for name, value in data.items():
        if isinstance(value, tuple):
            text = seals.canonical(_composed(value)).decode()
            if len(text.encode()) > MAX_LIST:
                data[name] = {"count": len(value), "digest": _keep_text(session, text)}
    return data


def _keep_text(session: Session, words: str) -> str:
    words = unicodedata.normalize("NFC", words)
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    key = seals.text_digest(words)
    session.execute(dialect.insert(TEXTS).on_conflict_do_nothing(), {"digest": key, "text": words})
    return key


def _drafted(session: Session, entry: Entry) -> _Draft:
    who = {"id": entry.who.id, "role": entry.who.role, "sid": entry.who.session}
    about: dict[str, Any] = {"id": entry.subject, "t": entry.event.about}
    if entry.revision is not None:
        about["rev"] = entry.revision
    # Names stand in their order, so that what comes before the number `n` and what comes after it are known.
    before: dict[str, Any] = {
        "act": entry.event.act,
        "at": stamp(entry.at),
        "data": _data(session, entry.event),
        "ip": entry.who.ip,
    }
    after: dict[str, Any] = {
        "obj": {key: value for key, value in about.items() if value != ""},
        "ok": entry.ok,
        "req": entry.who.request,
        "round": entry.round_id,
        "v": RECORD_VERSION,
        "who": {key: value for key, value in who.items() if value},
    }
    searched = _composed(columns(entry.event.act, entry))
    return _Draft(entry, _canonical(before)[:-1], _canonical(after)[1:], searched)


def _canonical(part: Mapping[str, Any]) -> bytes:
    return seals.canonical(_composed({key: value for key, value in part.items() if value not in ("", {})}))


def _composed(value: Any) -> Any:
    """The same with all its words in Unicode's composed form, so that equal words have equal bytes."""
    if isinstance(value, str):
        return value if value.isascii() else unicodedata.normalize("NFC", value)
    if isinstance(value, Mapping):
        return {key: _composed(part) for key, part in value.items()}
    if isinstance(value, tuple | list):
        return [_composed(part) for part in value]
    return value
