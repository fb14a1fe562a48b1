"""What flags are found in: acts of the trail and, once the seals are open, the sealed sheets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from panel.rules.criteria import Policy
from panel.rules.results import Inputs


class Rule(StrEnum):
    """The fourteen things that are looked for."""

    CHANGED = "F1"
    DEVIATION = "F2"
    DECISIVE = "F3"
    LEANING = "F4"
    PACE = "F5"
    PATTERN = "F6"
    UNREAD = "F7"
    OBJECTIVE = "F8"
    INTERVENTION = "F9"
    SIGN_IN = "F10"
    COMMENTS = "F11"
    EARLY_LOOK = "F12"
    CRITERIA = "F13"
    TRAIL = "F14"


NEED_SCORES = frozenset(
    {Rule.CHANGED, Rule.DEVIATION, Rule.DECISIVE, Rule.LEANING, Rule.PATTERN, Rule.OBJECTIVE, Rule.COMMENTS}
)
"""What nobody may know before the seals are open."""


class What(StrEnum):
    """The forms in which the rules find something; each has a sentence of its own."""

    CHANGED = "changed"
    CHANGED_ACROSS = "changed_across"
    FAR_FROM_MEAN = "far_from_mean"
    FAR_FROM_MEDIAN = "far_from_median"
    DECIDES = "decides"
    LEANS = "leans"
    QUICK = "quick"
    BURST = "burst"
    STRAIGHT = "straight"
    SAME_ROWS = "same_rows"
    SAME_AS_OTHER = "same_as_other"
    UNREAD = "unread"
    DIFFERS = "differs"
    RETURNED = "returned"
    VOIDED = "voided"
    FORCED = "forced"
    LATE_RECUSAL = "late_recusal"
    BY_HAND = "by_hand"
    LATE_ABSENCE = "late_absence"
    LATE_WITHDRAWAL = "late_withdrawal"
    ADDRESSES = "addresses"
    DEVICES = "devices"
    OFF_HOURS = "off_hours"
    COPIED = "copied"
    TRIED = "tried"
    SEEN_INCOMPLETE = "seen_incomplete"
    OTHER_POLICY = "other_policy"
    CLOCK = "clock"
    DAMAGE = "damage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """One thing to check: by which rule, about whom and what, with its numbers and entries of the trail.

    `units` are criteria, where the flag is about some of them.
    `numbers` are whole: counts, seconds, percents; `points` and the like in hundredths.
    """

    rule: Rule
    what: What
    people: tuple[str, ...] = ()
    applications: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    numbers: Mapping[str, int] = field(default_factory=dict)
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One entry of the trail, as far as rules ask."""

    index: int
    act: str
    at: datetime
    actor: str
    role: str = ""
    ip: str = ""
    subject: str = ""
    ok: bool = True
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def expert(self) -> str:
        """The expert of the sheet that it is about."""
        return self.subject.partition("/")[0]

    @property
    def application(self) -> str:
        """The application that it is about."""
        return self.subject.rpartition("/")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """One sealed revision of a sheet; points in hundredths by unit."""

    expert: str
    application: str
    revision: int
    points: Mapping[str, int]
    comments: tuple[str, ...] = ()
    counted: bool = True

    @property
    def total(self) -> int:
        """The points of the whole sheet."""
        return sum(self.points.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that the flags of a round rest on.

    `sealed`: every sealed revision, oldest first; nothing before opening. `inputs`: what the result was
    computed from. `stored_policy`: the digest of the policy text that the round keeps.
    """

    policy: Policy
    acts: Sequence[Act] = ()
    opened: bool = False
    sealed: Sequence[Sealed] = ()
    inputs: Inputs | None = None
    stored_policy: str = ""

    def of(self, *names: str) -> Iterator[Act]:
        """The acts of these names that succeeded, oldest first."""
        return (act for act in self.acts if act.ok and act.act in names)

    def began(self, stage: str) -> int | None:
        """The number of the entry with which a stage began."""
        return next((act.index for act in self.of("round.stage") if act.data["stage"] == stage), None)

    def counted(self) -> list[Sealed]:
        """The sheets that went into the result."""
        return [sheet for sheet in self.sealed if sheet.counted]

    def submitted(self) -> dict[tuple[str, str], int]:
        """The last entry with which each sheet was sealed, by expert and application."""
        return {(act.expert, act.application): act.index for act in self.of("sheet.submit")}

    def entries(self, sheets: Sequence[Sealed]) -> tuple[int, ...]:
        """The entries that sealed these sheets."""
        sealed = self.submitted()
        found = (sealed.get((sheet.expert, sheet.application)) for sheet in sheets)
        return tuple(index for index in found if index is not None)
