"""Workbooks handed in for a round, as its secretary sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from panel.rules.imports import ImportKind
from panel.tables import Import


@dataclass(frozen=True, slots=True)
class ImportView:
    """One workbook: `pending` while it waits to be taken over or dropped."""

    id: int
    kind: ImportKind
    file_name: str
    digest: str
    size: int
    received_at: datetime
    applied_at: datetime | None
    rows: int
    problems: int
    pending: bool


def of_round(session: Session, round_id: int) -> list[ImportView]:
    """Every workbook of the round, newest first; what each holds is not read."""
    rows = session.exec(
        select(Import, col(Import.content) != b"")
        .options(defer(Import.content))  # type: ignore[arg-type]
        .where(Import.round_id == round_id)
        .order_by(col(Import.id).desc())
    )
    return [_view(row, pending) for row, pending in rows]


def one(session: Session, round_id: int, import_id: int) -> ImportView | None:
    """One workbook of the round."""
    return next((view for view in of_round(session, round_id) if view.id == import_id), None)


def waiting(session: Session, round_id: int) -> list[ImportView]:
    """The workbooks of the round that were neither taken over nor dropped, newest first."""
    return [view for view in of_round(session, round_id) if view.pending]


def _view(row: Import, pending: bool) -> ImportView:
    return ImportView(
        id=row.id,
        kind=ImportKind(row.kind),
        file_name=row.file_name,
        digest=row.digest,
        size=row.size,
        received_at=row.received_at,
        applied_at=row.applied_at,
        rows=row.rows,
        problems=row.problems,
        pending=pending,
    )
