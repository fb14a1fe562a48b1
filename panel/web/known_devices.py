"""Devices (设备) on which somebody signed in before: a cookie that opens nothing and outlives sessions.

It names the newest sessions that began in this browser. Whoever has it is asked for PIN or password like
anybody else; only the wrong tries of strangers no longer count against them.
"""

from __future__ import annotations

from datetime import timedelta

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from panel.services.credentials import token_hash

COOKIE = "panel-device"
LIFE = timedelta(days=60)
MOST = 8
"""A tablet of the meeting room may change hands so often."""


def known() -> tuple[str, ...]:
    """The sessions that began in this browser, newest first, by the hashes of their tokens."""
    try:
        held = _serializer().loads(request.cookies.get(COOKIE, ""))
    except BadSignature:
        return ()
    return tuple(str(each) for each in held)[:MOST]


def remember(response: Response, token: str) -> Response:
    """Add a session that has just begun."""
    held = [token_hash(token), *known()][:MOST]
    config = current_app.config
    response.set_cookie(
        COOKIE,
        _serializer().dumps(held),
        max_age=LIFE,
        httponly=True,
        samesite="Lax",
        secure=config["SESSION_COOKIE_SECURE"],
    )
    return response


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt=COOKIE)
