"""Bringing a store to the newest form of its tables."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, func, select

from panel.db.engine import is_sqlite, writing


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Apply the migrations that the store does not have yet, all or none of each."""
    with writing(engine).begin() as connection:
        if not is_sqlite(engine):
            # Several processes may start at once: one of them brings the store up, the others wait for it.
            connection.execute(select(func.pg_advisory_xact_lock(7_089_325_544_302)))
        config = Config()
        folder = Path(__file__).parent / "migrations"
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
