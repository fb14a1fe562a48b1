"""What stands in the way of a round's next step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sqlmodel import Session, col, select

from panel import tables
from panel.queries import (
    applications,
    conflicts,
    draws,
    eligibility,
    identities,
    materials,
    progress,
    standings,
)
from panel.rules.criteria import Policy, validity
from panel.rules.eligibility import Verdict
from panel.rules.stages import Stage
from panel.rules.steps import BlockerCode, Step


@dataclass(frozen=True, slots=True)
class Blocker:
    """One thing in the way; `items` says which applications, experts or sheets."""

    code: BlockerCode
    items: tuple[str, ...] = ()


def of(session: Session, policy: Policy, round_: tables.Round, step: Step) -> list[Blocker]:
    """Everything that stands in the way of `step`; empty when it can be taken."""
    return [blocker for check in _CHECKS[step] for blocker in check(session, policy, round_)]


def next_step(stage: Stage) -> Step | None:
    """The step that a stage waits for."""
    return {
        Stage.SETUP: Step.OPEN_SCORING,
        Stage.SCORING: Step.CLOSE_SCORING,
        Stage.CLOSED: Step.OPEN_SEALS,
        Stage.OPENED: Step.FINALIZE,
    }.get(stage)


Check = Callable[[Session, Policy, tables.Round], Iterator[Blocker]]


def _validity(_session: Session, policy: Policy, round_: tables.Round) -> Iterator[Blocker]:
    if not validity(policy, round_.closes_on):
        yield Blocker(BlockerCode.OUT_OF_VALIDITY)


def _verdicts(session: Session, _policy: Policy, round_: tables.Round) -> Iterator[Blocker]:
    decided = eligibility.verdicts(session, round_.id)
    if not decided:
        yield Blocker(BlockerCode.NO_APPLICATIONS)
    for code, verdict in ((BlockerCode.NOT_DECIDED, None), (BlockerCode.NOT_COMPLETED, Verdict.INCOMPLETE)):
        numbers = tuple(number for number, found in decided.items() if found is verdict)
        if numbers:
            yield Blocker(code, numbers)


def _statements(session: Session, policy: Policy, round_: tables.Round) -> Iterator[Blocker]:
    """Experts judge by statements: each criterion of the policy that will be frozen needs one."""
    judged = eligibility.judged(session, round_.id)
    lacking = tuple(
        number
        for number, application in applications.plain(session, round_.id).items()
        if number in judged
        and {criterion.id for criterion in policy.track(application.track).criteria}
        - {criterion for criterion, text in application.statements.items() if text.strip()}
    )
    if lacking:
        yield Blocker(BlockerCode.STATEMENT_MISSING, lacking)


def _identities(session: Session, policy: Policy, round_: tables.Round) -> Iterator[Blocker]:
    open_ = identities.uncleared(session, policy, round_.id)
    if open_:
        yield Blocker(BlockerCode.IDENTITY_WORDS, tuple(sorted({hit.application for hit in open_})))


def _materials(session: Session, policy: Policy, round_: tables.Round) -> Iterator[Blocker]:
    """Nobody sees a page of a coded track that nobody has looked at."""
    waiting = materials.unreviewed(session, policy, round_.id)
    if waiting:
        yield Blocker(BlockerCode.MATERIAL_UNREVIEWED, tuple(waiting))


def _panel(session: Session, policy: Policy, round_: tables.Round) -> Iterator[Blocker]:
    members = session.exec(
        select(tables.Panelist.expert_id).where(
            tables.Panelist.round_id == round_.id, col(tables.Panelist.absent).is_(False)
        )
    ).all()
    if len(members) < policy.quorum:
        yield Blocker(BlockerCode.PANEL_TOO_SMALL, (str(len(members)), str(policy.quorum)))
    unfinished = draws.waiting(session, round_.id)
    if unfinished is not None:
        yield Blocker(BlockerCode.DRAW_UNFINISHED, (str(unfinished),))
    undecided = session.exec(
        select(tables.Expert.number)
        .join(tables.Conflict, col(tables.Conflict.expert_id) == col(tables.Expert.id))
        .where(
            tables.Conflict.round_id == round_.id,
            col(tables.Conflict.settled).is_(False),
            col(tables.Conflict.expert_id).in_(members),
        )
    ).all()
    # Data corrected since may show what nobody has put on record yet.
    several = {*undecided, *conflicts.unrecorded(session, policy, round_)}
    if several:
        yield Blocker(BlockerCode.CONFLICT_UNDECIDED, tuple(sorted(several)))


def _conflicts(session: Session, _policy: Policy, round_: tables.Round) -> Iterator[Blocker]:
    """Decided while nobody knows the scores that the decision would take out."""
    waiting = session.exec(
        select(tables.Expert.number)
        .join(tables.Conflict, col(tables.Conflict.expert_id) == col(tables.Expert.id))
        .join(
            tables.Panelist,
            (col(tables.Panelist.expert_id) == col(tables.Expert.id))
            & (col(tables.Panelist.round_id) == col(tables.Conflict.round_id)),
        )
        .where(tables.Conflict.round_id == round_.id, col(tables.Conflict.settled).is_(False))
    ).all()
    if waiting:
        yield Blocker(BlockerCode.CONFLICT_UNDECIDED, tuple(sorted(set(waiting))))


def _sheets(session: Session, _policy: Policy, round_: tables.Round) -> Iterator[Blocker]:
    missing = progress.missing(session, round_.id)
    if missing:
        yield Blocker(BlockerCode.SHEETS_MISSING, tuple(map(str, missing)))


def _result(session: Session, policy: Policy, round_: tables.Round) -> Iterator[Blocker]:
    found = standings.stored(session, policy, round_.id)
    if found is None:
        yield Blocker(BlockerCode.NO_RESULT)
        return
    if standings.stale(session, round_.id, found):
        yield Blocker(BlockerCode.RESULT_STALE)
    for tie in found.result.outcome.pending:
        yield Blocker(BlockerCode.TIE_PENDING, tie.tie)


_CHECKS: Mapping[Step, tuple[Check, ...]] = {
    Step.OPEN_SCORING: (_validity, _verdicts, _statements, _identities, _materials, _panel),
    Step.CLOSE_SCORING: (_sheets,),
    Step.OPEN_SEALS: (_sheets, _conflicts),
    Step.FINALIZE: (_conflicts, _result),
}
