"""What a database administrator can do to the store behind the application's back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, text

from panel.db.engine import writing


def unfence(connection: Connection, table: str) -> None:
    """Take the triggers of a table off."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
        return
    found = text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table")
    for name in connection.execute(found, {"table": table}).scalars().all():
        connection.execute(text(f"DROP TRIGGER {name}"))


@contextmanager
def undone(engine: Engine) -> Iterator[Connection]:
    """A connection on which anything may be done to the store: all of it is undone in the end."""
    with writing(engine).connect() as connection:
        yield connection
        connection.rollback()
