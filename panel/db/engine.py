"""Opening the store, with the settings under which an acknowledged write survives a power cut."""

from __future__ import annotations

import math
import sqlite3
import time
from types import ModuleType
from typing import Any

from sqlalchemy import Connection, Engine, ExecutionContext, create_engine, event
from sqlalchemy.exc import DisconnectionError, IntegrityError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.sql.compiler import SQLCompiler

from panel.errors import SettingsError

# SQLite's WAL-reset corruption fault is mended from these versions on.
_WAL_FIXED = ((3, 51, 3), (3, 50, 7), (3, 44, 6))

WRITES = "panel_writes"
"""Execution option of a connection whose transaction will write."""

# How many prepared statements a connection keeps. The driver drops what was used least often: with its own
# small number, the many statements of the start, used once each, would keep out those of every request.
_PREPARED = 1000

GLANCES = "panel_glances"
"""Execution option of a connection that only looks: every question sees the newest committed state."""


_CHANGED = "panel_changed"
_RESTS = "panel_rests"
_PAUSE_SECONDS = 1.0
# How a statement begins that changes nothing; what SQLAlchemy has built says so itself, too.
_READS = ("SELECT", "WITH", "PRAGMA", "BEGIN", "SHOW", "SAVEPOINT", "RELEASE", "ROLLBACK")


def sqlite_module() -> ModuleType:
    """The newest SQLite at hand: the bundled wheel where there is one, else Python's own."""
    try:
        import pysqlite3
    except ImportError:
        return sqlite3
    return pysqlite3  # type: ignore[no-any-return]


def wal_is_safe(version: tuple[int, ...]) -> bool:
    """Whether this SQLite keeps a write-ahead log without the reset fault."""
    newest, *backports = _WAL_FIXED
    return version >= newest or any(version[:2] == fixed[:2] and version >= fixed for fixed in backports)


def open_engine(url: str) -> Engine:
    """The engine for `url`: `sqlite:///…` or `postgresql://…`."""
    engine = _open(url)
    event.listen(engine, "begin", _begun)
    event.listen(engine, "before_cursor_execute", _executed)
    return engine


def changed(connection: Connection) -> bool:
    """Whether anything but reading was done in the running transaction, by whatever way."""
    return bool(connection.info.get(_CHANGED))


def mark_changed(connection: Connection) -> None:
    """Note a change that was made past SQLAlchemy's own execution."""
    connection.info[_CHANGED] = True


def _begun(connection: Connection) -> None:
    connection.info[_CHANGED] = False


def _executed(
    connection: Connection,
    _cursor: object,
    statement: str,
    _parameters: object,
    context: ExecutionContext,
    _many: bool,
) -> None:
    built = context.compiled
    writes = isinstance(built, SQLCompiler) and (built.isinsert or built.isupdate or built.isdelete)
    if writes or not statement.lstrip().upper().startswith(_READS):
        connection.info[_CHANGED] = True


def _open(url: str) -> Engine:
    if url.startswith("sqlite"):
        return _open_sqlite(url)
    if url.startswith("postgresql"):
        # Named, because a server may have another default: the trail is appended to under a lock, and whoever
        # waited for it must see what the one before has written.
        engine = create_engine(
            url,
            isolation_level="READ COMMITTED",
            pool_size=16,
            max_overflow=48,
            pool_use_lifo=True,
            hide_parameters=True,
        )
        _ping_after_a_pause(engine)
        return engine
    raise SettingsError(f"database_url: {url.split(':', 1)[0]!r} is neither sqlite nor postgresql")


def _ping_after_a_pause(engine: Engine) -> None:
    """Try a connection that has rested before it is used again; one in steady use is not asked each time."""

    @event.listens_for(engine, "checkin")
    def note(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info[_RESTS] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def check(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
        if time.monotonic() - record.info.get(_RESTS, math.inf) > _PAUSE_SECONDS:
            try:
                engine.dialect.do_ping(connection)
            except engine.dialect.loaded_dbapi.Error as gone:
                raise DisconnectionError("the server has ended this connection") from gone


def writing(engine: Engine) -> Engine:
    """The same store for whoever will write."""
    return engine.execution_options(**{WRITES: True})


def steady(engine: Engine) -> Engine:
    """The same store for readers who must see all of it as at one moment, however long they read."""
    return engine if is_sqlite(engine) else engine.execution_options(isolation_level="REPEATABLE READ")


def glancing(engine: Engine) -> Engine:
    """The same store for readers who only glance; a server is asked nothing but the questions."""
    options: dict[str, Any] = {GLANCES: True}
    if not is_sqlite(engine):
        options["isolation_level"] = "AUTOCOMMIT"
    return engine.execution_options(**options)


def is_taken(clash: IntegrityError) -> bool:
    """Whether a row was refused because another one has its place, in the words of either database."""
    return "unique constraint" in str(clash.orig).lower()


def is_sqlite(engine: Engine) -> bool:
    """Whether the embedded store is in use."""
    return engine.dialect.name == "sqlite"


def describe(engine: Engine) -> str:
    """The store and its mode in a few words, for the start-up message and the log."""
    with engine.connect() as connection:
        if not is_sqlite(engine):
            version = connection.exec_driver_sql("SHOW server_version").scalar_one()
            return f"PostgreSQL {version}"
        mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
        return f"SQLite {sqlite_module().sqlite_version} (journal_mode={mode}, synchronous=FULL)"


def _open_sqlite(url: str) -> Engine:
    module = sqlite_module()
    journal = "WAL" if wal_is_safe(module.sqlite_version_info) else "DELETE"
    engine = create_engine(
        url,
        module=module,
        connect_args={"cached_statements": _PREPARED},
        pool_size=16,
        max_overflow=48,
        pool_use_lifo=True,
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        # The driver must not open transactions by itself: ours begin below, as readers or as writers.
        connection.isolation_level = None
        for pragma in (
            f"journal_mode={journal}",
            "synchronous=FULL",
            "foreign_keys=ON",
            "recursive_triggers=ON",
            "busy_timeout=15000",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer takes the write lock at once: a reader that later wants to write could deadlock. Who only
        # glances opens no transaction: with a rollback journal it would keep its own request's write waiting.
        options = connection.get_execution_options()
        if not options.get(GLANCES, False):
            begins = "BEGIN IMMEDIATE" if options.get(WRITES, False) else "BEGIN"
            connection.connection.cursor().execute(begins)

    return engine
