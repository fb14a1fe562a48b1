"""What the inspector's report (监督报告) on a round says, gathered from the trail; no score is in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from panel.audit import checkpoints, read
from panel.audit.events import RankingComputed, ResultFinalized
from panel.queries import flags, trail
from panel.queries.flags import RuleView
from panel.queries.names import Names
from panel.queries.rounds import RoundView
from panel.queries.trail import EntryView, StageSpan, Wanted
from panel.rules.criteria import Policy
from panel.sentences import events
from panel.sentences.events import Kind

MOST_REFUSALS = 200


@dataclass(frozen=True, slots=True)
class StageReport:
    """One stage that was reached, and how many acts of each kind there were in it."""

    span: StageSpan
    kinds: Mapping[Kind, int]


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who acted in the round."""

    name: str
    role: str
    acts: int


@dataclass(frozen=True, slots=True)
class ResultReport:
    """The newest result by its digests."""

    entry: int
    at: datetime
    method: str
    policy: str
    inputs: str
    result: str
    final: int | None
    """The entry that made it final."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """Everything that the report says of a round, drafted at a moment."""

    round_: RoundView
    policy: Policy
    at: datetime
    stages: tuple[StageReport, ...]
    actors: tuple[Actor, ...]
    refusals: tuple[EntryView, ...]
    more_refusals: bool
    rules: tuple[RuleView, ...]
    checkpoint_count: int
    checkpoint_size: int
    result: ResultReport | None


def of_round(session: Session, policy: Policy, round_: RoundView, now: datetime) -> Inspection:
    """The report on a round as its trail stands."""
    refused = trail.page(session, Wanted(round_id=str(round_.id), refused_only=True), limit=MOST_REFUSALS)
    sizes = checkpoints.sizes(session)
    return Inspection(
        round_=round_,
        policy=policy,
        at=now,
        stages=_stages(session, round_.id, now),
        actors=_actors(session, round_.id),
        refusals=tuple(reversed(refused.entries)),
        more_refusals=refused.older is not None,
        rules=tuple(flags.of_round(session, policy, round_)),
        checkpoint_count=len(sizes),
        checkpoint_size=max(sizes, default=0),
        result=_result(session, str(round_.id)),
    )


def _stages(session: Session, round_id: int, now: datetime) -> tuple[StageReport, ...]:
    reached = [span for span in trail.stages(session, round_id, now) if span.entry is not None]
    ends = [span.entry for span in reached[1:]] + [None]
    found = []
    for span, end in zip(reached, ends, strict=True):
        kinds: Counter[Kind] = Counter()
        for act, count in read.tally(session, "act", str(round_id), span.entry or 0, end).items():
            kind = events.kind(act)
            if kind is not None:
                kinds[kind] += count
        found.append(StageReport(span, dict(kinds)))
    return tuple(found)


def _actors(session: Session, round_id: int) -> tuple[Actor, ...]:
    names = Names(session)
    acted = read.tally(session, "actor", str(round_id))
    found = [Actor(names.actor(one), names.role(one), count) for one, count in acted.items()]
    return tuple(sorted(found, key=lambda one: (one.role, one.name)))


def _result(session: Session, round_id: str) -> ResultReport | None:
    computed = read.of_act(session, RankingComputed.act, round_id)
    final = read.of_act(session, ResultFinalized.act, round_id)
    if not computed:
        return None
    newest = computed[-1]
    return ResultReport(
        entry=newest.index,
        at=newest.at,
        method=events.value("method", newest.data["method"]),
        policy=newest.data["policy"],
        inputs=newest.data["inputs"],
        result=newest.data["result"],
        final=final[-1].index if final else None,
    )
