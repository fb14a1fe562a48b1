"""Workbooks from a shell: the templates, and taking a filled one over."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from panel.cli.session import As, Home, actor, office_at
from panel.rules.imports import ImportKind
from panel.rules.permissions import Role
from panel.services import imports, intakes
from panel.services.openings import shipped_policy

Kind = Annotated[ImportKind, typer.Argument(help="Which workbook.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(template)
    app.command("import")(import_)


def template(
    kind: Kind,
    out: Annotated[Path | None, typer.Option("--out", help="File to write; else KIND.xlsx here.")] = None,
    home: Annotated[
        Path | None, typer.Option("--home", envvar="PANEL_HOME", help="Take this installation's policy.")
    ] = None,
) -> None:
    """Write the empty workbook of applications or experts."""
    file = out or Path(f"{kind}.xlsx")
    if home is None:
        file.write_bytes(intakes.template_of(shipped_policy(), kind))
    else:
        with office_at(home) as office:
            file.write_bytes(intakes.template(office, kind))
    typer.echo(str(file))


def import_(
    kind: Kind,
    file: Annotated[Path, typer.Argument(help="The filled workbook.")],
    home: Home,
    code: Annotated[str, typer.Option("--round", help="The round.")],
    account: As = "",
) -> None:
    """Take a workbook over: all rows, or none and every problem with sheet, row, column, value and remedy."""
    with office_at(home) as office:
        who = actor(office, account, Role.SECRETARY)
        applied = imports.read_file(office, who, code, kind, file)
    typer.echo(f"{file}: {applied.preview.rows} rows")
