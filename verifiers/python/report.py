"""What is reported, in Chinese and English."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, NamedTuple

if sys.version_info < (3, 9):  # noqa: UP036 - not by the exit code of damage
    sys.stderr.write("Python 3.9 or newer is needed.\n")
    sys.exit(2)

Json = dict[str, Any]

OK, CAUTION, BAD = "ok", "caution", "bad"
SIGNS = {OK: "✓", CAUTION: "!", BAD: "✗"}


class Unreadable(Exception):
    """This is no bundle that can be checked: nothing is said about the log."""


class Wrong(Exception):
    """A check failed: the words in Chinese and English, and the entry where one is known."""

    def __init__(self, zh: str, en: str, entry: int | None = None) -> None:
        super().__init__(en)
        self.zh, self.en, self.entry = zh, en, entry


class Finding(NamedTuple):
    """One thing that was checked; `what` names it for machines."""

    what: str
    state: str
    zh: str
    en: str
    entry: int | None = None


class Report:
    """Everything that was found, in the order of the checks."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.anchors = 0
        """How many proofs from outside the bundle held."""
        self.lists: list[Json] = []
        """The newest result of each round, as it was computed here."""

    def add(self, what: str, state: str, zh: str, en: str, entry: int | None = None) -> None:
        self.findings.append(Finding(what, state, zh, en, entry))

    def ok(self, what: str, zh: str, en: str) -> None:
        self.add(what, OK, zh, en)

    def caution(self, what: str, zh: str, en: str) -> None:
        self.add(what, CAUTION, zh, en)

    def check(self, what: str, work: Callable[..., None], *given: Any) -> bool:
        """Do a check; what it finds wrong, or cannot read, is damage. Whether it came through."""
        before = len(self.damages())
        try:
            work(*given)
        except Wrong as wrong:
            self.add(what, BAD, wrong.zh, wrong.en, wrong.entry)
        except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
            shown = f"{type(error).__name__}: {error}"[:160]
            self.add(
                what, BAD, f"内容不合格式，无法核对（{shown}）。", f"Not in the form described: {shown}."
            )
        return len(self.damages()) == before

    def damages(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.state == BAD]

    def verdict(self) -> tuple[str, str]:
        if self.damages():
            first = self.damages()[0]
            return f"发现改动或损坏。第一处：{first.zh}", f"Damage found. The first: {first.en}"
        if self.anchors:
            return (
                "未发现改动，并与包外的证据相符。",
                "No change found, and it fits the evidence from outside.",
            )
        return (
            "各部分相互一致；但没有包外的证据（另存的校验点、书面密钥、见证副署），不能排除全部重写。",
            "The parts fit together; but nothing from outside was compared (a checkpoint kept, a key on "
            "paper, a "
            "witness's cosignature), so a rewriting of the whole cannot be ruled out.",
        )
