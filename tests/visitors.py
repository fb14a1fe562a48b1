"""People at the application's door, without a browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from panel.services.office import Actor
from tests.world import PASSWORD, World


class Visitor:
    """Somebody with a browser that keeps cookies; forms are sent with the token of the page last seen."""

    def __init__(
        self, client: FlaskClient, token: str = "", arrives: Callable[[Visitor], object] | None = None
    ) -> None:
        self._client = client
        self.token = token
        self._arrives = arrives

    @property
    def client(self) -> FlaskClient:
        """The browser; who has yet to arrive does so now."""
        arrives, self._arrives = self._arrives, None
        if arrives:
            arrives(self)
        return self._client

    def come(self) -> None:
        """Arrive now, where it matters when."""
        _ = self.client

    def get(self, path: str, **headers: str) -> TestResponse:
        """Ask for a page."""
        return self.seen(self.client.get(path, headers=headers))

    def post(self, path: str, fields: Mapping[str, object] | None = None, **headers: str) -> TestResponse:
        """Send a form."""
        client = self.client
        sent = {"X-CSRFToken": self.token, **headers}
        return self.seen(client.post(path, data=dict(fields or {}), headers=sent))

    def send(self, method: str, path: str) -> TestResponse:
        """Anything else, with the token."""
        return self.client.open(path, method=method, headers={"X-CSRFToken": self.token})

    def sign_in(self, login: str, password: str = PASSWORD, **fields: str) -> TestResponse:
        """Sign in by the form."""
        self.get("/sign-in")
        answer = self.post("/sign-in", {"login": login, "password": password, **fields})
        if answer.status_code == 303:
            self.get("/account/password")  # any page that carries the new token
        return answer

    def cookie(self) -> str:
        """What the browser holds."""
        cookie = self.client.get_cookie("panel")
        return cookie.value if cookie else ""

    def seen(self, answer: TestResponse) -> TestResponse:
        """Remember the token of an answer."""
        answer.get_data()
        answer.close()  # a file that is sent is open until then
        if answer.mimetype == "text/html":
            found = re.search(r'name="csrf_token" value="([^"]+)"', answer.text)
            self.token = found[1] if found else self.token
        return answer


def arrive(app: Flask, login: str = "") -> Visitor:
    """A new browser; signed in where a login is given."""
    visitor = Visitor(app.test_client())
    if login:
        _sign_in(visitor, login)
    else:
        visitor.get("/sign-in")
    return visitor


def expected(app: Flask, world: World, person: Callable[[], Actor]) -> Visitor:
    """Somebody who gets an account and signs in when there is something to do: after the scene was set."""
    return Visitor(app.test_client(), arrives=lambda visitor: _sign_in(visitor, world.login(person())))


def _sign_in(visitor: Visitor, login: str) -> None:
    answer = visitor.sign_in(login)
    assert answer.status_code == 303, answer.text
