"""Conflicts (利益冲突: the fact) and recusals (回避: the decision)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from panel.db.columns import one_of
from panel.rules.conflicts import Reach


class Conflict(SQLModel, table=True):
    """A tie found in the data or declared by the expert; `target` is an application's number or a unit."""

    __tablename__ = "conflicts"
    __table_args__ = (one_of("reach", Reach),)

    id: int = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="rounds.id", index=True)
    expert_id: int = Field(foreign_key="experts.id", index=True)
    code: str
    reach: str
    target: str
    facts: str = Field(default="{}", sa_type=Text)
    """Canonical JSON: what it rests on."""
    declared: bool = False
    known_at: datetime
    settled: bool = False


class Recusal(SQLModel, table=True):
    """The decision on a conflict or without one; the newest for the same expert, reach and target counts."""

    __tablename__ = "recusals"
    __table_args__ = (one_of("reach", Reach),)

    id: int = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="rounds.id", index=True)
    expert_id: int = Field(foreign_key="experts.id", index=True)
    conflict_id: int | None = Field(default=None, foreign_key="conflicts.id")
    recused: bool
    reach: str
    target: str
    reason: str = Field(sa_type=Text)
    late: bool = False
    decided_by: str
    decided_at: datetime
