"""The keys that sign checkpoints, and the witnesses that are known: both stand in the trail itself."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import Session

from panel.audit import notes, read
from panel.audit.events import KeyEntered, WitnessEntered
from panel.audit.notes import Malformed, Signer, Verifier

_LABEL = b"pingshen/key/v1\0"


class How(StrEnum):
    """How a key came to sign."""

    FIRST = "first"
    ROTATED = "rotated"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """A key as the trail enters it; `by` and `sig` are its predecessor and that one's endorsement."""

    index: int
    key: Verifier
    how: str = How.FIRST
    by: str = ""
    sig: str = ""


def of_log(session: Session) -> list[KeyEntry]:
    """The log's keys, oldest first; what is no key of a log is passed over, and misses where it is needed."""
    return list(_entries(session, KeyEntered.act, notes.LOG))


def witnesses(session: Session) -> list[KeyEntry]:
    """The witnesses whose cosignatures are taken."""
    return _entries(session, WitnessEntered.act, notes.WITNESS)


def _entries(session: Session, act: str, kind: int) -> list[KeyEntry]:
    return [entry for entry in _readable(session, act) if entry.key.kind == kind]


def _readable(session: Session, act: str) -> Iterator[KeyEntry]:
    for record in read.of_act(session, act):
        said = {name: str(record.data.get(name, "")) for name in ("key", "how", "by", "sig")}
        try:
            key = Verifier.parse(said["key"])
        except Malformed:
            continue
        yield KeyEntry(record.index, key, said["how"], said["by"], said["sig"])


def in_force(keys: Sequence[KeyEntry], size: int) -> KeyEntry | None:
    """The key that signs a checkpoint of this size: the last that was entered below it."""
    return next((entry for entry in reversed(keys) if entry.index < size), None)


def endorse(old: Signer, new: Verifier) -> str:
    """The old key's word for the new one."""
    return base64.b64encode(old.sign(_LABEL + str(new).encode())).decode()


def unendorsed(keys: Sequence[KeyEntry]) -> Iterator[KeyEntry]:
    """Entries of keys that do not follow from the one before, and do not say so either."""
    before: KeyEntry | None = None
    for entry in keys:
        said_so = entry.how == (How.FIRST if before is None else How.LOST)
        if not said_so and (before is None or not endorsed(before, entry)):
            yield entry
        before = entry


def endorsed(old: KeyEntry, new: KeyEntry) -> bool:
    """Whether the old key has signed for the new one."""
    try:
        signature = base64.b64decode(new.sig, validate=True)
    except (binascii.Error, ValueError):
        return False
    claimed = new.how == How.ROTATED and new.by == str(old.key)
    return claimed and old.key.verifies(signature, _LABEL + str(new.key).encode())
