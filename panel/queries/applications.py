"""Applications (申报) and studios of a round, from rows to the plain values that rules read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any, TypeVar

import sqlalchemy
from sqlmodel import Session, SQLModel, select

from panel import tables
from panel.audit import seals
from panel.rules.applications import (
    Application,
    BudgetCategory,
    BudgetLine,
    CertificateLevel,
    EmploymentKind,
    Material,
    Member,
    OccupationState,
    ProjectKind,
    Studio,
    Track,
)

Row = TypeVar("Row", bound=SQLModel)


def plain(session: Session, round_id: int) -> dict[str, Application]:
    """Every application of the round by its number, in the order of numbers."""
    rows = session.exec(
        select(tables.Application)
        .where(tables.Application.round_id == round_id)
        .order_by(tables.Application.number)
    ).all()
    return {application.number: application for application in to_plain(session, rows)}


def heads(session: Session, round_id: int) -> list[Application]:
    """The same without teams, budgets and statements: enough to tell which unit brings what, read at once."""
    columns = tables.Application.__table__.c  # type: ignore[attr-defined]
    wanted = select(*columns).where(columns.round_id == round_id).order_by(columns.number)
    return [_application(row, (), (), ()) for row in session.exec(wanted)]


def to_plain(session: Session, rows: Sequence[tables.Application]) -> list[Application]:
    """The plain values of these rows, with teams, budgets and statements."""
    ids = [row.id for row in rows]
    teams = _by_application(session, tables.Member, ids)
    budgets = _by_application(session, tables.BudgetLine, ids)
    statements = _by_application(session, tables.Statement, ids)
    return [_application(row, teams[row.id], budgets[row.id], statements[row.id]) for row in rows]


def studios(session: Session, round_id: int) -> dict[str, Studio]:
    """The studios recognised earlier, by number."""
    rows = session.exec(
        select(tables.Studio).where(tables.Studio.round_id == round_id).order_by(tables.Studio.number)
    )
    return {
        row.number: Studio(
            number=row.number,
            unit=row.unit,
            unit_code=row.unit_code,
            master_name=row.master_name,
            occupation=row.occupation,
            running=row.running,
            parent_unit=row.parent_unit,
            branch=row.branch,
            master_key=row.master_key,
            master_last4=row.master_last4,
        )
        for row in rows
    }


def digest(session: Session, round_id: int) -> str:
    """The digest of all that was handed in, of the register of studios, and of the blind codes."""
    codes = select(tables.Application.number, tables.Application.blind_code)
    entered, registered = plain(session, round_id).values(), studios(session, round_id).values()
    return seals.record_digest(
        {
            "blind": dict(session.exec(codes.where(tables.Application.round_id == round_id)).all()),
            "entered": [asdict(one) | {"materials": sorted(one.materials)} for one in entered],
            "studios": [asdict(studio) for studio in registered],
        }
    )


def _by_application(session: Session, table: type[Row], ids: list[int]) -> dict[int, list[Row]]:
    # Columns, not rows of the session: there are dozens an application, and nobody changes them here.
    columns = table.__table__.c  # type: ignore[attr-defined]
    wanted = select(*columns).where(columns.application_id.in_(ids)).order_by(columns.id)
    found: dict[int, list[Row]] = defaultdict(list)
    for row in session.exec(wanted):
        found[row.application_id].append(row)
    return found


def _application(
    row: tables.Application | sqlalchemy.Row[Any],
    team: Iterable[tables.Member],
    budget: Iterable[tables.BudgetLine],
    statements: Iterable[tables.Statement],
) -> Application:
    return Application(
        number=row.number,
        track=Track(row.track),
        unit=row.unit,
        unit_code=row.unit_code,
        address=row.address,
        in_district=row.in_district,
        master_name=row.master_name,
        occupation=row.occupation,
        occupation_state=OccupationState(row.occupation_state),
        certificate=CertificateLevel(row.certificate),
        linked_studio=row.linked_studio,
        parent_unit=row.parent_unit,
        branch=row.branch,
        master_key=row.master_key,
        master_last4=row.master_last4,
        exception=row.exception,
        title=row.title,
        kind=ProjectKind(row.kind) if row.kind else None,
        months=row.months,
        total_fen=row.total_fen,
        subsidy_fen=row.subsidy_fen,
        summary=row.summary,
        team=tuple(Member(member.name, EmploymentKind(member.employment)) for member in team),
        budget=tuple(
            BudgetLine(BudgetCategory(line.category), line.item, line.amount_fen, line.note)
            for line in budget
        ),
        materials=frozenset(Material(code) for code in row.materials.split()),
        statements={statement.criterion: statement.text for statement in statements},
    )
