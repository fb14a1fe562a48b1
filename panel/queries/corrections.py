"""What a correction changed, in the words that stand beside the trail, held against the digests in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from panel import tables
from panel.audit import seals
from panel.audit.read import Record
from panel.sentences import corrections, entries
from panel.sentences.corrections import Piece

ACT = "application.correct"
HIDDEN = frozenset({"master_key"})
"""The keyed hash of an ID number says nothing to anybody; its last characters have a field of their own."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """One field before and after."""

    label: str
    before: str
    after: str

    @property
    def compared(self) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
        """Before and after in pieces, each with whether it is only there."""
        return corrections.compared(self.before, self.after)


@dataclass(frozen=True, slots=True)
class Correction:
    """What was corrected; without fields where the words were deleted, or are not those of the entry."""

    fields: tuple[Corrected, ...] = ()
    altered: bool = False


def of_entry(session: Session, record: Record) -> Correction | None:
    """The correction of an entry, or None where it is of something else."""
    if record.act != ACT or not record.ok or not record.readable:
        return None
    row = session.get(tables.Correction, record.index)
    if row is None:
        return Correction()
    said = _said(row.said, record.data)
    if said is None:
        return Correction(altered=True)
    before, after = said
    return Correction(
        tuple(
            Corrected(
                entries.column(name),
                corrections.words(name, before.get(name)),
                corrections.words(name, after.get(name)),
            )
            for name in record.data["fields"]
            if name not in HIDDEN
        )
    )


def _said(text: str, data: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any]] | None:
    """Before and after, if they are what the entry has the digests of."""
    try:
        said = json.loads(text)
        both = said["before"], said["after"]
        fits = tuple(map(seals.record_digest, both)) == (data["before"], data["after"])
    except (KeyError, TypeError, ValueError, RecursionError):
        return None
    return both if fits and all(isinstance(one, dict) for one in both) else None
