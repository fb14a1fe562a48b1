"""Ties on the rounded official score at the cut: the ladder, criterion by criterion, then the named vote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from panel.rules.criteria import NAMED_VOTE
from panel.rules.seats import Split, best_first, split
from panel.rules.votes import Awaited, Decider, NamedVote, count


@dataclass(frozen=True, slots=True)
class Decision:
    """How a tie at the cut went for one of the tied.

    `tied` shared the official score and had `seats` between them. `rung` is the criterion that decided for
    this application, or the named vote; `values` are the figures there (criterion scores, or votes) of those
    still equal when it came, best first; `own` is its own, `other` the nearest one across the line. Without
    a vote on record `values` is empty and both are None. `awaited`: what is still to be recorded.
    """

    decider: Decider
    rung: str
    tied: tuple[str, ...]
    seats: int
    values: tuple[tuple[str, int], ...] = ()
    own: int | None = None
    other: int | None = None
    awaited: Awaited | None = None


@dataclass(frozen=True, slots=True)
class Deadlock:
    """What the record leaves open: a vote on `tie`, or the chair's word on those `applications` of it."""

    tie: tuple[str, ...]
    applications: tuple[str, ...]
    seats: int
    awaited: Awaited
    votes: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Settlement:
    """A tie at the cut, settled as far as the record goes; `order` lists those that only a vote can part."""

    seated: frozenset[str]
    decisions: Mapping[str, Decision]
    order: tuple[str, ...]
    deadlock: Deadlock | None


def settle(
    tied: Mapping[str, Mapping[str, int]],
    seats: int,
    ladder: tuple[str, ...],
    votes: Mapping[frozenset[str], NamedVote],
) -> Settlement:
    """Give `seats` to the best of `tied` (criterion scores by application), fewer seats than applications.

    Each rung seats those surely above the line, drops those surely below it, and hands the rest to the next;
    the last rung is the named vote on exactly the applications still equal. Undecided ones stay out.
    """
    base = Decision(Decider.NOBODY, NAMED_VOTE, tuple(sorted(tied)), seats)
    seated: frozenset[str] = frozenset()
    decisions: dict[str, Decision] = {}
    level = frozenset(tied)
    for rung in ladder[:-1]:
        figures = {name: tied[name][rung] for name in level}
        parts = split(figures, seats - len(seated))
        decided = replace(base, decider=Decider.CRITERION, rung=rung, values=best_first(figures))
        decisions |= _sides(parts, figures, decided)
        seated |= parts.above
        level = parts.level
        if not level:
            return Settlement(seated, decisions, (), None)
    last = _vote(level, seats - len(seated), base, votes.get(level))
    return Settlement(seated | last.seated, decisions | dict(last.decisions), last.order, last.deadlock)


def _vote(level: frozenset[str], seats: int, base: Decision, vote: NamedVote | None) -> Settlement:
    """The last rung: those equal on every criterion, by the vote recorded on exactly them."""
    order = tuple(sorted(level))
    if vote is None:
        waiting = replace(base, awaited=Awaited.NAMED_VOTE)
        open_tie = Deadlock(order, order, seats, Awaited.NAMED_VOTE, ())
        return Settlement(frozenset(), dict.fromkeys(level, waiting), order, open_tie)
    tally = count(vote, seats)
    figures = dict(tally.votes)
    decisions = _sides(tally.split, figures, replace(base, values=tally.votes))
    for name in tally.split.level:
        decisions[name] = replace(base, values=tally.votes, own=figures[name], other=figures[name])
    for name, decider in tally.deciders.items():
        awaited = tally.awaited if decider is Decider.NOBODY else None
        decisions[name] = replace(decisions[name], decider=decider, awaited=awaited)
    if not tally.awaited:
        return Settlement(tally.seated, decisions, tally.order, None)
    undecided = tuple(name for name in order if tally.deciders[name] is Decider.NOBODY)
    deadlock = Deadlock(order, undecided, seats - len(tally.seated), tally.awaited, tally.votes)
    return Settlement(tally.seated, decisions, tally.order, deadlock)


def _sides(parts: Split, figures: Mapping[str, int], decided: Decision) -> dict[str, Decision]:
    """The decision for each application that these figures put in or out."""
    best_not_in = max(figures[name] for name in parts.level | parts.below)
    worst_not_out = min(figures[name] for name in parts.level | parts.above)
    return {
        name: replace(decided, own=figures[name], other=best_not_in if name in parts.above else worst_not_out)
        for name in parts.above | parts.below
    }
