"""Signing in and out: sessions live on the server and can be ended there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func
from sqlmodel import Session, col, select

from panel.audit.events import PinLocked, SessionsReplaced, SignedIn, SignedOut, StrangersShutOut
from panel.db.prepared import Prepared
from panel.errors import RuleBroken
from panel.language import N_, _
from panel.rules.devices import Ending
from panel.rules.permissions import Role
from panel.rules.pins import TRIES
from panel.services import attempts
from panel.services.accounts import by_login, end_session, normal_login
from panel.services.credentials import new_token, password_fits, token_hash
from panel.services.office import Actor, Change, Office, log_id
from panel.tables import Account, ActivationCode, SignIn

SESSION_LIFE = timedelta(hours=14)
_STRANGERS = N_(
    "个人密码在新设备上连续输错次数过多。请在登录过的设备上登录，或者向评审组秘书领取新的登录卡。"
)
DEVICES = 1
"""On how many devices at once an expert is signed in, unless more are allowed."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at a page: an account with a live session."""

    account_id: int
    login: str
    name: str
    role: Role
    expert_id: int | None
    session: str
    locked: bool = False
    pin: bool = False

    def actor(self, ip: str = "", request: str = "") -> Actor:
        """The viewer as the one who acts."""
        return Actor(
            log_id(self.account_id), self.role, self.account_id, self.expert_id, self.session, ip, request
        )


def sign_in(
    office: Office,
    login: str,
    password: str,
    *,
    ip: str = "",
    request: str = "",
    device: str = "",
    known: Sequence[str] = (),
) -> str:
    """Begin a session; answers its token, which only the cookie holds.

    An expert has one device, unless more are allowed: the sessions that began first end. `known` are sessions
    that began on this device, by the hashes of their tokens: on one's own, strangers' tries do not count.
    """
    login = normal_login(login)
    with office.reading() as session:
        account = by_login(session, login)
        own = account is not None and _own_device(session, account.id, known)
        limits = attempts.on_known_device(account.id) if account and own else attempts.limits(ip, login)
        exhausted = attempts.too_many(session, limits, office.clock())
    actor = Actor(log_id(account.id) if account else "anonymous", None, ip=ip, request=request)
    if exhausted:
        office.refuse(actor, SignedIn.act, refusal := attempts.later())
        raise refusal
    # An unknown login costs the same hash as a known one.
    fits = password_fits(password, account.password_hash if account else "")
    with office.change(actor, SignedIn) as change:
        held = _held(change, account, limits)
        shut = _shut(held, own) if held else None
        if held and fits and not shut:
            return _begin(change, held, ip, request, device)
        wrong = shut or RuleBroken("sign_in_wrong", _("登录名或密码不正确。"))
        attempts.note(change, limits, SignedIn.act, wrong)
        if held and not shut:
            _missed(change, held, own)
    raise wrong


def _own_device(session: Session, account_id: int, known: Sequence[str]) -> bool:
    """Whether one of these sessions was the account's, by its present card, and was not taken from it."""
    used = select(func.max(ActivationCode.used_at)).where(ActivationCode.account_id == account_id)
    chosen = session.exec(used).one()
    rows = session.exec(
        select(SignIn.began_at).where(
            SignIn.account_id == account_id,
            col(SignIn.token_hash).in_(known),
            col(SignIn.ended_because).is_(None) | (col(SignIn.ended_because) == Ending.REPLACED),
        )
    )
    return any(chosen is None or began_at >= chosen for began_at in rows)


def sign_out(office: Office, actor: Actor, token: str) -> None:
    """End one's own session."""
    with office.change(actor, SignedOut) as change:
        live = change.session.exec(select(SignIn).where(SignIn.token_hash == token_hash(token))).first()
        if live is not None and live.ended_at is None:
            live.ended_at = change.now
            change.session.add(live)
        change.record(SignedOut(), subject=actor.id)


def ending_of(session: Session, token: str) -> Ending | None:
    """Why the session of a token ended, where somebody or something else than its holder ended it."""
    why = session.exec(select(SignIn.ended_because).where(SignIn.token_hash == token_hash(token))).first()
    return Ending(why) if why else None


def replaced_by(session: Session, token: str) -> int:
    """How many sessions ended because this one began."""
    begun = select(SignIn).where(SignIn.token_hash == token_hash(token)).subquery()
    ended = select(func.count()).where(
        col(SignIn.account_id) == begun.c.account_id,
        col(SignIn.ended_at) == begun.c.began_at,
        col(SignIn.ended_because) == Ending.REPLACED,
    )
    return session.exec(ended).one()


# Asked on every request, hence made once, and for columns instead of whole rows.
_VIEWER = Prepared(
    select(
        col(Account.id),
        col(Account.login),
        col(Account.name),
        col(Account.role),
    )
    .add_columns(
        col(Account.expert_id), col(SignIn.token_hash), col(SignIn.locked_at), col(Account.pin_failures)
    )
    .join(SignIn, col(Account.id) == col(SignIn.account_id))
    .where(
        col(SignIn.token_hash) == bindparam("hashed"),
        col(SignIn.ended_at).is_(None),
        col(SignIn.expires_at) > bindparam("now"),
        col(Account.disabled).is_(False),
    )
)


def viewer_of(session: Session, token: str, now: datetime) -> Viewer | None:
    """Whose live session a token is."""
    row = _VIEWER.one_or_none(session, hashed=token_hash(token), now=now)
    if row is None:
        return None
    account_id, login, name, role, expert_id, hashed, locked_at, failures = row
    pin = failures is not None
    return Viewer(account_id, login, name, Role(role), expert_id, hashed[:16], locked_at is not None, pin)


def living(session: Session, tokens: Iterable[str], now: datetime) -> set[str]:
    """Which of these tokens belong to sessions that go on and show something."""
    by_hash = {token_hash(token): token for token in tokens}
    rows = session.exec(
        select(SignIn.token_hash)
        .join(Account, col(Account.id) == col(SignIn.account_id))
        .where(
            col(SignIn.token_hash).in_(list(by_hash)),
            col(SignIn.ended_at).is_(None),
            col(SignIn.locked_at).is_(None),
            col(SignIn.expires_at) > now,
            col(Account.disabled).is_(False),
        )
    )
    return {by_hash[hashed] for hashed in rows}


def _held(change: Change, known: Account | None, limits: attempts.Limits) -> Account | None:
    """The account, if it is as it was when its password was tried, not barred, and not just guessed at."""
    if known is None:
        return None
    # Held until the end, so that guesses made all at once are counted one after the other.
    account = change.session.get_one(Account, known.id, with_for_update={"key_share": True})
    unchanged = not account.disabled and account.password_hash == known.password_hash
    guessed = attempts.too_many(change.session, limits, change.now)
    return account if unchanged and not guessed else None


def _shut(account: Account, own: bool) -> RuleBroken | None:
    """Why even the right PIN does not open the door: it is void, or strangers have tried too often."""
    if account.pin_locked_at is not None:
        said = _("个人密码连续输错次数过多，已作废。请向评审组秘书领取新的登录卡。")
        return RuleBroken("pin_locked", said)
    if not own and (account.pin_strangers or 0) >= TRIES:
        return RuleBroken("strangers_shut_out", _(_STRANGERS))
    return None


def _missed(change: Change, account: Account, own: bool) -> None:
    """Count a wrong PIN; after too many in a row nobody can try on."""
    if account.pin_failures is None:
        return
    if own:
        account.pin_failures += 1
        if account.pin_failures >= TRIES:
            account.pin_locked_at = change.now
            change.record(PinLocked(), subject=log_id(account.id))
    else:
        account.pin_strangers = (account.pin_strangers or 0) + 1
        if account.pin_strangers >= TRIES:
            change.record(StrangersShutOut(), subject=log_id(account.id))
    change.session.add(account)


def _begin(change: Change, account: Account, ip: str, request: str, device: str) -> str:
    token = new_token()
    hashed = token_hash(token)
    change.actor = Actor(
        log_id(account.id), Role(account.role), account.id, account.expert_id, hashed[:16], ip, request
    )
    if account.pin_failures or account.pin_strangers:
        account.pin_failures = account.pin_strangers = 0
        change.session.add(account)
    change.record(SignedIn(client=device), subject=log_id(account.id))
    if account.expert_id is not None:
        _make_room(change, account)
    change.session.add(
        SignIn(
            token_hash=hashed,
            account_id=account.id,
            began_at=change.now,
            expires_at=change.now + SESSION_LIFE,
            ip=ip,
            device=device or None,
        )
    )
    return token


def _make_room(change: Change, account: Account) -> None:
    """End the sessions that began first, so that with the new one there are no more than allowed."""
    live = change.session.exec(
        select(SignIn)
        .where(
            SignIn.account_id == account.id,
            col(SignIn.ended_at).is_(None),
            col(SignIn.expires_at) > change.now,
        )
        .order_by(col(SignIn.id).desc())
    ).all()
    surplus = live[(account.devices or DEVICES) - 1 :]
    for sign_in in surplus:
        end_session(change, sign_in, Ending.REPLACED)
    if surplus:
        change.record(SessionsReplaced(sessions=len(surplus)), subject=log_id(account.id))
