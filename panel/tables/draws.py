"""Draws (抽取): what stood before the seed, and the seed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from panel.db.columns import at_least


class Draw(SQLModel, table=True):
    """One attempt. Pool and exclusions are fixed in one transaction, the seed comes in a later one."""

    __tablename__ = "draws"
    __table_args__ = (UniqueConstraint("round_id", "attempt"), at_least("size", 1))

    id: int = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="rounds.id", index=True)
    attempt: int
    size: int
    pool: str = Field(sa_type=Text)
    """Expert numbers separated by blanks."""
    excluded: str = Field(default="{}", sa_type=Text)
    """Canonical JSON: expert number to reason."""
    reason: str = Field(default="", sa_type=Text)
    digest: str
    seed: str = ""
    prepared_at: datetime
    held_at: datetime | None = None
