"""Accounts as the administrator sees them: who may sign in, never what anybody did with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Row, Select, func
from sqlmodel import Session, and_, col, select

from panel.rules.permissions import Role
from panel.tables import Account, ActivationCode, SignIn


class AccountState(StrEnum):
    """Whether an account can be used."""

    WAITING = "waiting"
    ACTIVE = "active"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class AccountView:
    """One account."""

    id: int
    login: str
    name: str
    role: Role
    state: AccountState
    created_at: datetime
    live_sessions: int
    last_sign_in: datetime | None
    code_until: datetime | None
    """Until when a code that was handed out can still be used."""


def everyone(session: Session, now: datetime, role: Role | None = None) -> list[AccountView]:
    """All accounts, or those of one role: officers first, each role by login."""
    query = _query(now)
    if role is not None:
        query = query.where(col(Account.role) == role)
    order = list(reversed(Role))
    views = [_view(row) for row in session.execute(query)]
    return sorted(views, key=lambda view: (order.index(view.role), view.login))


def one(session: Session, now: datetime, account_id: int) -> AccountView | None:
    """The account of that number."""
    row = session.execute(_query(now).where(col(Account.id) == account_id)).one_or_none()
    return _view(row) if row else None


def _query(now: datetime) -> Select[Account, int, datetime | None, datetime | None]:
    live = and_(col(SignIn.ended_at).is_(None), col(SignIn.expires_at) > now)
    sessions = select(func.count()).where(col(SignIn.account_id) == col(Account.id), live)
    last = select(func.max(SignIn.began_at)).where(col(SignIn.account_id) == col(Account.id))
    code = select(func.max(ActivationCode.expires_at)).where(
        col(ActivationCode.account_id) == col(Account.id),
        col(ActivationCode.used_at).is_(None),
        col(ActivationCode.expires_at) > now,
    )
    return select(
        Account,
        sessions.correlate(Account).scalar_subquery(),
        last.correlate(Account).scalar_subquery(),
        code.correlate(Account).scalar_subquery(),
    )


def _view(row: Row[Account, int, datetime | None, datetime | None]) -> AccountView:
    account, sessions, last, until = row
    return AccountView(
        id=account.id,
        login=account.login,
        name=account.name,
        role=Role(account.role),
        state=_state(account),
        created_at=account.created_at,
        live_sessions=sessions,
        last_sign_in=last,
        code_until=until,
    )


def _state(account: Account) -> AccountState:
    if account.disabled:
        return AccountState.DISABLED
    return AccountState.ACTIVE if account.password_hash else AccountState.WAITING
