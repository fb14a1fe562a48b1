"""Serving the application: waitress for small offices and the demonstration, gunicorn in production."""

from __future__ import annotations

import logging
from typing import Annotated, Any

import typer
import waitress
from flask import Flask
from waitress.task import ThreadedTaskDispatcher
from werkzeug.exceptions import HTTPException

from panel.app import create_app
from panel.cli.session import Home, office_at, say
from panel.services.openings import describe

THREADS = 64
"""As many requests at once; an open live view takes one of them."""
SAVE = "expert_sheets.save"
"""The endpoint that a tablet posts each score to."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(serve)


def serve(
    home: Home,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
) -> None:
    """Serve an installation from this process."""
    with office_at(home) as office:
        say.print(f"{describe(office)} · http://{host}:{port}/")
        listen(create_app(office), host, port)


def listen(application: Flask, host: str, port: int) -> None:
    """Answer requests until interrupted."""
    server(application, host, port, clear_untrusted_proxy_headers=True).run()


def server(application: Flask, host: str, port: int, **settings: Any) -> Any:
    """The server, not yet running; its `effective_port` is known."""
    counters = Counters(application, THREADS)
    return waitress.create_server(
        application, host=host, port=port, threads=THREADS, ident=None, _dispatcher=counters, **settings
    )


class Counters:
    """Who serves a request: saves of scores have a thread of their own, which takes them as they came.

    Threads that take turns at the interpreter only make each other slower, and some wait much longer than
    others: of sixteen tablets that saved at once, the unluckiest waited three times as long as now
    (`benchmarks/saves.py`). All else, above all what takes long, is answered side by side.
    """

    def __init__(self, application: Flask, threads: int) -> None:
        self._addresses = application.url_map.bind("")
        self._saves, self._others = ThreadedTaskDispatcher(), ThreadedTaskDispatcher()
        self._saves.queue_logger = logging.getLogger("panel.saves.queue")
        self._saves.queue_logger.disabled = True  # it would say that tablets wait for one another, as they do
        self._saves.set_thread_count(1)
        self._others.set_thread_count(threads)

    def add_task(self, channel: Any) -> None:
        """Queue a connection whose next request has come in."""
        request = channel.requests[0]
        line = self._saves if self.is_save(request) else self._others
        line.add_task(channel)

    def is_save(self, request: Any) -> bool:
        """Whether a request saves a score."""
        if request.command != "POST":
            return False
        try:
            endpoint, _values = self._addresses.match(request.path, "POST")
        except HTTPException:
            return False
        return bool(endpoint == SAVE)

    def shutdown(self, cancel_pending: bool = True, timeout: float = 5) -> bool:
        """Stop all threads."""
        ended = [line.shutdown(cancel_pending, timeout) for line in (self._saves, self._others)]
        return all(ended)
