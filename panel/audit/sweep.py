"""Whether a whole trail is untouched, at little more than the cost of hashing it.

A sweep answers only where every leaf, subtree, number and searchable copy fits. Everything else, also what
it merely does not understand, it leaves to the slow check, which reads entry by entry and names the damage:
a sweep may be too strict, never too lenient. The store puts thousands of rows into one value, and works on
the next ones while these are hashed; what Python does for a single entry is little more than its hash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Integer,
    LargeBinary,
    Select,
    String,
    Table,
    bindparam,
    case,
    cast,
    func,
    select,
)
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from panel.audit import shape, tree
from panel.audit.tables import ENTRIES, NODES

AT_ONCE = 8192
"""Rows in one value."""

_SIZE = hashlib.sha256().digest_size
_PAIR = 2 * _SIZE

# What parts rows in one value. No sound word or number holds it, and what is missing becomes one: where
# there are as many parts as rows, each part is one row's own.
_PARTING = "\n"


@dataclass(frozen=True, slots=True)
class Swept:
    """A trail in which nothing was touched: all its hashes, level by level."""

    levels: Sequence[bytes]
    lists: Mapping[str, int] = field(default_factory=dict)
    """The digests of the long lists that entries refer to, each with its entry."""

    @property
    def size(self) -> int:
        """How many entries there are."""
        return len(self.levels[0]) // _SIZE

    def root(self, size: int) -> bytes:
        """The root that the trail had when it had so many entries."""
        return tree.root(size, self._subtree)

    def frontier(self) -> tree.Frontier:
        """The whole tree, to go on from."""
        return tree.Frontier.resumed(self.size, self._subtree)

    def _subtree(self, spot: tree.Spot) -> bytes:
        level, position = spot
        return self.levels[level][position * _SIZE : (position + 1) * _SIZE]


@dataclass(frozen=True, slots=True)
class _Part:
    """The rows from `first` on: all values of a column in one, one a line."""

    first: int
    columns: Mapping[str, bytes]


class _Unlike(Exception):
    """Something does not plainly fit."""


def sweep(session: Session) -> Swept | None:
    """All hashes of a trail in which everything fits, else None: then somebody has to look closer."""
    try:
        with ThreadPoolExecutor(1) as store:
            return _swept(session, store)
    except (_Unlike, shape.Unreadable):
        return None
    except DBAPIError as error:
        if error.connection_invalidated:
            raise
        return None


def _swept(session: Session, store: ThreadPoolExecutor) -> Swept:
    size, first, last, nodes = session.execute(_COUNTED).one()
    _must(size == 0 or (first, last) == (0, size - 1))
    lists: dict[str, int] = {}
    levels = [b"".join(_leaves(_parts(session, store, ENTRIES, size), lists))]
    while len(levels[-1]) >= _PAIR:
        levels.append(_parents(levels[-1]))
    for level, made in enumerate(levels[1:], 1):
        for part in _parts(session, store, NODES, len(made) // _SIZE, level):
            _must(part.columns["hash"] == _lines(made[part.first * _SIZE : (part.first + AT_ONCE) * _SIZE]))
    _must(nodes == sum(map(len, levels[1:])) // _SIZE)
    return Swept(levels, lists)


def _must(fits: bool) -> None:
    if not fits:
        raise _Unlike


def _leaves(parts: Iterable[_Part], lists: dict[str, int]) -> Iterator[bytes]:
    """The leaves of the bodies as they stand, where leaves and searchable copies are stored accordingly."""
    sha = hashlib.sha256
    for part in parts:
        joined = part.columns["body"]
        # Each body behind the zero byte that marks a leaf.
        marked = (b"\0" + joined.replace(b"\n", b"\n\0")).split(b"\n")
        made = b"".join([sha(body).digest() for body in marked])
        _must(part.columns["leaf"] == _lines(made))
        said = shape.said(joined)
        _must(all(said[name] == part.columns[name] for name in shape.FIELDS))
        if b'"count":' in joined:
            for index, body in enumerate(marked, part.first):
                lists.update(dict.fromkeys(shape.lists(body[1:]) if b'"count":' in body else (), index))
        yield made


def _lines(hashes: bytes) -> bytes:
    """Hashes in hex, one a line."""
    return hashes.hex(_PARTING, _SIZE).encode()


def _parents(hashes: bytes) -> bytes:
    """The complete subtrees one level up."""
    sha = hashlib.sha256
    ends = range(_PAIR, len(hashes) + 1, _PAIR)
    return b"".join([sha(b"\x01" + hashes[end - _PAIR : end]).digest() for end in ends])


def _parts(
    session: Session, store: ThreadPoolExecutor, table: Table, size: int, level: int = 0
) -> Iterator[_Part]:
    """Every row up to number `size`, thousands at once; while one part is worked on, the next is read."""
    number = "position" if level else "idx"
    query = _joined(session, table, number)

    def read(low: int) -> dict[str, bytes]:
        values = {"low": low, "high": min(low + AT_ONCE, size), "at_level": level}
        row = session.execute(query, values).mappings().one()
        return {name: value if isinstance(value, bytes) else value.encode() for name, value in row.items()}

    coming = store.submit(read, 0)
    for low in range(0, size, AT_ONCE):
        part = _Part(low, coming.result())
        high = min(low + AT_ONCE, size)
        if high < size:
            coming = store.submit(read, high)
        _must(part.columns[number] == _PARTING.join(map(str, range(low, high))).encode())
        yield part


def _joined(session: Session, table: Table, number: str) -> Select[Any]:
    """Each column of the rows from `low` to before `high` as one value, in the order of their numbers."""
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    counter = table.c[number]
    wanted = [column for column in table.c if column.key != "level"]
    rows = select(*wanted).where(counter >= bindparam("low"), counter < bindparam("high")).order_by(counter)
    if "level" in table.c:
        rows = rows.where(table.c.level == bindparam("at_level"))
    part = rows.subquery()

    def one(column: ColumnElement[Any]) -> ColumnElement[Any]:
        joined = func.aggregate_strings(func.coalesce(_text(column, on_sqlite), _PARTING), _PARTING)
        # SQLite holds anything in a text, even what is none.
        return func.coalesce(cast(joined, LargeBinary) if on_sqlite else joined, "").label(column.key)

    return select(*map(one, part.c))


def _text(column: ColumnElement[Any], on_sqlite: bool) -> ColumnElement[Any]:
    """A value as a text that no other value has."""
    if isinstance(column.type, LargeBinary):
        return func.lower(func.hex(column)) if on_sqlite else func.encode(column, "hex")
    if isinstance(column.type, Boolean):
        return case((column.is_(True), "true"), (column.is_(False), "false"))
    return cast(column, String) if isinstance(column.type, Integer) else column


_COUNTED = select(
    func.count(),
    func.min(ENTRIES.c.idx),
    func.max(ENTRIES.c.idx),
    select(func.count()).select_from(NODES).scalar_subquery(),
).select_from(ENTRIES)
