"""Files of material (申报材料): what was handed in by page, and every review; bytes are on the shelf."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from panel.db.append_only import insert_only
from panel.db.columns import at_least, one_of
from panel.rules.applications import Material
from panel.rules.materials import FileKind, Look


class MaterialBatch(SQLModel, table=True):
    """One upload, of many files or one; `settled_at` once it was taken over, dropped or refused."""

    __tablename__ = "material_batches"

    id: int = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="rounds.id", index=True)
    file_name: str
    digest: str
    size: int
    received_at: datetime
    settled_at: datetime | None = None
    taken: int = 0
    """How many files were taken over."""
    problems: int = 0


class MaterialFile(SQLModel, table=True):
    """One file of an application. It waits until `added_at`, and is out again from `removed_at` on.

    `place` numbers the files of an application: experts ask by it, and it tells nothing.
    """

    __tablename__ = "material_files"
    __table_args__ = (
        UniqueConstraint("application_id", "place"),
        one_of("kind", FileKind),
        one_of("material", Material, or_empty=True),
        at_least("pages", 1),
    )

    id: int = Field(default=None, primary_key=True)
    application_id: int = Field(foreign_key="applications.id", index=True)
    batch_id: int = Field(foreign_key="material_batches.id", index=True)
    place: int
    kind: str
    material: str = ""
    title: str
    file_name: str
    digest: str
    size: int
    pages: int
    received_at: datetime
    added_at: datetime | None = None
    removed_at: datetime | None = None


class MaterialPage(SQLModel, table=True):
    """One page of a file: its size in pixels, and why a person must look at it."""

    __tablename__ = "material_pages"
    __table_args__ = (UniqueConstraint("file_id", "number"), one_of("look", Look, or_empty=True))

    id: int = Field(default=None, primary_key=True)
    file_id: int = Field(foreign_key="material_files.id", index=True)
    number: int
    width: int
    height: int
    look: str = ""


class MaterialReview(SQLModel, table=True):
    """A page as it was reviewed: its boxes, and the words that were known then. The newest counts."""

    __tablename__ = "material_reviews"
    __table_args__ = (UniqueConstraint("page_id", "version"),)

    id: int = Field(default=None, primary_key=True)
    page_id: int = Field(foreign_key="material_pages.id", index=True)
    version: int
    boxes: str = Field(sa_type=Text)
    """A JSON list of left, top, right, bottom in ten-thousandths of the page."""
    words: str
    """The digest of what could tell who applies: with other words the review is no longer enough."""
    reviewed_by: str
    reviewed_at: datetime


insert_only(MaterialReview.__table__)  # type: ignore[attr-defined]
