"""Whether the whole trail is untouched, at nearly the speed of hashing it.

It answers yes only where every leaf, subtree, number and searchable copy fits. Anything else, also what
it merely does not understand, it leaves to the slow check, which reads entry by entry and names the damage.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import (
    ColumnElement,
    LargeBinary,
    Table,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.types import NullType, Text
from sqlmodel import Session

from panel.audit import tree
from panel.audit.tables import ENTRIES, NODES
from panel.db import prepared

_ROWS = 5000
_HASH = hashlib.sha256().digest_size
_PAIR = 2 * _HASH


class Swept:
    """A trail in which nothing was touched: all its hashes, level by level."""

    def __init__(self, levels: list[bytes]) -> None:
        self._levels = levels
        self.size = len(levels[0]) // _HASH

    def root(self, size: int) -> bytes:
        """The root that the trail had when it had so many entries."""
        return tree.root(size, self.subtree)

    def subtree(self, spot: tree.Spot) -> bytes:
        """The hash of a complete subtree."""
        level, position = spot
        return self._levels[level][position * _HASH : (position + 1) * _HASH]


def sweep(session: Session) -> Swept | None:
    """All hashes of a trail in which everything fits, else None: then somebody has to look closer."""
    swept = hashes(session)
    if swept is None or session.execute(_unlike(session)).first() is not None:
        return None
    return swept


def hashes(session: Session) -> Swept | None:
    """The same without the searchable copies: bodies, leaves, numbers and subtrees."""
    leaves = _leaves(session)
    if leaves is None:
        return None
    levels = [leaves]
    while len(levels[-1]) >= _PAIR:
        levels.append(_parents(levels[-1]))
    for level, made in enumerate(levels[1:], 1):
        if _stored(session, level) != made:
            return None
    counted = session.execute(select(func.count()).select_from(NODES)).scalar_one()
    return Swept(levels) if counted == sum(map(len, levels[1:])) // _HASH else None


def _leaves(session: Session) -> bytes | None:
    """The leaves of the bodies as they stand, if they are numbered without a gap and stored as computed."""
    sha, parts, size = hashlib.sha256, [], 0
    for rows in _rows(session, ENTRIES, "idx", "body", "leaf"):
        numbers, bodies, stored = zip(*rows, strict=True)
        if numbers != tuple(range(size, size + len(rows))) or not _all(bytes, bodies, stored):
            return None
        made = [sha(b"\x00" + body).digest() for body in bodies]
        if made != list(stored):
            return None
        parts += made
        size += len(rows)
    return b"".join(parts)


def _parents(hashes: bytes) -> bytes:
    """The complete subtrees one level up."""
    sha = hashlib.sha256
    ends = range(_PAIR, len(hashes) + 1, _PAIR)
    return b"".join([sha(b"\x01" + hashes[end - _PAIR : end]).digest() for end in ends])


def _stored(session: Session, level: int) -> bytes | None:
    """The stored subtrees of a level, if they stand in their places."""
    parts: list[bytes] = []
    for rows in _rows(session, NODES, "position", "hash", level=level):
        positions, hashes = zip(*rows, strict=True)
        if positions != tuple(range(len(parts), len(parts) + len(rows))) or not _all(bytes, hashes):
            return None
        parts += hashes
    return b"".join(parts)


def _all(kind: type, *columns: tuple[object, ...]) -> bool:
    return all(set(map(type, column)) == {kind} for column in columns)


def _rows(session: Session, table: Table, *names: str, **where: int) -> Iterator[list[Any]]:
    """These columns as bytes and numbers, in the order of the first, some thousands at once."""
    columns: list[ColumnElement[Any]] = [type_coerce(table.c[names[0]], NullType())]
    columns += [type_coerce(_as_bytes(session, table.c[name]), NullType()) for name in names[1:]]
    query = select(*columns).order_by(table.c[names[0]])
    for name, value in where.items():
        query = query.where(table.c[name] == value)
    return prepared.plain(session, query, _ROWS)


def _as_bytes(session: Session, column: ColumnElement[Any]) -> ColumnElement[Any]:
    if session.get_bind().dialect.name == "sqlite":
        return cast(column, LargeBinary)
    return func.convert_to(column, "UTF8") if isinstance(column.type, Text) else column


def _unlike(session: Session) -> Any:
    """Entries whose searchable copies are not plainly those of their body.

    An entry is canonical JSON: a quotation mark inside a word is written with a backslash before it, so that
    these pieces with their bare marks stand only where the record itself has them.
    """
    body, find = ENTRIES.c.body, _finder(session)
    act = or_(
        _starts(body, literal('{"act":"') + ENTRIES.c.act + '","at":"'),
        and_(
            _starts(body, literal('{"act":"refused","at":"')),
            find(body, literal(',"data":{"tried":"') + ENTRIES.c.act + '","why":"'),
        ),
    )
    number = literal(',"n":') + cast(ENTRIES.c.idx, Text)
    about = case(
        (ENTRIES.c.subject == "", or_(find(body, number + ',"obj":{"t":"'), find(body, number + ',"ok":'))),
        else_=find(body, number + ',"obj":{"id":"' + ENTRIES.c.subject + '"'),
    )
    ok = ENTRIES.c.ok.in_([True, False]) & find(
        body, case((ENTRIES.c.ok, ',"ok":true,"'), else_=',"ok":false,"')
    )
    who = literal('"v":1,"who":{"id":"') + ENTRIES.c.actor + '"'
    whose = case(
        (ENTRIES.c.round_id == "", and_(find(body, "," + who), ~find(body, literal(',"round":"')))),
        else_=find(body, literal(',"round":"') + ENTRIES.c.round_id + '",' + who),
    )
    return select(ENTRIES.c.idx).where(~func.coalesce(and_(act, about, ok, whose), False)).limit(1)


def _starts(body: ColumnElement[Any], piece: ColumnElement[Any]) -> ColumnElement[bool]:
    return func.substr(body, 1, func.length(piece)) == piece


def _finder(session: Session) -> Callable[[Any, Any], ColumnElement[bool]]:
    if session.get_bind().dialect.name == "sqlite":
        return lambda body, piece: func.instr(body, piece) > 0
    return lambda body, piece: func.strpos(body, piece) > 0
