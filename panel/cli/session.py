"""What every command needs: the installation it works on, who acts, and how errors are said."""

from __future__ import annotations

import getpass
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from panel import config
from panel.errors import InvalidInput, PanelError
from panel.rules.permissions import Role
from panel.services import accounts
from panel.services.office import Actor, Office
from panel.services.openings import open_office

UNUSABLE = 2
"""Exit code for input that cannot be used."""

Home = Annotated[
    Path,
    typer.Option("--home", envvar="PANEL_HOME", help="The folder of the installation.", show_default=False),
]
As = Annotated[str, typer.Option("--as", help="Act as this account; else as the operating-system user.")]

say = Console(stderr=True, highlight=False)
"""What people read goes to standard error, so that standard output stays machine-readable."""


@contextmanager
def office_at(home: Path) -> Iterator[Office]:
    """The office at `home`; errors become one sentence and an exit code."""
    try:
        office = open_office(config.load(home))
        try:
            yield office
        finally:
            office.engine.dispose()
    except InvalidInput as error:
        for problem in error.problems:
            say.print(str(problem), style="red", markup=False)
        raise typer.Exit(UNUSABLE) from None
    except PanelError as error:
        say.print(str(error), style="red", markup=False)
        raise typer.Exit(UNUSABLE) from None


def actor(office: Office, account: str, role: Role) -> Actor:
    """The named account; else the operating-system user, in the role that the command needs."""
    user = f"os-{getpass.getuser()}"
    # Whoever acts as an account from a shell stays known by the operating-system user.
    return replace(accounts.actor_of(office, account), session=user) if account else Actor(user, role)


def hand_over(issued: accounts.IssuedCode) -> None:
    """Print a one-time code: this once, for it is kept nowhere."""
    typer.echo(f"login: {issued.login}\nactivation code: {issued.code}")
    typer.echo(f"valid until: {issued.expires_at:%Y-%m-%d %H:%M} UTC")


def emit(value: Any) -> None:
    """Machine-readable output: one JSON object on standard output."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))
