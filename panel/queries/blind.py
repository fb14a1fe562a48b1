"""An expert's whole world: the own queue, the own sheets, the own scores, and a list of names without codes.

Nothing that tells who applies in a coded track leaves this module. Of other experts nothing is read at all.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from panel import tables
from panel.audit import read
from panel.audit.events import SheetReturned, SheetSubmitted
from panel.queries import applications, eligibility, leaves, points, recusals, returns, rounds
from panel.queries.leaves import Sheaf
from panel.queries.points import Point
from panel.queries.rounds import RoundView
from panel.rules import recusals as recusal_rules
from panel.rules.applicants import applicants, normalised
from panel.rules.applications import (
    BudgetLine,
    CertificateLevel,
    Member,
    ProjectKind,
    Track,
)
from panel.rules.conflicts import Reach
from panel.rules.criteria import Identity, Policy, TrackPolicy
from panel.rules.eligibility import Verdict
from panel.rules.receipts import Receipt as Paper
from panel.rules.sheets import CardState, Given, Missing, SheetState, missing


@dataclass(frozen=True, slots=True)
class Seat:
    """The expert's own seat on the panel of a round."""

    expert_id: int
    number: str
    chair: bool
    absent: bool
    pledged_at: datetime | None


@dataclass(frozen=True, slots=True)
class Card:
    """One application in the expert's own order; `name` is what may be known of it."""

    code: str
    track: Track
    name: str
    state: CardState
    done: int
    count: int
    version: int
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who applies; known to experts in a named track only."""

    unit: str
    branch: str
    master: str
    occupation: str
    certificate: CertificateLevel
    team: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Material:
    """What an application says to those who judge it. Money in fen."""

    title: str
    summary: str
    statements: Mapping[str, str]
    kind: ProjectKind | None
    months: int | None
    total_fen: int | None
    subsidy_fen: int | None
    budget: tuple[BudgetLine, ...]
    applicant: Applicant | None
    papers: tuple[Sheaf, ...] = ()
    """What was handed in with it, page by page."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was sealed, where in the trail it stands, and the trail as it is known now."""

    commitment: str
    entry: int
    leaf: str
    at: datetime
    point: Point

    @property
    def paper(self) -> Paper:
        """What the expert takes away."""
        return Paper(self.entry, self.leaf, self.commitment, self.point.size, self.point.root)


@dataclass(frozen=True, slots=True)
class SheetView:
    """An own sheet with the application it judges."""

    code: str
    track: TrackPolicy
    material: Material
    state: SheetState
    revision: int
    version: int
    given: Mapping[str, Given]
    withdrawn: bool
    returned_because: str
    receipt: Receipt | None

    @property
    def total(self) -> int:
        """The points given so far."""
        return sum(self.given[unit.id].points or 0 for unit in self.track.units())

    @property
    def done(self) -> int:
        """How many units have points."""
        return sum(self.given[unit.id].points is not None for unit in self.track.units())

    @property
    def missing(self) -> tuple[Missing, ...]:
        """What still keeps it from being submitted."""
        return missing(self.track.units(), self.given)


@dataclass(frozen=True, slots=True)
class OwnScores:
    """One application in the table of own scores."""

    code: str
    name: str
    state: CardState
    given: Mapping[str, Given]
    total: int


@dataclass(frozen=True, slots=True)
class NamedUnit:
    """An applicant on the list for declaring conflicts: names only, no code, no title."""

    unit: str
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Declared:
    """A conflict that the expert declared: towards whom, of which kind, and whether it is decided."""

    towards: str
    relation: str
    said: str
    at: datetime
    settled: bool


def own_rounds(session: Session, expert_id: int | None) -> list[RoundView]:
    """The rounds on whose panel the expert sits, newest first."""
    rows = session.exec(
        select(tables.Round)
        .join(tables.Panelist, col(tables.Panelist.round_id) == col(tables.Round.id))
        .where(tables.Panelist.expert_id == expert_id)
        .order_by(col(tables.Round.id).desc())
    )
    return [rounds.view(row) for row in rows]


def seat(session: Session, round_id: int, expert_id: int | None) -> Seat | None:
    """The expert's seat in the round, if there is one."""
    row = session.exec(
        select(tables.Panelist, tables.Expert.number)
        .join(tables.Expert, col(tables.Expert.id) == col(tables.Panelist.expert_id))
        .where(tables.Panelist.round_id == round_id, tables.Panelist.expert_id == expert_id)
    ).one_or_none()
    if row is None:
        return None
    panelist, number = row
    return Seat(panelist.expert_id, number, panelist.chair, panelist.absent, panelist.pledged_at)


def hidden(session: Session, round_id: int, expert: str) -> frozenset[str]:
    """The applications that this expert must not see: recused, or declared and not yet decided."""
    declared = session.exec(
        select(tables.Conflict.reach, tables.Conflict.target)
        .join(tables.Expert, col(tables.Expert.id) == col(tables.Conflict.expert_id))
        .where(
            tables.Conflict.round_id == round_id,
            tables.Expert.number == expert,
            col(tables.Conflict.declared).is_(True),
            col(tables.Conflict.settled).is_(False),
        )
    )
    barred = [recusal_rules.Recusal(expert, Reach(reach), target) for reach, target in declared]
    barred += [decided for decided in recusals.in_force(session, round_id) if decided.expert == expert]
    if not barred:
        return frozenset()
    entered = applications.heads(session, round_id)
    studios = applications.studios(session, round_id).values()
    return frozenset(number for _, number in recusal_rules.hidden(barred, entered, studios))


def queue(session: Session, policy: Policy, round_id: int, own: Seat) -> list[Card]:
    """The expert's applications in the expert's own order."""
    rows = _own_sheets(session, round_id, own)
    given = _given(session, [sheet.id for sheet, _ in rows])
    return [_card(policy.track(Track(row.track)), sheet, row, given[sheet.id]) for sheet, row in rows]


def returned_since_closing(session: Session, round_id: int, own: Seat) -> frozenset[str]:
    """The blind codes of the own sheets that were given back after scoring was closed."""
    again = returns.since_closing(session, round_id)
    mine = [row for _sheet, row in _own_sheets(session, round_id, own)] if again else []
    return frozenset(row.blind_code or "" for row in mine if f"{own.number}/{row.number}" in again)


def sheet(session: Session, policy: Policy, round_id: int, own: Seat, code: str) -> SheetView | None:
    """One own sheet with what its expert may know of the application; None if this expert has none."""
    found = _own(session, round_id, own, code)
    if found is None:
        return None
    row, application = found
    track = policy.track(Track(application.track))
    given = _given(session, [row.id])[row.id]
    return SheetView(
        code=code,
        track=track,
        material=_material(session, application, track.identity, leaves.papers(session, application, policy)),
        state=SheetState(row.state),
        revision=row.revision,
        version=row.version,
        given={unit.id: given.get(unit.id, Given()) for unit in track.units()},
        withdrawn=application.withdrawn,
        returned_because=_returned_because(session, row, own, application),
        receipt=_receipt(session, row, own, application),
    )


def application(session: Session, round_id: int, own: Seat, code: str) -> tables.Application | None:
    """The row of the application that this expert judges under that code; it never leaves the services."""
    found = _own(session, round_id, own, code)
    return found and found[1]


def own_scores(session: Session, policy: Policy, round_id: int, own: Seat) -> dict[Track, list[OwnScores]]:
    """What the expert gave so far, by track, in the expert's own order."""
    rows = _own_sheets(session, round_id, own)
    given = _given(session, [sheet.id for sheet, _ in rows])
    found: dict[Track, list[OwnScores]] = defaultdict(list)
    for sheet_row, application in rows:
        track = policy.track(Track(application.track))
        card, mine = _card(track, sheet_row, application, given[sheet_row.id]), given[sheet_row.id]
        scores = {unit.id: mine.get(unit.id, Given()) for unit in track.units()}
        total = sum(score.points or 0 for score in scores.values())
        found[track.track].append(OwnScores(card.code, card.name, card.state, scores, total))
    return dict(found)


def names(session: Session, round_id: int) -> list[NamedUnit]:
    """Every unit with an accepted application and its people, in the order of names."""
    decided = eligibility.verdicts(session, round_id)
    entered = [
        application
        for number, application in applications.plain(session, round_id).items()
        if decided.get(number) is Verdict.ACCEPTED
    ]
    units = applicants(entered, applications.studios(session, round_id).values())
    listed = [
        NamedUnit(unit.unit, tuple(sorted({person.name for person in unit.people}, key=normalised)))
        for unit in units
    ]
    return sorted(listed, key=lambda unit: normalised(unit.unit))


def declarations(session: Session, round_id: int, own: Seat) -> list[Declared]:
    """What the expert declared, oldest first."""
    rows = session.exec(
        select(tables.Conflict)
        .where(
            tables.Conflict.round_id == round_id,
            tables.Conflict.expert_id == own.expert_id,
            col(tables.Conflict.declared).is_(True),
        )
        .order_by(col(tables.Conflict.id))
    )
    return [_declared(row) for row in rows]


_Own = tuple[tables.Sheet, tables.Application]


def _own_sheets(session: Session, round_id: int, own: Seat) -> list[_Own]:
    rows = session.exec(
        select(tables.Sheet, tables.Application)
        .join(tables.Application, col(tables.Application.id) == col(tables.Sheet.application_id))
        .where(tables.Sheet.round_id == round_id, tables.Sheet.expert_id == own.expert_id)
        .order_by(col(tables.Sheet.position))
    ).all()
    not_there = hidden(session, round_id, own.number)
    return [(sheet, application) for sheet, application in rows if application.number not in not_there]


def _own(session: Session, round_id: int, own: Seat, code: str) -> _Own | None:
    several = _own_sheets(session, round_id, own)
    return next(((sheet, row) for sheet, row in several if row.blind_code == code), None)


def _given(session: Session, sheet_ids: Iterable[int]) -> dict[int, dict[str, Given]]:
    found: dict[int, dict[str, Given]] = defaultdict(dict)
    for row in session.exec(select(tables.Score).where(col(tables.Score.sheet_id).in_(list(sheet_ids)))):
        found[row.sheet_id][row.unit] = Given(row.points, row.comment)
    return found


def _card(
    track: TrackPolicy, sheet: tables.Sheet, row: tables.Application, given: Mapping[str, Given]
) -> Card:
    done = sum(score.points is not None for score in given.values())
    return Card(
        code=row.blind_code or "",
        track=track.track,
        name=_name(row, track.identity),
        state=_state(sheet, row, track, given),
        done=done,
        count=len(track.units()),
        version=sheet.version,
        withdrawn=row.withdrawn,
    )


def _name(row: tables.Application, identity: Identity) -> str:
    """How experts know an application: in a named track by who applies, in a coded one by what for."""
    if identity is Identity.CODED:
        return row.title
    return " · ".join(filter(None, (row.title, row.unit, row.branch, row.master_name)))


def _state(
    sheet: tables.Sheet, row: tables.Application, track: TrackPolicy, given: Mapping[str, Given]
) -> CardState:
    if sheet.state == SheetState.SUBMITTED:
        return CardState.SUBMITTED
    if sheet.state == SheetState.VOID or row.withdrawn:
        return CardState.VOID
    if sheet.revision > 1:
        return CardState.RETURNED
    if not missing(track.units(), given):
        return CardState.READY
    return CardState.BEGUN if given else CardState.NEW


def _material(
    session: Session, row: tables.Application, identity: Identity, papers: tuple[Sheaf, ...]
) -> Material:
    plain = applications.to_plain(session, [row])[0]
    named = identity is Identity.NAMED
    return Material(
        title=plain.title,
        summary=plain.summary,
        statements=plain.statements,
        kind=plain.kind,
        months=plain.months,
        total_fen=plain.total_fen,
        subsidy_fen=plain.subsidy_fen,
        budget=plain.budget,
        applicant=Applicant(
            plain.unit, plain.branch, plain.master_name, plain.occupation, plain.certificate, plain.team
        )
        if named
        else None,
        papers=papers,
    )


def _returned_because(session: Session, sheet: tables.Sheet, own: Seat, row: tables.Application) -> str:
    """Why the sheet came back, while it is being scored again."""
    if sheet.revision == 1 or sheet.state != SheetState.DRAFT:
        return ""
    record = _newest(session, SheetReturned.act, sheet, own, row)
    return read.words(session, record).get("reason", "")


def _receipt(session: Session, sheet: tables.Sheet, own: Seat, row: tables.Application) -> Receipt | None:
    sealed = session.exec(
        select(tables.Submission).where(
            tables.Submission.sheet_id == sheet.id, tables.Submission.revision == sheet.revision
        )
    ).one_or_none()
    if sealed is None:
        return None
    record = _newest(session, SheetSubmitted.act, sheet, own, row)
    where = points.covering(session, record.index)
    return Receipt(sealed.commitment, record.index, record.leaf, sealed.submitted_at, where)


def _newest(
    session: Session, act: str, sheet: tables.Sheet, own: Seat, row: tables.Application
) -> read.Record:
    """The newest entry of this act on the sheet; the caller knows that there is one."""
    wanted = read.Filter(act=act, round_id=str(sheet.round_id), subject=f"{own.number}/{row.number}")
    return read.page(session, wanted, limit=1)[0]


def _declared(row: tables.Conflict) -> Declared:
    facts = json.loads(row.facts)
    return Declared(facts["towards"], facts["relation"], facts["note"], row.known_at, row.settled)
