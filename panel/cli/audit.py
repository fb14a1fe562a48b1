"""The audit trail from a shell: rechecked, exported, signed, witnessed."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from panel.audit import notes
from panel.audit.notes import Note, Verifier
from panel.cli import keys, signer, witness
from panel.cli.session import UNUSABLE, As, Home, actor, emit, office_at, say
from panel.language import _
from panel.rules.permissions import Role
from panel.services import bundles, verification
from panel.services.verification import Asked

app = typer.Typer(help="The audit trail.", no_args_is_help=True)
app.add_typer(keys.app, name="key")
app.command("signer")(signer.run)
app.command("witness")(witness.run)


@app.callback()
def _group() -> None:
    """The audit trail."""


@app.command()
def verify(
    home: Home,
    checkpoint: Annotated[
        list[Path] | None, typer.Option(help="A checkpoint that was kept outside; may be repeated.")
    ] = None,
    require_cosignature: Annotated[
        str | None, typer.Option(help="The key of a witness who must have signed.")
    ] = None,
) -> None:
    """Recheck the trail and every sealed sheet: exit 0 when all is whole, else 1 with the first damage."""
    asked = _asked(checkpoint or [], require_cosignature)
    with office_at(home) as office:
        found = verification.verify(office, asked)
    typer.echo(f"entries: {found.size}\nroot: {found.root}\nsigned: {found.coverage.signed}")
    if asked.witness:
        typer.echo(f"cosigned: {found.coverage.cosigned}")
    for damage in found.damages:
        place = f"entry {damage.index}" if damage.index >= 0 else "outside the trail"
        say.print(f"DAMAGED at {place}: {damage.what}", style="red", markup=False)
    if not found.damages:
        say.print(verification.reach(found), markup=False)
    say.print(_(verification.CAVEAT), style="dim", markup=False)
    if found.damages:
        raise typer.Exit(1)


@app.command()
def export(
    home: Home,
    out: Annotated[Path, typer.Option("--out", help="Where to write the bundle.", show_default=False)],
    round_: Annotated[str, typer.Option("--round", help="Only this round's folder.")] = "",
    as_: As = "",
) -> None:
    """Write the bundle with which everything can be proven elsewhere; a file that exists is refused."""
    _fresh(out)
    with office_at(home) as office:
        who = actor(office, as_, Role.INSPECTOR)
        with tempfile.TemporaryFile(dir=out.parent) as file:
            digest = bundles.export(office, who, file, round_)
            with out.open("xb") as kept:
                shutil.copyfileobj(file, kept)
    emit({"file": str(out), "digest": digest})


def _fresh(out: Path) -> None:
    if out.exists():
        say.print(f"{out}: exists already; it was left as it is", style="red", markup=False)
        raise typer.Exit(UNUSABLE)


def _asked(files: list[Path], vkey: str | None) -> Asked:
    try:
        # An empty key, as of a variable that was never set, must not pass for none required.
        return Asked(tuple(map(_note, files)), None if vkey is None else Verifier.parse(vkey))
    except (OSError, ValueError) as error:
        say.print(f"cannot be used: {error}", style="red", markup=False)
        raise typer.Exit(UNUSABLE) from None


def _note(file: Path) -> Note:
    note = notes.parse(file.read_text(encoding="utf-8"))
    notes.checkpoint_of(note)
    return note
