"""The statements of the busiest acts: built by SQLAlchemy, compiled once, run on the driver's own cursor.

Each means the same as when a session executes it. What is left out is what a session looks up anew every
time, which is much of the work of a save. Values and results pass through the types of the columns.
"""

from __future__ import annotations

import re
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, Insert, Select, Update
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from panel.db.engine import mark_changed

Convert = Callable[[Any], Any]

_CONNECTION = "panel_connection"
# How the server's driver writes a parameter.
_PARAMETER = re.compile(r"%\((\w+)\)")


@contextmanager
def begun(engine: Engine) -> Iterator[Session]:
    """A session within a transaction that has begun.

    The transaction is the connection's: a session that is asked nothing itself need not take part in it, and
    to take part is a tenth of the work of a save. `commit` ends it; whatever else happens rolls it back.
    """
    with engine.connect() as connection:
        connection.begin()
        with _session(connection) as session:
            yield session


@contextmanager
def connected(engine: Engine) -> Iterator[Session]:
    """A session whose statements are each on their own, for as long as nothing else is asked of it."""
    with engine.connect() as connection, _session(connection) as session:
        yield session


@contextmanager
def _session(connection: Connection) -> Iterator[Session]:
    session = Session(connection, expire_on_commit=False)
    session.info[_CONNECTION] = connection
    try:
        yield session
    finally:
        # One that was asked nothing itself holds nothing, and to close it is dear.
        if session.in_transaction():
            session.close()


def commit(session: Session) -> None:
    """Write what the session still holds, and keep what was done since the transaction began."""
    session.flush()
    of(session).commit()


def of(session: Session) -> Connection:
    """The connection of the session's transaction."""
    found: Connection | None = session.info.get(_CONNECTION)
    return session.connection() if found is None or found.closed else found


@dataclass(frozen=True, slots=True, eq=False)
class _Compiled:
    sql: str
    names: tuple[str, ...]
    named: bool
    constants: Mapping[str, Any]
    into: Mapping[str, Convert]
    out: tuple[tuple[int, Convert], ...] = ()
    row: Callable[..., Any] = tuple

    def sent(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters as the driver takes them."""
        known = {**self.constants, **values}
        sent = {name: known[name] for name in self.names}
        for name, convert in self.into.items():
            sent[name] = convert(sent[name])
        return sent


class Prepared:
    """One statement whose parameters are all named; it must not grow with them (no `IN` of a list)."""

    def __init__(self, statement: Select[Any] | Insert | Update) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def one_or_none(self, session: Session, **values: object) -> Any:
        """The row found, or None; the statement finds at most one."""
        connection = of(session)
        compiled = self.compiled(connection.dialect)
        cursor = _execute(connection, compiled, compiled.sent(values))
        try:
            found = cursor.fetchone()
        finally:
            cursor.close()
        if found is None:
            return None
        row = list(found)
        for place, convert in compiled.out:
            row[place] = convert(row[place])
        return compiled.row(*row)

    def write(self, **values: object) -> Write:
        """This statement with its values, for `run`."""
        return Write(self, values)

    def compiled(self, dialect: Dialect) -> _Compiled:
        """The statement in the words of a database, made once for each."""
        return self._compiled.get(dialect.name) or self._compile(dialect)

    def _compile(self, dialect: Dialect) -> _Compiled:
        made = self._statement.compile(dialect=dialect)
        into = {
            name: convert
            for bind, name in made.bind_names.items()
            if (convert := bind.type.dialect_impl(dialect).bind_processor(dialect))
        }
        columns = list(self._statement.selected_columns) if isinstance(self._statement, Select) else []
        out = tuple(
            (place, convert)
            for place, column in enumerate(columns)
            if (convert := column.type.dialect_impl(dialect).result_processor(dialect, None))
        )
        compiled = _Compiled(
            sql=str(made),
            names=tuple((made.positiontup if made.positional else made.bind_names.values()) or ()),
            named=not made.positional,
            constants={name: value for name, value in made.params.items() if value is not None},
            into=into,
            out=out,
            row=namedtuple("Found", [column.key for column in columns]),  # type: ignore[misc]
        )
        self._compiled[dialect.name] = compiled
        return compiled


@dataclass(frozen=True, slots=True)
class Write:
    """A statement that writes, and the values that it writes."""

    statement: Prepared
    values: Mapping[str, Any]


def run(session: Session, *writes: Write) -> None:
    """Write all of these, of which none may need what another does: a server takes them in one message."""
    connection = of(session)
    mark_changed(connection)
    compiled = tuple(write.statement.compiled(connection.dialect) for write in writes)
    sent = [each.sent(write.values) for each, write in zip(compiled, writes, strict=True)]
    if connection.dialect.positional:
        for each, values in zip(compiled, sent, strict=True):
            _execute(connection, each, values).close()
    else:
        numbered = {
            _numbered(place, name): value for place, own in enumerate(sent) for name, value in own.items()
        }
        _execute(connection, _joined(compiled), numbered).close()


@cache
def _joined(statements: tuple[_Compiled, ...]) -> _Compiled:
    """One statement of many: all but the last as what comes before it."""
    *before, last = (
        _PARAMETER.sub(rf"%({_numbered(place, '')}\1)", statement.sql)
        for place, statement in enumerate(statements)
    )
    parts = ", ".join(f"part_{place} AS ({sql})" for place, sql in enumerate(before))
    return _Compiled(f"WITH {parts} {last}" if parts else last, (), named=True, constants={}, into={})


def _numbered(place: int, name: str) -> str:
    return f"of_{place}_{name}"


def _execute(connection: Connection, compiled: _Compiled, sent: Mapping[str, Any]) -> Any:
    cursor = connection.connection.cursor()
    # One driver takes values by place, the other by name.
    values = sent if compiled.named else [sent[name] for name in compiled.names]
    errors = connection.dialect.loaded_dbapi.Error
    try:
        cursor.execute(compiled.sql, values)
    except errors as error:
        cursor.close()
        raise DBAPIError.instance(
            compiled.sql, None, error, errors, hide_parameters=True, dialect=connection.dialect
        ) from error
    return cursor
