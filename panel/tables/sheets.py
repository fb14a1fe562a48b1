"""Score sheets (评分表), their scores, their sealed submissions, and the saves already taken."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from panel.db.append_only import insert_only
from panel.db.columns import at_least, one_of
from panel.rules.sheets import SheetState


class Sheet(SQLModel, table=True):
    """One expert's sheet for one application; `position` is its place in that expert's own order."""

    __tablename__ = "sheets"
    __table_args__ = (
        UniqueConstraint("expert_id", "application_id"),
        one_of("state", SheetState),
        at_least("revision", 1),
        at_least("position", 1),
    )

    id: int = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="rounds.id", index=True)
    expert_id: int = Field(foreign_key="experts.id", index=True)
    application_id: int = Field(foreign_key="applications.id", index=True)
    position: int
    state: str = SheetState.DRAFT
    revision: int = 1
    void_because: str = Field(default="", sa_type=Text)
    version: int = 1


class Score(SQLModel, table=True):
    """The score of one criterion or item in hundredths of a point, and its comment; either may be missing."""

    __tablename__ = "scores"
    __table_args__ = (
        CheckConstraint("points IS NULL OR points BETWEEN 0 AND 10000", name="points_in_range"),
    )

    sheet_id: int = Field(foreign_key="sheets.id", primary_key=True)
    unit: str = Field(primary_key=True)
    points: int | None = None
    comment: str = Field(default="", sa_type=Text)


class Submission(SQLModel, table=True):
    """What was sealed: one row for each revision of a sheet, never changed."""

    __tablename__ = "submissions"
    __table_args__ = (UniqueConstraint("sheet_id", "revision"),)

    id: int = Field(default=None, primary_key=True)
    sheet_id: int = Field(foreign_key="sheets.id", index=True)
    revision: int
    salt: bytes = Field(sa_type=LargeBinary)
    items: str = Field(sa_type=Text)
    """Canonical JSON: unit to points and comment."""
    commitment: str
    submitted_at: datetime


class Save(SQLModel, table=True):
    """A save that was taken: the same key again is answered from here, and changes nothing."""

    __tablename__ = "saves"

    expert_id: int = Field(foreign_key="experts.id", primary_key=True)
    key: str = Field(primary_key=True, max_length=64)
    sheet_id: int = Field(foreign_key="sheets.id")
    request_digest: str
    version: int
    entry: int
    """The number of the audit entry that recorded it."""
    saved_at: datetime


insert_only(Submission.__table__)  # type: ignore[attr-defined]
insert_only(Save.__table__)  # type: ignore[attr-defined]
