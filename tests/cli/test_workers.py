"""Live views in a process of gunicorn: the connection goes to the hub, and the server is free again."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import EnvironBuilder

from panel import config
from panel.app import create_app
from panel.cli import live
from panel.cli.workers import CONNECTION, Streaming
from panel.services.office import Office
from panel.services.openings import open_office
from panel.web.inspector import stream
from tests.visitors import arrive
from tests.world import World

PATIENCE = 10  # s; far more than anything here takes


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An office in a store of its own."""
    found = open_office(config.create(tmp_path / "home", secure_cookies=False))
    yield found
    found.engine.dispose()


@pytest.fixture
def application(office: Office) -> Flask:
    """Its application."""
    return create_app(office)


@pytest.fixture
def streaming(application: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Streaming]:
    """The same as gunicorn serves it."""
    monkeypatch.setattr(live, "BEAT", 0.05)
    monkeypatch.setattr(live, "TICK", 0.01)
    found = Streaming(application)
    yield found
    found.hub.stop()


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """The server's end of a connection, and the page's."""
    near, far = socket.socketpair()
    far.settimeout(PATIENCE)
    with near, far:
        yield near, far


def inspector(application: Flask, office: Office) -> str:
    """The cookie of the inspector, signed in."""
    assert World(office, office.clock).inspector.account_id
    return arrive(application, "inspector").cookie()


def asked(streaming: Streaming, cookie: str, **environ: Any) -> tuple[str, bytes]:
    """What the server is given to send: status and body."""
    headers = [("Cookie", f"panel={cookie}")]
    request = EnvironBuilder(path=stream.ADDRESS, headers=headers).get_environ() | environ
    status = []

    def start_response(given: str, *_more: Any) -> Any:
        status.append(given)

    body = b"".join(streaming(request, start_response))
    return status[0], body


def test_a_listener_takes_its_connection_along(
    streaming: Streaming, application: Flask, office: Office, ends: tuple[socket.socket, socket.socket]
) -> None:
    near, far = ends
    status, body = asked(streaming, inspector(application, office), **{CONNECTION: near})
    assert (status, body) == ("200 OK", b"")
    # The server is left with an end that has hung up, and may close it as it likes.
    assert near.recv(1) == b""
    near.close()
    heard = b""
    while b"event: beat" not in heard:
        heard += far.recv(65536)
    assert heard.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"text/event-stream" in heard
    assert len(streaming.hub.listeners) == 1


def test_who_may_not_listen_is_answered_by_the_server(
    streaming: Streaming, ends: tuple[socket.socket, socket.socket]
) -> None:
    near, far = ends
    status, _body = asked(streaming, "", **{CONNECTION: near})
    assert status.startswith(("302", "303"))
    near.sendall(b"still ours")
    assert far.recv(100) == b"still ours"


@pytest.mark.parametrize(
    "environ", [{"SERVER_PROTOCOL": "HTTP/2"}, {CONNECTION: None}, {"PATH_INFO": "/inspector/feed"}]
)
def test_what_is_no_connection_of_its_own_asks_instead(
    streaming: Streaming,
    application: Flask,
    office: Office,
    ends: tuple[socket.socket, socket.socket],
    environ: dict[str, Any],
) -> None:
    with closing(ends[0]) as near:
        status, _body = asked(streaming, inspector(application, office), **({CONNECTION: near} | environ))
        assert status[:3] == ("200" if "PATH_INFO" in environ else "204")
        assert not streaming.hub.listeners
