"""Who serves which request."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from flask import Flask

from panel.cli import counters
from tests.serving import served

SAVE = "/expert/rounds/2026/sheets/SX-01/scores/S1"


@pytest.fixture
def application() -> Flask:
    """An application with a save that waits for another save, and a page."""
    app = Flask("shop")
    began, others = threading.Event(), threading.Event()

    def save(code: str, blind_code: str, unit: str) -> str:
        alone = not began.is_set()
        began.set()
        others.wait(10)
        return "alone" if alone else "after"

    def page() -> str:
        began.wait(10)
        others.set()
        return "page"

    address = "/expert/rounds/<code>/sheets/<blind_code>/scores/<unit>"
    app.add_url_rule(address, counters.SAVE, save, methods=["POST"])
    app.add_url_rule("/page", "page", page, methods=["GET", "POST"])
    return app


@pytest.fixture
def port(application: Flask) -> Iterator[int]:
    """The application, served."""
    with served(application) as port:
        yield port


def ask(port: int, method: str, path: str) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port))
    connection.sendall(f"{method} {path} HTTP/1.0\r\nContent-Length: 0\r\n\r\n".encode())
    return connection


def answer(connection: socket.socket) -> str:
    with connection, connection.makefile("rb") as stream:
        return stream.read().decode().rpartition("\r\n")[2]


def test_a_page_is_answered_while_saves_wait_for_one_another(port: int) -> None:
    saves = [ask(port, "POST", SAVE) for _ in range(3)]

    assert answer(ask(port, "GET", "/page")) == "page"
    assert [answer(one) for one in saves] == ["alone", "after", "after"]


def test_only_a_save_waits_in_the_line_of_saves(application: Flask) -> None:
    lines = counters.Counters(application, 0)
    asked = {
        ("POST", SAVE): True,
        ("GET", SAVE): False,
        ("POST", "/page"): False,
        ("POST", "/nowhere"): False,
    }

    for (command, path), save in asked.items():
        assert lines.is_save(SimpleNamespace(command=command, path=path)) is save

    assert lines.shutdown()
