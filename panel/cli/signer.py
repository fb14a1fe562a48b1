"""The signer of checkpoints, as a process of its own or inside the one that serves."""

from __future__ import annotations

import getpass
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from panel.audit import notes
from panel.cli.session import Home, office_at, say
from panel.rules.permissions import Role
from panel.services import signing
from panel.services.office import Actor, Office
from panel.services.signing import CheckpointSigner, SignerRefused

REFUSED = 3
"""Exit code when the log is not the one that was signed before."""

LOOK_SECONDS = 0.5

KEY_FILE = "log.key"


def run(
    home: Home,
    file: Annotated[Path, typer.Option("--key", help="The file of the private key.", show_default=False)],
    state: Annotated[Path | None, typer.Option(help="Where the last signature is kept; KEY.last.")] = None,
    adopt: Annotated[Path | None, typer.Option(help="A kept checkpoint, if the record is lost.")] = None,
    once: Annotated[bool, typer.Option("--once", help="Sign what there is, and stop.")] = False,
) -> None:
    """Sign a checkpoint at every change of stage, and 30 seconds after new entries; stop on anything odd."""
    with office_at(home) as office:
        try:
            signer = CheckpointSigner(office, file, state or state_of(file))
            if adopt:
                signer.adopt(notes.parse(adopt.read_text(encoding="utf-8")))
            if once:
                signer.sign()
                return
            signer.start(operator(), "apart")
            watch(signer, threading.Event())
        except (SignerRefused, ValueError) as error:
            say.print(str(error), style="bold red", markup=False)
            raise typer.Exit(REFUSED) from None


def watch(signer: CheckpointSigner, stop: threading.Event) -> None:
    """Look twice a second: two questions to an index, so that a stage is signed within a second."""
    while not stop.is_set():
        signer.look()
        stop.wait(LOOK_SECONDS)


def inside(office: Office, folder: Path, name: str) -> Callable[[], None]:
    """Sign within this process, which the trail says; answers how to stop."""
    file, who, stop = folder / KEY_FILE, operator(), threading.Event()
    if not file.exists():
        signing.new_key(office, who, file, name)
    signer = CheckpointSigner(office, file, state_of(file))
    signer.start(who, "inside")

    def sign() -> None:
        try:
            watch(signer, stop)
        except SignerRefused as error:
            say.print(str(error), style="bold red", markup=False)

    thread = threading.Thread(target=sign, name="signer", daemon=True)
    thread.start()

    def end() -> None:
        stop.set()
        thread.join()

    return end


def state_of(file: Path) -> Path:
    """Where the signer keeps its last signature unless told otherwise."""
    return file.with_name(file.name + ".last")


def operator() -> Actor:
    """The operating-system user, as the one who runs the installation."""
    return Actor(f"os-{getpass.getuser()}", Role.ADMINISTRATOR)
