"""Workbooks handed in: kept until taken over, and known by their digest for good."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary
from sqlmodel import Field, SQLModel

from panel.db.columns import one_of
from panel.rules.imports import ImportKind


class Import(SQLModel, table=True):
    """One uploaded workbook.

    `content` is encrypted, since it holds ID numbers; it is emptied when the workbook has been taken over or
    dropped, and never filled when the workbook has `problems`.
    """

    __tablename__ = "imports"
    __table_args__ = (one_of("kind", ImportKind),)

    id: int = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="rounds.id", index=True)
    kind: str
    file_name: str
    digest: str
    size: int
    content: bytes = Field(default=b"", sa_type=LargeBinary)
    received_at: datetime
    applied_at: datetime | None = None
    rows: int = 0
    problems: int = 0
