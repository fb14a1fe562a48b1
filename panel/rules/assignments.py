"""The assignment (评审分配): blind codes that tell nothing, and each expert's own order."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping
from itertools import count

from panel.errors import RuleBroken
from panel.language import _
from panel.rules.applications import Track

CODE_LABEL = b"pingshen/blind-code/v1\0"
ORDER_LABEL = b"pingshen/queue/v1\0"

LETTERS = "ACDEFHJKMNPQRTVWXY"
DIGITS = "23456789"
"""Without what is taken for something else, read out or written by hand: B G I L O S U Z, 0 1."""

_SHAPE = (LETTERS, DIGITS, LETTERS, DIGITS)
CODES = len(LETTERS) ** 2 * len(DIGITS) ** 2


def blind_codes(
    key: bytes, round_id: str, numbers: Iterable[str], *, kept: Mapping[str, str] | None = None
) -> Mapping[str, str]:
    """A code such as K7M2 (盲评编号) for each application number of a round, none twice.

    The codes come from `key`, which stays secret: without it neither a number nor its place in the list can
    be told from a code, and the next round has others. What `kept` holds already is left as it is.
    """
    codes = dict(kept or {})
    taken = set(codes.values())
    for number in sorted(set(numbers) - codes.keys()):
        if len(taken) >= CODES:
            message = _("本批次的 {count} 个盲评编号已用完。").format(count=CODES)
            raise RuleBroken("no_blind_code_left", message)
        codes[number] = next(code for code in _codes(key, round_id, number) if code not in taken)
        taken.add(codes[number])
    return codes


def order(seed: bytes, expert: str, tracks: Mapping[str, Track]) -> tuple[str, ...]:
    """The applications in this expert's own order: all studios, then all projects, each shuffled.

    The place of an application depends on nothing but seed, expert and its own number: one that is taken
    away or added later leaves the others in the order they had. Each expert's order is shuffled for itself,
    so that no application stands early or late for everybody.
    """
    places = tuple(Track)

    def place(number: str) -> tuple[int, bytes]:
        return places.index(tracks[number]), _digest(seed, ORDER_LABEL, expert, number)

    return tuple(sorted(tracks, key=place))


def _codes(key: bytes, round_id: str, number: str) -> Iterator[str]:
    """The codes to try for one number, first to last without end."""
    return (_shaped(_digest(key, CODE_LABEL, round_id, number, str(attempt))) for attempt in count())


def _shaped(digest: bytes) -> str:
    value, characters = int.from_bytes(digest), []
    for alphabet in _SHAPE:
        value, index = divmod(value, len(alphabet))
        characters.append(alphabet[index])
    return "".join(characters)


def _digest(key: bytes, label: bytes, *parts: str) -> bytes:
    return hmac.new(key, label + b"\0".join(part.encode() for part in parts), hashlib.sha256).digest()
