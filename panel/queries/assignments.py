"""Which sheets lie before which expert (评审分配), for those who may know both numbers and blind codes."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, col, select

from panel import tables


@dataclass(frozen=True, slots=True)
class Assignment:
    """One sheet of an expert: the application's number and blind code, and the sheet's version."""

    application: str
    blind_code: str
    version: int


def of_expert(session: Session, round_code: str, expert: str) -> list[Assignment]:
    """An expert's sheets in the expert's own order."""
    rows = session.exec(
        select(tables.Application, tables.Sheet)
        .join(tables.Sheet, col(tables.Sheet.application_id) == col(tables.Application.id))
        .join(tables.Round, col(tables.Round.id) == col(tables.Sheet.round_id))
        .join(tables.Expert, col(tables.Expert.id) == col(tables.Sheet.expert_id))
        .where(tables.Round.code == round_code, tables.Expert.number == expert)
        .order_by(col(tables.Sheet.position))
    )
    return [Assignment(row.number, row.blind_code or "", sheet.version) for row, sheet in rows]
