"""The audit trail (留痕) as an inspector reads it: in sentences, with the names behind its pseudonyms."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from sqlmodel import Session, col, select

from panel import tables
from panel.audit import read
from panel.audit.events import VOCABULARY, RoundCreated, StageChanged
from panel.audit.read import Filter, Proof, Record
from panel.errors import LogTampered
from panel.language import _
from panel.queries import corrections
from panel.queries.corrections import Correction
from panel.queries.names import Names
from panel.rules.stages import ORDER, Stage
from panel.sentences import entries, events
from panel.sentences.entries import Fact
from panel.sentences.events import Kind

PAGE = 50
MOST_MATCHES = 50
"""How many experts or units a name that was typed may stand for."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries to show; empty means all.

    `round_id` shows a round, with what belongs to no round between; `stage` only that part of it. `thing` is
    an application, an expert, the sheet of one on the other, or anything else by its identifier.
    """

    actor: str = ""
    kind: Kind | None = None
    round_id: str = ""
    stage: Stage | None = None
    thing: str = ""
    since: datetime | None = None
    until: datetime | None = None
    refused_only: bool = False


@dataclass(frozen=True, slots=True)
class EntryView:
    """One entry as a line."""

    index: int
    at: datetime
    actor: str
    role: str
    sentence: str
    thing: str
    kind: Kind | None
    kind_term: str
    refused: bool
    readable: bool


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Some entries, newest first; `older` is the number before which the next page goes on."""

    entries: tuple[EntryView, ...]
    older: int | None


@dataclass(frozen=True, slots=True)
class EntryDetail:
    """One entry with all that can be said of it; no proof where the trail is damaged."""

    view: EntryView
    title: str
    round_code: str
    actor_id: str
    subject: str
    ip: str
    session: str
    request: str
    facts: tuple[Fact, ...]
    words: tuple[tuple[str, str], ...]
    change: tuple[str, str, str] | None
    """What was corrected: the fields, and the digests before and after."""
    correction: Correction | None
    """The same in words, where they are still kept."""
    body: str
    pretty: str
    leaf: str
    proof: Proof | None
    newer: int | None


@dataclass(frozen=True, slots=True)
class StageSpan:
    """One stage of a round: when it began (None if not yet), how long it lasted or has lasted so far."""

    stage: Stage
    begun: datetime | None
    ended: datetime | None
    lasted: timedelta | None
    entry: int | None
    sentence: str

    @property
    def state(self) -> str:
        """done, current or next."""
        if self.begun is None:
            return "next"
        return "done" if self.ended else "current"


class Kept(StrEnum):
    """How the trail stands to a checkpoint that somebody kept."""

    CONTINUES = "continues"
    SHORTER = "shorter"
    OTHER = "other"


def inclusion(session: Session, index: int, length: int) -> list[str]:
    """The proof that an entry stood in the trail when it was so long."""
    return read.inclusion(session, index, length)


def consistency(session: Session, old: int, new: int) -> list[str]:
    """The proof that the trail of `new` entries begins with that of `old`."""
    return read.consistency(session, old, new)


def size(session: Session) -> int:
    """How many entries there are."""
    return read.size(session)


def page(session: Session, wanted: Wanted, *, before: int | None = None, limit: int = PAGE) -> EntryPage:
    """The newest entries, or those right before number `before`."""
    records = _records(session, wanted, before=before, limit=limit + 1)
    shown = records[:limit]
    return EntryPage(_views(session, shown), shown[-1].index if len(records) > limit else None)


def news(
    session: Session, wanted: Wanted, *, after: int, before: int | None = None, limit: int = PAGE
) -> EntryPage:
    """Entries that came right after number `after`; the page is full when there are more still.

    Whoever asks on from the length that was read first gives it as `before`: what came since comes next.
    """
    records = _records(session, wanted, before=before, after=after, limit=limit)
    return EntryPage(_views(session, records), None)


def entry(session: Session, index: int) -> EntryDetail | None:
    """One entry, whole."""
    record = read.entry(session, index)
    if record is None:
        return None
    names = Names(session)
    said = json.loads(record.body) if record.readable else {}
    wording = read.words(session, record)
    hidden = frozenset({*_said(record), "before", "after"})
    return EntryDetail(
        view=_view(record, names),
        title=events.title(record.act),
        round_code=names.round_code(record.round_id),
        actor_id=record.actor,
        subject=record.subject,
        ip=str(said.get("ip", "")),
        session=str(said.get("who", {}).get("sid", "")),
        request=str(said.get("req", "")),
        facts=tuple(entries.facts(record.data, without=hidden, name=names)),
        words=tuple((entries.label(field), text) for field, text in wording.items()),
        change=_change(record),
        correction=corrections.of_entry(session, record),
        body=record.body,
        pretty=json.dumps(said, ensure_ascii=False, indent=2),
        leaf=record.leaf,
        proof=_proof(session, record),
        newer=index + 1 if index + 1 < read.size(session) else None,
    )


def stages(session: Session, round_id: int, now: datetime) -> list[StageSpan]:
    """Every stage of a round as the trail tells it, with the time that each took."""
    begun = dict(_begun(session, str(round_id)))
    passed = [stage for stage in ORDER if stage in begun]
    names = Names(session)
    spans = []
    for stage in ORDER:
        record = begun.get(stage)
        if record is None:
            spans.append(StageSpan(stage, None, None, None, None, ""))
            continue
        after = passed[passed.index(stage) + 1 :]
        ended = begun[after[0]].at if after else None
        sentence = _view(record, names).sentence
        spans.append(StageSpan(stage, record.at, ended, (ended or now) - record.at, record.index, sentence))
    return spans


def kept(session: Session, checkpoint: tuple[int, str], verified: int) -> Kept:
    """Whether the trail, verified over so many entries, goes on from a kept checkpoint (length, root)."""
    length, root = checkpoint
    if verified < length:
        return Kept.SHORTER
    try:
        return Kept.CONTINUES if read.root_at(session, length) == root else Kept.OTHER
    except LogTampered:
        return Kept.OTHER


# Which entries


def _records(
    session: Session, wanted: Wanted, *, before: int | None = None, after: int | None = None, limit: int
) -> list[Record]:
    """Newest first. Where nothing narrower is given, each act of a kind is asked for by its index."""
    low, high = _range(session, wanted)
    high = min(high, before) if before is not None else high
    found: dict[int, Record] = {}
    for one in _filters(session, wanted):
        if after is None:
            several = read.page(session, one, before=high, limit=limit)
        else:
            several = read.page(session, one, before=high, after=max(after, low - 1), limit=limit)
        found.update({record.index: record for record in several if record.index >= low})
    newest_first = [found[index] for index in sorted(found, reverse=True)]
    return newest_first[:limit] if after is None else newest_first[-limit:]


def _filters(session: Session, wanted: Wanted) -> Iterator[Filter]:
    acts = tuple(act for act in VOCABULARY if wanted.kind is not None and events.kind(act) is wanted.kind)
    usual = Filter(
        actor=wanted.actor,
        round_id=wanted.round_id,
        refused_only=wanted.refused_only,
        subjects=_subjects(session, wanted.thing) if wanted.thing else (),
        acts=acts,
    )
    narrow = usual.subjects or usual.actor or usual.refused_only
    for one in [usual] if narrow or not acts else [replace(usual, act=act) for act in acts]:
        yield one
        if wanted.round_id:
            # Attempts are refused before it is known which round they belong to.
            yield replace(one, round_id="", round_ids=("",), refused_only=True)


def _range(session: Session, wanted: Wanted) -> tuple[int, int]:
    """From which number on, and before which, the wanted stage and time lie."""
    low, high = 0, read.size(session)
    if wanted.round_id:
        low, high = _stage_range(session, wanted, high)
    if wanted.since is not None:
        low = max(low, _first_at(session, wanted.since, high))
    if wanted.until is not None:
        high = min(high, _first_at(session, wanted.until, high))
    return low, high


def _stage_range(session: Session, wanted: Wanted, length: int) -> tuple[int, int]:
    begun = list(_begun(session, wanted.round_id))
    numbers = [record.index for _, record in begun]
    if wanted.stage is None:
        return min(numbers, default=0), length
    for place, (stage, record) in enumerate(begun):
        if stage is wanted.stage:
            return record.index, (numbers[place + 1 :] or [length])[0]
    return length, length


def _begun(session: Session, round_id: str) -> Iterator[tuple[Stage, Record]]:
    """The entry with which each stage of a round began, in their order."""
    for record in read.of_act(session, RoundCreated.act, round_id):
        yield Stage.SETUP, record
    for record in read.of_act(session, StageChanged.act, round_id):
        yield Stage(record.data["stage"]), record


def _first_at(session: Session, moment: datetime, length: int) -> int:
    """The first number written at `moment` or later: numbers give the order, and the clock goes with them."""
    low, high = 0, length
    while low < high:
        middle = (low + high) // 2
        record = read.entry(session, middle)
        if record is not None and record.at >= moment:
            high = middle
        else:
            low = middle + 1
    return low


def _subjects(session: Session, thing: str) -> tuple[str, ...]:
    """How the trail may name it: itself, an expert or unit of that name, and the sheets of either."""
    experts = session.exec(
        select(tables.Expert.id, tables.Expert.number)
        .where(
            (col(tables.Expert.number) == thing) | col(tables.Expert.name).contains(thing, autoescape=True)
        )
        .limit(MOST_MATCHES)
    ).all()
    applications = session.exec(
        select(tables.Application.id, tables.Application.number)
        .where(
            (col(tables.Application.number) == thing)
            | col(tables.Application.unit).contains(thing, autoescape=True)
        )
        .limit(MOST_MATCHES)
    ).all()
    sheets = session.exec(
        select(tables.Expert.number, tables.Application.number)
        .join(tables.Sheet, col(tables.Sheet.expert_id) == col(tables.Expert.id))
        .join(tables.Application, col(tables.Application.id) == col(tables.Sheet.application_id))
        .where(
            col(tables.Sheet.expert_id).in_([id_ for id_, _ in experts])
            | col(tables.Sheet.application_id).in_([id_ for id_, _ in applications])
        )
    ).all()
    own = {number for _, number in (*experts, *applications)}
    return tuple(sorted({thing, *own, *(f"{expert}/{application}" for expert, application in sheets)}))


# In words


def _views(session: Session, records: list[Record]) -> tuple[EntryView, ...]:
    names = Names(session)
    return tuple(_view(record, names) for record in records)


def _view(record: Record, names: Names) -> EntryView:
    kind = events.kind(record.act)
    return EntryView(
        index=record.index,
        at=record.at,
        actor=names.actor(record.actor),
        role=names.role(record.actor),
        sentence=_sentence(record, names),
        thing=names.thing(record),
        kind=kind,
        kind_term=_(events.KINDS[kind]) if kind else "",
        refused=not record.ok,
        readable=record.readable,
    )


def _sentence(record: Record, names: Names) -> str:
    if not record.readable:
        return _("这条记录被改动过，已无法读出")
    act = record.act if record.ok else events.REFUSED
    return events.sentence(act, record.data, record.subject, names)


def _said(record: Record) -> tuple[str, ...]:
    kind = VOCABULARY.get(record.act)
    return kind.texts() if kind else ()


def _change(record: Record) -> tuple[str, str, str] | None:
    if "before" not in record.data or "after" not in record.data:
        return None
    columns = _("、").join(map(entries.column, record.data.get("fields", ())))
    return columns, str(record.data["before"]), str(record.data["after"])


def _proof(session: Session, record: Record) -> Proof | None:
    try:
        return read.proof(session, record)
    except LogTampered:
        return None
