"""The lock of a screen that nobody is at: the session shows nothing until PIN or password is given."""

from __future__ import annotations

from sqlmodel import select

from panel.audit.events import SessionLocked, SessionUnlocked
from panel.language import _
from panel.services import accounts
from panel.services.credentials import token_hash
from panel.services.office import Actor, Change, Office
from panel.tables import SignIn


def lock(office: Office, actor: Actor, token: str) -> None:
    """Lock the session of this token; one that is locked or over stays as it is."""
    with office.change(actor, SessionLocked) as change:
        live = _live(change, token)
        if live is not None and live.locked_at is None:
            live.locked_at = change.now
            change.session.add(live)
            change.record(SessionLocked(), subject=actor.id)


def unlock(office: Office, actor: Actor, token: str, secret: str) -> None:
    """Let the session go on for whoever knows PIN or password."""
    accounts.ask(office, actor, secret, SessionUnlocked.act, _("个人密码或密码不正确。"))
    with office.change(actor, SessionUnlocked) as change:
        live = _live(change, token)
        if live is not None and live.locked_at is not None:
            live.locked_at = None
            change.session.add(live)
            change.record(SessionUnlocked(), subject=actor.id)


def _live(change: Change, token: str) -> SignIn | None:
    wanted = select(SignIn).where(SignIn.token_hash == token_hash(token)).with_for_update()
    found = change.session.exec(wanted).first()
    return found if found is not None and found.ended_at is None else None
