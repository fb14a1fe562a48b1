"""Serving: the real address behind a proxy of our own, and nobody's word for it without one."""

from __future__ import annotations

import http.client

import pytest
from flask import request

from panel.app import create_app
from panel.services.office import Office
from panel.web.access import public
from tests.serving import served

# What a server passes on does not depend on the database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    ("proxies", "seen"),
    [(0, "127.0.0.1 http"), (1, "10.3.2.7 https"), (2, "198.51.100.9 http")],
)
def test_an_address_is_believed_from_as_many_proxies_as_there_are(
    office: Office, monkeypatch: pytest.MonkeyPatch, proxies: int, seen: str
) -> None:
    settings = office.settings.model_copy(update={"proxies": proxies})
    monkeypatch.setattr(office, "settings", settings)
    app = create_app(office)
    app.add_url_rule("/address", "address", public(lambda: f"{request.remote_addr} {request.scheme}"))
    headers = {"X-Forwarded-For": "203.0.113.1, 198.51.100.9, 10.3.2.7", "X-Forwarded-Proto": "https"}
    with served(app, proxies=proxies) as port:
        line = http.client.HTTPConnection("127.0.0.1", port)
        line.request("GET", "/address", headers=headers)
        assert line.getresponse().read().decode() == seen
        line.close()
