"""What a ranking reads: the candidates (参评申报) and, per track, the rules of the cut."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from panel.rules.applications import Track
from panel.rules.criteria import NAMED_VOTE


class Standing(StrEnum):
    """How the check of eligibility, or the applicant, left an application."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    VETOED = "vetoed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One application as the ranking sees it.

    `linked_studio`: the studio that brings a project, of this round or an existing one; empty for none.
    `official` and `criteria` (the official method on each criterion alone) are scaled by the policy's places;
    `official` may be None only where there is no result: not accepted, below the quorum, not connected, or
    not `scaled`: the official method found no scale for its values.
    """

    application: str
    track: Track
    linked_studio: str = ""
    standing: Standing = Standing.ACCEPTED
    official: int | None = None
    criteria: Mapping[str, int] = field(default_factory=dict)
    sheets: int = 0
    connected: bool = True
    scaled: bool = True


@dataclass(frozen=True, slots=True)
class TrackRules:
    """What one track's cut needs of the policy, in the scale of the official scores.

    `ladder`: the criteria that break ties, in turn; it must end in the named vote. No `pass_mark`: None.
    """

    cap: int
    pass_mark: int | None
    floors: Mapping[str, int]
    ladder: tuple[str, ...]
    quorum: int

    def __post_init__(self) -> None:
        if self.cap < 0 or self.ladder[-1:] != (NAMED_VOTE,):
            raise ValueError(f"not a rule to cut by: {self}")

    @property
    def rungs(self) -> tuple[str, ...]:
        """The criteria of the ladder."""
        return self.ladder[:-1]
