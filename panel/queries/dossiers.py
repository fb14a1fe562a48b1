"""Applications (申报) as the check of eligibility sees them: a round in a list, and one with everything."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from panel import tables
from panel.audit import read
from panel.audit.events import ApplicationCorrected, ApplicationWithdrawn, IdentityCleared
from panel.queries import applications, eligibility, findings, identities
from panel.queries.identities import IdentityHit
from panel.rules.applications import Application, Studio, Track
from panel.rules.criteria import Identity, Policy
from panel.rules.eligibility import Finding, Verdict, Weight, proposed
from panel.rules.identities import IdentityKind, texts_of

_OUT = frozenset({Verdict.REFUSED, Verdict.VETOED})
_HISTORY = 200
_TRACKS = tuple(Track)


@dataclass(frozen=True, slots=True)
class Seen:
    """One finding as it stands; `moot` when the application on its other side is out already."""

    finding: Finding
    other: str
    other_here: bool
    """Whether the other side is an application of this round (else it is an existing studio)."""
    other_verdict: Verdict | None
    moot: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict as it was given."""

    verdict: Verdict
    article: str
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Act:
    """Something that was done to an application besides a verdict; `fields` are those that it touched."""

    act: str
    at: datetime
    by: str
    fields: tuple[str, ...]
    reason: str
    entry: int


@dataclass(frozen=True, slots=True)
class Line:
    """One application in the list."""

    number: str
    track: Track
    unit: str
    master: str
    occupation: str
    title: str
    linked_studio: str
    withdrawn: bool
    verdict: Verdict | None
    proposed: Verdict
    weight: Weight | None
    """The heaviest of its findings that still count."""
    findings: int
    words: int
    """Identity words that wait to be cleared."""
    falls_with: str
    """The studio with which a project falls, or nothing."""
    outdated: bool
    """Whether the findings have changed since the verdict."""

    @property
    def urgent(self) -> bool:
        """Whether it waits for somebody to act on what was found."""
        if self.withdrawn:
            return False
        found = self.weight in (Weight.BARS, Weight.COMPLETES) or self.falls_with != ""
        undecided = self.verdict is None and found
        return undecided or self.words > 0 or self.outdated or self.verdict is Verdict.INCOMPLETE


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text; `kind` where it may tell who applies, `cleared` where it may stay, and why.

    `word` is the whole word found, of which `text` is the rest where two words overlap.
    """

    text: str
    kind: IdentityKind | None = None
    word: str = ""
    cleared: bool = False
    because: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """One text of an application in its parts."""

    field: str
    pieces: tuple[Piece, ...]

    @property
    def waiting(self) -> tuple[Piece, ...]:
        """The words that nobody has looked at yet, each once."""
        words = {piece.word: piece for piece in self.pieces if piece.kind is not None and not piece.cleared}
        return tuple(words.values())


@dataclass(frozen=True, slots=True)
class Dossier:
    """One application with all that is known of it."""

    application: Application
    version: int
    line: Line
    coded: bool
    seen: tuple[Seen, ...]
    decisions: tuple[Decision, ...]
    acts: tuple[Act, ...]
    passages: Mapping[str, Passage]
    projects: tuple[Line, ...]
    """The projects that name this studio."""
    studio: Line | None
    register: Studio | None
    """What this project names: a studio of this round, or an existing one."""


@dataclass(frozen=True, slots=True)
class _Round:
    """All that is needed to judge any application of a round, read once."""

    policy: Policy
    rows: Mapping[str, tables.Application]
    entered: Mapping[str, Application]
    studios: Mapping[str, Studio]
    found: Mapping[str, tuple[Finding, ...]]
    newest: Mapping[str, tables.Eligibility]
    falling: Mapping[str, str]
    hits: Sequence[IdentityHit]

    def order(self, number: str) -> tuple[int, list[tuple[int, str]]]:
        """Studios first; S2 before S10."""
        parts = re.split(r"([0-9]+)", number)
        return _TRACKS.index(self.entered[number].track), [(int(p) if p.isdecimal() else 0, p) for p in parts]

    def verdict(self, number: str) -> Verdict | None:
        row = self.newest.get(number)
        return Verdict(row.verdict) if row else None

    def seen(self, number: str) -> tuple[Seen, ...]:
        return tuple(self._seen(finding) for finding in self.found.get(number, ()))

    def _seen(self, finding: Finding) -> Seen:
        other = finding.facts.get("other", "")
        verdict = self.verdict(other)
        return Seen(finding, other, other in self.entered, verdict, verdict in _OUT)

    def line(self, number: str) -> Line:
        application, row = self.entered[number], self.rows[number]
        counting = [seen.finding for seen in self.seen(number) if not seen.moot]
        weights = {finding.weight for finding in counting}
        falls_with = self.falling.get(number, "")
        decided = self.newest.get(number)
        codes = {finding.code.value for finding in self.found.get(number, ())}
        return Line(
            number=number,
            track=application.track,
            unit=application.unit,
            master=application.master_name,
            occupation=application.occupation,
            title=application.title,
            linked_studio=application.linked_studio,
            withdrawn=row.withdrawn,
            verdict=self.verdict(number),
            proposed=Verdict.REFUSED if falls_with else proposed(counting),
            weight=next((weight for weight in Weight if weight in weights), None),
            findings=len(counting),
            words=len({(h.hit.field, h.hit.word) for h in self._waiting(number)}),
            falls_with=falls_with,
            outdated=decided is not None and codes != set(decided.findings.split()),
        )

    def _waiting(self, number: str) -> Iterable[IdentityHit]:
        return (hit for hit in self.hits if hit.application == number and not hit.cleared)


def lines(session: Session, policy: Policy, round_id: int, closes_on: date) -> list[Line]:
    """Every application of the round, studios first, in the order of numbers."""
    whole = _read(session, policy, round_id, closes_on)
    return [whole.line(number) for number in sorted(whole.entered, key=whole.order)]


def one(session: Session, policy: Policy, round_id: int, closes_on: date, number: str) -> Dossier | None:
    """One application with everything, or None where there is none of that number."""
    whole = _read(session, policy, round_id, closes_on)
    application = whole.entered.get(number)
    if application is None:
        return None
    link = application.linked_studio
    return Dossier(
        application=application,
        version=whole.rows[number].version,
        line=whole.line(number),
        coded=policy.track(application.track).identity is Identity.CODED,
        seen=whole.seen(number),
        decisions=_decisions(session, whole.rows[number].id),
        acts=_acts(session, round_id, number),
        passages={
            field: _passage(field, text, [h for h in whole.hits if h.application == number])
            for field, text in texts_of(application).items()
        },
        projects=tuple(
            whole.line(other.number)
            for other in whole.entered.values()
            if other.track is Track.PROJECT and other.linked_studio == number
        ),
        studio=whole.line(link) if link in whole.entered else None,
        register=whole.studios.get(link),
    )


def _read(session: Session, policy: Policy, round_id: int, closes_on: date) -> _Round:
    rows = session.exec(select(tables.Application).where(tables.Application.round_id == round_id))
    decided = session.exec(
        select(tables.Eligibility, tables.Application.number)
        .join(tables.Application, col(tables.Application.id) == col(tables.Eligibility.application_id))
        .where(tables.Application.round_id == round_id)
        .order_by(col(tables.Eligibility.id))
    )
    return _Round(
        policy=policy,
        rows={row.number: row for row in rows},
        entered=applications.plain(session, round_id),
        studios=applications.studios(session, round_id),
        found=findings.of_round(session, policy, round_id, closes_on),
        newest={number: row for row, number in decided},
        falling=eligibility.falling(session, round_id),
        hits=identities.of_round(session, policy, round_id),
    )


def _decisions(session: Session, application_id: int) -> tuple[Decision, ...]:
    rows = session.exec(
        select(tables.Eligibility)
        .where(tables.Eligibility.application_id == application_id)
        .order_by(col(tables.Eligibility.id).desc())
    ).all()
    names = people(session, (row.decided_by for row in rows))
    return tuple(
        Decision(Verdict(row.verdict), row.article, row.reason, names[row.decided_by], row.decided_at)
        for row in rows
    )


def _acts(session: Session, round_id: int, number: str) -> tuple[Act, ...]:
    """Corrections, clearances and the withdrawal, newest first, as the trail has them."""
    kinds = {ApplicationCorrected.act, ApplicationWithdrawn.act, IdentityCleared.act}
    wanted = read.Filter(act="application", round_id=str(round_id), subject=number)
    records = [r for r in read.page(session, wanted, limit=_HISTORY) if r.ok and r.act in kinds]
    names = people(session, (record.actor for record in records))
    return tuple(
        Act(
            act=record.act,
            at=record.at,
            by=names[record.actor],
            fields=tuple(record.data.get("fields", ())),
            reason=read.words(session, record).get("reason", ""),
            entry=record.index,
        )
        for record in records
    )


def people(session: Session, ids: Iterable[str]) -> dict[str, str]:
    """The names behind identities of the trail; the command line's users keep their identity."""
    wanted = set(ids)
    numbers = [int(id_.removeprefix("u-")) for id_ in wanted if id_.removeprefix("u-").isdecimal()]
    rows = session.exec(
        select(tables.Account.id, tables.Account.name).where(col(tables.Account.id).in_(numbers))
    )
    return {id_: id_ for id_ in wanted} | {f"u-{id_}": name for id_, name in rows}


def _passage(field: str, text: str, hits: Iterable[IdentityHit]) -> Passage:
    pieces, reached = [], 0
    for hit in hits:
        if hit.hit.field != field:
            continue
        start, end = max(reached, hit.hit.start), hit.hit.end
        pieces.append(Piece(text[reached:start]))
        pieces.append(Piece(text[start:end], hit.hit.kind, hit.hit.word, hit.cleared, hit.because))
        reached = end
    pieces.append(Piece(text[reached:]))
    return Passage(field, tuple(piece for piece in pieces if piece.text))


def counts(listed: Iterable[Line]) -> Mapping[Verdict | None, int]:
    """How many applications that are still in stand at each verdict."""
    return Counter(line.verdict for line in listed if not line.withdrawn)
