"""Why an application stands where it stands: one code a place, with the facts that its sentence needs.

The facts carry their reason, so that the two cannot disagree. Scores are scaled by the policy's places.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, get_args

from panel.rules.ties import Decision


class Reason(StrEnum):
    """The outcome of one application, in the codes of the result."""

    SELECTED = "selected"
    BELOW_CAP = "below_cap"
    TIE_LOST = "tie_lost"
    STUDIO_NOT_SELECTED = "studio_not_selected"
    LINKED_STUDIO_REFUSED = "linked_studio_refused"
    BELOW_PASS_MARK = "below_pass_mark"  # noqa: S105 - a mark, no password
    BELOW_FLOOR = "below_floor"
    TOO_FEW_SHEETS = "too_few_sheets"
    NOT_CONNECTED = "not_connected"
    NO_SPREAD = "no_spread"
    VETOED = "vetoed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Selected:
    """Has a seat. `moved_up_past`: the fallen projects ahead of it without whose fall it had none."""

    reason: ClassVar[Reason] = Reason.SELECTED
    place: int
    cap: int
    tie: Decision | None = None
    moved_up_past: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BelowCap:
    """Good enough, but the seats went to higher scores. `cut_score`: the lowest score with a seat, if any."""

    reason: ClassVar[Reason] = Reason.BELOW_CAP
    place: int
    cap: int
    cut_score: int | None


@dataclass(frozen=True, slots=True)
class TieLost:
    """Equal on the official score at the cut and left without a seat.

    `tie.decider` NOBODY: undecided, or equal in votes without a chair; NO_VOTERS: all present are recused.
    """

    reason: ClassVar[Reason] = Reason.TIE_LOST
    place: int
    cap: int
    tie: Decision


@dataclass(frozen=True, slots=True)
class StudioNotSelected:
    """The linked fall (Art. 4): the studio of this round that brings it got no seat, for `studio_reason`.

    `provisional`: the studio is in a tie that still waits for a vote. `had_seat`: it would have had a seat
    for certain, had nothing fallen; then `moved_up` names who got one.
    """

    reason: ClassVar[Reason] = Reason.STUDIO_NOT_SELECTED
    studio: str
    studio_reason: Reason
    provisional: bool = False
    had_seat: bool = False
    moved_up: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LinkedStudioRefused:
    """The studio of this round that brings it was refused, vetoed or withdrawn (`studio_reason`)."""

    reason: ClassVar[Reason] = Reason.LINKED_STUDIO_REFUSED
    studio: str
    studio_reason: Reason
    had_seat: bool = False
    moved_up: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BelowPassMark:
    """The official score is below the pass mark."""

    reason: ClassVar[Reason] = Reason.BELOW_PASS_MARK
    official: int
    pass_mark: int


@dataclass(frozen=True, slots=True)
class Shortfall:
    """One criterion under its floor."""

    criterion: str
    value: int
    floor: int


@dataclass(frozen=True, slots=True)
class BelowFloor:
    """One criterion or more under its floor; never empty."""

    reason: ClassVar[Reason] = Reason.BELOW_FLOOR
    shortfalls: tuple[Shortfall, ...]


@dataclass(frozen=True, slots=True)
class TooFewSheets:
    """Fewer valid sheets than the quorum: no result."""

    reason: ClassVar[Reason] = Reason.TOO_FEW_SHEETS
    sheets: int
    quorum: int


@dataclass(frozen=True, slots=True)
class NotConnected:
    """No chain of common experts joins it to the others: its score compares with none of theirs."""

    reason: ClassVar[Reason] = Reason.NOT_CONNECTED


@dataclass(frozen=True, slots=True)
class NoSpread:
    """None of its experts told applications apart, so that the official method has no scale for it."""

    reason: ClassVar[Reason] = Reason.NO_SPREAD


@dataclass(frozen=True, slots=True)
class Vetoed:
    """A named decision found a ground of exclusion."""

    reason: ClassVar[Reason] = Reason.VETOED


@dataclass(frozen=True, slots=True)
class Refused:
    """Not accepted at the check of eligibility."""

    reason: ClassVar[Reason] = Reason.REFUSED


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The applicant took it back."""

    reason: ClassVar[Reason] = Reason.WITHDRAWN


Fall = StudioNotSelected | LinkedStudioRefused
"""A project that goes with its studio."""

Facts = (
    Selected
    | BelowCap
    | TieLost
    | StudioNotSelected
    | LinkedStudioRefused
    | BelowPassMark
    | BelowFloor
    | TooFewSheets
    | NotConnected
    | NoSpread
    | Vetoed
    | Refused
    | Withdrawn
)

FACTS: Mapping[Reason, type[Facts]] = {facts.reason: facts for facts in get_args(Facts)}
"""The facts that come with each reason."""
