"""Handing out the result workbook from a shell."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from panel.cli.result import NOT_OPENED
from panel.cli.session import As, Home, actor, office_at, say
from panel.errors import NotAllowed, NotFound
from panel.rules.permissions import Role
from panel.services import exports


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(export)


def export(
    code: Annotated[str, typer.Argument(metavar="ROUND", help="The round.")],
    home: Home,
    out: Annotated[Path, typer.Option("--out", help="The workbook to write.", dir_okay=False)],
    account: As = "",
) -> None:
    """Write the result workbook of an opened round; its digest goes into the audit trail."""
    if not out.absolute().parent.is_dir():
        raise typer.BadParameter(f"there is no folder {out.absolute().parent}", param_hint="--out")
    with office_at(home) as office:
        who = actor(office, account, Role.SECRETARY)
        try:
            made = exports.result(office, who, code)
        except (NotAllowed, NotFound):
            say.print(f"Round {code} has no opened result, or this account may not see it.", markup=False)
            raise typer.Exit(NOT_OPENED) from None
    out.write_bytes(made.data)
    say.print(f"{out}  {made.digest}", markup=False)
