"""Handing out the result workbook from a shell."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from panel.cli.session import As, Home, actor, office_at, say
from panel.rules.permissions import Role
from panel.services import exports


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(export)


def export(
    code: Annotated[str, typer.Argument(metavar="ROUND", help="The round.")],
    home: Home,
    out: Annotated[Path, typer.Option("--out", help="The workbook to write.")],
    account: As = "",
) -> None:
    """Write the result workbook of an opened round; its digest goes into the audit trail."""
    with office_at(home) as office:
        made = exports.result(office, actor(office, account, Role.SECRETARY), code)
    out.write_bytes(made.data)
    say.print(f"{out}  {made.digest}", markup=False)
