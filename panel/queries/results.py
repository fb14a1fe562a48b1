"""The opened result of a round as it is shown and handed out: places in words, sheets, votes, digests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from panel import tables
from panel.audit import read
from panel.audit.events import RankingComputed, ResultFinalized
from panel.language import _
from panel.queries import recusals, standings, votes
from panel.queries.panelists import natural
from panel.queries.rounds import RoundView, view
from panel.rules.applications import Track
from panel.rules.criteria import Policy
from panel.rules.places import Cut, PendingTie, Place
from panel.rules.results import Comparison, Figures
from panel.rules.sheets import SheetState
from panel.rules.steps import Step
from panel.rules.votes import Awaited
from panel.sentences import events, outcomes


@dataclass(frozen=True, slots=True)
class Person:
    """An expert of the panel."""

    number: str
    name: str
    chair: bool = False
    absent: bool = False


@dataclass(frozen=True, slots=True)
class SheetView:
    """One sealed sheet; `counted` if it went into the result. Points in hundredths, by unit."""

    expert: str
    application: str
    blind_code: str
    revision: int
    items: Mapping[str, tuple[int, str]]
    counted: bool
    void_because: str

    @property
    def total(self) -> int:
        """The points of the whole sheet."""
        return sum(points for points, _comment in self.items.values())


@dataclass(frozen=True, slots=True)
class PlaceView:
    """One application's place, and the sentence that explains it. `reserve`: its turn on the reserve list."""

    place: Place
    unit: str
    title: str
    blind_code: str
    sentence: str
    figures: Figures | None
    sheets: tuple[SheetView, ...]
    reserve: int | None

    @property
    def number(self) -> str:
        """The application's number."""
        return self.place.application

    @property
    def counted(self) -> tuple[SheetView, ...]:
        """The sheets behind the score."""
        return tuple(sheet for sheet in self.sheets if sheet.counted)

    def by(self, expert: str) -> SheetView | None:
        """The sheet of that expert."""
        return next((sheet for sheet in self.sheets if sheet.expert == expert), None)

    @property
    def promoted(self) -> bool:
        """Whether it has its seat only because others fell."""
        return bool(getattr(self.place.facts, "moved_up_past", ()))


@dataclass(frozen=True, slots=True)
class TrackView:
    """One track: above the line, below it, and those that never reached it."""

    track: Track
    cut: Cut
    selected: tuple[PlaceView, ...]
    reserve: tuple[PlaceView, ...]
    others: tuple[PlaceView, ...]
    comparison: Comparison | None
    line: str
    """The cut line in words."""

    @property
    def places(self) -> tuple[PlaceView, ...]:
        """Everybody, best first."""
        return self.selected + self.reserve + self.others

    @property
    def scored(self) -> tuple[PlaceView, ...]:
        """Those with figures."""
        return tuple(one for one in self.places if one.figures)

    @property
    def fallen(self) -> tuple[PlaceView, ...]:
        """Those that had a seat but for their studio."""
        return tuple(one for one in self.others if getattr(one.place.facts, "had_seat", False))

    @property
    def promoted(self) -> tuple[PlaceView, ...]:
        """Those that moved up for them."""
        return tuple(one for one in self.selected if one.promoted)

    @property
    def span(self) -> tuple[int, int]:
        """The tens of points between which all totals lie, in points: what a picture of them needs."""
        totals = [sheet.total for one in self.places for sheet in one.counted] or [0, 10000]
        return min(totals) // 1000 * 10, -(-max(totals) // 1000) * 10


@dataclass(frozen=True, slots=True)
class BallotView:
    """One ballot on record."""

    voter: Person
    choice: tuple[str, ...]
    reason: str
    chair: bool


@dataclass(frozen=True, slots=True)
class VoteView:
    """A named vote on record; without ballots nobody could vote, for that `reason`."""

    tie: tuple[str, ...]
    ballots: tuple[BallotView, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TieView:
    """A tie that waits, and who votes on it."""

    pending: PendingTie
    voters: tuple[Person, ...]

    @property
    def key(self) -> str:
        """The tie as one word."""
        return " ".join(self.pending.tie)

    @property
    def for_the_chair(self) -> bool:
        """Whether only the chair's decision is awaited."""
        return self.pending.awaited is Awaited.CHAIR

    @property
    def for_nobody(self) -> bool:
        """Whether nobody may vote on it, which is to be put on record."""
        return not self.voters

    @property
    def tally(self) -> str:
        """The votes cast so far, as in P17 4:P18 4."""
        return _("、").join(f"{number} {count}" for number, count in self.pending.votes)

    @property
    def chair(self) -> Person | None:
        """The chair, where the chair may decide on this tie."""
        return next((voter for voter in self.voters if voter.chair), None)


@dataclass(frozen=True, slots=True)
class Computation:
    """One computation that is on record."""

    ranking_id: int
    computed_at: datetime
    result_digest: str
    entry: int | None


@dataclass(frozen=True, slots=True)
class Signature:
    """Who did something, when, and the entry of the trail that says so."""

    who: str
    at: datetime
    entry: int | None = None


@dataclass(frozen=True, slots=True)
class ResultView:
    """The newest result of a round."""

    round_: RoundView
    policy: Policy
    current: standings.StoredResult
    stale: bool
    tracks: tuple[TrackView, ...]
    ties: tuple[TieView, ...]
    votes: tuple[VoteView, ...]
    panel: tuple[Person, ...]
    hidden: frozenset[tuple[str, str]]
    history: tuple[Computation, ...]
    finalised: Signature | None
    proposed: Signature | None

    @property
    def method(self) -> str:
        """The official method in words."""
        return events.value("method", self.policy.method)

    @property
    def sheets(self) -> tuple[SheetView, ...]:
        """Every sealed sheet."""
        return tuple(sheet for track in self.tracks for one in track.places for sheet in one.sheets)


def of_round(session: Session, policy: Policy, code: str) -> ResultView | None:
    """The newest result of the round of this code; None while there is none."""
    round_ = session.exec(select(tables.Round).where(tables.Round.code == code)).first()
    found = standings.stored(session, policy, round_.id) if round_ else None
    if round_ is None or found is None:
        return None
    people = _panel(session, round_.id)
    entries = {
        record.subject: record.index for record in read.of_act(session, RankingComputed.act, str(round_.id))
    }
    computed = session.exec(standings.every(round_.id)).all()
    return ResultView(
        round_=view(round_),
        policy=policy,
        current=found,
        stale=standings.stale(session, round_.id, found),
        tracks=_tracks(session, policy, round_.id, found),
        ties=tuple(
            TieView(
                tie,
                tuple(people[n] for n in votes.voters(session, round_.id, frozenset(tie.tie))),
            )
            for tie in found.result.outcome.pending
        ),
        votes=_votes(session, round_.id, people),
        panel=tuple(people.values()),
        hidden=recusals.hidden(session, round_.id),
        history=tuple(
            Computation(row.id, row.computed_at, row.result_digest, entries.get(str(row.id)))
            for row in computed
        ),
        finalised=_finalised(session, round_.id),
        proposed=_proposed(session, round_.id),
    )


def _panel(session: Session, round_id: int) -> dict[str, Person]:
    rows = session.exec(
        select(tables.Expert, tables.Panelist)
        .join(tables.Panelist, col(tables.Panelist.expert_id) == col(tables.Expert.id))
        .where(tables.Panelist.round_id == round_id)
    )
    people = [Person(expert.number, expert.name, member.chair, member.absent) for expert, member in rows]
    return {person.number: person for person in sorted(people, key=lambda one: natural(one.number))}


def _tracks(
    session: Session, policy: Policy, round_id: int, found: standings.StoredResult
) -> tuple[TrackView, ...]:
    rows = {
        row.number: row
        for row in session.exec(select(tables.Application).where(tables.Application.round_id == round_id))
    }
    sheets = _sheets(session, round_id, found)
    outcome = found.result.outcome

    def shown(place: Place) -> PlaceView:
        row = rows[place.application]
        reserve = outcome.reserve[place.track]
        return PlaceView(
            place=place,
            unit=" · ".join(filter(None, (row.unit, row.branch))),
            title=row.title or row.occupation,
            blind_code=row.blind_code or "",
            sentence=outcomes.sentence(place, policy),
            figures=found.result.figures.get(place.application),
            sheets=tuple(sheets.get(place.application, ())),
            reserve=reserve.index(place.application) + 1 if place.application in reserve else None,
        )

    several = []
    for track in policy.tracks:
        places = [shown(place) for place in outcome.places if place.track is track]
        several.append(
            TrackView(
                track=track,
                cut=outcome.cuts[track],
                selected=tuple(one for one in places if one.place.selected),
                reserve=tuple(one for one in places if one.reserve),
                others=tuple(one for one in places if not one.place.selected and not one.reserve),
                comparison=found.result.comparisons.get(track),
                line=outcomes.line(outcome.cuts[track], policy),
            )
        )
    return tuple(several)


def _sheets(session: Session, round_id: int, found: standings.StoredResult) -> dict[str, list[SheetView]]:
    """The newest sealed revision of every sheet, by application, in the order of the experts."""
    rows = session.exec(
        select(tables.Sheet, tables.Submission, tables.Expert.number, tables.Application)
        .join(tables.Submission, col(tables.Submission.sheet_id) == col(tables.Sheet.id))
        .join(tables.Expert, col(tables.Expert.id) == col(tables.Sheet.expert_id))
        .join(tables.Application, col(tables.Application.id) == col(tables.Sheet.application_id))
        .where(
            tables.Sheet.round_id == round_id,
            col(tables.Submission.revision) == col(tables.Sheet.revision),
            col(tables.Sheet.state).in_([SheetState.SUBMITTED, SheetState.VOID]),
        )
    )
    by_application: dict[str, list[SheetView]] = {}
    for sheet, sealed, expert, application in sorted(rows, key=lambda row: natural(row[2])):
        by_application.setdefault(application.number, []).append(
            SheetView(
                expert=expert,
                application=application.number,
                blind_code=application.blind_code or "",
                revision=sealed.revision,
                items={
                    unit: (item["points"], item["comment"]) for unit, item in json.loads(sealed.items).items()
                },
                counted=(expert, application.number) in found.counted,
                void_because=sheet.void_because,
            )
        )
    return by_application


def _votes(session: Session, round_id: int, people: Mapping[str, Person]) -> tuple[VoteView, ...]:
    held = [
        VoteView(
            tuple(tie.split()),
            tuple(
                BallotView(people[ballot.expert], tuple(ballot.choice.split()), ballot.reason, ballot.chair)
                for ballot in sorted(cast, key=lambda one: (one.chair, natural(one.expert)))
            ),
        )
        for tie, cast in votes.recorded(session, round_id).items()
    ]
    none = votes.impossible(session, round_id).items()
    return (*held, *(VoteView(tuple(tie.split()), (), reason) for tie, reason in none))


def _finalised(session: Session, round_id: int) -> Signature | None:
    entries = read.of_act(session, ResultFinalized.act, str(round_id))
    if not entries:
        return None
    return Signature(_name(session, entries[-1].actor), entries[-1].at, entries[-1].index)


def _proposed(session: Session, round_id: int) -> Signature | None:
    """Who asked for the second person's agreement to finalise, while it is awaited."""
    row = session.exec(
        select(tables.Proposal).where(
            tables.Proposal.round_id == round_id,
            tables.Proposal.step == Step.FINALIZE,
            col(tables.Proposal.settled).is_(False),
        )
    ).first()
    return Signature(_name(session, row.proposed_as), row.proposed_at) if row else None


def _name(session: Session, identity: str) -> str:
    """The name behind an identity of the trail; the command line's user has none."""
    number = identity.removeprefix("u-")
    account = session.get(tables.Account, int(number)) if number.isdecimal() else None
    return account.name if account else identity
