"""The offline verifiers (离线核验程序) as they are handed out: files that share no code with this program."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from panel.errors import NotFound
from panel.services.openings import shipped

PAGE, PROGRAM = "verify_bundle.html", "verify_bundle.py"
NAMES = (PAGE, PROGRAM)


@dataclass(frozen=True, slots=True)
class Verifier:
    """One verifier, and the hash by which a copy of it is known again."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        """As every computer can show it without any program of ours."""
        return hashlib.sha256(self.content).hexdigest()


def verifier(name: str) -> Verifier:
    """One of the verifiers by its file name."""
    if name not in NAMES:
        raise NotFound("no such verifier")
    return Verifier(name, shipped("verifiers", name).read_bytes())


def every() -> list[Verifier]:
    """All of them, the one that needs nothing but a browser first."""
    return [verifier(name) for name in NAMES]
