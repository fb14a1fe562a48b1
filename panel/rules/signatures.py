"""Signatures (签名): strokes of a finger, a typed name, or a print signed by hand, each bound to one text.

A drawn signature is what was drawn and nothing more: whole numbers in a box of fixed size, so that every
program draws the same line from them. What it proves and what it does not stands in `docs/signatures.md`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any

import rfc8785

WIDTH, HEIGHT = 1200, 400
"""The box that every pad is, whatever its size on the screen."""
MAX_STROKES, MAX_POINTS = 80, 3000
MIN_INK = 200
"""How long all lines together must be: a dot or a slip of the finger is no signature."""
MAX_NAME = 50
MAX_TEXT = 60_000
"""How long the text of a drawing may be that is looked at, at all."""
_LABEL = b"pingshen/signature/v1\0"
_PAIR = 2

Stroke = tuple[tuple[int, int], ...]


class Manner(StrEnum):
    """How somebody signs."""

    DRAWN = "drawn"
    TYPED = "typed"
    PAPER = "paper"


class Purpose(StrEnum):
    """What is signed."""

    PLEDGE = "pledge"
    SHEET = "sheet"


class SignatureFault(StrEnum):
    """Why something is no signature."""

    MANNER = "manner"
    EMPTY = "empty"
    SMALL = "small"
    LARGE = "large"
    MALFORMED = "malformed"
    NAME = "name"


class NoSignature(ValueError):
    """What was sent is no signature; `fault` says why."""

    def __init__(self, fault: SignatureFault) -> None:
        super().__init__(fault)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Signature:
    """How somebody signed: the strokes of a drawing, or the name as typed; nothing of both on paper."""

    manner: Manner
    strokes: tuple[Stroke, ...] = ()
    name: str = ""

    @property
    def flat(self) -> list[list[int]]:
        """The strokes as they are sent and kept: each the x and y of its points, one after the other."""
        return [[number for point in stroke for number in point] for stroke in self.strokes]

    def digest(self, purpose: Purpose, document: str, signer: str) -> str:
        """SHA-256 in hex that binds it to its purpose, to the digest of the document, and to who signed."""
        said: dict[str, Any] = {
            "document": document,
            "manner": self.manner.value,
            "name": self.name,
            "purpose": purpose.value,
            "signer": signer,
            "strokes": self.flat,
        }
        return hashlib.sha256(_LABEL + rfc8785.dumps(said)).hexdigest()

    @property
    def path(self) -> str:
        """The strokes as the path of an SVG picture of `WIDTH` times `HEIGHT`."""
        return "".join(_line(stroke) for stroke in self.strokes)


ON_PAPER = Signature(Manner.PAPER)
"""The document is printed and signed by hand; the secretary records that it came in."""


def given(manner: str, strokes: str, name: str) -> Signature:
    """The signature that a form holds; NoSignature where there is none."""
    if manner == Manner.PAPER:
        return ON_PAPER
    if manner == Manner.TYPED:
        return typed(name)
    if manner == Manner.DRAWN:
        return drawn(strokes)
    raise NoSignature(SignatureFault.MANNER)


def typed(name: str) -> Signature:
    """The signature of one who types the own name, for instance because only a keyboard serves."""
    name = " ".join(name.split())
    if not 0 < len(name) <= MAX_NAME or not name.isprintable():
        raise NoSignature(SignatureFault.NAME)
    return Signature(Manner.TYPED, name=name)


def drawn(text: str) -> Signature:
    """The signature that a pad sent: JSON, a list of strokes, each `[x, y, x, y, …]` in whole numbers."""
    if len(text) > MAX_TEXT:
        raise NoSignature(SignatureFault.LARGE)
    try:
        sent = json.loads(text or "[]")
    except (ValueError, RecursionError):
        raise NoSignature(SignatureFault.MALFORMED) from None
    strokes = tuple(_strokes(sent))
    if not strokes:
        raise NoSignature(SignatureFault.EMPTY)
    if len(strokes) > MAX_STROKES or sum(map(len, strokes)) > MAX_POINTS:
        raise NoSignature(SignatureFault.LARGE)
    if sum(map(_length, strokes)) < MIN_INK:
        raise NoSignature(SignatureFault.SMALL)
    return Signature(Manner.DRAWN, strokes)


def kept(manner: str, strokes: str, name: str) -> Signature:
    """A signature as it was stored: whoever changed it there finds another digest."""
    return Signature(Manner(manner), tuple(_strokes(json.loads(strokes))), name)


def _strokes(sent: Any) -> Iterator[Stroke]:
    if not isinstance(sent, list):
        raise NoSignature(SignatureFault.MALFORMED)
    for flat in sent:
        if not isinstance(flat, list) or not flat or len(flat) % _PAIR:
            raise NoSignature(SignatureFault.MALFORMED)
        stroke = tuple(zip(flat[::2], flat[1::2], strict=True))
        if not all(_within(x, WIDTH) and _within(y, HEIGHT) for x, y in stroke):
            raise NoSignature(SignatureFault.MALFORMED)
        yield stroke


def _within(number: Any, most: int) -> bool:
    return type(number) is int and 0 <= number <= most


def _length(stroke: Stroke) -> int:
    """How long a line is, by the way along both sides: no root, no rounding."""
    return sum(abs(x2 - x1) + abs(y2 - y1) for (x1, y1), (x2, y2) in pairwise(stroke))


def _line(stroke: Sequence[tuple[int, int]]) -> str:
    (x, y), *rest = stroke
    # A tap leaves a point, which is drawn by a line to itself with round ends.
    return f"M{x} {y}" + "".join(f"L{x} {y}" for x, y in rest or [(x, y)])
