"""Rechecking the audit trail from its first entry; the first damage found is named.

Without a checkpoint kept elsewhere this cannot see that the newest entries were cut off cleanly, nor that the whole trail
was written anew: it says so.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from panel.audit import seals, tree
from panel.audit.tables import ENTRIES, NODES, TEXTS

CAVEAT = (
    "Without a checkpoint kept outside this office, a clean cut of the newest entries "
    "or a complete rewriting of the trail would pass this check."
)


@dataclass(frozen=True, slots=True)
class Damage:
    """Something that does not fit, at entry `index` (-1: not at any one entry)."""

    index: int
    what: str


@dataclass(frozen=True, slots=True)
class TrailCheck:
    """What a recheck of the trail found."""

    size: int
    root: str
    damages: tuple[Damage, ...]


def check(session: Session) -> TrailCheck:
    """Recompute every leaf and subtree, the order, and the searchable copies; stop at the first damage."""
    nodes = {(row.level, row.position): bytes(row.hash) for row in session.execute(select(NODES))}
    frontier = tree.Frontier()
    for row in session.execute(select(ENTRIES).order_by(ENTRIES.c.idx)):
        what = _fault(row, frontier.size)
        made = frontier.append(bytes(row.leaf))
        what = what or _node_fault(made, nodes)
        if what:
            return _found(frontier, Damage(row.idx, what))
    if nodes:
        return _found(frontier, Damage(frontier.size, "subtrees are stored for entries that are missing"))
    for row in session.execute(select(TEXTS)):
        if seals.text_digest(row.text) != row.digest:
            return _found(frontier, Damage(-1, f"the words kept under {row.digest} were changed"))
    return _found(frontier)


def _found(frontier: tree.Frontier, *damages: Damage) -> TrailCheck:
    return TrailCheck(frontier.size, frontier.root().hex(), damages)


def _fault(row: Any, expected: int) -> str:
    if row.idx != expected:
        return f"entry {expected} is missing"
    body = row.body.encode()
    if tree.leaf_hash(body) != bytes(row.leaf):
        return "the entry was changed after it was written"
    record = json.loads(body)
    if record.get("n") != row.idx:
        return "the entry stands at another place than it was written for"
    copies = {
        "act": record["data"]["tried"] if record["act"] == "refused" else record["act"],
        "ok": record["ok"],
        "actor": record["who"].get("id", ""),
        "round_id": record.get("round", ""),
        "subject": record.get("obj", {}).get("id", ""),
    }
    wrong = [name for name, value in copies.items() if getattr(row, name) != value]
    return f"the searchable copy of {', '.join(wrong)} differs from the entry" if wrong else ""


def _node_fault(made: dict[tree.Spot, bytes], nodes: dict[tree.Spot, bytes]) -> str:
    for spot, value in made.items():
        if nodes.pop(spot, None) != value:
            return f"the stored subtree at level {spot[0]}, position {spot[1]} does not fit"
    return ""
