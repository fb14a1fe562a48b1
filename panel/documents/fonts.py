"""The Chinese font of the PDFs, and what it can write: what it lacks is spelled out, never dropped."""

from __future__ import annotations

import struct
from bisect import bisect_right
from functools import cache
from importlib.metadata import distribution
from pathlib import Path

_MANY = 12
"""The form of a font's table of characters that holds all planes; older forms hold the first alone."""
MAX = 0x110000
"""Beyond every character."""
_PRIVATE = range(0xE000, 0xF900), range(0xF0000, 0x110000)


@cache
def folder() -> Path:
    """Where the installed wheel keeps the font; nothing of it is imported."""
    return Path(str(distribution("zhplot").locate_file("zhplot/fonts")))


@cache
def characters() -> tuple[tuple[int, int], ...]:
    """Which characters the font can write, as runs from the first to the last, in their order."""
    data = (folder() / "NotoSansSC-Regular.ttf").read_bytes()
    start = _table(data, b"cmap")
    count = struct.unpack_from(">H", data, start + 2)[0]
    for number in range(count):
        offset = start + struct.unpack_from(">I", data, start + 4 + 8 * number + 4)[0]
        if struct.unpack_from(">H", data, offset)[0] == _MANY:
            groups = struct.unpack_from(">I", data, offset + 12)[0]
            runs = (struct.unpack_from(">II", data, offset + 16 + 12 * group) for group in range(groups))
            return tuple(sorted(runs))
    raise ValueError("the font has no table of all characters")


def legible(text: str) -> str:
    """The text with what the font cannot write, or no archive may hold, spelled out as 〔U+1F600〕."""
    return "".join(one if one == "\n" or writes(one) else f"〔U+{ord(one):04X}〕" for one in text)


@cache
def writes(character: str) -> bool:
    """Whether the font has this character, and it means the same everywhere."""
    code = ord(character)
    if code < ord(" ") or any(code in private for private in _PRIVATE):
        return False
    place = bisect_right(characters(), (code, MAX)) - 1
    return place >= 0 and code <= characters()[place][1]


def _table(data: bytes, name: bytes) -> int:
    """Where a table of the font begins."""
    count = struct.unpack_from(">H", data, 4)[0]
    for number in range(count):
        tag, _sum, offset, _length = struct.unpack_from(">4sIII", data, 12 + 16 * number)
        if tag == name:
            return int(offset)
    raise ValueError(f"the font has no table {name!r}")
