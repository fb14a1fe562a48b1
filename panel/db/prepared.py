"""The statements of the busiest acts: built by SQLAlchemy, compiled once, run on the driver's own cursor.

Each means the same as when a session executes it. What is left out is what a session looks up anew every
time, which is much of the work of a save. Values and results pass through the types of the columns.
"""

from __future__ import annotations

import re
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, Insert, Select, Update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
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


def commit(session: Session, *writes: Write) -> None:
    """Write what the session still holds and `writes`, and keep what was done since the transaction began.

    A server takes the writes and the end in one message: others may wait for this transaction.
    """
    session.flush()
    connection = of(session)
    if connection.dialect.name == "postgresql" and writes:
        _run_and_end(session, connection, writes)
    else:
        run(session, *writes)
    connection.commit()


def _run_and_end(session: Session, connection: Connection, writes: Sequence[Write]) -> None:
    driver: Any = connection.connection.dbapi_connection
    try:
        with driver.pipeline():
            run(session, *writes)
            driver.commit()
    except connection.dialect.loaded_dbapi.Error as error:
        raise _told(connection, "COMMIT", error) from error


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
    behind: bool = False

    def sent(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters as the driver takes them."""
        known = {**self.constants, **values}
        sent = {name: known[name] for name in self.names}
        for name, convert in self.into.items():
            sent[name] = convert(sent[name])
        return sent


class Prepared:
    """One statement whose parameters are all named; it must not grow with them (no `IN` of a list).

    A statement `behind` a lock of the server has no parameters. Both go in one message, and what it finds is
    what was committed until it held the lock; the embedded store, which has one writer, needs no lock.
    """

    def __init__(self, statement: Select[Any] | Insert | Update, behind: Select[Any] | None = None) -> None:
        self._statement, self._behind = statement, behind
        self._compiled: dict[str, _Compiled] = {}

    def one_or_none(self, session: Session, **values: object) -> Any:
        """The row found, or None; the statement finds at most one."""
        connection = of(session)
        compiled = self.compiled(connection.dialect)
        cursor = _execute(connection, compiled, compiled.sent(values))
        try:
            if compiled.behind:
                cursor.nextset()
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
        lock = self._behind if dialect.name == "postgresql" else None
        # Only a message without parameters may hold two statements.
        made = _text(self._statement, dialect, literal=lock is not None)
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
            sql=str(made) if lock is None else f"{_text(lock, dialect, literal=True)}; {made}",
            names=tuple((made.positiontup if made.positional else made.bind_names.values()) or ()),
            named=not made.positional,
            constants={name: value for name, value in made.params.items() if value is not None},
            into=into,
            out=out,
            row=namedtuple("Found", [column.key for column in columns]),  # type: ignore[misc]
            behind=lock is not None,
        )
        self._compiled[dialect.name] = compiled
        return compiled


def _text(statement: Select[Any] | Insert | Update, dialect: Dialect, *, literal: bool) -> SQLCompiler:
    made = statement.compile(dialect=dialect, compile_kwargs={"literal_binds": literal})
    assert isinstance(made, SQLCompiler)
    return made


@dataclass(frozen=True, slots=True)
class Write:
    """A statement that writes, and the values that it writes."""

    statement: Prepared
    values: Mapping[str, Any]


def run(session: Session, *writes: Write) -> None:
    """Write all of these, of which none may need what another does: a server takes them in one message."""
    if not writes:
        return
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
    try:
        cursor.execute(compiled.sql, values)
    except connection.dialect.loaded_dbapi.Error as error:
        cursor.close()
        raise _told(connection, compiled.sql, error) from error
    return cursor


def _told(connection: Connection, sql: str, error: Exception) -> BaseException:
    """A fault of the driver as SQLAlchemy tells it."""
    kind = connection.dialect.loaded_dbapi.Error
    return DBAPIError.instance(sql, None, error, kind, hide_parameters=True, dialect=connection.dialect)
