"""Live views under gunicorn: each of its processes holds its own, as `panel serve` does, in one thread."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Flask
from werkzeug.test import run_wsgi_app

from panel.cli.live import Hub, head
from panel.web.inspector import stream
from panel.web.inspector.stream import Listening

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

CONNECTION = "gunicorn.socket"
"""Where gunicorn puts the connection of the request."""


class Streaming:
    """The application, whose listeners take their connections along and leave the server free."""

    def __init__(self, application: Flask) -> None:
        self._application, self.hub = application, Hub(application)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer; a request that may listen is answered by the hub from now on."""
        connection = _own_connection(environ)
        if connection is None:
            return self._application(environ, start_response)
        taken = _Taken()
        body, status, headers = run_wsgi_app(
            self._application, {**environ, stream.SERVER: taken}, buffered=True
        )
        if taken.listening is None or int(status.split()[0]) != HTTPStatus.OK:
            start_response(status, list(headers.items()))
            return body
        self.hub.join(_taken_away(connection), taken.listening, head(status, headers.items()))
        start_response(status, [])
        return ()


class _Taken:
    """The listener that a request turned out to be."""

    listening: Listening | None = None

    def take(self, listening: Listening) -> None:
        """Called by the view that lets the page listen."""
        self.listening = listening


def _own_connection(environ: Any) -> socket.socket | None:
    """The connection of a request for the stream, where it carries nothing else and is not encrypted."""
    connection = environ.get(CONNECTION)
    asks = environ["REQUEST_METHOD"] == "GET" and environ["PATH_INFO"] == stream.ADDRESS
    plain = isinstance(connection, socket.socket) and not isinstance(connection, ssl.SSLSocket)
    return connection if asks and plain and environ["SERVER_PROTOCOL"].startswith("HTTP/1.") else None


def _taken_away(connection: socket.socket) -> socket.socket:
    """The same connection; the server is left with one whose other end has hung up, and closes that."""
    own = connection.dup()
    near, far = socket.socketpair()
    with near, far:
        os.dup2(near.fileno(), connection.fileno(), inheritable=False)
    return own
