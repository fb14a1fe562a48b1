"""Recusals (回避): conflicts put on record from the data, and the decision on each, which may come late."""

from __future__ import annotations

from collections.abc import Collection

from sqlmodel import Session, col, select

from panel import tables
from panel.audit import seals
from panel.audit.events import ConflictsFound, RecusalDecided, Said
from panel.errors import InvalidInput, NotFound, Problem, RuleBroken
from panel.language import _
from panel.queries import conflicts, rounds
from panel.queries import recusals as decided
from panel.queries.conflicts import ConflictView
from panel.rules import recusals
from panel.rules.conflicts import Conflict, Reach
from panel.rules.criteria import Policy
from panel.rules.permissions import Action
from panel.rules.recusals import Aftermath, Recusal
from panel.rules.sheets import SheetState
from panel.rules.stages import Stage
from panel.services import sheets
from panel.services.accounts import required
from panel.services.office import Actor, Change, Office
from panel.services.rounds import locked


def find(office: Office, actor: Actor, round_code: str) -> int:
    """Put on record what the data show; answers how many conflicts are new. Asking again adds nothing."""
    with office.change(actor, ConflictsFound) as change:
        round_ = locked(change, round_code)
        change.permit(Action.DECIDE_RECUSAL, round_)
        return seek(change, round_, office.policy_of(round_))


def seek(change: Change, round_: tables.Round, policy: Policy) -> int:
    """The same in a running change: for the whole file before scoring, for the panel afterwards.

    What the data no longer show, say because an application was corrected, goes unless it was decided.
    """
    session = change.session
    sought = None if round_.stage == Stage.SETUP else _members(session, round_.id)
    shown = conflicts.found(session, policy, round_, sought)
    found = {conflicts.key_of(id_, one): one for id_, several in shown.items() for one in several}
    known = set()
    for row in session.exec(
        select(tables.Conflict).where(
            tables.Conflict.round_id == round_.id, col(tables.Conflict.declared).is_(False)
        )
    ).all():
        key = conflicts.stored_key(row)
        if key not in found and row.expert_id in shown and not row.settled:
            session.delete(row)
        known.add(key)
    new = [(key[0], one) for key, one in found.items() if key not in known]
    session.add_all(_row(change, round_.id, expert_id, one) for expert_id, one in new)
    plain: list[seals.Json] = [list(key) for key in sorted(found)]
    change.record(
        ConflictsFound(found=len(found), digest=seals.record_digest(plain)),
        subject=round_.code,
        round_id=round_.id,
    )
    return len(new)


def decide(
    office: Office,
    actor: Actor,
    round_code: str,
    expert_number: str,
    reach: Reach,
    target: str,
    recused: bool,
    reason: str,
    conflict_id: int | None = None,
) -> Aftermath:
    """Decide whether an expert is recused, on a conflict on record or without one.

    A recusal settles every conflict of the expert that it covers. Once scoring has opened it comes late: the
    sheets it covers are void, kept and excluded. Answers what followed.
    """
    reason, target = required(reason), target.strip()
    with office.change(actor, RecusalDecided) as change:
        round_ = locked(change, round_code)
        change.permit(Action.DECIDE_RECUSAL, round_)
        session = change.session
        expert = session.exec(select(tables.Expert).where(tables.Expert.number == expert_number)).first()
        if expert is None:
            raise NotFound("no such expert")
        conflict = _conflict(session, round_.id, expert.id, conflict_id)
        area = conflicts.scope(session, round_.id)
        covered = area.covers(reach, target)
        if recused and (not covered or (reach is Reach.ROUND) != (not target)):
            remedy = _("请选择本批次的一项申报或者一个申报单位。")
            raise InvalidInput(Problem(_("回避对象"), target[:40], remedy))
        if not recused:
            _check_lifting(session, round_, Recusal(expert_number, reach, target), conflict)
        begun = _sheets(session, round_.id, expert.id)
        stage = Stage(round_.stage)
        aftermath = recusals.aftermath(stage, covered if recused else (), begun)
        session.add(
            tables.Recusal(
                round_id=round_.id,
                expert_id=expert.id,
                conflict_id=conflict_id,
                recused=recused,
                reach=reach,
                target=target,
                reason=reason,
                late=aftermath.late,
                decided_by=actor.id,
                decided_at=change.now,
            )
        )
        _settle(session, round_.id, expert.id, area, reach, target, recused, conflict)
        change.record(
            RecusalDecided(
                recused=recused,
                reach=reach,
                # The numbers of the applications: a unit's name has no place in the log.
                target=" ".join(covered) if reach is not Reach.ROUND else "",
                code=conflict.code if conflict else "",
                late=aftermath.late,
                reason=Said(reason),
            ),
            subject=expert_number,
            round_id=round_.id,
        )
        session.flush()
        sheets.void(change, [begun[number] for number in aftermath.void], reason)
        return aftermath


def settle(
    office: Office, actor: Actor, round_code: str, conflict_id: int, *, recused: bool, reason: str
) -> Aftermath:
    """Decide on a conflict on record as far as it reaches itself."""
    with office.reading() as session:
        found = session.exec(
            select(tables.Conflict, tables.Expert.number)
            .join(tables.Expert, col(tables.Expert.id) == col(tables.Conflict.expert_id))
            .where(tables.Conflict.id == conflict_id)
        ).first()
    if found is None:
        raise NotFound("no such conflict")
    row, expert = found
    return decide(
        office, actor, round_code, expert, Reach(row.reach), row.target, recused, reason, conflict_id
    )


def undecided(office: Office, round_code: str) -> list[ConflictView]:
    """The conflicts of panel members that wait for a decision, oldest first."""
    with office.reading() as session:
        round_ = rounds.by_code(session, round_code)
        if round_ is None:
            raise NotFound("no such round")
        return [view for view in conflicts.of_round(session, round_.id) if view.on_panel and not view.settled]


def _members(session: Session, round_id: int) -> Collection[int]:
    return session.exec(select(tables.Panelist.expert_id).where(tables.Panelist.round_id == round_id)).all()


def _row(change: Change, round_id: int, expert_id: int, conflict: Conflict) -> tables.Conflict:
    return tables.Conflict(
        round_id=round_id,
        expert_id=expert_id,
        code=conflict.code,
        reach=conflict.reach,
        target=conflict.target,
        facts=conflicts.facts_of(conflict),
        known_at=change.now,
    )


def _conflict(
    session: Session, round_id: int, expert_id: int, conflict_id: int | None
) -> tables.Conflict | None:
    """The conflict that is decided on, of this expert in this round."""
    if conflict_id is None:
        return None
    row = session.get(tables.Conflict, conflict_id)
    if row is None or row.round_id != round_id or row.expert_id != expert_id:
        raise NotFound("no such conflict")
    return row


def _check_lifting(
    session: Session, round_: tables.Round, decision: Recusal, conflict: tables.Conflict | None
) -> None:
    """A recusal in force is lifted only on purpose, and only before scoring: no sheet comes back."""
    stands = decision in decided.in_force(session, round_.id)
    if conflict is None and not stands:
        raise RuleBroken("no_recusal", _("没有可以撤销的回避决定。"))
    if conflict is not None and stands:
        raise RuleBroken(
            "recusal_in_force",
            _("该专家已对同一对象回避；如需撤销，请先撤销原回避决定，再处理这一条。"),
        )
    if stands and round_.stage != Stage.SETUP:
        raise RuleBroken(
            "recusal_stands", _("评分开始后不能撤销回避决定：没有分配或者已经作废的评分表不会恢复。")
        )


def _sheets(session: Session, round_id: int, expert_id: int) -> dict[str, int]:
    """The expert's sheets that still count, by the number of the application."""
    rows = session.exec(
        select(tables.Application.number, tables.Sheet.id)
        .join(tables.Sheet, col(tables.Sheet.application_id) == col(tables.Application.id))
        .where(
            tables.Sheet.round_id == round_id,
            tables.Sheet.expert_id == expert_id,
            tables.Sheet.state != SheetState.VOID,
        )
        .order_by(col(tables.Sheet.id))
    )
    return dict(rows.all())


def _settle(
    session: Session,
    round_id: int,
    expert_id: int,
    area: conflicts.Scope,
    reach: Reach,
    target: str,
    recused: bool,
    conflict: tables.Conflict | None,
) -> None:
    """The conflict decided on is settled, and with a recusal every other that it covers as well."""
    covered = set(area.covers(reach, target))
    open_ = session.exec(
        select(tables.Conflict).where(
            tables.Conflict.round_id == round_id,
            tables.Conflict.expert_id == expert_id,
            col(tables.Conflict.settled).is_(False),
        )
    ).all()
    for row in open_:
        reached = set(area.covers(Reach(row.reach), row.target))
        if row is conflict or (recused and reached and reached <= covered):
            row.settled = True
            session.add(row)
