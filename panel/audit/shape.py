"""What entries say of themselves: the fields that are stored again to search by, and their long lists."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from panel.audit.read import list_digest

FIELDS = ("idx", "act", "ok", "actor", "round_id", "subject")

_KINDS: Mapping[str, type] = {"idx": int, "ok": bool}

# All that stands in most trails. Without backslashes the next quotation mark ends a word.
_PLAIN = bytes(byte for byte in range(0x20, 0x7F) if byte != ord("\\")) + b"\n"


class Unreadable(Exception):
    """Something that is no entry."""


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


def said(joined: bytes) -> dict[str, bytes]:
    """What the copies of many entries, one a line, must say: each field of all of them, one a line.

    Raises `Unreadable` where a line is no entry, or where what it says would be more than a line.
    """
    quick = not joined.translate(None, _PLAIN)
    found = (_QUICK if quick else _CAREFUL).findall(joined)
    acts, data, numbers, subjects, oks, rounds, actors = map(list, zip(*found, strict=True))
    if len(found) != joined.count(b"\n") + 1 or not all(map(_is_object, set(data))):
        raise Unreadable
    columns = dict(zip(FIELDS, (numbers, acts, oks, actors, rounds, subjects), strict=True))
    if b"" in acts:
        bodies = joined.split(b"\n")
        for place in [place for place, act in enumerate(acts) if not act]:
            for name, value in _read(bodies[place]).items():
                columns[name][place] = value
    return {name: b"\n".join(column) for name, column in columns.items()}


def _read(body: bytes) -> dict[str, bytes]:
    """The same of one entry that is not as plain as most."""
    try:
        found = copies(json.loads(body))
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        raise Unreadable from None
    return {name: _written(name, value) for name, value in found.items()}


def _written(name: str, value: object) -> bytes:
    # Exactly this kind: to Python, a truth is a number too.
    if type(value) is not _KINDS.get(name, str):
        raise Unreadable
    text = str(value)
    if "\n" in text:
        raise Unreadable
    # What no text in a store can be comes out as bytes that none has.
    return (text.lower() if name == "ok" else text).encode(errors="surrogatepass")


@lru_cache(maxsize=4096)
def _is_object(data: bytes) -> bool:
    """Whether an entry's data, without a brace in it, are an object; there may be none."""
    try:
        return not data or isinstance(json.loads(data), dict)
    except ValueError:
        return False


def _entries(letter: str, inner: str) -> re.Pattern[bytes]:
    """Canonical JSON of one entry a line, in which a word consists of these letters, and data of those.

    Canonical names come in one order, each at most once; so the pattern leaves no other way to read a line.
    A line that does not fit, and every refusal, is found with nothing in it.
    """
    word, some = f'"({letter}*)"', f'"{letter}*"'

    def perhaps(part: str) -> str:
        return f"(?:{part}|)"

    line = "".join(
        (
            r'\{"act":(?!"refused")"(' + letter + r'+)"',
            f',"at":{some}',
            perhaps(r',"data":(\{' + inner + r"*\})"),
            perhaps(f',"ip":{some}'),
            r',"n":(0|[1-9][0-9]*)',
            perhaps(
                r',"obj":\{' + perhaps(f'"id":{word},') + perhaps('"rev":[1-9][0-9]*,') + rf'"t":{some}\}}'
            ),
            r',"ok":(true|false)',
            perhaps(f',"req":{some}'),
            perhaps(f',"round":{word}'),
            r',"v":1,"who":\{"id":' + word,
            perhaps(f',"role":{some}'),
            perhaps(f',"sid":{some}'),
            r"\}\}",
        )
    )
    return re.compile(f"^(?:{line}|.*)$".encode(), re.MULTILINE)


_QUICK = _entries('[^"]', r"[^{}]")
_CAREFUL = _entries(r"[ !#-\[\]-~]", r"[ -z|~]")
