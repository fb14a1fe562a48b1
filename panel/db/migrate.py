"""Bringing a store to the newest form of its tables."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

from panel.db.engine import WRITES


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Apply the migrations that the store does not have yet, all or none of each."""
    with engine.execution_options(**{WRITES: True}).begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
