"""The red flags (核实提示) of a round: from the trail and, after opening, from the sealed sheets."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlmodel import Session

from panel.audit import read
from panel.audit.read import Filter, Record
from panel.errors import LogTampered
from panel.language import _
from panel.queries import seals, standings
from panel.queries.names import Names
from panel.queries.rounds import RoundView
from panel.rules.candidates import Standing
from panel.rules.criteria import Policy
from panel.rules.flags.facts import Act, Facts, Flag, Rule, Sealed
from panel.rules.flags.finding import find
from panel.rules.stages import Stage
from panel.sentences import flags as worded

_OF_ROUND = (
    "round.stage",
    "sheet.read",
    "sheet.save",
    "sheet.submit",
    "sheet.return",
    "sheet.void",
    "recusal.decide",
    "expert.select",
    "expert.absent",
    "application.withdraw",
    "ranking.compute",
    "watch.result",
)
_OF_OFFICE = ("account.sign_in", "log.clock", "watch.verify")
_OF_RESULT = ("application.decide", "seal.open", "vote.record", "vote.none")
"""What else changes the inputs of the result."""
_REFUSED = "refused"
_MOST_REFUSALS = 100_000
_OPEN = (Stage.OPENED, Stage.FINAL, Stage.ARCHIVED)

Found = Mapping[Rule, tuple[Flag, ...] | None]


@dataclass(frozen=True, slots=True)
class FlagView:
    """One flag in words."""

    sentence: str
    people: tuple[tuple[str, str], ...]
    """Whom it is about: as the trail names them, and by name."""
    applications: tuple[str, ...]
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RuleView:
    """One rule in words and what it found; None where it may not be asked before opening."""

    rule: Rule
    title: str
    says: str
    flags: tuple[FlagView, ...] | None


def of_round(session: Session, policy: Policy, round_: RoundView) -> list[RuleView]:
    """Every rule with what it found."""
    names = Names(session)
    return [
        RuleView(
            rule,
            worded.title(rule),
            worded.says(rule, policy.flags),
            None if flags is None else tuple(_view(flag, names) for flag in flags),
        )
        for rule, flags in found(session, policy, round_).items()
    ]


def count(session: Session, policy: Policy, round_: RoundView) -> int:
    """How many flags there are now."""
    return sum(len(flags) for flags in found(session, policy, round_).values() if flags)


def found(session: Session, policy: Policy, round_: RoundView) -> Found:
    """What each rule finds; worked out again only when an entry came that it rests on."""
    newest = read.newest_of(session, (*_OF_ROUND, *_OF_OFFICE, *_OF_RESULT, _REFUSED))
    root = _root(session, newest + 1)
    if not root:
        return find(facts(session, policy, round_))
    known = _kept((round_.id, round_.stage, policy.digest, root))
    if not known:
        known.append(find(facts(session, policy, round_)))
    return known[0]


def _root(session: Session, length: int) -> str:
    """What names the first `length` entries beyond doubt; nothing where the trail is damaged or shorter."""
    try:
        return read.root_at(session, length) if length <= read.size(session) else ""
    except LogTampered:
        return ""


@lru_cache(maxsize=32)
def _kept(_key: tuple[object, ...]) -> list[Found]:
    """A place for what was found under a key; empty at first."""
    return []


def facts(session: Session, policy: Policy, round_: RoundView) -> Facts:
    """Everything that the flags of the round rest on."""
    acts = _acts(session, str(round_.id))
    if round_.stage not in _OPEN:
        return Facts(policy=policy, acts=acts, stored_policy=policy.digest)
    inputs = standings.inputs(session, round_.id)
    accepted = {entry.number for entry in inputs.entries if entry.standing is Standing.ACCEPTED}
    counted = {(sheet.expert, sheet.application) for sheet in inputs.sheets if sheet.application in accepted}
    return Facts(
        policy=policy,
        acts=acts,
        opened=True,
        sealed=tuple(_sealed(session, round_.id, counted)),
        inputs=inputs,
        stored_policy=policy.digest,
    )


def _sealed(session: Session, round_id: int, counted: set[tuple[str, str]]) -> Iterator[Sealed]:
    for one in seals.submissions(session, round_id):
        sheet = one.sheet
        yield Sealed(
            expert=sheet.expert,
            application=sheet.application,
            revision=sheet.revision,
            points={unit: points for unit, (points, _comment) in sheet.items.items()},
            comments=tuple(comment for _points, comment in sheet.items.values() if comment),
            counted=one.standing and (sheet.expert, sheet.application) in counted,
        )


def _acts(session: Session, round_id: str) -> Sequence[Act]:
    """The acts of the round, oldest first; entries never change, so none is read twice."""
    created = read.of_act(session, "round.create", round_id)
    if not created:
        return ()
    known = _read_before(round_id)
    acts, seen, root = known[0]
    if not root or _root(session, seen) != root:
        acts, seen = (), created[0].index + 1
    length = read.size(session)
    several = sorted(_later(session, round_id, seen - 1), key=lambda act: act.index)
    acts = (*acts, *(act for act in several if act.index < length))
    known[0] = acts, length, _root(session, length)
    return acts


@lru_cache(maxsize=8)
def _read_before(_round: str) -> list[tuple[tuple[Act, ...], int, str]]:
    """The acts of a round that were read before, in how long a trail, and its root."""
    return [((), 0, "")]


def _later(session: Session, round_id: str, seen: int) -> Iterator[Act]:
    """The acts after number `seen`."""
    for name in _OF_ROUND:
        yield from map(_act, read.of_act(session, name, round_id, seen))
    for name in _OF_OFFICE:
        yield from map(_act, read.of_act(session, name, after=seen))
    refused = read.page(session, Filter(act=_REFUSED, refused_only=True), after=seen, limit=_MOST_REFUSALS)
    yield from (_act(one) for one in refused if one.round_id in ("", round_id))


def _act(record: Record) -> Act:
    ip = json.loads(record.body).get("ip", "") if record.act == "account.sign_in" and record.readable else ""
    return Act(
        index=record.index,
        act=record.act,
        at=record.at,
        actor=record.actor,
        role=record.role,
        ip=str(ip),
        subject=record.subject,
        ok=record.ok and record.readable,
        data=record.data,
    )


def _view(flag: Flag, names: Names) -> FlagView:
    people = tuple((one, names(one)) for one in flag.people)
    return FlagView(
        worded.sentence(flag, _("、").join(name for _one, name in people)),
        people,
        flag.applications,
        flag.entries,
    )
