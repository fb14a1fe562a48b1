"""The verdicts of the check of eligibility (资格审查), and how they leave each application."""

from __future__ import annotations

from sqlmodel import Session, col, select

from panel import tables
from panel.queries import applications
from panel.rules.candidates import Standing
from panel.rules.eligibility import Verdict, follows

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


def falling(session: Session, round_id: int) -> dict[str, str]:
    """Projects whose new studio was not admitted or has withdrawn, each with that studio (Art. 4, 10)."""
    entered = applications.plain(session, round_id)
    decided = verdicts(session, round_id)
    known = {number: verdict for number, verdict in decided.items() if verdict is not None}
    withdrawn = {number: Verdict.REFUSED for number in entered if number not in decided}
    return dict(follows(known | withdrawn, entered.values()))


def judged(session: Session, round_id: int) -> set[str]:
    """The applications that experts get to judge: accepted, and not falling with their studio."""
    accepted = {n for n, verdict in verdicts(session, round_id).items() if verdict is Verdict.ACCEPTED}
    return accepted - falling(session, round_id).keys()


def _standing(verdict: Verdict | None) -> Standing:
    return _STANDINGS[verdict] if verdict else Standing.REFUSED
