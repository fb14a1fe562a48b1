"""Scenes that many tests begin with: played once, then laid again from what was kept.

A scene is kept as the store holds it, to the byte, so that no test can tell it from one just played.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

import psycopg
from sqlalchemy import Engine
from sqlmodel import func, select

from panel import tables
from panel.audit import read
from panel.clock import Clock
from panel.db.engine import is_sqlite
from panel.services.office import Actor, Office

State = TypeVar("State")


class World(Protocol):
    """Where a scene is played: an office, and the people who have an account there."""

    @property
    def office(self) -> Office: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def accounts(self) -> dict[str, Actor]: ...


class Store(Protocol):
    """What a store held."""

    def lay(self, engine: Engine) -> None:
        """Put it into another store of the same kind, in which there are no rows."""


@dataclass(frozen=True, slots=True)
class _File:
    """A file of SQLite."""

    content: bytes

    @classmethod
    def of(cls, engine: Engine) -> _File:
        engine.dispose()  # the last connection takes the write-ahead log into the file
        return cls(_path(engine).read_bytes())

    def lay(self, engine: Engine) -> None:
        engine.dispose()
        _path(engine).write_bytes(self.content)


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of a PostgreSQL database, as it copies them, and where its sequences are."""

    tables: dict[str, bytes]
    sequences: list[tuple[str, int]]

    @classmethod
    def of(cls, engine: Engine) -> _Rows:
        with _cursor(engine) as cursor:
            sequences = cursor.execute(_SEQUENCES).fetchall()
            names = [str(name) for (name,) in cursor.execute(_TABLES).fetchall()]
            rows = {name: _copied(cursor, name) for name in names}
        return cls({name: held for name, held in rows.items() if len(held) > _NO_ROWS}, sequences)

    def lay(self, engine: Engine) -> None:
        with _cursor(engine) as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")  # all was checked when played
            for name, held in self.tables.items():
                with cursor.copy(f"COPY {name} FROM STDIN (FORMAT binary)".encode()) as copy:
                    copy.write(held)
            cursor.executemany("SELECT setval(%s, %s)", self.sequences)


_NO_ROWS = 21  # bytes of a copy's head and end
_SEQUENCES = "SELECT format('%I', sequencename), last_value FROM pg_sequences WHERE last_value IS NOT NULL"
_TABLES = """
SELECT oid::regclass::text FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
"""


@dataclass(frozen=True, slots=True)
class _Scene:
    """A store, the people in it, and what the player knows."""

    store: Store
    accounts: dict[str, Actor]
    state: object


_kept: dict[Hashable, _Scene] = {}


def scene(world: World, key: Hashable, play: Callable[[], State]) -> State:
    """Play what `key` says everything about, or lay what was played before; what the play has returned."""
    if not _untouched(world):
        return play()
    engine, whole = world.office.engine, (world.office.engine.dialect.name, world.clock(), key)
    kept = _kept.get(whole)
    if kept is None:
        state = play()
        store = (_File if is_sqlite(engine) else _Rows).of(engine)
        _kept[whole] = _Scene(store, dict(world.accounts), deepcopy(state))
        return state
    kept.store.lay(engine)
    world.accounts.update(kept.accounts)
    return deepcopy(kept.state)  # type: ignore[return-value]


def _untouched(world: World) -> bool:
    with world.office.reading() as session:
        rows = (session.exec(select(func.count()).select_from(table)).one() for table in _FIRST)
        return not any(rows) and not read.size(session)


_FIRST = (tables.Account, tables.Round, tables.Expert, tables.Import)


def _path(engine: Engine) -> Path:
    assert engine.url.database
    return Path(engine.url.database)


@contextmanager
def _cursor(engine: Engine) -> Iterator[psycopg.Cursor[Any]]:
    held = engine.raw_connection()
    connection = held.driver_connection
    assert isinstance(connection, psycopg.Connection)
    with connection.transaction(), connection.cursor() as cursor:
        yield cursor
    held.close()


def _copied(cursor: psycopg.Cursor[Any], table: str) -> bytes:
    with cursor.copy(f"COPY (SELECT * FROM {table} ORDER BY 1) TO STDOUT (FORMAT binary)".encode()) as copy:
        return b"".join(bytes(part) for part in copy)
