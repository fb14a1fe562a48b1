"""Rounds (评选批次) and the steps that wait for a second person."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from panel.db.columns import Versioned, one_of
from panel.rules.stages import Stage


class Round(Versioned, SQLModel, table=True):
    """One round. `policy` is the text of the policy file, copied in when scoring opens and read from here."""

    __tablename__ = "rounds"
    __table_args__ = (one_of("stage", Stage),)

    id: int = Field(default=None, primary_key=True)
    code: str = Field(unique=True)
    title: str
    closes_on: date
    stage: str = Stage.SETUP
    policy: str = Field(default="", sa_type=Text)
    policy_digest: str = ""
    blind_key: bytes = b""
    """Secret of the round from which blind codes and the experts' orders come."""
    created_at: datetime
    version: int = 1


class Proposal(SQLModel, table=True):
    """A step (such as opening the seals) that one person proposed and another must confirm."""

    __tablename__ = "proposals"

    id: int = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="rounds.id", index=True)
    step: str
    reason: str = Field(default="", sa_type=Text)
    proposed_by: int | None = Field(default=None, foreign_key="accounts.id")
    proposed_as: str
    """The account's or the operating-system user's log identity."""
    proposed_at: datetime
    settled: bool = False
    confirmed: bool = False
