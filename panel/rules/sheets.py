"""A score sheet (评分表): its states, what it still lacks, and where its bands lie."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from panel.rules.criteria import Band, Unit

MAX_COMMENT = 500
"""The longest comment, in characters."""

_KEPT = frozenset("\n\t")


class SheetState(StrEnum):
    """Where a sheet stands; a void one is kept and not counted."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    VOID = "void"


class CardState(StrEnum):
    """How an own sheet stands, as its expert sees it in the queue."""

    NEW = "new"
    BEGUN = "begun"
    READY = "ready"
    RETURNED = "returned"
    SUBMITTED = "submitted"
    VOID = "void"


class Lack(StrEnum):
    """What a unit of a sheet may still lack."""

    SCORE = "score"
    COMMENT = "comment"


@dataclass(frozen=True, slots=True)
class Given:
    """What an expert has given for one unit; points in hundredths, or None while there are none."""

    points: int | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """What keeps a sheet from being submitted, at one unit."""

    unit: Unit
    lack: Lack


@dataclass(frozen=True, slots=True)
class Span:
    """The legal points of one band of a unit, and the middle of them: where a tap on the band begins."""

    band: Band
    low: int
    high: int
    start: int


def missing(units: Iterable[Unit], given: Mapping[str, Given]) -> tuple[Missing, ...]:
    """Everything that must be there before the sheet can be submitted, in the order of the sheet."""
    found = ((unit, lack(unit, given.get(unit.id, Given()))) for unit in units)
    return tuple(Missing(unit, what) for unit, what in found if what)


def lack(unit: Unit, given: Given) -> Lack | None:
    """What this unit lacks: its score, or the written reason that its score calls for."""
    if given.points is None:
        return Lack.SCORE
    short = len(given.comment.strip()) < unit.scale.comments.min_characters
    return Lack.COMMENT if short and unit.comment_required(given.points) else None


def spans(unit: Unit) -> tuple[Span, ...]:
    """The bands of a unit, best first; a band without a legal score is left out."""
    step, above = unit.scale.step, unit.points + 1
    found = []
    for band in unit.scale.bands:
        low = -(-band.percent * unit.points // (100 * step)) * step
        high = (above - 1) // step * step
        if low <= high:
            found.append(Span(band, low, high, low + (high - low) // step // 2 * step))
            above = low
    return tuple(found)


def clean_comment(written: str) -> str:
    """A comment as it is kept: composed characters, plain line ends, no control characters."""
    lines = unicodedata.normalize("NFC", written).replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c in _KEPT or unicodedata.category(c) not in ("Cc", "Cs")).strip()
