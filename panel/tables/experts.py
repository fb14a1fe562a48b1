"""The pool of experts (评审专家), across rounds."""

from __future__ import annotations

from datetime import date

from sqlmodel import Field, SQLModel

from panel.db.columns import Versioned, one_of
from panel.rules.experts import RelationKind


class Expert(Versioned, SQLModel, table=True):
    """One expert of the pool."""

    __tablename__ = "experts"

    id: int = Field(default=None, primary_key=True)
    number: str = Field(unique=True)
    name: str
    employer: str
    employer_code: str = ""
    employer_parent: str = ""
    title: str = ""
    specialities: str = ""
    """Separated by 、."""
    identity_key: str = ""
    version: int = 1


class Employment(SQLModel, table=True):
    """One employer of an expert's last years."""

    __tablename__ = "employments"

    id: int = Field(default=None, primary_key=True)
    expert_id: int = Field(foreign_key="experts.id", index=True)
    unit: str
    since: date | None = None
    until: date | None = None


class Relation(SQLModel, table=True):
    """A tie between an expert and a person or unit that the office has on file."""

    __tablename__ = "relations"
    __table_args__ = (one_of("kind", RelationKind),)

    id: int = Field(default=None, primary_key=True)
    expert_id: int = Field(foreign_key="experts.id", index=True)
    kind: str
    towards: str
    note: str = ""
