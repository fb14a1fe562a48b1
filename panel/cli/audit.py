"""Rechecking the audit trail from a shell."""

from __future__ import annotations

import typer

from panel.cli.session import Home, office_at, say
from panel.services import verification

app = typer.Typer(help="The audit trail.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """The audit trail."""


@app.command()
def verify(home: Home) -> None:
    """Recheck the trail and every sealed sheet: exit 0 when all is whole, else 1 with the first damage."""
    with office_at(home) as office:
        found = verification.verify(office)
    typer.echo(f"entries: {found.size}\nroot: {found.root}")
    for damage in found.damages:
        place = f"entry {damage.index}" if damage.index >= 0 else "outside the trail"
        say.print(f"DAMAGED at {place}: {damage.what}", style="red", markup=False)
    say.print(verification.CAVEAT, style="dim", markup=False)
    if found.damages:
        raise typer.Exit(1)
