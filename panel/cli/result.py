"""The result of a round as data."""

from __future__ import annotations

from typing import Annotated

import typer

from panel.cli.session import Home, emit, office_at, say
from panel.services import reports

NOT_OPENED = 3
"""Exit code while no score may be seen."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(result)


def result(
    home: Home,
    code: Annotated[str, typer.Argument(metavar="[ROUND]", help="The round; the newest if left out.")] = "",
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Print the result of a round: place and reason of every application."""
    with office_at(home) as office:
        lines = reports.result(office, code)
    if lines is None:
        say.print("The seals of this round have not been opened: there is no result yet.")
        raise typer.Exit(NOT_OPENED)
    if json:
        emit({"applications": [line.plain() for line in lines]})
        return
    for line in lines:
        score, rank = line.official_score or "–", line.rank or "–"
        typer.echo(f"{line.application:<6}{line.track:<9}{score:>8}{rank:>5}  {line.reason}")
