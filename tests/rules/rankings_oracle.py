"""The result of a round said a second time, by counting who stands in whose way.

Nothing is sorted into seats and no ladder is walked: an application has a seat when, of all the others, fewer
than the cap are not surely behind it. It shares with the program only the values that go in.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from panel.rules.applications import Track
from panel.rules.candidates import Candidate, Standing, TrackRules
from panel.rules.votes import NamedVote

Beats = Callable[[Candidate, Candidate], bool]


@dataclass(frozen=True)
class Verdict:
    """What the result must say of one application."""

    rank: int | None
    position: int | None
    reason: str


@dataclass(frozen=True)
class Open:
    """What the result must say of one tie that waits."""

    track: Track
    tie: frozenset[str]
    applications: frozenset[str]
    seats: int
    awaited: str
    provisional: bool


@dataclass(frozen=True)
class Expected:
    """The whole of it."""

    verdicts: Mapping[str, Verdict]
    reserve: Mapping[Track, frozenset[str]]
    pending: tuple[Open, ...]
    voteless: frozenset[str]
    """Who stays out because nobody may vote on the tie and there is no chair to decide it."""


def has_result(candidate: Candidate, rules: TrackRules) -> bool:
    """Whether there is a score to rank."""
    return (
        candidate.standing is Standing.ACCEPTED and candidate.connected and candidate.sheets >= rules.quorum
    )


def official(candidate: Candidate) -> int:
    """Its official score, which must be there."""
    assert candidate.official is not None
    return candidate.official


def strength(candidate: Candidate, rules: TrackRules) -> tuple[int, ...]:
    """Official score, then the criteria of the ladder."""
    return (
        official(candidate),
        *[candidate.criteria[rung] for rung in rules.ladder if rung in candidate.criteria],
    )


def good_enough(candidate: Candidate, rules: TrackRules) -> bool:
    """Whether pass mark and floors are met."""
    above = all(candidate.criteria[criterion] >= floor for criterion, floor in rules.floors.items())
    return above and official(candidate) >= mark(rules)


def surely_beats(field: Collection[Candidate], rules: TrackRules, votes: Iterable[NamedVote]) -> Beats:
    """Whether one is ahead of the other beyond doubt."""
    recorded = list(votes)

    def standing(one: Candidate) -> tuple[int, int] | None:
        """Votes and the chair's preference, if a vote on exactly its equals is on record."""
        equals = {c.application for c in field if strength(c, rules) == strength(one, rules)}
        for vote in recorded:
            if vote.tie == equals:
                named = list(vote.chair_order) if vote.chair else []
                preference = -named.index(one.application) if one.application in named else -len(equals)
                return [ballot.application for ballot in vote.ballots].count(one.application), preference
        return None

    def beats(one: Candidate, other: Candidate) -> bool:
        if strength(one, rules) != strength(other, rules):
            return strength(one, rules) > strength(other, rules)
        mine, others = standing(one), standing(other)
        return mine is not None and others is not None and mine > others

    return beats


def expected(
    candidates: Collection[Candidate],
    rules: Mapping[Track, TrackRules],
    votes: Collection[NamedVote],
    existing: Collection[str],
) -> Expected:
    """The result of the round."""
    verdicts: dict[str, Verdict] = {}
    reserve: dict[Track, frozenset[str]] = {}
    pending: list[Open] = []
    voteless: frozenset[str] = frozenset()
    for track in (Track.STUDIO, Track.PROJECT):
        own = [candidate for candidate in candidates if candidate.track is track]
        gone = {c.application: why for c in own if (why := _gone_with_studio(c, verdicts, existing))}
        scored = [c for c in own if has_result(c, rules[track])]
        field = [c for c in scored if good_enough(c, rules[track]) and c.application not in gone]
        seated = _seated(field, rules[track], votes)
        waits = {name for tie in pending for name in tie.applications}
        doubtful = any(c.linked_studio in waits for c in own if c.application in gone)
        pending += _open(track, field, rules[track], votes, doubtful)
        voteless |= _voteless(field, rules[track], votes)
        reserve[track] = frozenset(c.application for c in field) - seated
        verdicts |= {
            c.application: Verdict(
                rank=1 + sum(official(o) > official(c) for o in scored) if c in scored else None,
                position=1 + sum(official(o) > official(c) for o in field) if c in field else None,
                reason=_reason(c, rules[track], gone.get(c.application), field, seated),
            )
            for c in own
        }
    return Expected(verdicts, reserve, tuple(pending), voteless)


def _gone_with_studio(
    candidate: Candidate, verdicts: Mapping[str, Verdict], existing: Collection[str]
) -> str | None:
    if candidate.track is Track.STUDIO or candidate.linked_studio in (*existing, ""):
        return None
    if candidate.linked_studio not in verdicts:
        return None
    why = verdicts[candidate.linked_studio].reason
    if why in ("withdrawn", "vetoed", "refused"):
        return "linked_studio_refused"
    return None if why == "selected" else "studio_not_selected"


def _seated(field: Collection[Candidate], rules: TrackRules, votes: Collection[NamedVote]) -> frozenset[str]:
    beats = surely_beats(field, rules, votes)
    return frozenset(
        one.application
        for one in field
        if sum(not beats(one, other) for other in field if other is not one) < rules.cap
    )


def _line(
    field: Collection[Candidate], rules: TrackRules, votes: Collection[NamedVote]
) -> tuple[frozenset[str], frozenset[str]]:
    """Who could still have a seat without having one, and the one group of equals that they belong to."""
    seated, beats = _seated(field, rules, votes), surely_beats(field, rules, votes)
    could = [
        one
        for one in field
        if one.application not in seated and sum(beats(other, one) for other in field) < rules.cap
    ]
    if not could:
        return frozenset(), frozenset()
    equals = frozenset(c.application for c in field if strength(c, rules) == strength(could[0], rules))
    return frozenset(c.application for c in could), equals


def _voteless(
    field: Collection[Candidate], rules: TrackRules, votes: Collection[NamedVote]
) -> frozenset[str]:
    undecided, equals = _line(field, rules, votes)
    empty = any(vote.tie == equals and not vote.ballots and not vote.chair for vote in votes)
    return undecided if empty else frozenset()


def _open(
    track: Track,
    field: Collection[Candidate],
    rules: TrackRules,
    votes: Collection[NamedVote],
    doubtful: bool,
) -> list[Open]:
    """The one group of equals across the line, unless the record leaves nothing more to be said about it."""
    undecided, equals = _line(field, rules, votes)
    vote = next((vote for vote in votes if vote.tie == equals), None)
    if not undecided or (vote and not vote.chair):
        return []
    awaited = "chair" if vote else "named_vote"
    seats = rules.cap - len(_seated(field, rules, votes))
    return [Open(track, equals, undecided, seats, awaited, doubtful)]


def _reason(
    candidate: Candidate,
    rules: TrackRules,
    gone: str | None,
    field: Collection[Candidate],
    seated: Collection[str],
) -> str:
    """The first reason that holds."""
    standing, name = candidate.standing, candidate.application
    reasons: list[tuple[bool, str]] = [
        (standing is Standing.WITHDRAWN, "withdrawn"),
        (standing is Standing.VETOED, "vetoed"),
        (gone == "linked_studio_refused", "linked_studio_refused"),
        (standing is Standing.REFUSED, "refused"),
        (candidate.sheets < rules.quorum, "too_few_sheets"),
        (not candidate.connected, "not_connected"),
        (gone == "studio_not_selected", "studio_not_selected"),
        (candidate.official is not None and candidate.official < mark(rules), "below_pass_mark"),
        (candidate not in field, "below_floor"),
        (name in seated, "selected"),
        (candidate in field and _tied_across_the_line(candidate, field, rules.cap), "tie_lost"),
        (True, "below_cap"),
    ]
    return next(reason for holds, reason in reasons if holds)


def mark(rules: TrackRules) -> int:
    """The drawn rules all have one."""
    assert rules.pass_mark is not None
    return rules.pass_mark


def _tied_across_the_line(candidate: Candidate, field: Collection[Candidate], cap: int) -> bool:
    higher = sum(official(other) > official(candidate) for other in field)
    return higher < cap < sum(official(other) >= official(candidate) for other in field)
