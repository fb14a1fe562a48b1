"""Signing checkpoints (校验点): the keys and their files, and the signer that signs only its own log."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sqlmodel import Session

from panel.audit import checkpoints, keys, notes, read, tree
from panel.audit.events import (
    KeyEntered,
    ResultFinalized,
    SealsOpened,
    SignerStarted,
    StageChanged,
    WitnessEntered,
)
from panel.audit.keys import How
from panel.audit.notes import Checkpoint, Malformed, Note, Signer, Verifier
from panel.errors import LogTampered, PanelError, RuleBroken
from panel.language import _
from panel.rules.permissions import Action
from panel.services.office import Actor, Office

EVERY_SECONDS = 30.0
"""How long new entries wait for a checkpoint at most."""

AT_ONCE = (StageChanged.act, SealsOpened.act, ResultFinalized.act, KeyEntered.act)
"""Acts that get a checkpoint without waiting."""

_PRIVATE = 0o600


class SignerRefused(PanelError):
    """The log is not the one that was signed before, or this is not the key to sign it with."""


def new_key(office: Office, actor: Actor, file: Path, name: str, *, lost: bool = False) -> Verifier:
    """Make the key that signs from here on: the first, or with `lost` one that nobody endorses."""
    key = Signer.generate(name)
    with office.change(actor, KeyEntered) as change:
        change.permit(Action.MANAGE_KEYS)
        known = keys.of_log(change.session)
        if bool(known) is not lost:
            if known:
                refused = _("已有签名密钥。更换请用 rotate；原密钥遗失时加 --lost。")
                raise RuleBroken("key_exists", refused)
            raise RuleBroken("key_missing", _("还没有签名密钥，没有可以遗失的。"))
        write_key(file, key)
        change.record(
            KeyEntered(key=str(key.verifier), how=How.LOST if lost else How.FIRST), subject=key.verifier.id
        )
    return key.verifier


def rotate_key(office: Office, actor: Actor, file: Path) -> Verifier:
    """Replace the key by a new one that it endorses; the old one stays beside it under its hash."""
    old = read_key(file)
    waiting = file.with_name(file.name + ".new")
    with office.change(actor, KeyEntered) as change:
        change.permit(Action.MANAGE_KEYS)
        _require_in_force(change.session, old)
        # A rotation that was interrupted before its entry goes on with the key that it had made.
        new = read_key(waiting) if waiting.exists() else write_key(waiting, Signer.generate(old.name))
        change.record(
            KeyEntered(
                key=str(new.verifier),
                how=How.ROTATED,
                by=str(old.verifier),
                sig=keys.endorse(old, new.verifier),
            ),
            subject=new.verifier.id,
        )
    file.rename(file.with_name(f"{file.name}.{old.verifier.id}"))
    waiting.rename(file)
    return new.verifier


def enter_witness(office: Office, actor: Actor, vkey: str) -> Verifier:
    """Make a witness known, so that its cosignatures are taken."""
    key = Verifier.parse(vkey)
    if key.kind != notes.WITNESS:
        raise Malformed("this is the key of a log, not of a witness")
    with office.change(actor, WitnessEntered) as change:
        change.permit(Action.MANAGE_KEYS)
        if key in [entry.key for entry in keys.witnesses(change.session)]:
            raise RuleBroken("witness_known", _("这把见证密钥已经登记。"))
        change.record(WitnessEntered(key=str(key)), subject=key.id)
    return key


def read_key(file: Path) -> Signer:
    """The key in a file."""
    try:
        return Signer.parse(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SignerRefused(_("{file}：无法读出签名密钥（{why}）").format(file=file, why=error)) from None


def write_key(file: Path, key: Signer) -> Signer:
    """Write a key into a new file that its owner alone may read; an existing file is never touched."""
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
    except OSError as error:
        what = _("{file}：无法写入密钥（{why}）")
        raise SignerRefused(what.format(file=file, why=error.strerror)) from None
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(key.written() + "\n")
        out.flush()
        os.fsync(out.fileno())
    return key


def write_whole(file: Path, text: str) -> None:
    """Replace a file's content at once: after a power cut it is the old one or the new one."""
    waiting = file.with_name(file.name + ".tmp")
    with waiting.open("w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    waiting.replace(file)


@dataclass
class CheckpointSigner:
    """Reads the log, and signs what continues the checkpoint that it signed last: nothing else, ever."""

    office: Office
    file: Path
    state: Path
    elapsed: Callable[[], float] = time.monotonic
    _key: Signer = field(init=False)
    _last: Note | None = field(init=False)
    _signed_at: float = field(init=False)

    def __post_init__(self) -> None:
        self._key = read_key(self.file)
        self._last = self._kept()
        self._signed_at = self.elapsed() - EVERY_SECONDS

    def start(self, actor: Actor, mode: str) -> None:
        """Enter into the trail that checkpoints are signed from now on, by which key, apart or inside."""
        with self.office.change(actor, SignerStarted) as change:
            change.permit(Action.MANAGE_KEYS)
            key = self._key.verifier.id
            change.record(SignerStarted(key=key, mode=mode), subject=key)

    def adopt(self, note: Note) -> None:
        """Take a checkpoint that was kept elsewhere as the last one signed, when the own record is lost."""
        if not note.signed_by(self._key.verifier):
            raise SignerRefused(_("这个校验点不是本密钥签署的。"))
        write_whole(self.state, str(note))
        self._last = note

    def look(self) -> Note | None:
        """Sign if it is time: at once after a change of stage, else when the oldest entry has waited."""
        with self.office.reading() as session:
            size, stored = read.size(session), checkpoints.newest_size(session) or 0
            if size <= stored and size >= self._point().size:
                return None
            urgent = read.newest_of(session, AT_ONCE) >= stored
        if not urgent and size > stored and self.elapsed() - self._signed_at < EVERY_SECONDS:
            return None
        return self.sign()

    def sign(self) -> Note | None:
        """Check the log against the last signature and sign it as it stands; None where nothing is new."""
        with self.office.reading() as session:
            if read.size(session) == 0:
                return None
            self._require_known(session)
            checkpoint = self._continued(session)
        with self.office.filing() as session:
            if (checkpoints.newest_size(session) or 0) >= checkpoint.size:
                return None
            note = notes.sign(checkpoint, self._key)
            # First the own record: what was signed once must be remembered, stored or not.
            write_whole(self.state, str(note))
            self._last = note
            checkpoints.keep(session, checkpoint, note)
        self._signed_at = self.elapsed()
        return note

    def _point(self) -> Checkpoint:
        if self._last is None:
            return Checkpoint(self._key.name, 0, tree.EMPTY_ROOT)
        return notes.checkpoint_of(self._last)

    def _kept(self) -> Note | None:
        if not self.state.exists():
            return None
        try:
            note = notes.parse(self.state.read_text(encoding="utf-8"))
            notes.checkpoint_of(note)
        except (OSError, ValueError):
            raise SignerRefused(_("{file}：上次签署的记录已无法读出。").format(file=self.state)) from None
        return note

    def _require_known(self, session: Session) -> None:
        """The key must be the one in force (a rotated one is read anew), and its own record must be there."""
        entry = keys.in_force(keys.of_log(session), read.size(session))
        if entry and entry.key != self._key.verifier:
            self._key = read_key(self.file)
        _require_in_force(session, self._key)
        if self._last is None and checkpoints.newest_size(session) is not None:
            raise SignerRefused(
                _("已有校验点，但本签名程序没有上次签署的记录。请用 --adopt 交给它一个另存的校验点。")
            )

    def _continued(self, session: Session) -> Checkpoint:
        """The log as it stands, provided that it continues what was signed last."""
        last, size = self._point(), read.size(session)
        if size < last.size:
            what = _("拒绝签署：上次签署时有 {then} 条记录，现在只有 {now} 条，末尾被删去或者恢复了旧备份。")
            raise SignerRefused(what.format(then=last.size, now=size))
        try:
            frontier = read.frontier(session, last.size)
            if frontier.root() != last.root:
                what = _("拒绝签署：前 {then} 条记录已经不是上次签署时的样子，记录被改写过。")
                raise SignerRefused(what.format(then=last.size))
            for body in read.bodies(session, last.size):
                frontier.append(tree.leaf_hash(body.encode()))
            if (frontier.size, frontier.root().hex()) != (size, read.root_at(session, size)):
                raise LogTampered("the stored subtrees are not those of the entries")
        except LogTampered:
            raise SignerRefused(_("拒绝签署：存储的子树与记录不符，请先核验。")) from None
        return Checkpoint(self._key.name, size, frontier.root())


def _require_in_force(session: Session, key: Signer) -> None:
    entry = keys.in_force(keys.of_log(session), read.size(session))
    if entry is None or entry.key != key.verifier:
        now = entry.key.id if entry else _("（无）")
        what = _("拒绝签署：密钥 {key} 不是现用的签名密钥，现用的是 {now}。")
        raise SignerRefused(what.format(key=key.verifier.id, now=now))
