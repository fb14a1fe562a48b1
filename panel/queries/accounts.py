"""Accounts as the administrator sees them: who may sign in, never what anybody did with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Row, Select, func
from sqlmodel import Session, and_, col, select

from panel.audit import read
from panel.audit.events import (
    AccountActivated,
    AccountCreated,
    AccountDisabled,
    AccountEnabled,
    AccountReset,
    CardRenewed,
    EligibilityDecided,
    PasswordChanged,
    RecusalDecided,
    ResultFinalized,
    SheetReturned,
    SheetSubmitted,
    StageChanged,
    StepProposed,
    VoteImpossible,
    VoteRecorded,
)
from panel.audit.read import Record
from panel.audit.seals import credential_digest
from panel.language import _
from panel.queries.decisions import Difference
from panel.queries.panelists import natural
from panel.rules.permissions import Role
from panel.tables import Account, ActivationCode, Expert, SignIn

DECISIVE = (
    EligibilityDecided.act,
    RecusalDecided.act,
    ResultFinalized.act,
    SheetReturned.act,
    SheetSubmitted.act,
    StageChanged.act,
    StepProposed.act,
    VoteImpossible.act,
    VoteRecorded.act,
)
"""Acts that only one role may do."""


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
    return sorted(views, key=lambda view: (order.index(view.role), natural(view.login)))


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


# Against the trail


def faults(session: Session) -> Iterator[Difference]:
    """Accounts that are not as they were made, switched, or given a password; and what was done as another.

    An account that the trail does not know is a fault wherever the trail tells of the first administrator.
    """
    made = {record.subject: record for record in read.of_act(session, AccountCreated.act)}
    whole = any(record.actor.startswith("os-") for record in made.values())
    switched = _newest(session, AccountDisabled.act, AccountEnabled.act)
    chosen = _newest(session, AccountActivated.act, PasswordChanged.act, AccountReset.act, CardRenewed.act)
    rows = session.execute(
        select(Account, Expert.number).outerjoin(Expert, col(Expert.id) == col(Account.expert_id))
    )
    left = dict(made)
    for account, expert in rows.all():
        subject = f"u-{account.id}"
        record = left.pop(subject, None)
        if record is None:
            if whole:
                yield Difference(-1, _("账号 {who} 没有建立的记录").format(who=subject))
            continue
        yield from _against(account, expert or "", record, switched.get(subject), chosen.get(subject))
    for subject, record in left.items():
        yield Difference(record.index, _("账号 {who} 不见了").format(who=subject))
    yield from _as_another(session, made)


def _against(
    account: Account, expert: str, made: Record, switched: Record | None, chosen: Record | None
) -> Iterator[Difference]:
    if (account.role, expert) != (made.data["role"], made.data.get("expert", "")):
        yield Difference(made.index, _("账号 {who} 的角色或所属专家与建立时不一致").format(who=made.subject))
    if account.disabled != (switched is not None and switched.act == AccountDisabled.act):
        index = switched.index if switched else made.index
        yield Difference(index, _("账号 {who} 的停用情况与留痕记录不一致").format(who=made.subject))
    kept = credential_digest(account.password_hash) if account.password_hash else ""
    if kept != (chosen.data.get("credential", "") if chosen else ""):
        index = chosen.index if chosen else made.index
        yield Difference(index, _("账号 {who} 的密码不是本人设定的").format(who=made.subject))


def _as_another(session: Session, made: Mapping[str, Record]) -> Iterator[Difference]:
    """Whoever decided something had the role of the account then, and an expert sealed only own sheets."""
    for act in DECISIVE:
        for record in read.of_act(session, act):
            account = made.get(record.actor)
            if account is None:
                continue
            own = act != SheetSubmitted.act or record.subject.split("/")[0] == account.data.get("expert", "")
            if record.role != account.data["role"] or not own:
                what = _("账号 {who} 以不属于它的角色或专家身份操作过")
                yield Difference(record.index, what.format(who=record.actor))


def _newest(session: Session, *acts: str) -> dict[str, Record]:
    """The last of these acts by account."""
    entries = sorted((one for act in acts for one in read.of_act(session, act)), key=lambda one: one.index)
    return {entry.subject: entry for entry in entries}
