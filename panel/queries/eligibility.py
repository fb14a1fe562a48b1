"""The verdicts of the check of eligibility (资格审查), and how they leave each application."""

from __future__ import annotations

from sqlmodel import Session, col, select

from panel import tables
from panel.rules.candidates import Standing
from panel.rules.eligibility import Verdict

_STANDINGS = {
    Verdict.ACCEPTED: Standing.ACCEPTED,
    Verdict.INCOMPLETE: Standing.REFUSED,
    Verdict.REFUSED: Standing.REFUSED,
    Verdict.VETOED: Standing.VETOED,
}


def verdicts(session: Session, round_id: int) -> dict[str, Verdict | None]:
    """The newest verdict on each application that was not withdrawn; None where there is none yet."""
    rows = session.exec(
        select(tables.Application.number, tables.Eligibility.verdict)
        .join(
            tables.Eligibility,
            col(tables.Eligibility.application_id) == col(tables.Application.id),
            isouter=True,
        )
        .where(tables.Application.round_id == round_id, col(tables.Application.withdrawn).is_(False))
        .order_by(tables.Application.number, col(tables.Eligibility.id))
    )
    return {number: Verdict(verdict) if verdict else None for number, verdict in rows}


def standings(session: Session, round_id: int) -> dict[str, Standing]:
    """How the check of eligibility, or the applicant, left each application; undecided counts as refused."""
    decided = verdicts(session, round_id)
    numbers = session.exec(
        select(tables.Application.number).where(tables.Application.round_id == round_id)
    ).all()
    return {
        number: _standing(decided[number]) if number in decided else Standing.WITHDRAWN for number in numbers
    }


def _standing(verdict: Verdict | None) -> Standing:
    return _STANDINGS[verdict] if verdict else Standing.REFUSED
