"""Places (名次): where each application ended, where the line fell, and which ties still wait for a vote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from panel.rules.applications import Track
from panel.rules.reasons import Facts, Reason
from panel.rules.votes import Awaited


@dataclass(frozen=True, slots=True)
class Place:
    """One application's place: its `rank` among the scored before the falls, its `position` in the cut after.

    `official` and `rank` are None without a result, `position` is None for those that never reached the cut.
    Both count as in competitions: 1, 2, 2, 4.
    """

    application: str
    track: Track
    official: int | None
    rank: int | None
    position: int | None
    facts: Facts

    @property
    def reason(self) -> Reason:
        """The code of the outcome."""
        return self.facts.reason

    @property
    def selected(self) -> bool:
        """Whether it has a seat."""
        return self.reason is Reason.SELECTED


@dataclass(frozen=True, slots=True)
class Cut:
    """Where the line of a track fell: `contenders` reached it, `seated` lie above it.

    `last_in` is the lowest score with a seat, `first_out` the highest without one.
    """

    cap: int
    contenders: int
    seated: int
    last_in: int | None
    first_out: int | None


@dataclass(frozen=True, slots=True)
class PendingTie:
    """A tie that the ladder leaves open: a named vote on `tie` is to be recorded, or the chair's decision.

    Undecided are `applications`, with `seats` between them: all of `tie` unless the vote has decided on some.
    `ladder` holds the criterion scores on which they are equal, `votes` those cast so far. `provisional`: a
    tie at the studio cut is pending too, and settling that one may change this one.
    """

    track: Track
    tie: tuple[str, ...]
    applications: tuple[str, ...]
    seats: int
    official: int
    ladder: tuple[tuple[str, int], ...]
    awaited: Awaited
    votes: tuple[tuple[str, int], ...] = ()
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """The whole result; `reserve` lists, per track, who reached the cut and has no seat (递补名单)."""

    places: tuple[Place, ...]
    cuts: Mapping[Track, Cut]
    reserve: Mapping[Track, tuple[str, ...]]
    pending: tuple[PendingTie, ...]

    @property
    def provisional(self) -> bool:
        """Whether a tie still waits for a vote: such an outcome must not be finalised."""
        return bool(self.pending)

    def place(self, application: str) -> Place:
        """The place of that application; KeyError when it did not take part."""
        return {place.application: place for place in self.places}[application]

    def selected(self, track: Track) -> tuple[str, ...]:
        """The applications with a seat, best first."""
        return tuple(place.application for place in self.places if place.track is track and place.selected)
