"""Serving the application: waitress for small offices and the demonstration, gunicorn in production."""

from __future__ import annotations

from typing import Annotated, Any

import typer
import waitress
from flask import Flask

from panel.app import create_app
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
) -> None:
    """Serve an installation from this process."""
    with office_at(home) as office:
        say.print(f"{describe(office)} · http://{host}:{port}/")
        listen(create_app(office), host, port, proxies=office.settings.proxies)


def listen(application: Flask, host: str, port: int, *, proxies: int = 0) -> None:
    """Answer requests until interrupted; behind `proxies` of our own, the application reads their headers."""
    waitress.serve(application, host=host, port=port, **options(proxies))


def options(proxies: int) -> dict[str, Any]:
    """How waitress serves: what proxies report reaches the application only where there are some."""
    # The application itself takes as many of the addresses as there are proxies, whatever serves it.
    return {"threads": THREADS, "ident": None, "clear_untrusted_proxy_headers": proxies == 0}
