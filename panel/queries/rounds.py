"""Rounds (评选批次) as every audience sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from panel.rules.stages import Stage
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
    def stage_term(self) -> str:
        """The stage in the reader's language."""
        return term(self.stage)


def by_code(session: Session, code: str) -> RoundView | None:
    """The round of this code."""
    row = session.exec(select(Round).where(Round.code == code)).first()
    return view(row) if row else None


def everyone(session: Session) -> list[RoundView]:
    """All rounds, newest first."""
    return [view(row) for row in session.exec(select(Round).order_by(col(Round.id).desc()))]


def view(row: Round) -> RoundView:
    """A row as a view."""
    return RoundView(row.id, row.code, row.title, Stage(row.stage), row.closes_on, row.policy_digest)
