"""A store that was brought up by migrations is the one that the tables describe."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text
from sqlmodel import SQLModel

from panel.db import migrate
from panel.db.append_only import FIXED, INSERT_ONLY
from panel.db.engine import is_sqlite, open_engine, writing
from tests.conftest import ROOT

RELEASED = {
    "v0001_first_tables.py": "7bb67a43da5d914fa8acf242d027ccf916095e68beed60a2dc8e594506c7d6d9",
    "v0002_checkpoints.py": "c53f4155a7a472625f318f792ae9b625735b80c3e5b18a41ce67d0c06ded7e4c",
    "v0003_no_votes.py": "96984a119a935fbca441c572d47a961c8e83f60718ca369d34b15d3e49e5db2e",
    "v0004_corrections.py": "3b1e076a037cc471622dafd2523e877ca9ffbb2542267c9a52faf0292a823534",
    "v0005_cards.py": "46bad693c771f2e6b95b2a4c67abefe3e97b595e66b818f7e486733fd933ea6d",
    "v0006_materials.py": "68891521b911808154d98c5ed0efd526f6a4d12549d81290fd09b75a22099f7d",
    "v0007_strangers.py": "b5ea7025629900ef1bb84b00e616250d5901d7c80a9974d120f0005f2c260a60",
}
"""Every migration with the digest of its file. A new one gets a line; a line never changes."""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty_stores(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Engine, Engine]]:
    """Two stores without any table."""
    if request.param == "sqlite":
        urls = [f"sqlite:///{tmp_path / name}.sqlite" for name in ("a", "b")]
        yield from _opened(urls)
        return
    databases = request.getfixturevalue("databases")
    with databases.bare() as first, databases.bare() as second:
        yield from _opened([first, second])


def _opened(urls: list[str]) -> Iterator[tuple[Engine, Engine]]:
    first, second = map(open_engine, urls)
    yield first, second
    first.dispose()
    second.dispose()


def _created(engine: Engine) -> None:
    with writing(engine).begin() as connection:
        SQLModel.metadata.create_all(connection)


def test_nothing_is_missing_and_nothing_is_left_over(empty_stores: tuple[Engine, Engine]) -> None:
    engine, _ = empty_stores
    migrate.upgrade(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_checks_keys_and_triggers_are_the_same(empty_stores: tuple[Engine, Engine]) -> None:
    migrated, created = empty_stores
    migrate.upgrade(migrated)
    _created(created)
    found, wanted = _described(migrated), _described(created)
    assert sorted(found) == sorted(wanted)
    for table, description in wanted.items():
        assert found[table] == description, table
    assert _triggers(migrated) == _triggers(created)
    for table in {**INSERT_ONLY, **FIXED}:
        assert any(re.search(rf" ON (public\.)?{table} ", line) for line in _triggers(migrated)), table


def _described(engine: Engine) -> dict[str, Any]:
    """By table: columns, keys, checks, indexes."""
    looking = inspect(engine)
    return {
        table: {
            "columns": [
                (column["name"], str(column["type"]), column["nullable"], column.get("default"))
                for column in looking.get_columns(table)
            ],
            "primary": looking.get_pk_constraint(table)["constrained_columns"],
            "foreign": sorted(
                (key["constrained_columns"], key["referred_table"], key["referred_columns"])
                for key in looking.get_foreign_keys(table)
            ),
            "unique": sorted(key["column_names"] for key in looking.get_unique_constraints(table)),
            "checks": sorted(
                (check["name"], check["sqltext"]) for check in looking.get_check_constraints(table)
            ),
            "indexes": sorted(
                (
                    str(index["name"]),
                    index["column_names"],
                    index["unique"],
                    _options(index["dialect_options"]),
                )
                for index in looking.get_indexes(table)
            ),
        }
        for table in looking.get_table_names()
        if table != "alembic_version"
    }


def _options(options: dict[str, Any]) -> str:
    return str({name: str(value) for name, value in options.items()})


def _triggers(engine: Engine) -> list[str]:
    """What the database itself says of its triggers and their functions."""
    statements = (
        ("SELECT sql FROM sqlite_master WHERE type = 'trigger'",)
        if is_sqlite(engine)
        else (
            "SELECT pg_get_triggerdef(oid) || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal",
            "SELECT pg_get_functiondef(p.oid) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
            " WHERE n.nspname = 'public'",
        )
    )
    with engine.connect() as connection:
        found = [line for statement in statements for line in connection.execute(text(statement)).scalars()]
    assert len(found) > len(INSERT_ONLY)
    return sorted(found)


def test_a_released_migration_is_never_edited() -> None:
    files = (Path(migrate.__file__).parent / "migrations" / "versions").glob("v*.py")
    assert {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files} == RELEASED


def test_a_store_of_the_first_release_is_brought_up(empty_stores: tuple[Engine, Engine]) -> None:
    old, new = empty_stores
    migrate.upgrade(old, "0001")
    assert "no_votes" not in _described(old)
    migrate.upgrade(old)
    migrate.upgrade(new)
    assert _described(old) == _described(new)
    assert _triggers(old) == _triggers(new)


def test_bringing_a_store_up_again_changes_nothing(empty_stores: tuple[Engine, Engine]) -> None:
    engine, _ = empty_stores
    migrate.upgrade(engine)
    before = _described(engine)
    migrate.upgrade(engine)
    assert _described(engine) == before


def test_several_processes_may_start_at_once(empty_stores: tuple[Engine, Engine]) -> None:
    engine, _ = empty_stores
    program = (
        "import sys; from panel.db import engine, migrate; migrate.upgrade(engine.open_engine(sys.argv[1]))"
    )
    url = engine.url.render_as_string(hide_password=False)
    started = [subprocess.Popen([sys.executable, "-c", program, url], cwd=ROOT) for _ in range(3)]
    assert [process.wait(timeout=60) for process in started] == [0, 0, 0]
    assert sorted(_described(engine)) == sorted(SQLModel.metadata.tables)
