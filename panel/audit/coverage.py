"""What checkpoints say about a trail that was recomputed: whether each fits, and how far they reach."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from panel.audit import checkpoints, keys, notes
from panel.audit.keys import KeyEntry
from panel.audit.notes import Checkpoint, Malformed, Note, Verifier
from panel.language import _


@dataclass(frozen=True, slots=True)
class Damage:
    """Something that does not fit, at entry `index` (-1: not at any one entry)."""

    index: int
    what: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What the checker brings along: notes kept outside, and a witness whose cosignature must be there."""

    kept: tuple[Note, ...] = ()
    witness: Verifier | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many entries lie under a good checkpoint, under a good cosignature, and the first fault."""

    signed: int = 0
    cosigned: int = 0
    damage: Damage | None = None


NOTHING = Asked()
UNCOVERED = Coverage()

Roots = Mapping[int, bytes]
"""The root that the trail had at each size that somebody asked for."""


def sizes(session: Session, asked: Asked) -> set[int]:
    """The sizes at which the root is wanted."""
    return checkpoints.sizes(session) | {point.size for point in _points(asked)}


def judge(session: Session, size: int, roots: Roots, asked: Asked) -> Coverage:
    """Compare all checkpoints with a whole trail of `size` entries, which had these `roots`."""
    entered = keys.of_log(session)
    for entry in keys.unendorsed(entered):
        what = _("签名密钥 {key} 没有得到前一把密钥的认可").format(key=entry.key.id)
        return Coverage(damage=Damage(entry.index, what))
    signed = cosigned = 0
    for at, written in checkpoints.every(session):
        damage, note = _fault(at, written, entered, size, roots, signed)
        if damage or note is None:
            return Coverage(signed, cosigned, damage)
        signed = at
        if asked.witness and note.signed_by(asked.witness):
            cosigned = at
    damage = next(_kept_faults(asked, size, roots), None)
    return Coverage(signed, cosigned, damage or _missing(asked, cosigned))


def _fault(
    at: int, written: str, entered: Sequence[KeyEntry], size: int, roots: Roots, before: int
) -> tuple[Damage | None, Note | None]:
    """What is wrong with a stored checkpoint, after the last good one over `before` entries."""
    try:
        note = notes.parse(written)
        point = notes.checkpoint_of(note)
    except Malformed:
        what = _("{size} 条记录处的校验点已无法读出").format(size=at)
        return Damage(-1, what), None
    if point.size != at:
        return Damage(-1, _("{size} 条记录处的校验点被换过").format(size=at)), None
    entry = keys.in_force(entered, at)
    if entry is None or entry.key.name != point.origin or not note.signed_by(entry.key):
        # A rewritten trail has other keys, or none: the root tells more than the signature.
        what = _("{size} 条记录处的校验点没有当时密钥的有效签名").format(size=at)
        return _difference(point, size, roots, before) or Damage(-1, what), None
    return _difference(point, size, roots, before), note


def _difference(point: Checkpoint, size: int, roots: Roots, before: int) -> Damage | None:
    if point.size > size:
        what = _("有 {size} 条记录的校验点，现在只有 {now} 条：末尾的记录被删去，或者恢复了旧备份")
        return Damage(size, what.format(size=point.size, now=size))
    if roots[point.size] == point.root:
        return None
    what = _("第 {first} 至 {last} 号记录中有改动：与 {size} 条记录处的校验点不符，记录被改写过")
    return Damage(before, what.format(first=before, last=point.size - 1, size=point.size))


def _kept_faults(asked: Asked, size: int, roots: Roots) -> Iterator[Damage]:
    """Where the trail is not the one of which somebody kept a checkpoint outside."""
    for point in sorted(_points(asked), key=lambda one: one.size):
        fault = _difference(point, size, roots, 0)
        if fault:
            yield Damage(fault.index, _("与另存的校验点不符：{what}").format(what=fault.what))


def _points(asked: Asked) -> list[Checkpoint]:
    return [notes.checkpoint_of(note) for note in asked.kept]


def _missing(asked: Asked, cosigned: int) -> Damage | None:
    if asked.witness is None or cosigned:
        return None
    what = _("没有一个校验点带有见证密钥 {key} 的有效副署").format(key=asked.witness.id)
    return Damage(-1, what)
