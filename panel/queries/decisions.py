"""The decisions that a result rests on, as they stand in the store, beside what the trail says of them."""

from __future__ import annotations

import json
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from sqlmodel import Session, col, select

from panel import tables
from panel.audit import read, seals
from panel.audit.events import (
    ApplicationWithdrawn,
    ChairNamed,
    EligibilityDecided,
    ExpertAbsent,
    RecusalDecided,
    SheetReturned,
    SheetSubmitted,
    SheetVoided,
    VoteRecorded,
)
from panel.queries import votes
from panel.rules.sheets import SheetState

Key = tuple[str, str]
"""The round's row and the subject, as the trail writes them."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Where store and trail disagree; `index` is the entry, or -1 where there is none."""

    index: int
    what: str


def verdicts(session: Session) -> Iterator[Difference]:
    """Every verdict on eligibility, word for word."""
    rows = session.exec(
        select(tables.Eligibility, tables.Application)
        .join(tables.Application, col(tables.Application.id) == col(tables.Eligibility.application_id))
        .order_by(col(tables.Eligibility.id))
    )
    kept = [
        (
            (str(application.round_id), application.number),
            (row.verdict, row.article, tuple(row.findings.split()), said(row.reason)),
        )
        for row, application in rows
    ]
    return _unequal(
        session,
        EligibilityDecided.act,
        lambda data: (
            data["verdict"],
            data.get("article", ""),
            tuple(data.get("findings", ())),
            data.get("reason", said("")),
        ),
        kept,
        "the verdict on application",
    )


def withdrawals(session: Session) -> Iterator[Difference]:
    """Which applications were withdrawn."""
    rows = session.exec(select(tables.Application).where(col(tables.Application.withdrawn).is_(True)))
    kept = [((str(row.round_id), row.number), True) for row in rows]
    return _unequal(
        session, ApplicationWithdrawn.act, lambda _data: True, kept, "the withdrawal of application"
    )


def recusals(session: Session) -> Iterator[Difference]:
    """Every decision on a recusal, word for word."""
    rows = session.exec(
        select(tables.Recusal, tables.Expert.number)
        .join(tables.Expert, col(tables.Expert.id) == col(tables.Recusal.expert_id))
        .order_by(col(tables.Recusal.id))
    )
    kept = [
        (
            (str(row.round_id), expert),
            (row.recused, row.reach, row.target, row.late, said(row.reason)),
        )
        for row, expert in rows
    ]
    return _unequal(
        session,
        RecusalDecided.act,
        lambda data: (
            data["recused"],
            data["reach"],
            data.get("target", ""),
            data["late"],
            data.get("reason", said("")),
        ),
        kept,
        "the decision on the recusal of expert",
    )


def absences(session: Session) -> Iterator[Difference]:
    """Which panel members do not take part."""
    kept = [
        (key, said(row.absent_because))
        for key, row in _members(session, col(tables.Panelist.absent).is_(True))
    ]
    return _unequal(
        session, ExpertAbsent.act, lambda data: data.get("reason", said("")), kept, "the absence of expert"
    )


def chairs(session: Session) -> Iterator[Difference]:
    """Who chairs each panel: the one who was named last."""
    named = {record.round_id: record for record in read.of_act(session, ChairNamed.act)}
    for (round_id, expert), _row in _members(session, col(tables.Panelist.chair).is_(True)):
        record = named.pop(round_id, None)
        if record is None or record.subject != expert:
            yield Difference(record.index if record else -1, f"expert {expert} chairs against the trail")
    for record in named.values():
        yield Difference(record.index, f"expert {record.subject} was named as chair and is not")


def ballots(session: Session) -> Iterator[Difference]:
    """Every ballot of every named vote; a later entry on the same tie adds the chair's decision."""
    logged: dict[Key, read.Record] = {}
    for record in read.of_act(session, VoteRecorded.act):
        logged[record.round_id, record.subject] = record
    for round_id in session.exec(select(tables.Round.id)).all():
        for tie, cast in votes.recorded(session, round_id).items():
            newest = logged.pop((str(round_id), tie), None)
            if newest is None or newest.data["digest"] != votes.digest(cast):
                yield Difference(
                    newest.index if newest else -1, f"the ballots on {tie} are not those that were recorded"
                )
    for record in logged.values():
        yield Difference(record.index, f"the ballots on {record.subject} are gone")


def sheets(session: Session) -> Iterator[Difference]:
    """Whether each sheet is a draft, submitted or void, and in which revision."""
    expected: dict[Key, tuple[read.Record, str, int]] = {}
    for record in sorted(_sheet_acts(session), key=lambda one: one.index):
        key = record.round_id, record.subject
        expected[key] = record, _AFTER[record.act], revision(record) + (record.act == SheetReturned.act)
    rows = session.exec(
        select(tables.Sheet, tables.Expert.number, tables.Application.number)
        .join(tables.Expert, col(tables.Expert.id) == col(tables.Sheet.expert_id))
        .join(tables.Application, col(tables.Application.id) == col(tables.Sheet.application_id))
    )
    for row, expert, application in rows:
        subject = f"{expert}/{application}"
        known = expected.pop((str(row.round_id), subject), None)
        index, state, at = (known[0].index, *known[1:]) if known else (-1, SheetState.DRAFT, 1)
        if (row.state, row.revision) != (state, at):
            yield Difference(
                index,
                f"sheet {subject} counts as {row.state}, revision {row.revision}; "
                f"by the trail it is {state}, revision {at}",
            )
    for record, *_rest in expected.values():
        yield Difference(record.index, f"sheet {record.subject} is gone")


CHECKS: tuple[Callable[[Session], Iterator[Difference]], ...] = (
    verdicts,
    withdrawals,
    recusals,
    absences,
    chairs,
    sheets,
    ballots,
)
"""Everything that is compared."""

_AFTER: Mapping[str, SheetState] = {
    SheetSubmitted.act: SheetState.SUBMITTED,
    SheetReturned.act: SheetState.DRAFT,
    SheetVoided.act: SheetState.VOID,
}


def revision(record: read.Record) -> int:
    """The revision of the sheet that an entry is about."""
    return int(json.loads(record.body)["obj"]["rev"])


def said(words: str) -> str:
    """How the trail writes these words."""
    return seals.text_digest(unicodedata.normalize("NFC", words))


def _sheet_acts(session: Session) -> Iterator[read.Record]:
    for act in _AFTER:
        yield from read.of_act(session, act)


def _members(session: Session, condition: Any) -> list[tuple[Key, tables.Panelist]]:
    rows = session.exec(
        select(tables.Panelist, tables.Expert.number)
        .join(tables.Expert, col(tables.Expert.id) == col(tables.Panelist.expert_id))
        .where(condition)
    )
    return [((str(row.round_id), expert), row) for row, expert in rows]


def _unequal(
    session: Session,
    act: str,
    plain: Callable[[Mapping[str, Any]], object],
    kept: Iterable[tuple[Key, object]],
    what: str,
) -> Iterator[Difference]:
    """Compare rows with the entries of `act`, one by one in their order under each key."""
    logged: dict[Key, list[read.Record]] = defaultdict(list)
    for record in read.of_act(session, act):
        logged[record.round_id, record.subject].append(record)
    stored: dict[Key, list[object]] = defaultdict(list)
    for key, value in kept:
        stored[key].append(value)
    for key in dict.fromkeys([*logged, *stored]):
        for value, record in zip_longest(stored[key], logged[key]):
            if record is None or value is None or plain(record.data) != value:
                index = record.index if record else -1
                yield Difference(index, f"{what} {key[1]} is not the one that was recorded")
