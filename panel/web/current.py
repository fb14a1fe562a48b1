"""What belongs to the request at hand: the office, a session to read with, the viewer, the round."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any, cast

from flask import Flask, current_app, g, request
from flask_login import AnonymousUserMixin, current_user

from panel.errors import NotAllowed, NotFound
from panel.queries import rounds
from panel.queries.rounds import RoundView
from panel.services.office import Actor, Office, Reader
from panel.services.sign_ins import Viewer

EXTENSION = "panel"


def office() -> Office:
    """The office that this application serves."""
    return cast(Office, current_app.extensions[EXTENSION])


def reader() -> Reader:
    """The request's session for reading: opened when first asked for, closed when the request ends."""
    if "reader" not in g:
        g.readers = ExitStack()
        g.reader = g.readers.enter_context(office().glancing())
    return cast(Reader, g.reader)


def close_reader(_error: BaseException | None = None) -> None:
    """End reading: at the end of a request, and before a write whose outcome is to be read afterwards."""
    g.pop("reader", None)
    stack = g.pop("readers", None)
    if stack is not None:
        stack.close()


def viewer() -> Viewer | None:
    """Who is signed in."""
    user: Any = current_user
    return cast(Viewer, user.viewer) if user.is_authenticated else None


def forget() -> None:
    """Go on without asking the store who is signed in, if it was not asked yet."""
    if "_login_user" not in g:
        g._login_user = AnonymousUserMixin()


def actor() -> Actor:
    """The viewer as the one who acts; a page that calls this has already been let through."""
    who = viewer()
    if who is None:
        raise NotAllowed("nobody is signed in")
    return who.actor(ip=request.remote_addr or "", request=g.request_id)


def round_() -> RoundView:
    """The round named in the address, as it was when this request first asked for it."""
    if "round" not in g:
        code = (request.view_args or {})["code"]
        found = rounds.by_code(reader(), code)
        if found is None:
            raise NotFound(f"no round {code}")
        g.round = found
    return cast(RoundView, g.round)


def install(app: Flask) -> None:
    """Close readers whatever happens."""
    app.teardown_request(close_reader)
