"""Signing in and out: sessions live on the server and can be ended there."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from panel.audit.events import Refused, SignedIn, SignedOut
from panel.errors import RuleBroken
from panel.rules.permissions import Role
from panel.services.accounts import code_hash, password_fits
from panel.services.office import Actor, Change, Office, log_id
from panel.tables import Account, SignIn, SignInAttempt

SESSION_LIFE = timedelta(hours=14)
WINDOW = timedelta(minutes=5)
PER_ACCOUNT = 10
# A meeting room shares one address: it must not be locked out by one forgetful expert.
PER_ADDRESS = 100

_WRONG = RuleBroken("sign_in_wrong", "登录名或密码不正确。")
_LATER = RuleBroken("sign_in_later", "失败次数过多,请 5 分钟后再试。")


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at a page: an account with a live session."""

    account_id: int
    login: str
    name: str
    role: Role
    expert_id: int | None
    session: str

    def actor(self, ip: str = "", request: str = "") -> Actor:
        """The viewer as the one who acts."""
        return Actor(
            log_id(self.account_id), self.role, self.account_id, self.expert_id, self.session, ip, request
        )


def sign_in(office: Office, login: str, password: str, *, ip: str = "", request: str = "") -> str:
    """Begin a session; answers its token, which only the cookie holds."""
    login = login.strip()
    keys = {code_hash(f"login {login}"): PER_ACCOUNT, code_hash(f"address {ip}"): PER_ADDRESS}
    with office.reading() as session:
        if _throttled(session, keys, office.clock()):
            raise _LATER
        account = session.exec(select(Account).where(Account.login == login)).first()
    fits = password_fits(password, account.password_hash if account else "")
    known = account is not None and fits and not account.disabled
    actor = Actor(log_id(account.id) if account else "anonymous", None, ip=ip, request=request)
    with office.change(actor, SignedIn) as change:
        if _throttled(change.session, keys, change.now):
            refusal: RuleBroken | None = _LATER
            change.record(Refused(tried=SignedIn.act, why=_LATER.code), ok=False)
        elif not known or account is None:
            refusal = _WRONG
            change.session.add_all([SignInAttempt(key=key, at=change.now) for key in keys])
            change.record(Refused(tried=SignedIn.act, why=_WRONG.code), ok=False)
        else:
            return _begin(change, account, ip, request)
    raise refusal


def sign_out(office: Office, actor: Actor, token: str) -> None:
    """End one's own session."""
    with office.change(actor, SignedOut) as change:
        live = change.session.exec(select(SignIn).where(SignIn.token_hash == code_hash(token))).first()
        if live is not None and live.ended_at is None:
            live.ended_at = change.now
            change.session.add(live)
        change.record(SignedOut(), subject=actor.id)


def viewer_of(session: Session, token: str, now: datetime) -> Viewer | None:
    """Whose live session a token is."""
    row = session.exec(
        select(SignIn, Account)
        .join(Account, col(Account.id) == col(SignIn.account_id))
        .where(
            SignIn.token_hash == code_hash(token),
            col(SignIn.ended_at).is_(None),
            col(SignIn.expires_at) > now,
            col(Account.disabled).is_(False),
        )
    ).first()
    if row is None:
        return None
    live, account = row
    return Viewer(
        account.id, account.login, account.name, Role(account.role), account.expert_id, live.token_hash[:16]
    )


def _begin(change: Change, account: Account, ip: str, request: str) -> str:
    token = secrets.token_urlsafe(32)
    hashed = code_hash(token)
    change.session.add(
        SignIn(
            token_hash=hashed,
            account_id=account.id,
            began_at=change.now,
            expires_at=change.now + SESSION_LIFE,
            ip=ip,
        )
    )
    change.actor = Actor(
        log_id(account.id), Role(account.role), account.id, account.expert_id, hashed[:16], ip, request
    )
    change.record(SignedIn(), subject=log_id(account.id))
    return token


def _throttled(session: Session, keys: dict[str, int], now: datetime) -> bool:
    counted = select(SignInAttempt.key, func.count()).where(
        col(SignInAttempt.key).in_(keys), col(SignInAttempt.at) > now - WINDOW
    )
    return any(count >= keys[key] for key, count in session.exec(counted.group_by(SignInAttempt.key)))
