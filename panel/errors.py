"""What can go wrong, said once: raised in any layer, turned into a page, partial or exit code at the edge.

Every message is a sentence for the person who acted: what happened and what to do.
"""

from __future__ import annotations

from dataclasses import dataclass


class PanelError(Exception):
    """The root of all errors that this application raises on purpose."""


class NotAllowed(PanelError):
    """The actor may not do this here and now; shown exactly like `NotFound`: nothing can be probed."""


class NotFound(PanelError):
    """No such thing, or not for this actor."""


class RuleBroken(PanelError):
    """A rule of the procedure forbids the action; the article is cited where the regulation has one."""

    def __init__(self, code: str, message: str, article: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.article = article


class StaleVersion(PanelError):
    """Somebody changed the thing since it was read; nothing was written."""

    def __init__(self, message: str, current: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.current = current


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of an input: where it is, what was found, and what would be right."""

    where: str
    value: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.where}: {self.value!r} {self.remedy}" if self.value else f"{self.where}: {self.remedy}"


class InvalidInput(PanelError):
    """An input cannot be taken as it is; all its problems are listed, and nothing was written."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class PolicyError(InvalidInput):
    """The policy file is wrong: the start stops with file, key, value and what is allowed."""


class SettingsError(PanelError):
    """The installation is not set up so that it could run safely."""


class UnrecordedChange(PanelError):
    """A transaction tried to commit a change without its audit event: a fault of the program."""


class LogTampered(PanelError):
    """The audit trail does not fit itself, or the rows do not fit the audit trail."""
