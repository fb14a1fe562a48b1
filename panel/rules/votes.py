"""The named vote (记名投票) that ends the tie ladder, and the chair's decision when the votes are equal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from panel.errors import InvalidInput, Problem
from panel.language import _
from panel.rules.seats import Split, best_first, split


class Decider(StrEnum):
    """What gave or denied a tied application its seat."""

    CRITERION = "criterion"
    NAMED_VOTE = "named_vote"
    CHAIR = "chair"
    NOBODY = "nobody"
    NO_VOTERS = "no_voters"


class Awaited(StrEnum):
    """What the secretary has yet to record before a tie is settled."""

    NAMED_VOTE = "named_vote"
    CHAIR = "chair"


@dataclass(frozen=True, slots=True)
class Ballot:
    """One expert's vote for one application of the tie, with the reason."""

    expert: str
    application: str
    reason: str


@dataclass(frozen=True, slots=True)
class NamedVote:
    """The recorded vote on one tie; without a ballot nobody may vote on it.

    `chair` is the expert who may decide when votes are equal (see `deciding_chair`), empty when there is
    none; `chair_order` is that decision, best first, over at least the applications with equal votes.
    """

    tie: frozenset[str]
    ballots: tuple[Ballot, ...]
    chair: str = ""
    chair_order: tuple[str, ...] = ()
    chair_reason: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """A counted vote: `votes` and `order` best first, who decided on each, and what is still awaited."""

    votes: tuple[tuple[str, int], ...]
    order: tuple[str, ...]
    split: Split
    seated: frozenset[str]
    deciders: Mapping[str, Decider]
    awaited: Awaited | None


def eligible_voters(
    present: Iterable[str], recusals: Iterable[tuple[str, str]], tie: Collection[str]
) -> tuple[str, ...]:
    """Who votes on a tie: present experts recused from none of it; `recusals` are (expert, application)."""
    barred = {expert for expert, application in recusals if application in tie}
    return tuple(sorted(set(present) - barred))


def deciding_chair(chair: str, voters: Collection[str]) -> str:
    """The chair, where the chair may decide on this tie at all; otherwise empty."""
    return chair if chair in voters else ""


def check(vote: NamedVote, voters: Collection[str]) -> None:
    """Refuse a vote that is not one ballot with a reason from each of `voters`; all its faults are listed."""
    problems = (*_ballot_problems(vote, voters), *_chair_problems(vote, voters))
    if problems:
        raise InvalidInput(*problems)


def _ballot_problems(vote: NamedVote, voters: Collection[str]) -> Iterator[Problem]:
    cast = Counter(ballot.expert for ballot in vote.ballots)
    for expert in sorted(set(voters) - set(cast)):
        yield Problem(_("记名投票"), expert, _("尚未投票，到会且未回避的评审专家每人一票。"))
    for expert in sorted(set(cast) - set(voters)):
        yield Problem(_("记名投票"), expert, _("未到会或已回避，不能对这组并列申报投票。"))
    for expert in sorted(expert for expert, times in cast.items() if times > 1):
        yield Problem(_("记名投票"), expert, _("投了不止一票，每人只有一票。"))
    for ballot in vote.ballots:
        if ballot.application not in vote.tie:
            yield Problem(
                _("记名投票 {expert}").format(expert=ballot.expert),
                ballot.application,
                _("不在这组并列申报之中。"),
            )
        if not ballot.reason.strip():
            yield Problem(_("记名投票 {expert}").format(expert=ballot.expert), "", _("请写明投票理由。"))


def _chair_problems(vote: NamedVote, voters: Collection[str]) -> Iterator[Problem]:
    if vote.chair and vote.chair not in voters:
        yield Problem(_("组长决定"), vote.chair, _("未到会或已回避，不能对这组并列申报作决定。"))
    if not vote.chair_order:
        return
    if not vote.chair:
        yield Problem(_("组长决定"), "", _("没有可以作决定的组长，票数相同的申报均不入选。"))
    if not vote.tie.issuperset(vote.chair_order) or len(set(vote.chair_order)) < len(vote.chair_order):
        yield Problem(_("组长决定"), _("、").join(vote.chair_order), _("只能列这组并列申报，每项一次。"))
    if not vote.chair_reason.strip():
        yield Problem(_("组长决定"), "", _("请写明组长决定的理由。"))


def count(vote: NamedVote, seats: int) -> Tally:
    """Fill `seats` by the vote; equal votes across the last seat are the chair's to decide, best first.

    Where there is no chair those with equal votes stay out and their seats stay empty: a seat never goes to
    an application with fewer votes. A chair's order that is too short leaves the rest undecided. A tie on
    which nobody may vote, and so no chair decide, is that case with no votes at all.
    """
    votes = {name: sum(ballot.application == name for ballot in vote.ballots) for name in vote.tie}
    parts = split(votes, seats)
    preferred = [name for name in vote.chair_order if vote.chair and name in parts.level]
    chosen = preferred[: seats - len(parts.above)]
    seated = parts.above.union(chosen)
    undecided = len(seated) < seats
    deciders = dict.fromkeys(votes, Decider.NAMED_VOTE)
    silent = Decider.NOBODY if vote.ballots or vote.chair else Decider.NO_VOTERS
    deciders |= dict.fromkeys(parts.level, silent if undecided else Decider.CHAIR)
    deciders |= dict.fromkeys(chosen, Decider.CHAIR)
    choice = {name: index for index, name in enumerate(preferred)}
    return Tally(
        votes=best_first(votes),
        order=tuple(sorted(votes, key=lambda name: (-votes[name], choice.get(name, len(votes)), name))),
        split=parts,
        seated=seated,
        deciders=deciders,
        awaited=Awaited.CHAIR if undecided and vote.chair else None,
    )
