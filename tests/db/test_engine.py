"""Opening the store: the settings under which an acknowledged write survives, and who waits for whom."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from panel.db import engine as store
from panel.db.engine import describe, glancing, is_sqlite, open_engine, steady, wal_is_safe, writing
from panel.errors import SettingsError
from panel.services.office import Office

ON_POSTGRESQL = pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),  # what Debian 12 brings
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 9), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 4), True),
        ((4, 0, 0), True),
    ],
)
def test_a_write_ahead_log_only_on_a_sqlite_that_keeps_it_whole(version: tuple[int, ...], safe: bool) -> None:
    assert wal_is_safe(version) is safe


def test_sqlite_of_the_wheel_or_of_python() -> None:
    assert store.sqlite_module().sqlite_version_info >= sqlite3.sqlite_version_info


@pytest.mark.parametrize(("safe", "journal"), [(True, "wal"), (False, "delete")])
def test_sqlite_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, safe: bool, journal: str) -> None:
    monkeypatch.setattr(store, "wal_is_safe", lambda _version: safe)
    engine = open_engine(f"sqlite:///{tmp_path / 'x.sqlite'}")
    with engine.connect() as connection:
        values = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers", "busy_timeout")
        }
    assert values == {
        "journal_mode": journal,
        "synchronous": 2,  # FULL
        "foreign_keys": 1,
        "recursive_triggers": 1,
        "busy_timeout": 15000,
    }
    assert f"journal_mode={journal}" in describe(engine)
    assert is_sqlite(engine)
    engine.dispose()


@ON_POSTGRESQL
def test_postgresql_is_told_apart(office: Office) -> None:
    assert describe(office.engine).startswith("PostgreSQL 1")
    assert not is_sqlite(office.engine)
    with office.engine.connect() as connection:
        assert connection.execute(text("SHOW transaction_isolation")).scalar_one() == "read committed"
    with steady(office.engine).connect() as connection:
        assert connection.execute(text("SHOW transaction_isolation")).scalar_one() == "repeatable read"


@ON_POSTGRESQL
def test_a_connection_that_the_server_ended_while_it_rested_is_replaced(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_PAUSE_SECONDS", -1.0)
    mine = text("SELECT pg_backend_pid()")
    with office.engine.connect() as first, office.engine.connect() as second:
        ended, other = first.execute(mine).scalar_one(), second
        first.close()
        other.execute(text(f"SELECT pg_terminate_backend({ended}, 5000)"))
        with office.engine.connect() as third:
            assert third.execute(mine).scalar_one() != ended


def test_another_database_is_refused() -> None:
    with pytest.raises(SettingsError, match="'mysql' is neither sqlite nor postgresql"):
        open_engine("mysql://somewhere")


@pytest.mark.parametrize("safe", [True, False])
def test_a_glance_never_keeps_its_own_write_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, safe: bool
) -> None:
    monkeypatch.setattr(store, "wal_is_safe", lambda _version: safe)
    engine = open_engine(f"sqlite:///{tmp_path / 'x.sqlite'}")
    with writing(engine).begin() as connection:
        connection.execute(text("CREATE TABLE t (x INTEGER)"))
        connection.execute(text("INSERT INTO t VALUES (1), (2)"))
    with glancing(engine).connect() as looking:
        assert looking.execute(text("SELECT x FROM t")).first() == (1,)
        with writing(engine).begin() as writer:
            writer.execute(text("INSERT INTO t VALUES (3)"))
        assert looking.execute(text("SELECT count(*) FROM t")).scalar_one() == 3
    engine.dispose()


def test_reading_sees_the_store_as_at_one_moment(office: Office) -> None:
    count = text("SELECT count(*) FROM sign_in_attempts")
    add = text("INSERT INTO sign_in_attempts (key, at) VALUES ('x', '2026-09-01 00:00:00')")
    with office.reading() as steady_reader, office.glancing() as glance:
        assert steady_reader.connection().execute(count).scalar_one() == 0
        assert glance.connection().execute(count).scalar_one() == 0
        with writing(office.engine).begin() as writer:
            writer.execute(add)
        assert steady_reader.connection().execute(count).scalar_one() == 0
        assert glance.connection().execute(count).scalar_one() == 1


def test_foreign_keys_and_checks_hold_in_both_databases(office: Office) -> None:
    wrong = (
        "INSERT INTO members (application_id, name, employment) VALUES (99, 'x', 'formal')",
        "INSERT INTO rounds"
        " (code, title, closes_on, stage, policy, policy_digest, blind_key, created_at, version) VALUES"
        " ('x', 'x', '2026-08-28', 'elsewhere', '', '', '', '2026-09-01 00:00:00', 1)",
    )
    for statement in wrong:
        with pytest.raises(IntegrityError), office.engine.begin() as connection:
            connection.execute(text(statement))
