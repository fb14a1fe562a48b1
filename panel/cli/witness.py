"""The witness: runs on the inspectorate's own machine, and keeps what it saw."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from panel import language
from panel.audit import notes
from panel.audit import witness as judging
from panel.audit.keys import KeyEntry
from panel.audit.notes import Checkpoint, Malformed, Note, Signer, Verifier
from panel.audit.witness import Alarm
from panel.cli.session import UNUSABLE, say
from panel.services import signing

ALARM = 3
"""Exit code when the log is not what it was."""

_SECONDS, _MOST = 20, 4 << 20

_UNKNOWN = (
    "办公室如果还没有登记本见证的公钥，请管理员执行下面一行。"
    " / If the office has not entered this witness's key yet, its administrator does so by this line:"
)


class Unreachable(Exception):
    """The server did not answer with what was asked for."""


@dataclass(frozen=True, slots=True)
class Witness:
    """One log under watch: where it is asked, where is kept what was seen, and the own key."""

    url: str
    state: Path
    key: Signer

    def look(self) -> Note:
        """Fetch, compare with what was kept, cosign and keep; an alarm leaves the kept checkpoint alone."""
        kept = self.kept()
        shown = notes.parse(self._get("log/checkpoint").decode())
        size = notes.checkpoint_of(shown).size
        # A key that was entered after this checkpoint does not sign it yet.
        entered = [entry for entry in self._keys() if entry.index < size]
        log_key = judging.successor(self._trusted(), entered)
        point = judging.read(shown, log_key)
        if kept:
            judging.compare(kept, point, self._proof(kept.size, point.size))
        own = notes.cosign(point, self.key, int(time.time()))
        cosigned = Note(shown.text, shown.signatures[:1]).plus([own])
        signing.write_whole(self.state / f"{point.size:010}.txt", str(cosigned))
        signing.write_whole(self.state / "checkpoint.txt", str(cosigned))
        signing.write_whole(self.state / "log.vkey", f"{log_key}\n")
        return cosigned

    def post(self, note: Note) -> None:
        """Hand the own cosignature back, so that it stands beside the checkpoint."""
        body = f"{notes.checkpoint_of(note).size}\n{note.signatures[-1].line()}"
        self._ask("log/cosignature", body.encode())

    def kept(self) -> Checkpoint | None:
        """The checkpoint that was seen last."""
        file = self.state / "checkpoint.txt"
        return notes.checkpoint_of(notes.parse(file.read_text(encoding="utf-8"))) if file.exists() else None

    def trust(self, vkey: str) -> None:
        """Take this key as the log's from now on, as the office gave it on paper."""
        key = Verifier.parse(vkey)
        if key.kind != notes.LOG:
            raise Malformed("this is not the key of a log")
        signing.write_whole(self.state / "log.vkey", f"{key}\n")

    def _trusted(self) -> Verifier:
        file = self.state / "log.vkey"
        if not file.exists():
            raise Malformed("give the log's key once with --log-key, as the office wrote it on paper")
        return Verifier.parse(file.read_text(encoding="utf-8"))

    def _keys(self) -> list[KeyEntry]:
        found = self._json("log/keys")
        return [KeyEntry(e["entry"], Verifier.parse(e["key"]), e["how"], e["by"], e["sig"]) for e in found]

    def _proof(self, old: int, new: int) -> list[bytes]:
        # Of a shorter log, or one as long, there is nothing to prove: comparing says what is wrong.
        if old >= new:
            return []
        return [bytes.fromhex(one) for one in self._json(f"log/consistency?from={old}&to={new}")["proof"]]

    def _json(self, path: str) -> Any:
        try:
            return json.loads(self._get(path))
        except ValueError:
            raise Unreachable(f"{path}: no answer that can be read") from None

    def _get(self, path: str) -> bytes:
        return self._ask(path, None)

    def _ask(self, path: str, body: bytes | None) -> bytes:
        request = urllib.request.Request(  # noqa: S310 - the scheme is checked with the option
            f"{self.url.rstrip('/')}/{path}", data=body, headers={"Content-Type": "text/plain"}
        )
        try:
            with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310
                found: bytes = answer.read(_MOST)
                return found
        except (urllib.error.URLError, OSError) as error:
            raise Unreachable(f"{path}: {error}") from None


def run(
    url: Annotated[str, typer.Option(help="The address of the review system.", show_default=False)],
    state: Annotated[Path, typer.Option(help="Where to keep what was seen.", show_default=False)],
    file: Annotated[Path, typer.Option("--key", help="The witness's own key; made when it is not there.")],
    log_key: Annotated[str, typer.Option(help="The log's key, from paper: the first time.")] = "",
    every: Annotated[int, typer.Option(help="Look again after so many seconds; 0: once.")] = 0,
    post: Annotated[bool, typer.Option(help="Hand the cosignature back.")] = True,
) -> None:
    """Check that the log only grew since it was last seen, cosign and keep; exit 3 with an alarm if not."""
    if not url.startswith(("http://", "https://")):
        say.print(f"{url}: http:// or https:// is needed", style="red", markup=False)
        raise typer.Exit(UNUSABLE)
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not file.exists():
        made = signing.write_key(file, Signer.generate(f"witness-{file.stem}", notes.WITNESS))
        say.print(f"{made.verifier}", markup=False)
    watcher = Witness(url, state, signing.read_key(file))
    if log_key:
        watcher.trust(log_key)
    while True:
        _look(watcher, post)
        if not every:
            return
        time.sleep(every)


def _look(watcher: Witness, post: bool) -> None:
    try:
        note = watcher.look()
    except Alarm as alarm:
        for locale in language.LOCALES:  # whoever sits there
            with language.speaking(locale):
                say.print(alarm.said(), style="bold red", markup=False)
        raise typer.Exit(ALARM) from None
    except (Unreachable, ValueError, KeyError, TypeError) as error:
        say.print(f"未能见证 / could not witness: {error}", style="red", markup=False)
        raise typer.Exit(UNUSABLE) from None
    if post:
        try:
            watcher.post(note)
        except Unreachable as error:
            # Seen, cosigned and kept it is all the same; the office may not know this witness yet.
            say.print(f"副署未被接收 / the cosignature was not taken: {error}", markup=False)
            say.print(_UNKNOWN, markup=False)
            typer.echo(f"panel audit key witness {watcher.key.verifier}")
    size = notes.checkpoint_of(note).size
    say.print(f"已见证，共 {size} 条，只增未改。 / Witnessed: {size} entries, only added to.")
