"""Failed attempts at a password or a code, counted for the account and for the address they came from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, delete, select

from panel.audit.events import Refused
from panel.errors import RuleBroken
from panel.language import _
from panel.rules.pins import TRIES_UNLOCKING
from panel.services.credentials import token_hash
from panel.services.office import Actor, Change, Office
from panel.tables import SignInAttempt

WINDOW = timedelta(minutes=5)
PER_ACCOUNT = 10
# A meeting room shares one address: it must not be locked out by one forgetful expert.
PER_ADDRESS = 100

Limits = Mapping[str, int]
"""What is counted (as hashes: neither logins nor addresses are kept), and how many failures are let pass."""


def limits(ip: str, login: str = "") -> Limits:
    """The limits for an address, and for an account where one was named."""
    for_address = {token_hash(f"address {ip}"): PER_ADDRESS}
    return for_address | {token_hash(f"login {login.lower()}"): PER_ACCOUNT} if login else for_address


def on_known_device(account_id: int) -> Limits:
    """The limit for the devices on which an account was opened before, whatever strangers try elsewhere."""
    return {token_hash(f"known {account_id}"): PER_ACCOUNT}


def at_session(session: str, *, pin: bool) -> Limits:
    """The limit for one session: how often PIN or password may be wrong there, whatever happens elsewhere."""
    return {token_hash(f"session {session}"): TRIES_UNLOCKING if pin else PER_ACCOUNT}


def too_many(session: Session, counted: Limits, now: datetime) -> bool:
    """Whether one of the limits is reached."""
    failures = select(SignInAttempt.key, func.count()).where(
        col(SignInAttempt.key).in_(counted), col(SignInAttempt.at) > now - WINDOW
    )
    return any(count >= counted[key] for key, count in session.exec(failures.group_by(SignInAttempt.key)))


def later() -> RuleBroken:
    """What is said to one who has failed too often."""
    return RuleBroken("attempts_exhausted", _("失败次数过多，请 5 分钟后再试。"))


def note(change: Change, counted: Limits, tried: str, refusal: RuleBroken) -> None:
    """Count and record a failure in a running change, and forget those that no longer count."""
    change.session.exec(delete(SignInAttempt).where(col(SignInAttempt.at) <= change.now - WINDOW))
    change.session.add_all([SignInAttempt(key=key, at=change.now) for key in counted])
    change.record(Refused(tried=tried, why=refusal.code), ok=False)


def fail(office: Office, actor: Actor, counted: Limits, tried: str, refusal: RuleBroken) -> RuleBroken:
    """Count and record a failure in a transaction of its own; answers the refusal, to be raised."""
    with office.change(actor, Refused) as change:
        note(change, counted, tried, refusal)
    return refusal
