"""Accounts, their one-time codes, their live sessions, and the count of failed sign-ins."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from panel.db.append_only import fixed
from panel.db.columns import Versioned, one_of
from panel.rules.permissions import Role


class Account(Versioned, SQLModel, table=True):
    """One person's account; the role never changes."""

    __tablename__ = "accounts"
    __table_args__ = (
        one_of("role", Role),
        CheckConstraint("(role = 'expert') = (expert_id IS NOT NULL)", name="only_experts_are_experts"),
    )

    id: int = Field(default=None, primary_key=True)
    login: str = Field(unique=True)
    name: str
    role: str
    expert_id: int | None = Field(default=None, foreign_key="experts.id", unique=True)
    password_hash: str = ""
    disabled: bool = False
    created_at: datetime
    version: int = 1
    pin_failures: int | None = None
    """Wrong PINs in a row on devices it was opened on before; nothing where the secret is a password."""
    pin_locked_at: datetime | None = None
    devices: int | None = None
    """On how many devices at once an expert may be signed in; nothing means one."""
    pin_strangers: int | None = None
    """Wrong PINs in a row on any other device."""


fixed(Account.__table__, "role")  # type: ignore[attr-defined]


class ActivationCode(SQLModel, table=True):
    """A one-time code, kept as its hash."""

    __tablename__ = "activation_codes"

    id: int = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="accounts.id", index=True)
    code_hash: str = Field(unique=True)
    issued_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


class SignIn(SQLModel, table=True):
    """A live session on the server; the cookie holds the token, the store its hash."""

    __tablename__ = "sign_ins"

    id: int = Field(default=None, primary_key=True)
    token_hash: str = Field(unique=True)
    account_id: int = Field(foreign_key="accounts.id", index=True)
    began_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None
    ip: str = ""
    device: str | None = None
    """The code of `panel.rules.devices.Device`."""
    locked_at: datetime | None = None
    ended_because: str | None = None


class SignInAttempt(SQLModel, table=True):
    """A failed sign-in, counted per account name (hashed) and per address."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = (Index("sign_in_attempts_by_key", "key", "at"),)

    id: int = Field(default=None, primary_key=True)
    key: str
    at: datetime
