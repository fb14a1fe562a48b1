"""Points (校验点) of the trail: how long it was, and its root."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from panel.audit import checkpoints, notes, read


@dataclass(frozen=True, slots=True)
class Point:
    """The trail up to some length: its root, and whether a signed checkpoint says so."""

    size: int
    root: str
    signed: bool


def covering(session: Session, entry: int) -> Point:
    """The newest checkpoint, if it covers the entry; else the trail as it stands now, unsigned."""
    note = checkpoints.newest(session)
    if note is not None:
        newest = notes.checkpoint_of(note)
        if newest.size > entry:
            return Point(newest.size, newest.root.hex(), signed=True)
    head = read.head(session)
    return Point(head.size, head.root, signed=False)
