"""The stages of a round as the trail tells them: one after the other, each as it has to be decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from sqlmodel import Session, select

from panel import tables
from panel.audit import read
from panel.audit.events import ScoreSaved, SheetReturned, SheetSubmitted, StageChanged, StepProposed
from panel.audit.read import Record
from panel.language import _
from panel.queries import applications
from panel.queries.decisions import Difference
from panel.rules.criteria import Confirmation
from panel.rules.stages import ORDER, Stage
from panel.rules.steps import LEADS_TO, Step

WRITTEN = (ScoreSaved.act, SheetSubmitted.act, SheetReturned.act)


def faults(session: Session) -> Iterator[Difference]:
    """Where the course of a round cannot have been as it should: somebody wrote to the store meanwhile."""
    for round_id, code in session.exec(select(tables.Round.id, tables.Round.code)).all():
        changes = read.of_act(session, StageChanged.act, str(round_id))
        yield from _disorder(code, changes)
        yield from _alone(session, str(round_id), code, changes)
        yield from _out_of_time(session, str(round_id), code, changes)
        yield from _other_contents(session, round_id, code, changes)


def _disorder(code: str, changes: Sequence[Record]) -> Iterator[Difference]:
    passed = [Stage.SETUP, *(Stage(change.data["stage"]) for change in changes)]
    for change, (before, after) in zip(changes, pairwise(passed), strict=True):
        if ORDER.index(after) != ORDER.index(before) + 1:
            yield Difference(change.index, _("批次 {code} 的环节没有依次进行").format(code=code))


def _alone(session: Session, round_id: str, code: str, changes: Sequence[Record]) -> Iterator[Difference]:
    """A step that two persons take was proposed by somebody else, in the stage that it ended."""
    proposals = read.of_act(session, StepProposed.act, round_id)
    earlier = -1
    for change in changes:
        asked = [
            proposal
            for proposal in proposals
            if earlier < proposal.index < change.index
            and LEADS_TO[Step(proposal.data["step"])] == change.data["stage"]
            and proposal.actor != change.actor
        ]
        if change.data["mode"] == Confirmation.TWO_PERSON and not asked:
            yield Difference(change.index, _("批次 {code} 的环节变更没有第二人确认").format(code=code))
        earlier = change.index


def _out_of_time(
    session: Session, round_id: str, code: str, changes: Sequence[Record]
) -> Iterator[Difference]:
    """Sheets are written while scoring is open, and until the opening those that were given back since."""
    begun = {change.data["stage"]: change.index for change in changes}
    low, closed, opened = (begun.get(stage) for stage in (Stage.SCORING, Stage.CLOSED, Stage.OPENED))
    first = read.outside(session, WRITTEN, round_id, low or 0, opened if low is not None else -1)
    if first is not None:
        yield Difference(first, _("批次 {code} 的评分表在评分环节以外被改动过").format(code=code))
    if closed is None:
        return
    last = read.size(session) if opened is None else opened
    late = _not_given_back(read.between(session, WRITTEN, round_id, closed, last))
    if late is not None:
        what = _("批次 {code} 的评分表在评分结束以后未经退回被改动过")
        yield Difference(late, what.format(code=code))


def _not_given_back(written: Iterable[Record]) -> int | None:
    """The first save or submission of a sheet that had not been given back since scoring was closed."""
    again: set[str] = set()
    for record in written:
        if record.act == SheetReturned.act:
            again.add(record.subject)
        elif record.subject not in again:
            return record.index
        elif record.act == SheetSubmitted.act:
            again.remove(record.subject)
    return None


def _other_contents(
    session: Session, round_id: int, code: str, changes: Sequence[Record]
) -> Iterator[Difference]:
    """What is judged is what was handed in when scoring opened."""
    for change in changes:
        opened = change.data["stage"] == Stage.SCORING
        if opened and change.data.get("entered") != applications.digest(session, round_id):
            what = _("批次 {code} 的申报内容在评分开始以后被改动过")
            yield Difference(change.index, what.format(code=code))
