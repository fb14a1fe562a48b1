"""Receipts (回执) held against the trail, for whoever has one: is it there, and does it still count.

What is not on the receipt is never told: no name, no number, no score.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session

from panel.audit import checkpoints, read, tree
from panel.audit.events import SheetReturned, SheetSubmitted, SheetVoided
from panel.audit.read import Filter, Record
from panel.errors import LogTampered, NotFound
from panel.queries import points, trail
from panel.queries.points import Point
from panel.queries.trail import Kept
from panel.rules.receipts import Receipt

_LATER = 200
"""How many entries after the sealing are looked at: a sheet is returned a few times at most."""


class Match(StrEnum):
    """How the receipt stands to the trail."""

    THERE = "there"
    OTHER = "other"
    """The entry says something else, or the trail is damaged there."""
    BEYOND = "beyond"
    """The trail does not reach that far."""


class Standing(StrEnum):
    """What became of the sheet since."""

    COUNTS = "counts"
    RETURNED = "returned"
    REPLACED = "replaced"
    VOIDED = "voided"


@dataclass(frozen=True, slots=True)
class Checked:
    """What a receipt is worth; `kept` only where it carries a size and a root."""

    match: Match
    length: int
    kept: Kept | None = None
    standing: Standing | None = None
    at: datetime | None = None
    point: Point | None = None
    path: tuple[str, ...] = ()


def check(session: Session, receipt: Receipt) -> Checked:
    """Hold a receipt against the trail as it is now."""
    length = read.size(session)
    kept = trail.kept(session, (receipt.size, receipt.root), length) if receipt.root else None
    if receipt.entry >= length:
        return Checked(Match.BEYOND, length, kept)
    record = read.entry(session, receipt.entry)
    if record is None or not _said(record, receipt):
        return Checked(Match.OTHER, length, kept)
    try:
        where = points.covering(session, record.index)
        path = read.inclusion(session, record.index, where.size)
    except LogTampered:
        return Checked(Match.OTHER, length, kept)
    hashes = [bytes.fromhex(one) for one in path]
    leaf, root = bytes.fromhex(receipt.leaf), bytes.fromhex(where.root)
    if not tree.includes(record.index, where.size, leaf, hashes, root):
        return Checked(Match.OTHER, length, kept)
    return Checked(Match.THERE, length, kept, _standing(session, record), record.at, where, tuple(path))


def proof(session: Session, receipt: Receipt) -> str:
    """The proof to take away (C2SP tlog-proof): from the leaf to the root of the newest checkpoint."""
    found = check(session, receipt)
    note = checkpoints.at(session, found.point.size) if found.point and found.point.signed else None
    if note is None:
        raise NotFound("no signed checkpoint covers this receipt")
    hashes = [base64.b64encode(bytes.fromhex(one)).decode() for one in found.path]
    return "\n".join(["c2sp.org/tlog-proof@v1", f"index {receipt.entry}", *hashes, "", str(note)])


def _said(record: Record, receipt: Receipt) -> bool:
    """Whether the entry is the sealing that the receipt speaks of."""
    leaf = tree.leaf_hash(record.body.encode()).hex()
    return (
        record.readable
        and record.ok
        and record.act == SheetSubmitted.act
        and leaf == receipt.leaf
        and receipt.seal in ("", record.data.get("c"))
    )


def _standing(session: Session, record: Record) -> Standing:
    acts = {
        SheetReturned.act: Standing.RETURNED,
        SheetSubmitted.act: Standing.REPLACED,
        SheetVoided.act: Standing.VOIDED,
    }
    wanted = Filter(subject=record.subject, round_id=record.round_id, acts=tuple(acts))
    later = read.page(session, wanted, after=record.index, limit=_LATER)
    ended = [one for one in later if one.ok]
    return acts[ended[0].act] if ended else Standing.COUNTS
