"""Cosignatures (副署) of witnesses: taken when a registered key has made them, refused otherwise."""

from __future__ import annotations

from sqlmodel import Session

from panel.audit import checkpoints, keys, notes, read
from panel.audit.keys import KeyEntry
from panel.audit.notes import Malformed
from panel.errors import NotFound
from panel.services.office import Office


def take(office: Office, size: int, line: str) -> bool:
    """Keep a witness's line under the checkpoint of that size; False where that witness has one there.

    The signature itself is the right to post it: what no registered witness has signed is as good as not
    there. It writes nothing else, and at most one line for each witness and checkpoint.
    """
    try:
        signature = notes.parse_signature(line)
    except Malformed:
        raise NotFound("no signature line") from None
    with office.reading() as session:
        note = checkpoints.at(session, size)
        known = [entry.key for entry in keys.witnesses(session) if signature.of(entry.key)]
    if note is None or not known or not notes.Note(note.text, (signature,)).signed_by(known[0]):
        raise NotFound("no cosignature of a registered witness on a checkpoint of ours")
    with office.filing() as session:
        return checkpoints.keep_cosignature(session, size, known[0], signature)


def newest(session: Session) -> str:
    """The newest checkpoint as a note."""
    note = checkpoints.newest(session)
    if note is None:
        raise NotFound("no checkpoint yet")
    return str(note)


def log_keys(session: Session) -> list[KeyEntry]:
    """The keys that sign, oldest first."""
    return keys.of_log(session)


def consistency(session: Session, old: int, new: int) -> list[str]:
    """The proof between two published checkpoints; between other lengths there is none for the public."""
    if not {old, new} <= checkpoints.sizes(session):
        raise NotFound("no checkpoints of these sizes")
    return read.consistency(session, old, new)
