"""Conflicts (利益冲突) of a round: what the data show, what is on record, and how each was decided."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from sqlmodel import Session, col, select

from panel import tables
from panel.audit import seals
from panel.queries import applications, eligibility, experts
from panel.queries.panelists import natural
from panel.rules import conflicts, recusals
from panel.rules.applications import Application, Studio, Track
from panel.rules.conflicts import Conflict, ConflictCode, Reach, Strength
from panel.rules.criteria import Policy
from panel.rules.eligibility import Verdict
from panel.rules.recusals import Recusal

STRENGTH = "strength"
"""The fact under which a mere hint is stored as one; without it the conflict is stated."""

_LIVE = (None, Verdict.ACCEPTED, Verdict.INCOMPLETE)
"""Verdicts under which an application may still be judged."""


class Dated(Protocol):
    """A round, as far as the look-backs ask: a whole row, or the view of one."""

    @property
    def id(self) -> int: ...

    @property
    def closes_on(self) -> date: ...


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision about a recusal; `in_force` tells whether it is the newest about its object."""

    id: int
    expert: str
    name: str
    conflict_id: int | None
    recused: bool
    reach: Reach
    target: str
    covers: tuple[str, ...]
    judged: tuple[str, ...]
    """Of those covered, what may still be judged."""
    reason: str
    late: bool
    decided_by: str
    decided_at: datetime
    in_force: bool


@dataclass(frozen=True, slots=True)
class ConflictView:
    """One conflict on record, with the applications it covers and the last decision on it."""

    id: int
    expert: str
    name: str
    code: ConflictCode
    reach: Reach
    target: str
    strength: Strength
    facts: Mapping[str, str]
    declared: bool
    known_at: datetime
    settled: bool
    covers: tuple[str, ...]
    judged: tuple[str, ...]
    """Of those covered, what may still be judged."""
    on_panel: bool
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One application as a row of the matrix."""

    number: str
    track: Track
    unit: str
    live: bool


@dataclass(frozen=True, slots=True)
class Matrix:
    """Experts against applications: the conflicts and the recusals in force that touch each pair."""

    experts: tuple[tuple[str, str], ...]
    """Number and name."""
    rows: tuple[Row, ...]
    conflicts: Mapping[tuple[str, str], tuple[ConflictView, ...]]
    recused: frozenset[tuple[str, str]]


@dataclass(slots=True)
class Scope:
    """The applications of a round, to tell what a conflict or a recusal covers."""

    entered: tuple[Application, ...]
    studios: tuple[Studio, ...]
    live: frozenset[str]
    _known: dict[tuple[Reach, str], tuple[str, ...]] = field(default_factory=dict)

    def covers(self, reach: Reach, target: str) -> tuple[str, ...]:
        """The numbers of the applications, studios first."""
        key = (reach, target)
        if key not in self._known:
            hidden = recusals.hidden([Recusal("", reach, target)], self.entered, self.studios)
            covered = {number for _, number in hidden}
            places = sorted(self.entered, key=lambda entry: list(Track).index(entry.track))
            self._known[key] = tuple(entry.number for entry in places if entry.number in covered)
        return self._known[key]

    def judged(self, reach: Reach, target: str) -> tuple[str, ...]:
        """Of those covered, the applications that may still be judged."""
        return tuple(number for number in self.covers(reach, target) if number in self.live)

    def matters(self, reach: Reach, target: str) -> bool:
        """Whether anything is covered that may still be judged; who applies bars the round whatever became
        of the application."""
        return reach is Reach.ROUND or bool(self.judged(reach, target))


def scope(session: Session, round_id: int) -> Scope:
    """What the round's applications and studios are now."""
    verdicts = eligibility.verdicts(session, round_id)
    return Scope(
        tuple(applications.plain(session, round_id).values()),
        tuple(applications.studios(session, round_id).values()),
        frozenset(number for number, verdict in verdicts.items() if verdict in _LIVE)
        - eligibility.falling(session, round_id).keys(),
    )


def found(
    session: Session, policy: Policy, round_: Dated, expert_ids: Collection[int] | None = None
) -> dict[int, list[Conflict]]:
    """What the data show now, by the row id of the expert; of the whole file unless some are named."""
    sought = experts.plain(session, expert_ids)
    area = scope(session, round_.id)
    ids = {expert.number: id_ for id_, expert in sought.items()}
    shown: dict[int, list[Conflict]] = {id_: [] for id_ in sought}
    for conflict in conflicts.found(
        sought.values(),
        area.entered,
        area.studios,
        closing_date=round_.closes_on,
        employment_years=policy.lookback_years.employment,
        relation_years=policy.lookback_years.relations,
    ):
        if area.matters(conflict.reach, conflict.target):
            shown[ids[conflict.expert]].append(conflict)
    return shown


def facts_of(conflict: Conflict) -> str:
    """What a conflict rests on as it is stored."""
    hint = {STRENGTH: conflict.strength.value} if conflict.strength is Strength.CHECK else {}
    return seals.canonical({**conflict.rests_on, **hint}).decode()


Key = tuple[int, str, str, str, str]
"""What makes a conflict from the data the same as one on record: expert, code, reach, target, facts."""


def key_of(expert_id: int, conflict: Conflict) -> Key:
    """The key of a conflict that was just found."""
    return expert_id, conflict.code.value, conflict.reach.value, conflict.target, facts_of(conflict)


def stored_key(row: tables.Conflict) -> Key:
    """The key of a conflict on record."""
    return row.expert_id, row.code, row.reach, row.target, row.facts


def unrecorded(session: Session, policy: Policy, round_: Dated) -> tuple[str, ...]:
    """The present panel members with a conflict in the data that nobody has put on record yet."""
    members = session.exec(
        select(tables.Panelist.expert_id).where(
            tables.Panelist.round_id == round_.id, col(tables.Panelist.absent).is_(False)
        )
    ).all()
    if not members:
        return ()
    known = {
        stored_key(row)
        for row in session.exec(select(tables.Conflict).where(tables.Conflict.round_id == round_.id))
    }
    shown = found(session, policy, round_, members)
    late = [id_ for id_, several in shown.items() if any(key_of(id_, one) not in known for one in several)]
    rows = session.exec(select(tables.Expert.number).where(col(tables.Expert.id).in_(late)))
    return tuple(sorted(rows))


def of_round(session: Session, round_id: int) -> list[ConflictView]:
    """Every conflict on record, in the order in which they became known."""
    area = scope(session, round_id)
    decided = decisions(session, round_id)
    members = set(session.exec(select(tables.Panelist.expert_id).where(tables.Panelist.round_id == round_id)))
    rows = session.exec(
        select(tables.Conflict, tables.Expert)
        .join(tables.Expert, col(tables.Expert.id) == col(tables.Conflict.expert_id))
        .where(tables.Conflict.round_id == round_id)
        .order_by(col(tables.Conflict.id))
    )
    return [_view(row, expert, area, decided, expert.id in members) for row, expert in rows]


def decisions(session: Session, round_id: int) -> list[Decision]:
    """Every decision about recusals, oldest first."""
    area = scope(session, round_id)
    rows = session.exec(
        select(tables.Recusal, tables.Expert)
        .join(tables.Expert, col(tables.Expert.id) == col(tables.Recusal.expert_id))
        .where(tables.Recusal.round_id == round_id)
        .order_by(col(tables.Recusal.id))
    ).all()
    newest = {(row.expert_id, row.reach, row.target): row.id for row, _ in rows}
    return [
        Decision(
            id=row.id,
            expert=expert.number,
            name=expert.name,
            conflict_id=row.conflict_id,
            recused=row.recused,
            reach=Reach(row.reach),
            target=row.target,
            covers=area.covers(Reach(row.reach), row.target),
            judged=area.judged(Reach(row.reach), row.target),
            reason=row.reason,
            late=row.late,
            decided_by=row.decided_by,
            decided_at=row.decided_at,
            in_force=newest[row.expert_id, row.reach, row.target] == row.id,
        )
        for row, expert in rows
    ]


def matrix(session: Session, round_id: int) -> Matrix:
    """The panel against the applications that are still in; before a panel stands, whoever has a conflict."""
    area = scope(session, round_id)
    several = of_round(session, round_id)
    members = session.exec(
        select(tables.Expert.number, tables.Expert.name)
        .join(tables.Panelist, col(tables.Panelist.expert_id) == col(tables.Expert.id))
        .where(tables.Panelist.round_id == round_id)
    ).all()
    columns = sorted(
        set(members) or {(view.expert, view.name) for view in several}, key=lambda one: natural(one[0])
    )
    touched: dict[tuple[str, str], tuple[ConflictView, ...]] = {}
    for view in several:
        for number in view.covers:
            touched[view.expert, number] = (*touched.get((view.expert, number), ()), view)
    recused = {
        (decision.expert, number)
        for decision in decisions(session, round_id)
        if decision.in_force and decision.recused
        for number in decision.covers
    }
    rows = (Row(entry.number, entry.track, entry.unit, entry.number in area.live) for entry in area.entered)
    return Matrix(
        tuple(columns),
        tuple(sorted((row for row in rows if row.live), key=lambda row: list(Track).index(row.track))),
        touched,
        frozenset(recused),
    )


def _view(
    row: tables.Conflict,
    expert: tables.Expert,
    area: Scope,
    decided: Iterable[Decision],
    on_panel: bool,
) -> ConflictView:
    facts = json.loads(row.facts)
    covers = area.covers(Reach(row.reach), row.target)
    return ConflictView(
        id=row.id,
        expert=expert.number,
        name=expert.name,
        code=ConflictCode(row.code),
        reach=Reach(row.reach),
        target=row.target,
        strength=Strength(facts.pop(STRENGTH, Strength.STATED)),
        facts=facts,
        declared=row.declared,
        known_at=row.known_at,
        settled=row.settled,
        covers=covers,
        judged=area.judged(Reach(row.reach), row.target),
        on_panel=on_panel,
        decision=_last_decision(row, expert.number, covers, decided) if row.settled else None,
    )


def _last_decision(
    row: tables.Conflict, expert: str, covers: tuple[str, ...], decided: Iterable[Decision]
) -> Decision | None:
    """The newest decision that was taken on this conflict, or that covers all that it covers."""
    fitting = [
        decision
        for decision in decided
        if decision.conflict_id == row.id
        or (decision.expert == expert and decision.recused and set(covers) <= set(decision.covers))
    ]
    return fitting[-1] if fitting else None
