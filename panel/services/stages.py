"""From one stage to the next: proposed by one person, confirmed by another where the policy asks for two.

The second person is the panel's chair; before a chair is elected, another secretary.
"""

from __future__ import annotations

import os

from sqlalchemy import update
from sqlmodel import Session, col, select

from panel import tables
from panel.audit import read, seals
from panel.audit.events import (
    RankingComputed,
    ResultFinalized,
    Said,
    SealsOpened,
    StageChanged,
    StepDeclined,
    StepProposed,
)
from panel.errors import NotAllowed, NotFound, RuleBroken
from panel.language import _, together
from panel.queries import applications, blockers, eligibility, progress, recusals, standings
from panel.queries import seals as sealed
from panel.rules import assignments
from panel.rules.criteria import Confirmation
from panel.rules.permissions import Action, Role
from panel.rules.steps import FORCEABLE, LEADS_TO, NEEDS, Step
from panel.sentences.blockers import sentence
from panel.services import rankings
from panel.services.office import Actor, Change, Office
from panel.services.rounds import locked

BLIND_KEY_BYTES = 32


def take(office: Office, actor: Actor, code: str, step: Step, reason: str = "") -> tables.Proposal | None:
    """Take a step, or propose it where the policy asks for a second person; answers the proposal, if any."""
    with office.change(actor, StageChanged) as change:
        round_ = locked(change, code)
        change.permit(NEEDS[step], round_)
        _refuse_blocked(office, change.session, round_, step, reason)
        if office.policy_of(round_).confirmation is Confirmation.ONE_PERSON:
            _carry_out(office, change, round_, step, reason)
            return None
        return _propose(change, round_, step, reason)


def confirm(office: Office, actor: Actor, code: str, proposal_id: int) -> None:
    """Agree to a proposed step as the second person, which carries it out."""
    with office.change(actor, StageChanged) as change:
        round_ = locked(change, code)
        change.permit(Action.CONFIRM_STEP, round_)
        proposal = _pending(change.session, round_, proposal_id)
        if not may_confirm(change.session, round_, proposal, actor):
            raise NotAllowed("not the second person")
        step = Step(proposal.step)
        _refuse_blocked(office, change.session, round_, step, proposal.reason)
        if step is Step.FINALIZE:
            _refuse_other_result(change.session, round_)
        proposal.settled = proposal.confirmed = True
        change.session.add(proposal)
        _carry_out(office, change, round_, step, proposal.reason)


def decline(office: Office, actor: Actor, code: str, proposal_id: int, reason: str) -> None:
    """Decline a proposed step as the second person, or take one's own proposal back."""
    with office.change(actor, StepDeclined) as change:
        round_ = locked(change, code)
        change.permit(Action.CONFIRM_STEP, round_)
        proposal = _pending(change.session, round_, proposal_id)
        own = proposal.proposed_as == actor.id
        if not own and not may_confirm(change.session, round_, proposal, actor):
            raise NotAllowed("not the second person")
        proposal.settled = True
        change.session.add(proposal)
        change.record(
            StepDeclined(step=proposal.step, reason=Said(reason.strip())),
            subject=round_.code,
            round_id=round_.id,
        )


def _refuse_other_result(session: Session, round_: tables.Round) -> None:
    """What is confirmed is the result that was proposed."""
    # By the order of the trail: clocks can be set back.
    computed, proposed = (
        read.of_act(session, act, str(round_.id))[-1].index for act in (RankingComputed.act, StepProposed.act)
    )
    if computed > proposed:
        raise RuleBroken(
            "result_changed", _("提交确认之后结果已重新计算。请退回，由评审组秘书核对后重新提交。")
        )


def may_confirm(session: Session, round_: tables.Round, proposal: tables.Proposal, actor: Actor) -> bool:
    """Whether this is the second person: never the proposer; the chair if any, else another secretary."""
    if proposal.proposed_as == actor.id or round_.id is None:
        return False
    chair = session.exec(
        select(tables.Panelist.expert_id).where(
            tables.Panelist.round_id == round_.id,
            col(tables.Panelist.chair).is_(True),
            col(tables.Panelist.absent).is_(False),
        )
    ).first()
    if chair is None:
        return actor.role is Role.SECRETARY
    return actor.role is Role.EXPERT and actor.expert_id == chair


def _pending(session: Session, round_: tables.Round, proposal_id: int) -> tables.Proposal:
    proposal = session.get(tables.Proposal, proposal_id)
    if proposal is None or proposal.round_id != round_.id:
        raise NotFound("no such proposal")
    if proposal.settled:
        raise RuleBroken("proposal_settled", _("这项提请已经确认、退回或者撤回，不能再次处理。"))
    return proposal


def _propose(change: Change, round_: tables.Round, step: Step, reason: str) -> tables.Proposal:
    waiting = change.session.exec(
        select(tables.Proposal).where(
            tables.Proposal.round_id == round_.id,
            tables.Proposal.step == step,
            col(tables.Proposal.settled).is_(False),
        )
    ).first()
    if waiting is not None:
        raise RuleBroken("already_proposed", _("这一步已经提交确认，正在等待第二人确认。"))
    proposal = tables.Proposal(
        round_id=round_.id,
        step=step,
        reason=reason.strip(),
        proposed_by=change.actor.account_id,
        proposed_as=change.actor.id,
        proposed_at=change.now,
    )
    change.session.add(proposal)
    change.session.flush()
    change.record(
        StepProposed(step=step, reason=Said(reason.strip())), subject=round_.code, round_id=round_.id
    )
    return proposal


def _refuse_blocked(office: Office, session: Session, round_: tables.Round, step: Step, reason: str) -> None:
    found = blockers.of(session, office.policy_of(round_), round_, step)
    stuck = [blocker for blocker in found if blocker.code not in FORCEABLE or not reason.strip()]
    if stuck:
        why = together(*(sentence(blocker.code, blocker.items) for blocker in stuck))
        raise RuleBroken(stuck[0].code, _("还不能进入下一环节。{why}").format(why=why))


def _carry_out(office: Office, change: Change, round_: tables.Round, step: Step, reason: str) -> None:
    mode = office.policy_of(round_).confirmation
    _settle_proposals(change, round_)
    round_.stage = LEADS_TO[step]
    round_.version += 1
    change.session.add(round_)
    missing: tuple[str, ...] = ()
    entered = ""
    if step is Step.OPEN_SCORING:
        _assign(office, change, round_)
        entered = applications.digest(change.session, round_.id)
    elif step is not Step.FINALIZE:
        missing = tuple(map(str, progress.missing(change.session, round_.id)))
    change.record(
        StageChanged(
            stage=round_.stage,
            mode=mode,
            policy=round_.policy_digest,
            entered=entered,
            missing=missing,
            reason=Said(reason.strip()),
        ),
        subject=round_.code,
        round_id=round_.id,
    )
    if step is Step.OPEN_SEALS:
        _open_seals(change, round_)
        rankings.store(office, change, round_)
    elif step is Step.FINALIZE:
        _finalize(change, round_, mode)


def _settle_proposals(change: Change, round_: tables.Round) -> None:
    """No proposal outlives the stage in which it was made: confirmed later, it would turn the round back."""
    change.session.exec(
        update(tables.Proposal)
        .where(col(tables.Proposal.round_id) == round_.id, col(tables.Proposal.settled).is_(False))
        .values(settled=True)
    )


def _assign(office: Office, change: Change, round_: tables.Round) -> None:
    """Freeze the policy, give out blind codes, and lay every expert's sheets in the expert's own order."""
    session = change.session
    round_.policy, round_.policy_digest = office.policy.text, office.policy.digest
    round_.blind_key = os.urandom(BLIND_KEY_BYTES)
    judged = eligibility.judged(session, round_.id)
    rows = {
        row.number: row
        for row in session.exec(select(tables.Application).where(tables.Application.round_id == round_.id))
        if row.number in judged
    }
    for number, blind_code in assignments.blind_codes(round_.blind_key, round_.code, rows).items():
        rows[number].blind_code = blind_code
        rows[number].version += 1
    hidden = recusals.hidden(session, round_.id)
    plain = applications.plain(session, round_.id)
    members = session.exec(
        select(tables.Expert)
        .join(tables.Panelist, col(tables.Panelist.expert_id) == col(tables.Expert.id))
        .where(tables.Panelist.round_id == round_.id, col(tables.Panelist.absent).is_(False))
    ).all()
    for expert in members:
        own = {n: plain[n].track for n in rows if (expert.number, n) not in hidden}
        for position, number in enumerate(assignments.order(round_.blind_key, expert.number, own), 1):
            session.add(
                tables.Sheet(
                    round_id=round_.id,
                    expert_id=expert.id,
                    application_id=rows[number].id,
                    position=position,
                )
            )


def _open_seals(change: Change, round_: tables.Round) -> None:
    opened = sealed.openings(change.session, round_.id)
    change.record(
        SealsOpened(openings=seals.openings_digest(opened), sheets=len(opened)),
        subject=round_.code,
        round_id=round_.id,
    )


def _finalize(change: Change, round_: tables.Round, mode: Confirmation) -> None:
    # Without a stored result the step was blocked before.
    row = change.session.exec(standings.newest(round_.id)).one()
    row.final = True
    change.session.add(row)
    change.record(ResultFinalized(result=row.result_digest, mode=mode), subject=row.id, round_id=round_.id)
