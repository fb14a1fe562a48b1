"""Every address says what it asks for; whoever may not have it gets the 404 of one that is not there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, current_app, g, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from werkzeug.wrappers import Response

from panel.clock import from_stamp, later, stamp
from panel.errors import NotAllowed, NotFound, SettingsError
from panel.rules.devices import Ending
from panel.rules.permissions import Action, Role, has_role, may
from panel.services import locks, sign_ins
from panel.web import current, forms

View = TypeVar("View", bound=Callable[..., Any])

PUBLIC = "public"
AUDIENCES = {
    "admin": Role.ADMINISTRATOR,
    "expert": Role.EXPERT,
    "inspector": Role.INSPECTOR,
    "secretary": Role.SECRETARY,
}
"""Whose screens lie under which first part of an address: nobody walks through another's."""
SESSION_HEADER = "Panel-Session"
"""Why a request was not answered, for scripts: `locked`, or `ended`."""
_DECLARED = "panel_declared"
_LOCKED_TOO = "panel_locked_too"
_ASKED_WITHIN = "panel_asked_within"
_SEEN = "seen"
# How often an active session's cookie is renewed.
_RENEW_MINUTES = 1


class SignedIn(UserMixin):
    """What Flask-Login holds: the viewer and the token of the live session."""

    def __init__(self, viewer: sign_ins.Viewer, token: str) -> None:
        self.viewer = viewer
        self.token = token

    def get_id(self) -> str:
        """The token: the cookie names a session on the server, not an account."""
        return self.token


def allow(action: Action) -> Callable[[View], View]:
    """Declare what a view does; the start refuses a view without a declaration."""
    return _declare(action)


def locked_too(view: View) -> View:
    """Declare that a view also answers a locked session: it shows nothing of what lies behind."""
    setattr(view, _LOCKED_TOO, True)
    return view


def asked_within(view: View) -> View:
    """Declare that the view only acts, and that its service asks the table itself with the round held.

    Whoever acts is asked there in any case; this spares the busiest act from being asked twice.
    """
    setattr(view, _ASKED_WITHIN, True)
    return view


def public(view: View) -> View:
    """Declare a view that anybody may ask for."""
    return _declare(PUBLIC)(view)


def _declare(what: str) -> Callable[[View], View]:
    def mark(view: View) -> View:
        setattr(view, _DECLARED, what)
        return view

    return mark


def declared(app: Flask, endpoint: str) -> str:
    """What the endpoint declares: an action, or `PUBLIC`."""
    if endpoint == "static":
        return PUBLIC
    return str(getattr(app.view_functions[endpoint], _DECLARED, ""))


def install(app: Flask) -> None:
    """Load the signed-in account from its live session, and check every request against the table."""
    manager = LoginManager()
    # Not by its own `init_app`: the upkeep of a remembering cookie, which we do not use, would look into the
    # session for every asset, and browsers would keep assets only until the next cookie.
    app.login_manager = manager  # type: ignore[attr-defined]
    manager.session_protection = None  # The token is checked on the server; addresses change on bad Wi-Fi.

    @manager.user_loader  # type: ignore[untyped-decorator]
    def load(token: str) -> SignedIn | None:
        if _SEEN not in session:
            return None
        viewer = sign_ins.viewer_of(current.reader(), token, current.office().clock())
        return SignedIn(viewer, token) if viewer else None

    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False  # Nobody needs to ask which methods an address knows.
    app.before_request(_check)


def refuse_undeclared(app: Flask) -> None:
    """Stop the start when an endpoint has no declaration."""
    missing = sorted(rule.endpoint for rule in app.url_map.iter_rules() if not declared(app, rule.endpoint))
    if missing:
        raise SettingsError(f"endpoints without a declared permission: {', '.join(missing)}")


def _check() -> Response | None:
    if request.endpoint is None:
        return None  # No such address, or no such method: Flask answers, and errors.py makes both a 404.
    if not forms.storable():
        raise NotFound("an address or a form with what no store can hold")
    what = declared(current_app, request.endpoint)
    if what == PUBLIC:
        return None
    viewer = current.viewer()
    if viewer is None:
        return to_sign_in()
    view = current_app.view_functions[request.endpoint]
    if locked(viewer):
        return None if getattr(view, _LOCKED_TOO, False) else _to_lock()
    action = Action(what)
    allowed = _own_screens(viewer) and has_role(action, viewer.role)
    if not allowed or not (getattr(view, _ASKED_WITHIN, False) or _round_allows(action, viewer)):
        refusal = NotAllowed(f"{viewer.role} asked for {action}")
        current.close_reader()
        current.office().refuse(current.actor(), action, refusal, g.round.id if "round" in g else None)
        raise refusal
    _renew()
    return None


def locked(viewer: sign_ins.Viewer) -> bool:
    """Whether the session at hand is locked; one that nobody was at for too long locks here and now."""
    if not viewer.locked and _idle(current.office().clock()):
        current.close_reader()
        locks.lock(current.office(), current.actor(), token())
        current_user.viewer = replace(viewer, locked=True)
        return True
    return viewer.locked


def _own_screens(viewer: sign_ins.Viewer) -> bool:
    owner = AUDIENCES.get(str(request.url_rule).split("/")[1])
    return owner is None or owner is viewer.role


def _round_allows(action: Action, viewer: sign_ins.Viewer) -> bool:
    if "code" not in (request.view_args or {}):
        return True
    return may(action, viewer.role, current.round_().stage) or may(action, viewer.role)


def to_sign_in() -> Response:
    """Ask to sign in and come back; a tap that would lose what was typed is told that it was not taken."""
    said = {SESSION_HEADER: "ended"}
    tapped = request.headers.get("HX-Request") is not None
    if tapped and request.method != "GET":
        return Response(status=401, headers=said)
    target = url_for("account.sign_in_form", next=_back(tapped))
    return Response(status=401, headers={"HX-Redirect": target, **said}) if tapped else redirect(target, 303)


def _to_lock() -> Response:
    """Show nothing but the lock: over the page where there is one, else as a page of its own."""
    if request.headers.get("HX-Request") is not None:
        return Response(status=401, headers={SESSION_HEADER: "locked"})
    return redirect(url_for("locks.show", next=_back(False)), 303)


def _back(tapped: bool) -> str | None:
    """The page to come back to; what was sent is not sent again by itself."""
    back = urlsplit(request.headers.get("HX-Current-URL", "") if tapped else request.url)
    place = f"{back.path}?{back.query}" if back.query else back.path
    return place if request.method == "GET" else None


def _idle(now: datetime) -> bool:
    return from_stamp(session[_SEEN]) < later(now, minutes=-current.office().policy.idle_lock_minutes)


def locks_at() -> datetime:
    """When the session at hand locks, unless its cookie is renewed before; this request may not do it."""
    return later(from_stamp(g.seen), minutes=current.office().policy.idle_lock_minutes)


def _renew() -> None:
    now, g.seen = current.office().clock(), session[_SEEN]
    if from_stamp(session[_SEEN]) < later(now, minutes=-_RENEW_MINUTES):
        seen()


def seen() -> None:
    """Note in the cookie that somebody is at work now."""
    session[_SEEN] = stamp(current.office().clock())


def begin(token: str) -> None:
    """Start a new cookie session for a token: nothing of the old one is kept but the language."""
    end()
    now = current.office().clock()
    session[_SEEN] = stamp(now)
    viewer = sign_ins.viewer_of(current.reader(), token, now)
    if viewer is None:
        raise NotFound("the session was ended at the same moment")
    login_user(SignedIn(viewer, token))
    session.pop("_id", None)  # Flask-Login's print of the browser, which is not asked for: see `install`.


def token() -> str:
    """The token of the session at hand."""
    user: Any = current_user
    return str(user.get_id())


def ended() -> Ending | None:
    """Why the session that the cookie still names was ended, where its holder did not end it."""
    held = session.get("_user_id")
    return sign_ins.ending_of(current.reader(), str(held)) if held else None


def end() -> None:
    """Forget everything that the cookie holds but the language."""
    locale = session.get("locale")
    logout_user()
    session.clear()
    if locale:
        session["locale"] = locale
