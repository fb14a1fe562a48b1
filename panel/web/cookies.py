"""The session's cookie: Flask's own, whose signer is made once instead of twice for every request."""

from __future__ import annotations

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer


class Cookies(SecureCookieSessionInterface):
    """Signs and reads the cookie of one application."""

    def __init__(self) -> None:
        self._signer: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """The signer for the application's key."""
        self._signer = self._signer or super().get_signing_serializer(app)
        return self._signer


def install(app: Flask) -> None:
    """Keep sessions so."""
    app.session_interface = Cookies()
