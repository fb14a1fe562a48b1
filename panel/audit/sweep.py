"""Whether a whole trail is untouched, at little more than the cost of hashing it.

A sweep answers only where every leaf, subtree, number and searchable copy fits. Everything else, also what
it merely does not understand, it leaves to the slow check, which reads entry by entry and names the damage:
a sweep may be too strict, never too lenient. The store puts thousands of rows into one value, and works on
the next ones while these are hashed; what Python does for a single entry is little more than its hash.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
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
    literal,
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

AHEAD = 3
"""So many values are read ahead, so that neither the store nor Python waits for the other."""

_SIZE = hashlib.sha256().digest_size


@dataclass(frozen=True, slots=True)
class Swept:
    """A trail in which nothing was touched: all its hashes, level by level."""

    levels: Sequence[bytes | bytearray]
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
        return bytes(self.levels[level][position * _SIZE : (position + 1) * _SIZE])


@dataclass(frozen=True, slots=True)
class _Part:
    """The rows of a level (0: the entries) from number `low` to before `high`."""

    level: int
    low: int
    high: int


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
    first, last = session.execute(_ENDS).one()
    size = 0 if last is None else int(last) + 1
    _must(size == 0 or first == 0)
    lists: dict[str, int] = {}
    written = cache(_written)  # the numbers of the entries come again on every level
    levels = [bytearray() for _ in range(max(1, size.bit_length()))]
    counted: Future[int] | None = None
    for part, columns in _read(session, store, _parts(size)):
        # Not before the first rows, for which everything waits.
        counted = counted or store.submit(_nodes, session)
        numbers = range(part.low, part.high)
        _must(columns["number"] == written(numbers))
        if part.level == 0:
            _grow(levels, _leaves(columns["line"], numbers, lists))
        _must(columns["hash"] == levels[part.level][part.low * _SIZE : part.high * _SIZE])
        # No text has more characters than bytes: so many of this length in so many bytes all have this size.
        _must(columns["sized"] == len(numbers))
    nodes = counted.result() if counted else _nodes(session)
    _must(nodes == sum(map(len, levels[1:])) // _SIZE)
    return Swept(levels, lists)


def _nodes(session: Session) -> int:
    return int(session.execute(select(func.count()).select_from(NODES)).scalar_one())


def _written(numbers: range) -> bytes:
    return b"\n".join([b"%d"] * len(numbers)) % tuple(numbers)


def _must(fits: bool) -> None:
    if not fits:
        raise _Unlike


def _leaves(lines: bytes, numbers: range, lists: dict[str, int]) -> list[bytes]:
    """The leaves of the bodies as they stand, where the searchable copies fit them."""
    sha, bodies = hashlib.sha256, shape.bodies(lines, len(numbers))
    if bodies is None:
        raise _Unlike
    if b'"count":' in lines:
        for index, body in zip(numbers, bodies, strict=True):
            lists.update(dict.fromkeys(shape.lists(body) if b'"count":' in body else (), index))
    return [sha(b"\0" + body).digest() for body in bodies]


def _grow(levels: Sequence[bytearray], made: list[bytes]) -> None:
    """Add leaves, and above them the subtrees that they complete."""
    sha = hashlib.sha256
    for level in levels:
        waiting = len(level) // _SIZE & 1
        pairs = [bytes(level[-_SIZE:]), *made] if waiting else made
        level += b"".join(made)
        made = [
            sha(b"\1" + left + right).digest() for left, right in zip(pairs[::2], pairs[1::2], strict=False)
        ]


def _parts(size: int) -> Iterator[_Part]:
    """All rows, thousands at once; subtrees as soon as the entries before have completed so many."""
    for low in range(0, size, AT_ONCE):
        high = min(low + AT_ONCE, size)
        yield _Part(0, low, high)
        for level in range(1, size.bit_length()):
            end = high >> level
            begin = max(0, end - 1) // AT_ONCE * AT_ONCE
            full = end > low >> level and end % AT_ONCE == 0
            if full or (high == size and end > begin):
                yield _Part(level, begin, end)


def _read(
    session: Session, store: ThreadPoolExecutor, parts: Iterable[_Part]
) -> Iterator[tuple[_Part, Mapping[str, Any]]]:
    """The rows of each part, all values of a column in one, one a line; the next ones are read meanwhile."""
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    entries, nodes = _joined(ENTRIES, on_sqlite), _joined(NODES, on_sqlite)

    def read(part: _Part) -> dict[str, Any]:
        values = {"low": part.low, "high": part.high, "at_level": part.level}
        row = session.execute(nodes if part.level else entries, values).mappings().one()
        return {name: value.encode() if isinstance(value, str) else value for name, value in row.items()}

    coming: deque[tuple[_Part, Future[dict[str, Any]]]] = deque()
    for part in parts:
        coming.append((part, store.submit(read, part)))
        if len(coming) > AHEAD:
            first, columns = coming.popleft()
            yield first, columns.result()
    for first, columns in coming:
        yield first, columns.result()


def _joined(table: Table, on_sqlite: bool) -> Select[Any]:
    """The rows from `low` to before `high` in the order of their numbers: one value, with a line for each."""
    number = table.c.position if table is NODES else table.c.idx
    within = [number >= bindparam("low"), number < bindparam("high")]
    if table is NODES:
        within.append(table.c.level == bindparam("at_level"))
    # SQLite goes through them by the key, so in order; asked to sort, it would first copy every row. Should
    # it ever go another way, the numbers show it.
    rows = table if on_sqlite else select(table).where(*within).order_by(number).subquery()
    part = rows.c
    hash_ = part.hash if table is NODES else part.leaf
    columns = {
        "number": _as_one(cast(part[number.key], String), on_sqlite),
        "hash": _as_bytes(hash_, on_sqlite),
        "sized": func.count().filter(func.length(hash_) == _SIZE),
    }
    if table is ENTRIES:
        columns["line"] = _as_one(_line(part), on_sqlite)
    query = select(*(column.label(name) for name, column in columns.items())).select_from(rows)
    return query.where(*within) if on_sqlite else query


def _line(part: ReadOnlyColumnCollection[str, KeyedColumnElement[Any]]) -> ColumnElement[Any]:
    """The copies of an entry and its body, as `shape.bodies` takes them; a line too many if one is gone."""
    by = shape.BETWEEN
    ok = case((part.ok.is_(True), f"{by}true{by}"), (part.ok.is_(False), f"{by}false{by}"))
    copies = cast(part.idx, String) + by + part.act + ok + part.actor + by + part.round_id + by + part.subject
    return func.coalesce(copies + shape.BEFORE_BODY + part.body, "\n\n")


def _as_one(column: ColumnElement[Any], on_sqlite: bool) -> ColumnElement[Any]:
    joined = func.aggregate_strings(column, "\n")
    # SQLite holds anything in a text, even what is none.
    return func.coalesce(cast(joined, LargeBinary) if on_sqlite else joined, "")


def _as_bytes(column: ColumnElement[Any], on_sqlite: bool) -> ColumnElement[Any]:
    """All hashes in one, without anything between."""
    nothing = literal(b"", LargeBinary)
    if on_sqlite:
        return func.coalesce(cast(func.group_concat(column, nothing), LargeBinary), nothing)
    return func.coalesce(func.string_agg(column, nothing), nothing)


# Each end by itself: so the store takes it from the key and need not go through all rows.
_ENDS = select(
    select(func.min(ENTRIES.c.idx)).scalar_subquery(), select(func.max(ENTRIES.c.idx)).scalar_subquery()
)
