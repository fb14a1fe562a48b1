"""Tables that only grow: every other way to touch them is refused by the database itself."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from panel import tables
from panel.audit.events import AccountDisabled, Said
from panel.db import append_only
from panel.db.engine import writing
from panel.rules.permissions import Role
from panel.services.office import Office
from tests.conftest import actor
from tests.world import World

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ON_POSTGRESQL = pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)
LEAF = "(SELECT leaf FROM audit_log WHERE idx = 0)"


@pytest.fixture
def trail(office: Office) -> Office:
    """Two entries, so that there is a subtree, with words."""
    with office.change(actor(Role.SECRETARY), AccountDisabled) as change:
        for _ in range(2):
            change.record(AccountDisabled(reason=Said("丢失平板")), subject="u-9")
    return office


def attempt(office: Office, *statements: str) -> None:
    with writing(office.engine).begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def contents(connection: Connection) -> list[object]:
    return [
        connection.execute(text(f"SELECT * FROM {table} ORDER BY 1")).all()
        for table in ("audit_log", "audit_node", "audit_text")
    ]


def entry(index: int, verb: str = "INSERT") -> str:
    return (
        f"{verb} INTO audit_log (idx, body, leaf, act, ok, actor, round_id, subject)"
        f" VALUES ({index}, '{{}}', {LEAF}, 'x', true, 'x', '', '')"
    )


EVERYWHERE = (
    "UPDATE audit_log SET body = '{}' WHERE idx = 1",
    "UPDATE audit_log SET body = body",
    "DELETE FROM audit_log WHERE idx = 1",
    "DELETE FROM audit_log",
    "UPDATE audit_node SET position = 7",
    "DELETE FROM audit_node",
    "UPDATE audit_text SET text = 'x'",
    "DELETE FROM audit_text",
    entry(0),
    entry(1),
    entry(3),
    entry(-1),
    entry(2) + ", (2, '{}', x'', 'x', true, 'x', '', '')".replace("x''", LEAF),
    entry(1) + " ON CONFLICT (idx) DO UPDATE SET body = excluded.body",
    "INSERT INTO audit_node SELECT * FROM audit_node WHERE true"
    " ON CONFLICT (level, position) DO UPDATE SET position = 3",
)


@pytest.mark.parametrize("statement", EVERYWHERE)
def test_what_was_written_stays_as_it_was(trail: Office, statement: str) -> None:
    with trail.engine.connect() as connection:
        before = contents(connection)
    with pytest.raises(DBAPIError, match=r"insert-only|next number|UNIQUE|duplicate key"):
        attempt(trail, statement)
    with trail.engine.connect() as connection:
        assert contents(connection) == before


@ON_SQLITE
@pytest.mark.parametrize(
    "statement",
    [
        entry(1, "INSERT OR REPLACE"),
        entry(0, "REPLACE"),
        "REPLACE INTO audit_node SELECT level, position, x'00' FROM audit_node",
        "REPLACE INTO audit_text SELECT digest, 'x' FROM audit_text",
        "UPDATE OR REPLACE audit_log SET idx = 0 WHERE idx = 1",
    ],
)
def test_nor_can_it_be_replaced(trail: Office, statement: str) -> None:
    with pytest.raises(DBAPIError, match=r"insert-only|next number"):
        attempt(trail, statement)


@ON_SQLITE
def test_replacing_fails_for_a_connection_without_our_settings_too(trail: Office) -> None:
    with pytest.raises(DBAPIError, match="next number"):
        attempt(trail, "PRAGMA recursive_triggers = OFF", entry(1, "REPLACE"))


@ON_POSTGRESQL
@pytest.mark.parametrize(
    "table", ["audit_log", "audit_node", "audit_text", "submissions", "saves", "ballots"]
)
def test_nor_can_a_table_be_emptied(trail: Office, table: str) -> None:
    with pytest.raises(DBAPIError, match="insert-only"):
        attempt(trail, f"TRUNCATE {table} CASCADE")


@ON_POSTGRESQL
@pytest.mark.parametrize("statement", [*EVERYWHERE[:8], "TRUNCATE audit_log", entry(7)])
def test_not_even_in_the_mode_in_which_replicas_skip_triggers(trail: Office, statement: str) -> None:
    with pytest.raises(DBAPIError, match=r"insert-only|next number"):
        attempt(trail, "SET LOCAL session_replication_role = replica", statement)


def test_the_next_entry_is_taken(trail: Office) -> None:
    attempt(trail, entry(2), entry(3))


def test_sealed_rows_are_insert_only_too(world: World, office: Office) -> None:
    round_id = world.scoring_round(experts=1)
    expert = world.accounts["E1"].expert_id
    with office.reading() as session:
        sheet = session.exec(select(tables.Sheet)).first()
    assert sheet is not None
    assert expert is not None
    now = world.clock()
    world.add(
        tables.Submission(
            sheet_id=sheet.id, revision=1, salt=bytes(32), items="{}", commitment="c", submitted_at=now
        ),
        tables.Save(
            expert_id=expert, key="k", sheet_id=sheet.id, request_digest="d", version=1, entry=1, saved_at=now
        ),
        tables.Ballot(
            round_id=round_id,
            track="studio",
            tie="S01 S02",
            expert_id=expert,
            choice="S01",
            reason="更成熟",
            recorded_at=now,
        ),
    )
    for change in ("submissions SET commitment = 'x'", "saves SET version = 2", "ballots SET choice = 'S02'"):
        with pytest.raises(DBAPIError, match="insert-only"):
            attempt(office, f"UPDATE {change}")
    for table in ("submissions", "saves", "ballots"):
        with pytest.raises(DBAPIError, match="insert-only"):
            attempt(office, f"DELETE FROM {table}")


def test_a_role_is_given_once(world: World, office: Office) -> None:
    world.person(Role.SECRETARY)
    attempt(office, "UPDATE accounts SET name = '改名（虚构）', role = role")
    with pytest.raises(DBAPIError, match=r"accounts\.role never changes"):
        attempt(office, "UPDATE accounts SET role = 'inspector'")


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_a_migration_can_say_the_same(dialect: str) -> None:
    made = append_only.statements("t", "idx", dialect)
    assert len(made) > len(append_only.statements("t", None, dialect))
    assert any("takes the next number only" in statement for statement in made)
    assert any("never changes" in statement for statement in append_only.fixed_statements("t", "c", dialect))
