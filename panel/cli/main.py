"""The command `panel`."""

from __future__ import annotations

from typing import Annotated

import typer

from panel import __version__, config
from panel.cli import account, analyse, audit, demo, draw, export, intake, result, serve
from panel.cli.session import Home, hand_over, say
from panel.errors import PanelError
from panel.services import accounts
from panel.services.openings import open_office

app = typer.Typer(
    name="panel",
    help="Expert review that nobody can later call unfair.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(account.app, name="account")
app.add_typer(audit.app, name="audit")
app.add_typer(draw.app, name="draw")
for part in (analyse, demo, export, intake, result, serve):
    part.register(app)


@app.command()
def init(
    home: Home,
    login: Annotated[str, typer.Option(help="The first administrator's login.")] = "admin",
    name: Annotated[str, typer.Option(help="The first administrator's name.")] = "系统管理员",
    database_url: Annotated[str, typer.Option(help="PostgreSQL URL; else the embedded SQLite file.")] = "",
) -> None:
    """Make a new installation and its first administrator."""
    try:
        extra = {"database_url": database_url} if database_url else {}
        settings = (
            config.load(home) if (home / config.SETTINGS_FILE).exists() else config.create(home, **extra)
        )
        issued = accounts.first_administrator(open_office(settings), login, name)
    except PanelError as error:
        say.print(str(error), style="red", markup=False)
        raise typer.Exit(1) from None
    hand_over(issued)


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


def main() -> None:
    """The entry point."""
    app()
