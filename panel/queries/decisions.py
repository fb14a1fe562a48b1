"""The decisions that a result rests on, as they stand in the store, beside what the trail says of them."""

from __future__ import annotations

import json
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TypeVar

from sqlmodel import Session, col, select

from panel import tables
from panel.audit import read, seals
from panel.audit.events import (
    ApplicationCorrected,
    ApplicationWithdrawn,
    ChairNamed,
    ConflictDeclared,
    DrawHeld,
    EligibilityDecided,
    ExpertAbsent,
    ExpertRemoved,
    ExpertSelected,
    FileImported,
    IdentityCleared,
    PledgeSigned,
    RecusalDecided,
    SheetReturned,
    SheetSubmitted,
    SheetVoided,
    VoteImpossible,
    VoteRecorded,
)
from panel.language import N_, _
from panel.queries import conflicts, draws, votes
from panel.rules.conflicts import Reach
from panel.rules.sheets import SheetState
from panel.vocabulary import term

Row = TypeVar("Row")

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
    kept = [((str(application.round_id), application.number), row) for row, application in rows]

    def fits(row: tables.Eligibility, record: read.Record) -> bool:
        data = record.data
        return (row.verdict, row.article, row.findings.split(), said(row.reason)) == (
            data["verdict"],
            data.get("article", ""),
            list(data.get("findings", ())),
            data.get("reason", said("")),
        )

    return _unequal(
        session, EligibilityDecided.act, fits, kept, N_("申报 {who} 的资格审查结论与留痕记录不一致")
    )


def withdrawals(session: Session) -> Iterator[Difference]:
    """Which applications were withdrawn."""
    rows = session.exec(select(tables.Application).where(col(tables.Application.withdrawn).is_(True)))
    kept = [((str(row.round_id), row.number), row) for row in rows]
    return _unequal(
        session,
        ApplicationWithdrawn.act,
        lambda _row, _record: True,
        kept,
        N_("申报 {who} 的撤回与留痕记录不一致"),
    )


def recusals(session: Session) -> Iterator[Difference]:
    """Every decision on a recusal, word for word; the trail names the applications that it covers."""
    rows = session.exec(
        select(tables.Recusal, tables.Expert.number)
        .join(tables.Expert, col(tables.Expert.id) == col(tables.Recusal.expert_id))
        .order_by(col(tables.Recusal.id))
    ).all()
    entered = {round_id: _last_entry(session, round_id) for round_id in {row.round_id for row, _ in rows}}
    areas = {round_id: conflicts.scope(session, round_id) for round_id in entered}

    def fits(row: tables.Recusal, record: read.Record) -> bool:
        data = record.data
        plain = (row.recused, row.reach, row.late, said(row.reason))
        if plain != (data["recused"], data["reach"], data["late"], data.get("reason", said(""))):
            return False
        if row.reach == Reach.ROUND or entered[row.round_id] > record.index:
            return True  # What a unit covers may be another since its applications were corrected.
        covered = areas[row.round_id].covers(Reach(row.reach), row.target)
        return " ".join(covered) == str(data.get("target", ""))

    kept = [((str(row.round_id), expert), row) for row, expert in rows]
    return _unequal(session, RecusalDecided.act, fits, kept, N_("专家 {who} 的回避决定与留痕记录不一致"))


def clearances(session: Session) -> Iterator[Difference]:
    """Every word that was let stand in a coded application."""
    rows = session.exec(
        select(tables.Clearance, tables.Application)
        .join(tables.Application, col(tables.Application.id) == col(tables.Clearance.application_id))
        .order_by(col(tables.Clearance.id))
    )
    kept = [((str(application.round_id), application.number), row) for row, application in rows]

    def fits(row: tables.Clearance, record: read.Record) -> bool:
        data = record.data
        return (row.field, said(row.word), said(row.reason)) == (data["field"], data["word"], data["reason"])

    return _unequal(session, IdentityCleared.act, fits, kept, N_("申报 {who} 的身份词语处理与留痕记录不一致"))


def declarations(session: Session) -> Iterator[Difference]:
    """Every tie that an expert declared."""
    rows = session.exec(
        select(tables.Conflict, tables.Expert.number)
        .join(tables.Expert, col(tables.Expert.id) == col(tables.Conflict.expert_id))
        .where(col(tables.Conflict.declared).is_(True))
    )
    kept = {
        (str(row.round_id), expert, row.code, said(str(json.loads(row.facts).get("note", ""))))
        for row, expert in rows
    }
    logged = {
        (record.round_id, record.subject, str(record.data["code"]), str(record.data["said"]))
        for record in read.of_act(session, ConflictDeclared.act)
    }
    for _round_id, expert, *_rest in sorted(kept ^ logged):
        yield Difference(-1, _("专家 {who} 申报的利益冲突与留痕记录不一致").format(who=expert))


def pledges(session: Session) -> Iterator[Difference]:
    """Whoever counts as having taken the pledge took it, and this text."""
    texts = {
        (record.round_id, record.subject): record.data["text"]
        for record in read.of_act(session, PledgeSigned.act)
    }
    rows = session.exec(
        select(tables.Panelist, tables.Expert.number)
        .join(tables.Expert, col(tables.Expert.id) == col(tables.Panelist.expert_id))
        .where(col(tables.Panelist.pledged_at).is_not(None))
    )
    for row, expert in rows:
        if texts.get((str(row.round_id), expert)) != row.pledge_digest:
            yield Difference(-1, _("专家 {who} 的承诺书与留痕记录不一致").format(who=expert))


def panels(session: Session) -> Iterator[Difference]:
    """Who was put on a panel by hand, who chairs it, and who does not take part; draws are checked apart."""
    for round_id in session.exec(select(tables.Round.id)).all():
        expected = _panel_by_trail(session, round_id)
        rows = session.exec(
            select(tables.Panelist, tables.Expert.number)
            .join(tables.Expert, col(tables.Expert.id) == col(tables.Panelist.expert_id))
            .where(tables.Panelist.round_id == round_id)
        ).all()
        found = _Panel(
            by_hand={expert for row, expert in rows if row.draw_id is None},
            chairs={expert for row, expert in rows if row.chair},
            absent={expert: said(row.absent_because) for row, expert in rows if row.absent},
        )
        gone, away = expected.absent.items(), found.absent.items()
        for what, differing in (
            (N_("人工选定的专家与留痕记录不一致：{names}"), found.by_hand ^ expected.by_hand),
            (N_("组长与留痕记录不一致：{names}"), found.chairs ^ expected.chairs),
            (N_("缺席的专家与留痕记录不一致：{names}"), {expert for expert, _why in away ^ gone}),
        ):
            if differing:
                yield Difference(-1, _(what).format(names=_("、").join(sorted(differing))))


def drawn(session: Session) -> Iterator[Difference]:
    """Every draw, repeated."""
    for round_id in session.exec(select(tables.Round.id)).all():
        for fault in draws.faults(session, round_id):
            what = _("第 {attempt} 次抽取重新核对不一致（{problem}）")
            yield Difference(-1, what.format(attempt=fault.attempt, problem=term(fault.problem)))


def ballots(session: Session) -> Iterator[Difference]:
    """Every ballot of every named vote; a later entry on the same tie adds the chair's decision."""
    logged: dict[Key, read.Record] = {}
    for record in read.of_act(session, VoteRecorded.act):
        logged[record.round_id, record.subject] = record
    for round_id in session.exec(select(tables.Round.id)).all():
        for tie, cast in votes.recorded(session, round_id).items():
            newest = logged.pop((str(round_id), tie), None)
            if newest is None or newest.data["digest"] != votes.digest(cast):
                what = _("{tie} 的记名投票与留痕记录不一致").format(tie=_("、").join(tie.split()))
                yield Difference(newest.index if newest else -1, what)
    for record in logged.values():
        tied = _("、").join(record.subject.split())
        yield Difference(record.index, _("{tie} 的记名投票不见了").format(tie=tied))


def no_votes(session: Session) -> Iterator[Difference]:
    """Every tie that nobody could vote on."""
    kept = [
        ((str(row.round_id), row.tie), row)
        for row in session.exec(select(tables.NoVote).order_by(col(tables.NoVote.id)))
    ]

    def fits(row: tables.NoVote, record: read.Record) -> bool:
        return (row.track, said(row.reason)) == (record.data["track"], record.data["reason"])

    return _unequal(session, VoteImpossible.act, fits, kept, N_("{who} 无人可以投票的登记与留痕记录不一致"))


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
            what = _("评分表 {sheet} 为{state}（第 {revision} 版），留痕记录为{logged}（第 {at} 版）")
            states = {"state": term(SheetState(row.state)), "logged": term(SheetState(state))}
            yield Difference(index, what.format(sheet=subject, revision=row.revision, at=at, **states))
    for record, *_rest in expected.values():
        yield Difference(record.index, _("评分表 {sheet} 不见了").format(sheet=record.subject))


CHECKS: tuple[Callable[[Session], Iterator[Difference]], ...] = (
    verdicts,
    withdrawals,
    clearances,
    declarations,
    recusals,
    pledges,
    panels,
    drawn,
    sheets,
    ballots,
    no_votes,
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


def _last_entry(session: Session, round_id: int) -> int:
    """The newest entry that changed what was entered in the round; -1 if there is none."""
    acts = (FileImported.act, ApplicationCorrected.act)
    entries = [record.index for act in acts for record in read.of_act(session, act, str(round_id))]
    return max(entries, default=-1)


@dataclass(slots=True)
class _Panel:
    by_hand: set[str] = field(default_factory=set)
    chairs: set[str] = field(default_factory=set)
    absent: dict[str, str] = field(default_factory=dict)


def _panel_by_trail(session: Session, round_id: int) -> _Panel:
    """What the entries of a round, played again, leave of its panel."""
    acts = (ExpertSelected.act, ExpertRemoved.act, ExpertAbsent.act, ChairNamed.act, DrawHeld.act)
    entries = [record for act in acts for record in read.of_act(session, act, str(round_id))]
    panel = _Panel()
    for record in sorted(entries, key=lambda one: one.index):
        _PLAYED[record.act](panel, record)
    return panel


def _select(panel: _Panel, record: read.Record) -> None:
    panel.by_hand.add(record.subject)


def _remove(panel: _Panel, record: read.Record) -> None:
    panel.by_hand.discard(record.subject)
    panel.absent.pop(record.subject, None)
    panel.chairs.discard(record.subject)


def _miss(panel: _Panel, record: read.Record) -> None:
    panel.absent[record.subject] = record.data.get("reason", said(""))


def _elect(panel: _Panel, record: read.Record) -> None:
    panel.chairs = {record.subject}


def _redraw(panel: _Panel, _record: read.Record) -> None:
    """Whoever is drawn begins anew; who was put there by hand stays."""
    panel.absent = {expert: why for expert, why in panel.absent.items() if expert in panel.by_hand}
    panel.chairs &= panel.by_hand


_PLAYED: Mapping[str, Callable[[_Panel, read.Record], None]] = {
    ExpertSelected.act: _select,
    ExpertRemoved.act: _remove,
    ExpertAbsent.act: _miss,
    ChairNamed.act: _elect,
    DrawHeld.act: _redraw,
}


def _unequal(
    session: Session,
    act: str,
    fits: Callable[[Row, read.Record], bool],
    kept: Iterable[tuple[Key, Row]],
    what: str,
) -> Iterator[Difference]:
    """Compare rows with the entries of `act`, one by one in their order under each key."""
    logged: dict[Key, list[read.Record]] = defaultdict(list)
    for record in read.of_act(session, act):
        logged[record.round_id, record.subject].append(record)
    stored: dict[Key, list[Row]] = defaultdict(list)
    for key, row in kept:
        stored[key].append(row)
    for key in dict.fromkeys([*logged, *stored]):
        for one, entry in zip_longest(stored[key], logged[key]):
            if one is None or entry is None or not fits(one, entry):
                yield Difference(entry.index if entry else -1, _(what).format(who=key[1]))
