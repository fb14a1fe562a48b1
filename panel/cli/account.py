"""Accounts from a shell: the way back in for an administrator who lost the password."""

from __future__ import annotations

from typing import Annotated

import typer

from panel.cli.session import Home, hand_over, office_at
from panel.services import accounts

app = typer.Typer(help="Accounts.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Accounts."""


@app.command()
def reset(login: Annotated[str, typer.Argument(help="The administrator's login.")], home: Home) -> None:
    """Print a new activation code for an administrator: the old password and all sessions end."""
    with office_at(home) as office:
        issued = accounts.reset_administrator(office, login)
    hand_over(issued)
