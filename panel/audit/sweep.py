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
from functools import reduce
from operator import add
from typing import Any

from sqlalchemy import (
    ColumnElement,
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
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.sql.elements import KeyedColumnElement
from sqlmodel import Session

from panel.audit import shape, tree
from panel.audit.tables import ENTRIES, NODES

AT_ONCE = 16384
"""Rows in one value."""

_SIZE = hashlib.sha256().digest_size
_PAIR = 2 * _SIZE


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
    """`count` rows from number `first` on: all values of a column in one, one a line."""

    first: int
    count: int
    columns: Mapping[str, bytes]


class _Unlike(Exception):
    """Something does not plainly fit."""


def sweep(session: Session) -> Swept | None:
    """All hashes of a trail in which everything fits, else None: then somebody has to look closer."""
    try:
        with ThreadPoolExecutor(1) as store:
            return _swept(session, store)
    except _Unlike:
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
    sha, mark = hashlib.sha256, shape.BEFORE_BODY.encode()
    for part in parts:
        lines = part.columns["line"]
        _must(shape.fit(lines, part.count))
        # Each body behind the zero byte that marks a leaf.
        bodies = lines.replace(mark, b"\n\0").split(b"\n")[1::2]
        made = b"".join([sha(body).digest() for body in bodies])
        _must(part.columns["leaf"] == _lines(made))
        if b'"count":' in lines:
            for index, body in enumerate(bodies, part.first):
                lists.update(dict.fromkeys(shape.lists(body[1:]) if b'"count":' in body else (), index))
        yield made


def _lines(hashes: bytes) -> bytes:
    """Hashes in hex, one a line."""
    return hashes.hex("\n", _SIZE).upper().encode()


def _parents(hashes: bytes) -> bytes:
    """The complete subtrees one level up."""
    sha = hashlib.sha256
    ends = range(_PAIR, len(hashes) + 1, _PAIR)
    return b"".join([sha(b"\x01" + hashes[end - _PAIR : end]).digest() for end in ends])


def _parts(
    session: Session, store: ThreadPoolExecutor, table: Table, size: int, level: int = 0
) -> Iterator[_Part]:
    """Every row up to number `size`, thousands at once; while one part is worked on, the next is read."""
    query = _joined(table, session.get_bind().dialect.name == "sqlite")

    def read(low: int) -> dict[str, bytes]:
        values = {"low": low, "high": min(low + AT_ONCE, size), "at_level": level}
        row = session.execute(query, values).mappings().one()
        return {name: value if isinstance(value, bytes) else value.encode() for name, value in row.items()}

    coming = store.submit(read, 0)
    for low in range(0, size, AT_ONCE):
        high = min(low + AT_ONCE, size)
        part = _Part(low, high - low, coming.result())
        if high < size:
            coming = store.submit(read, high)
        _must(part.columns["number"] == "\n".join(map(str, range(low, high))).encode())
        yield part


def _joined(table: Table, on_sqlite: bool) -> Select[Any]:
    """The rows from `low` to before `high` in the order of their numbers: one value, with a line for each."""
    number = table.c.position if table is NODES else table.c.idx
    rows = select(table).where(number >= bindparam("low"), number < bindparam("high")).order_by(number)
    if table is NODES:
        rows = rows.where(table.c.level == bindparam("at_level"))
    part = rows.subquery().c
    columns = (
        {"number": cast(part.position, String), "hash": _hex(part.hash, on_sqlite)}
        if table is NODES
        else {"number": cast(part.idx, String), "leaf": _hex(part.leaf, on_sqlite), "line": _line(part)}
    )
    return select(*(_as_one(column, on_sqlite).label(name) for name, column in columns.items()))


def _line(part: ReadOnlyColumnCollection[str, KeyedColumnElement[Any]]) -> ColumnElement[Any]:
    """The copies of an entry and its body, as `shape.fit` takes them; a line too many if one is missing."""
    ok = case((part["ok"].is_(True), "true"), (part["ok"].is_(False), "false"))
    copies: dict[str, ColumnElement[Any]] = {**dict(part.items()), "idx": cast(part["idx"], String), "ok": ok}
    parted = [copies[name] + shape.BETWEEN for name in shape.FIELDS[:-1]]
    last = copies[shape.FIELDS[-1]] + shape.BEFORE_BODY
    return func.coalesce(reduce(add, [*parted, last, part["body"]]), "\n")


def _hex(column: ColumnElement[Any], on_sqlite: bool) -> ColumnElement[Any]:
    return func.hex(column) if on_sqlite else func.upper(func.encode(column, "hex"))


def _as_one(column: ColumnElement[Any], on_sqlite: bool) -> ColumnElement[Any]:
    joined = func.aggregate_strings(column, "\n")
    # SQLite holds anything in a text, even what is none.
    return func.coalesce(cast(joined, LargeBinary) if on_sqlite else joined, "")


_COUNTED = select(
    func.count(),
    func.min(ENTRIES.c.idx),
    func.max(ENTRIES.c.idx),
    select(func.count()).select_from(NODES).scalar_subquery(),
).select_from(ENTRIES)
