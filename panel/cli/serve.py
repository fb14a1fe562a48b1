"""Serving the application: waitress for small offices and the demonstration, gunicorn in production."""

from __future__ import annotations

import secrets
from typing import Annotated, Any

import typer
import waitress
from flask import Flask

from panel.app import create_app
from panel.cli import pauses, signer
from panel.cli.counters import Counters
from panel.cli.session import Home, office_at, say
from panel.services.openings import describe

THREADS = 64
"""As many requests at once; an open live view takes one of them."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(serve)


def serve(
    home: Home,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    sign: Annotated[bool, typer.Option("--sign", help="Sign checkpoints in this process, too.")] = False,
) -> None:
    """Serve an installation from this process."""
    with office_at(home) as office:
        application = create_app(office)
        stop = signer.inside(office, home, f"panel-{secrets.token_hex(4)}") if sign else None
        say.print(f"{describe(office)} · http://{host}:{port}/")
        listen(application, host, port, proxies=office.settings.proxies)
        if stop:
            stop()


def listen(application: Flask, host: str, port: int, *, proxies: int = 0) -> None:
    """Answer requests until interrupted; behind `proxies` of our own, the application reads their headers."""
    waiter = server(application, host, port, proxies=proxies)
    pauses.shorten()
    waiter.run()


def server(application: Flask, host: str, port: int, *, proxies: int = 0) -> Any:
    """The server, not yet running: `effective_port` tells where it listens.

    What proxies report reaches the application only where there are some; it takes as many of the addresses
    as there are proxies, whatever serves it.
    """
    return waitress.create_server(
        application,
        host=host,
        port=port,
        threads=THREADS,
        ident=None,
        clear_untrusted_proxy_headers=proxies == 0,
        _dispatcher=Counters(application, THREADS),
    )
