"""Checkpoints as they are stored: the signed note over so many entries, and what witnesses put below it."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, insert, select
from sqlmodel import Session

from panel.audit import notes
from panel.audit.notes import Checkpoint, Note, Signature, Verifier
from panel.audit.tables import CHECKPOINTS, COSIGNATURES


def newest(session: Session) -> Note | None:
    """The newest note with all its signatures."""
    size = newest_size(session)
    return at(session, size) if size is not None else None


def newest_size(session: Session) -> int | None:
    """Over how many entries the newest checkpoint goes."""
    found: int | None = session.execute(select(func.max(CHECKPOINTS.c.size))).scalar_one()
    return found


def at(session: Session, size: int) -> Note | None:
    """The note over the first `size` entries with all its signatures, or None if none was made there."""
    text = session.execute(select(CHECKPOINTS.c.note).where(CHECKPOINTS.c.size == size)).scalar_one_or_none()
    if text is None:
        return None
    lines = select(COSIGNATURES.c.line).where(COSIGNATURES.c.size == size).order_by(COSIGNATURES.c.idx)
    return notes.parse(text).plus(map(notes.parse_signature, session.execute(lines).scalars()))


def every(session: Session) -> Iterator[tuple[int, str]]:
    """Every stored note with its cosignature lines, smallest first, unread: damaged ones as well."""
    below: dict[int, str] = {}
    for row in session.execute(select(COSIGNATURES).order_by(COSIGNATURES.c.idx)):
        below[row.size] = below.get(row.size, "") + str(row.line)
    for row in session.execute(select(CHECKPOINTS).order_by(CHECKPOINTS.c.size)):
        yield row.size, str(row.note) + below.get(row.size, "")


def sizes(session: Session) -> set[int]:
    """Where checkpoints were made."""
    return set(session.execute(select(CHECKPOINTS.c.size)).scalars())


def keep(session: Session, checkpoint: Checkpoint, note: Note) -> None:
    """Store a note that the log has signed."""
    session.execute(insert(CHECKPOINTS).values(size=checkpoint.size, note=str(note)))


def keep_cosignature(session: Session, size: int, key: Verifier, line: Signature) -> bool:
    """Store a witness's line below the checkpoint; False when one of that witness stands there already."""
    note = at(session, size)
    if note is None or any(signature.of(key) for signature in note.signatures):
        return False
    following = select(func.coalesce(func.max(COSIGNATURES.c.idx), -1) + 1).scalar_subquery()
    session.execute(insert(COSIGNATURES).values(idx=following, size=size, line=line.line()))
    return True
