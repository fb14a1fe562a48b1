"""Accounts: made once with one role, activated by a one-time code, disabled, never deleted."""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from sqlmodel import Session, col, select, update

from panel.audit.events import (
    AccountActivated,
    AccountCreated,
    AccountDisabled,
    AccountEnabled,
    CodeIssued,
    PasswordChanged,
    Said,
    SessionsRevoked,
)
from panel.errors import InvalidInput, NotFound, Problem, RuleBroken
from panel.rules.permissions import Action, Role
from panel.services.office import Actor, Change, Office, log_id
from panel.tables import Account, ActivationCode, SignIn

MIN_PASSWORD = 10
MAX_PASSWORD = 200
CODE_LIFE = timedelta(days=14)
# No 0 O 1 I L: the code is read from paper and typed on a tablet.
_CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_CODE_GROUPS, _CODE_GROUP = 3, 4


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """A one-time code as it is handed over on paper; it is not kept in clear."""

    account_id: int
    login: str
    name: str
    code: str
    expires_at: datetime


def hash_password(password: str) -> str:
    """Argon2id in PHC form."""
    return Argon2id(
        salt=os.urandom(16), length=32, iterations=3, lanes=4, memory_cost=64 * 1024
    ).derive_phc_encoded(password.encode())


def password_fits(password: str, stored: str) -> bool:
    """Whether the password is the one that was hashed; takes as long for an unknown account."""
    try:
        Argon2id.verify_phc_encoded(password.encode(), stored or _nobody())
    except InvalidKey:
        return False
    return bool(stored)


def code_hash(code: str) -> str:
    """How a one-time code or a session token is kept."""
    return hashlib.sha256(b"pingshen/token/v1\0" + code.encode()).hexdigest()


def normal_code(typed: str) -> str:
    """A code as typed, without the blanks and dashes that people add."""
    return "".join(character for character in typed.upper() if character.isalnum())


def create(office: Office, actor: Actor, login: str, name: str, role: Role) -> IssuedCode:
    """Make an account for an officer; experts' accounts come from their import."""
    login, name = login.strip(), name.strip()
    if not login or not name:
        raise InvalidInput(Problem("登录名、姓名", "", "两项都要填写。"))
    if role is Role.EXPERT:
        raise RuleBroken("expert_by_import", "专家账号由导入专家名册产生。")
    with office.change(actor, AccountCreated) as change:
        change.permit(Action.MANAGE_ACCOUNTS)
        if change.session.exec(select(Account.id).where(Account.login == login)).first() is not None:
            raise RuleBroken("login_taken", f"登录名“{login}”已被使用,请换一个。")
        account = add(change, login, name, role)
        return issue(change, account)


def add(change: Change, login: str, name: str, role: Role, expert_id: int | None = None) -> Account:
    """Put a new account into a running change."""
    account = Account(login=login, name=name, role=role, expert_id=expert_id, created_at=change.now)
    change.session.add(account)
    change.session.flush()
    change.record(AccountCreated(role=role), subject=log_id(account.id))
    return account


def issue(change: Change, account: Account) -> IssuedCode:
    """Issue a one-time code in a running change; earlier codes become void."""
    change.session.execute(
        update(ActivationCode)
        .where(col(ActivationCode.account_id) == account.id, col(ActivationCode.used_at).is_(None))
        .values(expires_at=change.now)
    )
    groups = ("".join(secrets.choice(_CODE_LETTERS) for _ in range(_CODE_GROUP)) for _ in range(_CODE_GROUPS))
    code = "-".join(groups)
    expires = change.now + CODE_LIFE
    change.session.add(
        ActivationCode(
            account_id=account.id,
            code_hash=code_hash(normal_code(code)),
            issued_at=change.now,
            expires_at=expires,
        )
    )
    change.record(CodeIssued(), subject=log_id(account.id))
    return IssuedCode(account.id, account.login, account.name, code, expires)


def issue_code(office: Office, actor: Actor, account_id: int) -> IssuedCode:
    """Issue a new one-time code: the administrator to officers, the secretary to experts."""
    with office.change(actor, CodeIssued) as change:
        account = _account(change.session, account_id)
        change.permit(Action.ISSUE_EXPERT_CODE if account.role == Role.EXPERT else Action.MANAGE_ACCOUNTS)
        if account.disabled:
            raise RuleBroken("account_disabled", "账号已停用,请先启用。")
        return issue(change, account)


def activate(office: Office, code: str, password: str, *, ip: str = "", request: str = "") -> str:
    """Choose a password with a one-time code; answers the login. The old password and all sessions end."""
    check_password(password)
    hashed = hash_password(password)
    anonymous = Actor("anonymous", None, ip=ip, request=request)
    with office.change(anonymous, AccountActivated) as change:
        found = change.session.exec(
            select(ActivationCode)
            .where(ActivationCode.code_hash == code_hash(normal_code(code)))
            .with_for_update()
        ).first()
        if found is None or found.used_at is not None or found.expires_at <= change.now:
            raise RuleBroken("code_unknown", "激活码不正确、已使用或已过期,请向评审组秘书领取新的激活码。")
        account = _account(change.session, found.account_id)
        if account.disabled:
            raise RuleBroken("account_disabled", "账号已停用,请联系评审组秘书。")
        found.used_at = change.now
        account.password_hash = hashed
        account.version += 1
        change.session.add_all([found, account])
        end_sessions(change, found.account_id)
        change.actor = Actor(log_id(account.id), Role(account.role), account.id, ip=ip, request=request)
        change.record(AccountActivated(), subject=log_id(account.id))
        return account.login


def change_password(office: Office, actor: Actor, current: str, new: str) -> None:
    """Change one's own password; all sessions end, this one too."""
    check_password(new)
    with office.reading() as session:
        stored = _account(session, actor.account_id).password_hash
    if not password_fits(current, stored):
        refusal = RuleBroken("password_wrong", "当前密码不正确。")
        office.refuse(actor, PasswordChanged.act, refusal)
        raise refusal
    hashed = hash_password(new)
    with office.change(actor, PasswordChanged) as change:
        account = _account(change.session, actor.account_id)
        account.password_hash = hashed
        account.version += 1
        change.session.add(account)
        end_sessions(change, account.id)
        change.record(PasswordChanged(), subject=log_id(account.id))


def confirm_password(office: Office, actor: Actor, password: str, tried: str) -> None:
    """Ask for the password again before a step that cannot be taken back; a wrong one is logged."""
    with office.reading() as session:
        stored = _account(session, actor.account_id).password_hash
    if not password_fits(password, stored):
        refusal = RuleBroken("password_wrong", "密码不正确,操作未执行。")
        office.refuse(actor, tried, refusal)
        raise refusal


def disable(office: Office, actor: Actor, account_id: int, reason: str) -> None:
    """Bar an account from signing in, and end its sessions."""
    with office.change(actor, AccountDisabled) as change:
        change.permit(Action.MANAGE_ACCOUNTS)
        account = _account(change.session, account_id)
        if account.id == actor.account_id:
            raise RuleBroken("own_account", "不能停用自己的账号。")
        account.disabled = True
        account.version += 1
        change.session.add(account)
        end_sessions(change, account_id)
        change.record(AccountDisabled(reason=Said(required(reason))), subject=log_id(account_id))


def enable(office: Office, actor: Actor, account_id: int, reason: str) -> None:
    """Let an account sign in again."""
    with office.change(actor, AccountEnabled) as change:
        change.permit(Action.MANAGE_ACCOUNTS)
        account = _account(change.session, account_id)
        account.disabled = False
        account.version += 1
        change.session.add(account)
        change.record(AccountEnabled(reason=Said(required(reason))), subject=log_id(account_id))


def revoke(office: Office, actor: Actor, account_id: int) -> int:
    """End every session of an account at once (a lost tablet); answers how many there were."""
    with office.change(actor, SessionsRevoked) as change:
        account = _account(change.session, account_id)
        change.permit(Action.REVOKE_EXPERT if account.role == Role.EXPERT else Action.MANAGE_ACCOUNTS)
        ended = end_sessions(change, account_id)
        change.record(SessionsRevoked(sessions=ended), subject=log_id(account_id))
        return ended


def end_sessions(change: Change, account_id: int | None) -> int:
    """End the live sessions of an account in a running change."""
    live = change.session.exec(
        select(SignIn).where(SignIn.account_id == account_id, col(SignIn.ended_at).is_(None))
    ).all()
    for sign_in in live:
        sign_in.ended_at = change.now
    change.session.add_all(live)
    return len(live)


def check_password(password: str) -> None:
    """Refuse a password that is too short to be worth hashing, or too long to be one."""
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise InvalidInput(Problem("密码", "", f"请输入 {MIN_PASSWORD} 至 {MAX_PASSWORD} 个字符。"))


def required(reason: str) -> str:
    """A reason, which every decision needs."""
    reason = reason.strip()
    if not reason:
        raise InvalidInput(Problem("理由", "", "请写明理由。"))
    return reason


def _account(session: Session, account_id: int | None) -> Account:
    account = session.get(Account, account_id) if account_id is not None else None
    if account is None:
        raise NotFound("no such account")
    return account


_NOBODY: list[str] = []


def _nobody() -> str:
    # Hashed once, so that an unknown login costs the same time as a known one.
    if not _NOBODY:
        _NOBODY.append(hash_password(secrets.token_urlsafe(16)))
    return _NOBODY[0]
