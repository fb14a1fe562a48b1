"""The statements of the busiest acts: built by SQLAlchemy, compiled once, run on the driver's own cursor.

Each means the same as when a session executes it. What is left out is what a session looks up anew every
time, which is much of the work of a save. Values and results pass through the types of the columns.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, Insert, Select, Update
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from panel.db.engine import mark_changed

Convert = Callable[[Any], Any]

_CONNECTION = "panel_connection"


@contextmanager
def begun(engine: Engine, options: Mapping[str, Any]) -> Iterator[Session]:
    """A session within a transaction that has begun on a connection with these options.

    The transaction is the connection's: a session that is asked nothing itself need not take part in it, and
    to take part is a tenth of the work of a save. `commit` ends it; whatever else happens rolls it back.
    """
    with engine.connect() as connection:
        connection.execution_options(**options)
        connection.begin()
        with Session(connection, expire_on_commit=False) as session:
            session.info[_CONNECTION] = connection
            yield session


def commit(session: Session) -> None:
    """Write what the session still holds, and keep what was done since the transaction began."""
    session.flush()
    of(session).commit()


def of(session: Session) -> Connection:
    """The connection of the session's transaction."""
    found: Connection | None = session.info.get(_CONNECTION)
    return session.connection() if found is None or found.closed else found


@dataclass(frozen=True, slots=True)
class _Compiled:
    sql: str
    names: tuple[str, ...]
    named: bool
    constants: Mapping[str, Any]
    into: Mapping[str, Convert]
    out: tuple[tuple[int, Convert], ...]
    row: Callable[..., Any]


class Prepared:
    """One statement whose parameters are all named; it must not grow with them (no `IN` of a list)."""

    def __init__(self, statement: Select[Any] | Insert | Update) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def one_or_none(self, session: Session, **values: object) -> Any:
        """The row found, or None; the statement finds at most one."""
        compiled, cursor = self._run(of(session), values)
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

    def run(self, session: Session, **values: object) -> None:
        """Write."""
        connection = of(session)
        mark_changed(connection)
        _, cursor = self._run(connection, values)
        cursor.close()

    def _run(self, connection: Connection, values: Mapping[str, Any]) -> tuple[_Compiled, Any]:
        dialect = connection.dialect
        compiled = self._compiled.get(dialect.name) or self._compile(dialect)
        sent = {**compiled.constants, **values}
        for name, convert in compiled.into.items():
            sent[name] = convert(sent[name])
        cursor = connection.connection.cursor()
        # One driver takes values by place, the other by name.
        by_place = [sent[name] for name in compiled.names]
        errors = dialect.loaded_dbapi.Error
        try:
            cursor.execute(compiled.sql, sent if compiled.named else by_place)
        except errors as error:
            cursor.close()
            raise DBAPIError.instance(
                compiled.sql, None, error, errors, hide_parameters=True, dialect=dialect
            ) from error
        return compiled, cursor

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
