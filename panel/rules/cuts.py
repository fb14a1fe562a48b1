"""The cut (限额) of one track: who has a seat under the cap, and what stands in each other's way (Art. 4)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from panel.rules.applications import Track
from panel.rules.candidates import Candidate, Standing, TrackRules
from panel.rules.places import Cut, PendingTie, Place
from panel.rules.reasons import (
    BelowCap,
    BelowFloor,
    BelowPassMark,
    Facts,
    Fall,
    LinkedStudioRefused,
    NoSpread,
    NotConnected,
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
from panel.rules.votes import NamedVote


@dataclass(frozen=True, slots=True)
class TrackResult:
    """All of one track: places best first, then the reserve, then those that never reached the cut."""

    places: tuple[Place, ...]
    cut: Cut
    reserve: tuple[str, ...]
    pending: PendingTie | None


@dataclass(frozen=True, slots=True)
class _Entry:
    """A candidate with a result; its `strength` before any vote is the official score, then the ladder."""

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

    Places are listed by official score, equal ones by the ladder, then the vote, then the number; away from
    the line that decides nothing. Those that never reached the cut follow, by rank and number.
    """
    race = _race(candidates, rules, falls, votes)
    official = {name: entry.official for name, entry in race.entries.items()}
    ranks = competition_ranks(official)
    listed = {name: index for index, name in enumerate(race.listed())}
    last = len(candidates) + 1

    def place(candidate: Candidate) -> Place:
        name, facts = candidate.application, race.facts(candidate)
        return Place(name, track, official.get(name), ranks.get(name), race.positions.get(name), facts)

    def in_order(one: Place) -> tuple[int, int, str]:
        return listed.get(one.application, last), one.rank or last, one.application

    return TrackResult(
        places=tuple(sorted(map(place, candidates), key=in_order)),
        cut=race.cut,
        reserve=tuple(name for name in listed if name not in race.seating.seated),
        pending=race.pending(track),
    )


@dataclass(frozen=True, slots=True)
class _Race:
    """One track on the way to its cut.

    `entries` have a result, `worthy` of them are good enough, `contenders` of those did not fall with a
    studio. `gains`: who owes the seat to falls, with the fallen that were ahead.
    """

    rules: TrackRules
    falls: Mapping[str, Fall]
    entries: Mapping[str, _Entry]
    worthy: tuple[_Entry, ...]
    contenders: tuple[_Entry, ...]
    seating: _Seating
    cut: Cut
    positions: Mapping[str, int]
    gains: Mapping[str, tuple[str, ...]]

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
            return Selected(place, cap, tie, self.gains.get(name, ()))
        return TieLost(place, cap, tie) if tie else BelowCap(place, cap, self.cut.last_in)

    def _with_effect(self, name: str, fall: Fall) -> Fall:
        """The fall, with who gained by it; a seat was certain when no tie could have cost it."""
        entry = next((entry for entry in self.worthy if entry.application == name), None)
        if not entry or sum(other.strength >= entry.strength for other in self.worthy) > self.rules.cap:
            return fall
        gained = sorted(gainer for gainer, past in self.gains.items() if name in past)
        return replace(fall, had_seat=True, moved_up=tuple(gained))

    def listed(self) -> list[str]:
        """The contenders, best first."""
        voted = self.seating.tie.order if self.seating.tie else ()
        vote = {name: index for index, name in enumerate(voted)}
        names = {entry.application: entry.strength for entry in self.contenders}
        by_vote = sorted(names, key=lambda name: (vote.get(name, 0), name))
        return sorted(by_vote, key=lambda name: names[name], reverse=True)

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
    entries = {c.application: _entry(c, rules) for c in candidates if _has_result(c, rules)}
    worthy = tuple(entry for entry in entries.values() if not _on_merit(entry, rules))
    contenders = tuple(entry for entry in worthy if entry.application not in falls)
    seating = _seat(contenders, rules, votes)
    return _Race(
        rules=rules,
        falls=falls,
        entries=entries,
        worthy=worthy,
        contenders=contenders,
        seating=seating,
        cut=_cut(contenders, seating.seated, rules.cap),
        positions=competition_ranks({entry.application: entry.official for entry in contenders}),
        gains=_gains(worthy, seating.seated, falls, rules.cap),
    )


def _cut(contenders: Collection[_Entry], seated: Collection[str], cap: int) -> Cut:
    inside = [entry.official for entry in contenders if entry.application in seated]
    outside = [entry.official for entry in contenders if entry.application not in seated]
    return Cut(
        cap=cap,
        contenders=len(contenders),
        seated=len(inside),
        last_in=min(inside, default=None),
        first_out=max(outside, default=None),
    )


def _gains(
    worthy: Collection[_Entry], seated: Collection[str], falls: Collection[str], cap: int
) -> dict[str, tuple[str, ...]]:
    """Who has a seat only because others fell, with the fallen ahead of it."""
    gains: dict[str, tuple[str, ...]] = {}
    for entry in (entry for entry in worthy if entry.application in seated):
        ahead = [other.application for other in worthy if other.strength > entry.strength]
        if len(ahead) >= cap:
            gains[entry.application] = tuple(sorted(set(ahead).intersection(falls)))
    return gains


def _has_result(candidate: Candidate, rules: TrackRules) -> bool:
    comparable = candidate.sheets >= rules.quorum and candidate.connected and candidate.scaled
    return comparable and candidate.standing is Standing.ACCEPTED


def _entry(candidate: Candidate, rules: TrackRules) -> _Entry:
    if candidate.official is None:
        raise ValueError(f"{candidate.application} has sheets enough but no official score")
    strength = (candidate.official, *(candidate.criteria[rung] for rung in rules.rungs))
    return _Entry(candidate.application, candidate.official, candidate.criteria, strength)


def _without_score(candidate: Candidate, rules: TrackRules, fall: Fall | None) -> Facts | None:
    """What keeps a candidate from the cut whatever its score."""
    if candidate.standing is Standing.WITHDRAWN:
        return Withdrawn()
    if candidate.standing is Standing.VETOED:
        return Vetoed()
    if isinstance(fall, LinkedStudioRefused):
        return fall
    if candidate.standing is Standing.REFUSED:
        return Refused()
    if candidate.sheets < rules.quorum:
        return TooFewSheets(candidate.sheets, rules.quorum)
    return _without_scale(candidate) or fall


def _without_scale(candidate: Candidate) -> NotConnected | NoSpread | None:
    """What keeps its score from being compared, though it has sheets enough."""
    if not candidate.connected:
        return NotConnected()
    return None if candidate.scaled else NoSpread()


def _on_merit(entry: _Entry, rules: TrackRules) -> BelowPassMark | BelowFloor | None:
    """What its score lacks."""
    if rules.pass_mark is not None and entry.official < rules.pass_mark:
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
    """Fill the seats from above: a cap is an upper limit, which no tie exceeds."""
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
