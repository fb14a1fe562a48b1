"""Applications (申报) with all that hangs on them, and the studios recognised earlier."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from panel.db.columns import Versioned, at_least, one_of
from panel.rules.applications import (
    BudgetCategory,
    CertificateLevel,
    EmploymentKind,
    OccupationState,
    ProjectKind,
    Track,
)
from panel.rules.eligibility import Verdict


class Application(Versioned, SQLModel, table=True):
    """One application as handed in and corrected; `blind_code` is given when scoring opens."""

    __tablename__ = "applications"
    __table_args__ = (
        UniqueConstraint("round_id", "number"),
        UniqueConstraint("round_id", "blind_code"),
        one_of("track", Track),
        one_of("occupation_state", OccupationState),
        one_of("certificate", CertificateLevel),
        one_of("kind", ProjectKind, or_empty=True),
        at_least("months", 1),
        at_least("total_fen", 0),
        at_least("subsidy_fen", 0),
    )

    id: int = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="rounds.id", index=True)
    number: str
    track: str
    linked_studio: str = ""
    unit: str
    unit_code: str
    parent_unit: str = ""
    branch: str = ""
    address: str
    in_district: bool
    master_name: str
    master_key: str = ""
    master_last4: str = Field(default="", max_length=4)
    occupation: str
    occupation_state: str
    certificate: str
    exception: str = Field(default="", sa_type=Text)
    title: str = ""
    kind: str = ""
    months: int | None = None
    total_fen: int | None = Field(default=None, sa_type=BigInteger)
    subsidy_fen: int | None = Field(default=None, sa_type=BigInteger)
    summary: str = Field(default="", sa_type=Text)
    materials: str = ""
    """The codes of the papers handed in, separated by blanks."""
    blind_code: str | None = None
    withdrawn: bool = False
    version: int = 1


class Member(SQLModel, table=True):
    """One person of an application's team."""

    __tablename__ = "members"
    __table_args__ = (one_of("employment", EmploymentKind),)

    id: int = Field(default=None, primary_key=True)
    application_id: int = Field(foreign_key="applications.id", index=True)
    name: str
    employment: str


class BudgetLine(SQLModel, table=True):
    """One line of a project's budget."""

    __tablename__ = "budget_lines"
    __table_args__ = (one_of("category", BudgetCategory), at_least("amount_fen", 0))

    id: int = Field(default=None, primary_key=True)
    application_id: int = Field(foreign_key="applications.id", index=True)
    category: str
    item: str
    amount_fen: int = Field(sa_type=BigInteger)
    note: str = ""


class Statement(SQLModel, table=True):
    """What the applicant says to one criterion: what experts judge."""

    __tablename__ = "statements"
    __table_args__ = (UniqueConstraint("application_id", "criterion"),)

    id: int = Field(default=None, primary_key=True)
    application_id: int = Field(foreign_key="applications.id", index=True)
    criterion: str
    text: str = Field(sa_type=Text)


class Eligibility(SQLModel, table=True):
    """A verdict on one application; the newest counts, the earlier stay."""

    __tablename__ = "eligibility"
    __table_args__ = (one_of("verdict", Verdict),)

    id: int = Field(default=None, primary_key=True)
    application_id: int = Field(foreign_key="applications.id", index=True)
    verdict: str
    article: str = ""
    reason: str = Field(sa_type=Text)
    findings: str = ""
    """Codes of the automatic findings at that moment, separated by blanks."""
    decided_by: str
    decided_at: datetime


class Clearance(SQLModel, table=True):
    """A word that may stay although it might identify the applicant; bound to the text it was seen in."""

    __tablename__ = "clearances"
    __table_args__ = (
        UniqueConstraint("application_id", "field", "word", "text_digest"),
        CheckConstraint("word <> ''", name="word_given"),
    )

    id: int = Field(default=None, primary_key=True)
    application_id: int = Field(foreign_key="applications.id", index=True)
    field: str
    word: str
    text_digest: str
    reason: str = Field(sa_type=Text)
    cleared_at: datetime


class Studio(SQLModel, table=True):
    """A studio recognised earlier, as the register stood for this round."""

    __tablename__ = "studios"
    __table_args__ = (UniqueConstraint("round_id", "number"),)

    id: int = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="rounds.id", index=True)
    number: str
    unit: str
    unit_code: str
    parent_unit: str = ""
    branch: str = ""
    master_name: str
    master_key: str = ""
    master_last4: str = Field(default="", max_length=4)
    occupation: str
    running: bool
