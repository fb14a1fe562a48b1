"""What corrections changed: beside the trail, which holds digests only."""

from __future__ import annotations

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from panel.db.append_only import fixed


class Correction(SQLModel, table=True):
    """All that an application said before and after a correction, by the number of its entry.

    The words never change; the row may be deleted when personal data must go, and the trail still fits.
    """

    __tablename__ = "corrections"

    entry: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    application_id: int = Field(foreign_key="applications.id", index=True)
    said: str = Field(sa_type=Text)


fixed(Correction.__table__, "said")  # type: ignore[attr-defined]
