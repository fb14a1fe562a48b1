"""What a desk shows of a round's next step: what it is, what blocks it, and who has to agree to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from panel import tables
from panel.errors import NotFound
from panel.queries import blockers, standings
from panel.queries.blockers import Blocker
from panel.queries.dossiers import people
from panel.rules.criteria import Confirmation
from panel.rules.stages import Stage
from panel.rules.steps import FORCEABLE, Step
from panel.services import stages
from panel.services.office import Actor, Office


@dataclass(frozen=True, slots=True)
class Pending:
    """A step that was proposed and waits for the second person."""

    id: int
    step: Step
    reason: str
    by: str
    at: datetime
    own: bool
    may_confirm: bool
    result: str
    """The digest of the result that would become final; nothing for another step."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The next step of a round as it stands now; `pending` when it waits for a second person."""

    step: Step | None
    blockers: tuple[Blocker, ...]
    confirmation: Confirmation
    pending: Pending | None
    chair: str
    """The chair's name, or nothing where none is elected."""

    @property
    def stuck(self) -> bool:
        """Whether something stands in the way that no reason can override."""
        return any(blocker.code not in FORCEABLE for blocker in self.blockers)


def of(office: Office, session: Session, code: str, actor: Actor) -> Desk:
    """The desk of the round, as `actor` sits at it."""
    round_ = session.exec(select(tables.Round).where(tables.Round.code == code)).first()
    if round_ is None:
        raise NotFound("no such round")
    policy = office.policy_of(round_)
    step = blockers.next_step(Stage(round_.stage))
    return Desk(
        step=step,
        blockers=tuple(blockers.of(session, policy, round_, step)) if step else (),
        confirmation=policy.confirmation,
        pending=_pending(session, round_, actor),
        chair=_chair(session, round_.id),
    )


def _pending(session: Session, round_: tables.Round, actor: Actor) -> Pending | None:
    row = session.exec(
        select(tables.Proposal)
        .where(tables.Proposal.round_id == round_.id, col(tables.Proposal.settled).is_(False))
        .order_by(col(tables.Proposal.id).desc())
    ).first()
    if row is None:
        return None
    return Pending(
        id=row.id,
        step=Step(row.step),
        reason=row.reason,
        by=people(session, [row.proposed_as])[row.proposed_as],
        at=row.proposed_at,
        own=row.proposed_as == actor.id,
        may_confirm=stages.may_confirm(session, round_, row, actor),
        result=_result(session, round_.id) if row.step == Step.FINALIZE else "",
    )


def _result(session: Session, round_id: int) -> str:
    return session.exec(standings.newest(round_id)).one().result_digest


def _chair(session: Session, round_id: int) -> str:
    found = session.exec(
        select(tables.Expert.name)
        .join(tables.Panelist, col(tables.Panelist.expert_id) == col(tables.Expert.id))
        .where(
            tables.Panelist.round_id == round_id,
            col(tables.Panelist.chair).is_(True),
            col(tables.Panelist.absent).is_(False),
        )
    ).first()
    return found or ""
