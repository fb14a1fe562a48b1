"""Stores for the tests: a file of SQLite to copy, databases of PostgreSQL that serve one test after another.

Making a database takes PostgreSQL longer than most tests take, emptying one does not. A test may do to its
database what it likes: where more than rows was changed, the next test gets a new one.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import psycopg
from sqlalchemy import Engine, make_url

from panel.db import migrate
from panel.db.engine import open_engine
from tests import postgres

Connection = psycopg.Connection[tuple[object, ...]]

# Whoever is still connected is thrown out first: a session that was left open would hold its locks for ever.
_ALONE = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
# To delete the few rows of a test takes a tenth of the time that it takes to truncate tables.
_EMPTIED = """
DO $$
DECLARE
    filled regclass[] := '{}';
    name regclass;
    guard text;
    guards text[] := '{}';
    line record;
    found boolean;
BEGIN
    SET LOCAL session_replication_role = replica; -- the triggers that make tables append-only
    FOR line IN
        SELECT oid::regclass AS name FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', line.name) INTO found;
        IF found THEN
            filled := filled || line.name::regclass;
        END IF;
    END LOOP;
    -- Those that stand guard whatever the role is are sent away for a moment.
    FOR line IN
        SELECT tgrelid::regclass AS name, tgname FROM pg_trigger
        WHERE tgenabled = 'A' AND tgtype & 8 > 0 AND tgrelid = ANY(filled)
    LOOP
        EXECUTE format('ALTER TABLE %s DISABLE TRIGGER %I', line.name, line.tgname);
        guards := guards || format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', line.name, line.tgname);
    END LOOP;
    FOREACH name IN ARRAY filled
    LOOP
        EXECUTE format('DELETE FROM %s', name);
    END LOOP;
    FOREACH guard IN ARRAY guards
    LOOP
        EXECUTE guard;
    END LOOP;
    FOR line IN
        SELECT schemaname, sequencename, start_value FROM pg_sequences WHERE last_value IS NOT NULL
    LOOP
        PERFORM setval(format('%I.%I', line.schemaname, line.sequencename), line.start_value, false);
    END LOOP;
END $$
"""
# Everything but rows: relations with their rights, columns, constraints, triggers, functions, settings, form.
_SHAPE = """
SELECT md5(concat(
    (SELECT string_agg(concat_ws(' ', relname, relkind, relacl, relowner), ',' ORDER BY oid)
     FROM pg_class WHERE relnamespace = 'public'::regnamespace),
    (SELECT string_agg(concat_ws(' ', attname, attnotnull, atttypid, attacl), ',' ORDER BY attrelid, attnum)
     FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
     WHERE relnamespace = 'public'::regnamespace),
    (SELECT string_agg(pg_constraint::text, ',' ORDER BY oid)
     FROM pg_constraint WHERE connamespace = 'public'::regnamespace),
    (SELECT string_agg(pg_proc::text, ',' ORDER BY oid)
     FROM pg_proc WHERE pronamespace = 'public'::regnamespace),
    (SELECT string_agg(pg_trigger::text, ',' ORDER BY oid) FROM pg_trigger),
    (SELECT string_agg(pg_db_role_setting::text, ',') FROM pg_db_role_setting),
    (SELECT string_agg(version_num, ',') FROM alembic_version)
))
"""


@cache
def standing_engine(url: str) -> Engine:
    """The engine of a store that serves many tests: what it has compiled for one it need not for the next."""
    return open_engine(url)


def sqlite_template(folder: Path) -> Path:
    """A migrated file of SQLite."""
    file = folder / "empty.sqlite"
    _migrated(open_engine(f"sqlite:///{file}"))
    return file


def sqlite_copy(template: Path, folder: Path) -> str:
    """The URL of a store of its own in that folder, in the place of one that was there."""
    file = folder / "panel.sqlite"
    for old in (file, Path(f"{file}-wal"), Path(f"{file}-shm")):
        old.unlink(missing_ok=True)
    return f"sqlite:///{shutil.copy(template, file)}"


def _migrated(engine: Engine) -> None:
    migrate.upgrade(engine)
    engine.dispose()


class Standing:
    """A database that is emptied after each test, over a connection that stays: to connect is what costs."""

    def __init__(self, name: str, connect: Callable[[str], Connection]) -> None:
        self.name = name
        self._connection = connect(name)
        self._shape = self._seen()

    def emptied(self) -> bool:
        """Take out every row; False where more than rows was changed, or the database is lost."""
        try:
            self._connection.execute(_ALONE)
            self._connection.execute(_EMPTIED)
            whole = self._seen() == self._shape
        except psycopg.Error:
            whole = False
        if not whole:
            self.close()
        return whole

    def close(self) -> None:
        """Look after the database no more."""
        self._connection.close()

    def _seen(self) -> str:
        row = self._connection.execute(_SHAPE).fetchone()
        return str(row and row[0])


@dataclass(slots=True)
class Databases:
    """The databases of one test process on the server that the environment names."""

    server: str = field(default_factory=lambda: os.environ[postgres.VARIABLE])
    _template: str = ""
    _standing: Standing | None = None

    @contextmanager
    def empty(self) -> Iterator[str]:
        """The URL of a migrated database without rows, for one test."""
        standing = self._standing or Standing(self._made(self.template), self._connected)
        yield self.url(standing.name)
        self._standing = standing if standing.emptied() else None
        if self._standing is None:
            self._drop(standing.name)

    @contextmanager
    def own(self) -> Iterator[str]:
        """The URL of a migrated database that nobody else gets, dropped afterwards."""
        yield from self._lent(self.template)

    @contextmanager
    def bare(self) -> Iterator[str]:
        """The URL of a database without any table, dropped afterwards."""
        yield from self._lent("template1")

    @property
    def template(self) -> str:
        """A migrated database to copy."""
        if not self._template:
            self._template = self._made("template1")
            _migrated(open_engine(self.url(self._template)))
        return self._template

    def close(self) -> None:
        """Drop what still stands."""
        if self._standing:
            self._standing.close()
            self._drop(self._standing.name)
        if self._template:
            self._drop(self._template)

    def url(self, name: str) -> str:
        """The address of a database."""
        return make_url(self.server).set(database=name).render_as_string(hide_password=False)

    def _lent(self, template: str) -> Iterator[str]:
        name = self._made(template)
        yield self.url(name)
        self._drop(name)

    def _made(self, template: str) -> str:
        name = f"test_{uuid.uuid4().hex[:12]}"
        self._administer(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    def _drop(self, name: str) -> None:
        self._administer(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _administer(self, statement: str) -> None:
        with self._connected(make_url(self.server).database or "") as connection:
            connection.execute(statement.encode())

    def _connected(self, name: str) -> Connection:
        url = make_url(self.url(name)).set(drivername="postgresql")
        return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)
