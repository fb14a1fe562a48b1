"""What entries say of themselves: the fields that are stored again to search by, and their long lists."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from panel.audit.read import list_digest

FIELDS = ("idx", "act", "ok", "actor", "round_id", "subject")
_KINDS: Mapping[str, type] = {"idx": int, "ok": bool}

BEFORE_BODY, BETWEEN = "\n", "\x02"
"""What parts the body from the copies before it, and these from each other; no sound word holds either."""

# All that stands in most trails. Without backslashes the next quotation mark ends a word.
_PLAIN = bytes(byte for byte in range(0x20, 0x7F) if byte != ord("\\")) + b"\2\n"


def copies(record: Any) -> dict[str, object]:
    """What the searchable copies of a record must say."""
    return {
        "idx": record["n"],
        "act": record["data"]["tried"] if record["act"] == "refused" else record["act"],
        "ok": record["ok"],
        "actor": record["who"]["id"],
        "round_id": record.get("round", ""),
        "subject": record.get("obj", {}).get("id", ""),
    }


def lists(body: bytes) -> list[str]:
    """The digests of the long lists that a sound entry refers to."""
    data = json.loads(body).get("data", {})
    found = map(list_digest, data.values()) if isinstance(data, Mapping) else ()
    return [digest for digest in found if digest]


def bodies(lines: bytes, count: int) -> list[bytes] | None:
    """The bodies of so many entries, each a line of the copies that it must have and one of its body.

    None where anything does not fit. The copies stand in the order of `FIELDS`.
    """
    # With as many line breaks as there must be, no entry has more of them than its own. That a match begins
    # with copies is certain as the sweep compares their first, the number, besides: no body begins with one.
    pieces = lines.split(b"\n")
    if len(pieces) != 2 * count:
        return None
    pattern = _CAREFUL if lines.translate(None, _PLAIN) else _QUICK
    rest, plain = pattern.subn(b"", lines)
    others = rest.removesuffix(b"\n").split(b"\n") if rest else []
    # What was taken for one entry and is several is missing here.
    fit = 2 * plain + len(others) == 2 * count and all(map(_fits, others[::2], others[1::2]))
    return pieces[1::2] if fit else None


def _fits(stored: bytes, body: bytes) -> bool:
    """The same of one entry that is not as plain as most."""
    try:
        said = copies(json.loads(body))
        return stored.split(BETWEEN.encode()) == [_written(name, said[name]) for name in FIELDS]
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        return False


def _written(name: str, value: object) -> bytes:
    # Exactly this kind: to Python, a truth is a number too.
    if type(value) is not _KINDS.get(name, str):
        raise TypeError(name)
    return (str(value).lower() if name == "ok" else str(value)).encode()


def _entry(letter: str) -> re.Pattern[bytes]:
    """An entry as most are, in whose words these letters may stand.

    An entry is canonical JSON: its names come in one order, each at most once, so that this leaves no other
    way to read it. What does not look so (refusals, data within data) is read one by one.
    """
    word = f'"{letter}*+"'
    number = "(?:0|[1-9][0-9]*+)"
    words = rf"\[(?:{word}(?:,{word})*|)\]"
    value = f"{word}:(?:{word}|-?{number}|true|false|{words})"
    # Quicker than one that also ends at a line break; a match over more than two lines shows in the count.
    copy = f"([^{BETWEEN}]++)"
    # Number, act, success and actor are always there; what belongs to no round or thing has an empty copy.
    copies_ = BETWEEN.join([copy] * 4 + [f"(?:{copy}|)", f"(?:([^{BETWEEN}{BEFORE_BODY}]++)|)"])
    idx, act, ok, actor, round_id, subject = (rf"\{place}" for place in range(1, 7))

    def perhaps(part: str) -> str:
        return f"(?:{part}|)"

    thing = rf',"obj":\{{"id":"{subject}",' + perhaps(f'"rev":{number},') + rf'"t":{word}\}}'
    parts = (
        f"^{copies_}{BEFORE_BODY}",
        rf'\{{"act":(?!"refused")"{act}"',
        f',"at":{word}',
        perhaps(rf',"data":\{{{perhaps(f"{value}(?:,{value})*")}\}}'),
        perhaps(f',"ip":{word}'),
        f',"n":{idx}',
        f"(?(6){thing}|" + perhaps(rf',"obj":\{{"t":{word}\}}') + ")",
        f',"ok":{ok}',
        perhaps(f',"req":{word}'),
        f'(?(5),"round":"{round_id}"|)',
        rf',"v":1,"who":\{{"id":"{actor}"',
        perhaps(f',"role":{word}'),
        perhaps(f',"sid":{word}'),
        r"\}\}(?:\n|\Z)",
    )
    return re.compile("".join(parts).encode(), re.MULTILINE)


_QUICK = _entry('[^"]')
_CAREFUL = _entry(r"[ !#-\[\]-~]")
