"""Rounds (评选批次) as every audience sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from panel.db.prepared import Prepared
from panel.rules.stages import Stage, reached
from panel.tables import Round
from panel.vocabulary import term


@dataclass(frozen=True, slots=True)
class RoundView:
    """One round."""

    id: int
    code: str
    title: str
    stage: Stage
    closes_on: date
    policy_digest: str

    @property
    def complete(self) -> bool:
        """Whether the result is final: no stage is under way any more."""
        return reached(self.stage, Stage.FINAL)

    @property
    def stage_term(self) -> str:
        """The stage in the reader's language."""
        return term(self.stage)


# Asked on every request within a round, hence made once, and without the long text of the policy.
_BY_CODE = Prepared(
    select(col(Round.id), col(Round.code), col(Round.title), col(Round.stage))
    .add_columns(col(Round.closes_on), col(Round.policy_digest))
    .where(col(Round.code) == bindparam("wanted"))
)


def by_code(session: Session, code: str) -> RoundView | None:
    """The round of this code."""
    row = _BY_CODE.one_or_none(session, wanted=code)
    if row is None:
        return None
    id_, code, title, stage, closes_on, policy_digest = row
    return RoundView(id_, code, title, Stage(stage), closes_on, policy_digest)


def everyone(session: Session) -> list[RoundView]:
    """All rounds, newest first."""
    return [view(row) for row in session.exec(select(Round).order_by(col(Round.id).desc()))]


def view(row: Round) -> RoundView:
    """A row as a view."""
    return RoundView(row.id, row.code, row.title, Stage(row.stage), row.closes_on, row.policy_digest)
