"""The cut (限额) of one track: who has a seat under the cap, and what stands in each other's way (Art. 4)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from panel.rules.applications import Track
from panel.rules.candidates import Candidate, Standing, TrackRules
from panel.rules.reasons import (
    BelowCap,
    BelowFloor,
    BelowPassMark,
    Facts,
    Fall,
    LinkedStudioRefused,
    NotConnected,
    Reason,
    Refused,
    Selected,
    Shortfall,
    StudioNotSelected,
    TieLost,
    TooFewSheets,
    Vetoed,
    Withdrawn,
)
from panel.rules.seats import competition_ranks, split
from panel.rules.ties import Settlement, settle
from panel.rules.votes import Awaited, NamedVote


@dataclass(frozen=True, slots=True)
class Place:
    """One application's place: `rank` among the scored of its track before the falls, `position` in the cut after.

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
    """A tie that the ladder leaves open: a named vote on `tie` is to be recorded, or the chair's decision in it.

    Undecided are `applications`, with `seats` between them; all of `tie` unless the vote has decided on some.
    `ladder` holds the criterion scores on which they are equal, `votes` those cast so far. `provisional`: a tie at the
    studio cut is pending too, and settling that one may change this one.
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
class TrackResult:
    """All of one track: places best first, then the reserve, then those that never reached the cut."""

    places: tuple[Place, ...]
    cut: Cut
    reserve: tuple[str, ...]
    pending: PendingTie | None


@dataclass(frozen=True, slots=True)
class _Entry:
    """A candidate with a result; `strength` compares two before any vote: the official score, then the ladder."""

    application: str
    official: int
    criteria: Mapping[str, int]
    strength: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Seating:
    """Who has a seat, and how the tie at the line went if there was one."""

    seated: frozenset[str]
    tie: Settlement | None = None


def cut_track(
    track: Track,
    candidates: Collection[Candidate],
    rules: TrackRules,
    falls: Mapping[str, Fall],
    votes: Mapping[frozenset[str], NamedVote],
) -> TrackResult:
    """Rank and cut one track; the projects in `falls` go before the cut, so that the next ones move up.

    Places are listed by official score, equal ones by the ladder, then the vote, then the number: order without
    effect, except at the line. Those that never reached the cut follow, by rank and number.
    """
    race = _race(candidates, rules, falls, votes)
    ranks = competition_ranks({name: entry.official for name, entry in race.entries.items()})
    listed = {name: index for index, name in enumerate(race.listed())}
    last = len(candidates) + 1
    places = (
        Place(
            application=candidate.application,
            track=track,
            official=race.entries[candidate.application].official
            if candidate.application in race.entries
            else None,
            rank=ranks.get(candidate.application),
            position=race.positions.get(candidate.application),
            facts=race.facts(candidate),
        )
        for candidate in candidates
    )
    return TrackResult(
        places=tuple(
            sorted(places, key=lambda p: (listed.get(p.application, last), p.rank or last, p.application))
        ),
        cut=race.cut(),
        reserve=tuple(name for name in listed if name not in race.seating.seated),
        pending=race.pending(track),
    )


@dataclass(frozen=True, slots=True)
class _Race:
    """One track on the way to its cut.

    `entries` have a result, `worthy` of them are good enough, `contenders` of those have not fallen with a studio.
    """

    rules: TrackRules
    falls: Mapping[str, Fall]
    entries: Mapping[str, _Entry]
    worthy: tuple[_Entry, ...]
    contenders: tuple[_Entry, ...]
    positions: Mapping[str, int]
    seating: _Seating

    def facts(self, candidate: Candidate) -> Facts:
        """The outcome of one candidate, by the first reason that applies (see `rankings`)."""
        name = candidate.application
        barrier = _without_score(candidate, self.rules, self.falls.get(name))
        if isinstance(barrier, StudioNotSelected | LinkedStudioRefused):
            return self._with_effect(name, barrier)
        if barrier:
            return barrier
        entry = self.entries[name]
        return _on_merit(entry, self.rules) or self._at_the_cut(entry)

    def _at_the_cut(self, entry: _Entry) -> Facts:
        name, cap = entry.application, self.rules.cap
        place = self.positions[name]
        tie = self.seating.tie.decisions.get(name) if self.seating.tie else None
        if name in self.seating.seated:
            return Selected(place, cap, tie, self._moved_up_past(entry))
        return TieLost(place, cap, tie) if tie else BelowCap(place, cap, self.cut().last_in)

    def _moved_up_past(self, entry: _Entry) -> tuple[str, ...]:
        """The fallen ahead of a seated entry, when those ahead would have filled the cap without the falls."""
        ahead = [other.application for other in self.worthy if other.strength > entry.strength]
        return tuple(sorted(self.falls.keys() & ahead)) if len(ahead) >= self.rules.cap else ()

    def _with_effect(self, name: str, fall: Fall) -> Fall:
        """The fall, with who gained by it."""
        fallen = next((entry for entry in self.worthy if entry.application == name), None)
        if not fallen or sum(other.strength >= fallen.strength for other in self.worthy) > self.rules.cap:
            return fall
        gained = (e.application for e in self._seated() if name in self._moved_up_past(e))
        return replace(fall, had_seat=True, moved_up=tuple(sorted(gained)))

    def _seated(self) -> list[_Entry]:
        return [entry for entry in self.contenders if entry.application in self.seating.seated]

    def cut(self) -> Cut:
        """Where the line fell."""
        seated = [entry.official for entry in self._seated()]
        out = [entry.official for entry in self.contenders if entry.application not in self.seating.seated]
        return Cut(
            cap=self.rules.cap,
            contenders=len(self.contenders),
            seated=len(seated),
            last_in=min(seated, default=None),
            first_out=max(out, default=None),
        )

    def listed(self) -> list[str]:
        """The contenders, best first."""
        vote = {name: index for index, name in enumerate(self.seating.tie.order)} if self.seating.tie else {}
        by_number = sorted(
            self.contenders, key=lambda entry: (vote.get(entry.application, 0), entry.application)
        )
        return [
            entry.application for entry in sorted(by_number, key=lambda entry: entry.strength, reverse=True)
        ]

    def pending(self, track: Track) -> PendingTie | None:
        """The tie that still waits for a record, if any."""
        deadlock = self.seating.tie.deadlock if self.seating.tie else None
        if not deadlock:
            return None
        one = self.entries[deadlock.applications[0]]
        return PendingTie(
            track=track,
            tie=deadlock.tie,
            applications=deadlock.applications,
            seats=deadlock.seats,
            official=one.official,
            ladder=tuple((rung, one.criteria[rung]) for rung in self.rules.rungs),
            awaited=deadlock.awaited,
            votes=deadlock.votes,
        )


def _race(
    candidates: Collection[Candidate],
    rules: TrackRules,
    falls: Mapping[str, Fall],
    votes: Mapping[frozenset[str], NamedVote],
) -> _Race:
    entries = {
        candidate.application: _entry(candidate, rules)
        for candidate in candidates
        if _has_result(candidate, rules)
    }
    worthy = tuple(entry for entry in entries.values() if not _on_merit(entry, rules))
    contenders = tuple(entry for entry in worthy if entry.application not in falls)
    positions = competition_ranks({entry.application: entry.official for entry in contenders})
    return _Race(rules, falls, entries, worthy, contenders, positions, _seat(contenders, rules, votes))


def _has_result(candidate: Candidate, rules: TrackRules) -> bool:
    enough = candidate.sheets >= rules.quorum and candidate.connected
    return enough and candidate.standing is Standing.ACCEPTED


def _entry(candidate: Candidate, rules: TrackRules) -> _Entry:
    if candidate.official is None:
        raise ValueError(f"{candidate.application} has sheets enough but no official score")
    strength = (candidate.official, *(candidate.criteria[rung] for rung in rules.rungs))
    return _Entry(candidate.application, candidate.official, candidate.criteria, strength)


def _without_score(candidate: Candidate, rules: TrackRules, fall: Fall | None) -> Facts | None:
    """What keeps a candidate from the cut whatever its score."""
    own = {Standing.WITHDRAWN: Withdrawn(), Standing.VETOED: Vetoed()}.get(candidate.standing)
    if own:
        return own
    if isinstance(fall, LinkedStudioRefused):
        return fall
    if candidate.standing is Standing.REFUSED:
        return Refused()
    if candidate.sheets < rules.quorum:
        return TooFewSheets(candidate.sheets, rules.quorum)
    return fall if candidate.connected else NotConnected()


def _on_merit(entry: _Entry, rules: TrackRules) -> Facts | None:
    """What its score lacks."""
    if entry.official < rules.pass_mark:
        return BelowPassMark(entry.official, rules.pass_mark)
    short = tuple(
        Shortfall(criterion, entry.criteria[criterion], floor)
        for criterion, floor in rules.floors.items()
        if entry.criteria[criterion] < floor
    )
    return BelowFloor(short) if short else None


def _seat(
    contenders: Collection[_Entry], rules: TrackRules, votes: Mapping[frozenset[str], NamedVote]
) -> _Seating:
    """Fill the seats from above; a cap is an upper limit, so nobody is taken to fill it and no tie exceeds it."""
    officials = {entry.application: entry.official for entry in contenders}
    if len(officials) <= rules.cap:
        return _Seating(frozenset(officials))
    if rules.cap == 0:
        return _Seating(frozenset())
    parts = split(officials, rules.cap)
    if not parts.level:
        return _Seating(parts.above)
    tied = {entry.application: entry.criteria for entry in contenders if entry.application in parts.level}
    tie = settle(tied, rules.cap - len(parts.above), rules.ladder, votes)
    return _Seating(parts.above | tie.seated, tie)
