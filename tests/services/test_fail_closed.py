"""No audit row, no act: whoever stops the trail stops the application."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from panel.audit import read
from panel.db.engine import is_sqlite, writing
from panel.rules.stages import Stage
from panel.services import rounds
from panel.services.office import Office
from tests.world import World


@contextmanager
def without_the_right_to_enter(office: Office) -> Iterator[None]:
    """The trail takes no more entries: a role without INSERT, where rights exist; else a trigger."""
    with writing(office.engine).begin() as connection:
        if is_sqlite(office.engine):
            refuse = "SELECT RAISE(ABORT, 'no right to enter')"
            connection.execute(text(f"CREATE TRIGGER barred BEFORE INSERT ON audit_log BEGIN {refuse}; END"))
            yield_to = ""
        else:
            yield_to = f"barred_{uuid.uuid4().hex[:12]}"
            for statement in (
                f"CREATE ROLE {yield_to}",
                f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {yield_to}",
                f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {yield_to}",
                f"REVOKE INSERT ON audit_log FROM {yield_to}",
            ):
                connection.execute(text(statement))
    if not yield_to:
        yield
        return

    def become(connection: Any, _record: object) -> None:
        connection.execute(f"SET ROLE {yield_to}")
        connection.commit()

    office.engine.dispose()
    event.listen(office.engine, "connect", become)
    try:
        yield
    finally:
        event.remove(office.engine, "connect", become)
        office.engine.dispose()
        with office.engine.begin() as connection:
            connection.execute(text(f"DROP OWNED BY {yield_to}"))
            connection.execute(text(f"DROP ROLE {yield_to}"))


def test_without_the_right_to_write_the_trail_nothing_is_done(world: World) -> None:
    office, secretary = world.office, world.secretary
    world.round_("2026", Stage.SETUP)
    with office.reading() as session:
        before = read.size(session)
    closes = office.clock().date()
    refused = pytest.raises(DBAPIError, match=r"no right to enter|permission denied")
    with without_the_right_to_enter(office), refused:
        rounds.create(office, secretary, "2027", "第二批", closes)
    with office.reading() as session:
        assert read.size(session) == before
        assert session.execute(text("SELECT count(*) FROM rounds")).scalar_one() == 1
