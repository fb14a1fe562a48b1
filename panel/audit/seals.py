"""Commit and reveal: a sheet is sealed by a salted hash that says nothing until salt and scores are shown.

The salt is needed: a hash of a half-point score between 0 and 100 alone is found by trial in a blink. All
identifiers are bound in, so that no commitment can be moved to another sheet.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import rfc8785

SCORE_LABEL = b"pingshen/score/v1\0"
OPENINGS_LABEL = b"pingshen/openings/v1\0"
TEXT_LABEL = b"pingshen/text/v1\0"
FILE_LABEL = b"pingshen/file/v1\0"
CREDENTIAL_LABEL = b"pingshen/credential/v1\0"
RECORD_LABEL = b"pingshen/record/v1\0"

SALT_BYTES = 32

Json = str | int | bool | None | list["Json"] | tuple["Json", ...] | Mapping[str, "Json"]


def canonical(value: Json) -> bytes:
    """RFC 8785 bytes of plain data; integers beyond 2^53, NaN and lone surrogates are refused."""
    return rfc8785.dumps(value)


def digest(label: bytes, data: bytes) -> str:
    """SHA-256 in hex under a label that keeps hashes of different kinds of thing apart."""
    return hashlib.sha256(label + data).hexdigest()


def text_digest(text: str) -> str:
    """The digest under which words stand in the log."""
    return digest(TEXT_LABEL, text.encode())


def file_digest(data: bytes) -> str:
    """The digest of a file's bytes."""
    return digest(FILE_LABEL, data)


def credential_digest(stored: str) -> str:
    """The digest of a password as it is kept; its salt makes it say nothing of the password."""
    return digest(CREDENTIAL_LABEL, stored.encode())


def record_digest(value: Json) -> str:
    """The digest of plain data (a pool, a result, the ballots of a vote)."""
    return digest(RECORD_LABEL, canonical(value))


@dataclass(frozen=True, slots=True)
class SealedSheet:
    """What a submitted sheet says. `items` maps a unit to its points (hundredths) and comment."""

    round_code: str
    application: str
    expert: str
    revision: int
    items: Mapping[str, tuple[int, str]]

    def plain(self) -> dict[str, Json]:
        """The sheet as plain data, bound to its round, application, expert and revision."""
        items: dict[str, Json] = {unit: {"comment": c, "points": p} for unit, (p, c) in self.items.items()}
        return {
            "app": self.application,
            "expert": self.expert,
            "items": items,
            "rev": self.revision,
            "round": self.round_code,
        }

    def commitment(self, salt: bytes) -> str:
        """The seal that goes into the log at submission."""
        return hashlib.sha256(SCORE_LABEL + salt + canonical(self.plain())).hexdigest()


def openings_digest(sheets: Iterable[tuple[SealedSheet, bytes]]) -> str:
    """One digest over all opened sheets with their salts, in the order of their canonical bytes."""
    return digest(OPENINGS_LABEL, b"\n".join(openings_lines(sheets)))


def openings_lines(sheets: Iterable[tuple[SealedSheet, bytes]]) -> list[bytes]:
    """Every opened sheet with its salt as one line of canonical JSON, sorted."""
    return sorted(canonical({**sheet.plain(), "salt": salt.hex()}) for sheet, salt in sheets)
