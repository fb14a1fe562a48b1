"""The keys that sign checkpoints: made, replaced, shown; and the witnesses that are known."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Annotated

import typer

from panel.audit import keys as entered
from panel.audit import notes
from panel.cli.session import UNUSABLE, As, Home, actor, office_at, say
from panel.rules.permissions import Role
from panel.services import signing

app = typer.Typer(help="The keys that sign checkpoints.", no_args_is_help=True)

File = Annotated[Path, typer.Option("--key", help="The file of the private key.", show_default=False)]


@app.command()
def new(
    home: Home,
    file: File,
    name: Annotated[str, typer.Option(help="The log's name; by default a random one.")] = "",
    lost: Annotated[bool, typer.Option("--lost", help="The key in force is lost; nobody endorses.")] = False,
    as_: As = "",
) -> None:
    """Make the key that signs checkpoints, readable by its owner alone, and enter it into the trail."""
    with office_at(home) as office:
        who = actor(office, as_, Role.ADMINISTRATOR)
        key = signing.new_key(office, who, file, name or f"panel-{secrets.token_hex(4)}", lost=lost)
    typer.echo(str(key))
    say.print("请把上面这一行抄录在纸上，交监察单位保存。", style="bold")


@app.command()
def rotate(home: Home, file: File, as_: As = "") -> None:
    """Replace the key by a new one that the old one endorses; the old file stays under another name."""
    with office_at(home) as office:
        key = signing.rotate_key(office, actor(office, as_, Role.ADMINISTRATOR), file)
    typer.echo(str(key))


@app.command()
def show(home: Home) -> None:
    """The keys of the log and the witnesses, as the trail enters them."""
    with office_at(home) as office, office.reading() as session:
        for entry in entered.of_log(session):
            typer.echo(f"log {entry.index} {entry.how} {entry.key}")
        for entry in entered.witnesses(session):
            typer.echo(f"witness {entry.index} {entry.key}")


@app.command()
def witness(
    home: Home, vkey: Annotated[str, typer.Argument(help="The witness's key.")], as_: As = ""
) -> None:
    """Make a witness known, so that its cosignatures are taken."""
    with office_at(home) as office:
        try:
            key = signing.enter_witness(office, actor(office, as_, Role.ADMINISTRATOR), vkey)
        except notes.Malformed as error:
            say.print(str(error), style="red", markup=False)
            raise typer.Exit(UNUSABLE) from None
    typer.echo(str(key))
