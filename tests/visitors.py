"""People at the application's door, without a browser."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.world import PASSWORD


@dataclass(slots=True)
class Visitor:
    """Somebody with a browser that keeps cookies; forms are sent with the token of the page last seen."""

    client: FlaskClient
    token: str = ""

    def get(self, path: str, **headers: str) -> TestResponse:
        """Ask for a page."""
        return self._seen(self.client.get(path, headers=headers))

    def post(self, path: str, fields: dict[str, str] | None = None, **headers: str) -> TestResponse:
        """Send a form."""
        sent = {"X-CSRFToken": self.token, **headers}
        return self._seen(self.client.post(path, data=fields or {}, headers=sent))

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

    def _seen(self, answer: TestResponse) -> TestResponse:
        answer.get_data()
        answer.close()  # a file that is sent is open until then
        if answer.mimetype == "text/html":
            found = re.search(r'name="csrf_token" value="([^"]+)"', answer.text)
            self.token = found[1] if found else self.token
        return answer


def arrive(app: Flask, login: str = "") -> Visitor:
    """A new browser; signed in where a login is given."""
    visitor = Visitor(app.test_client())
    visitor.get("/sign-in")
    if login:
        answer = visitor.sign_in(login)
        assert answer.status_code == 303, answer.text
    return visitor
