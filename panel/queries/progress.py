"""Who has done how many, never how much."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlmodel import Session, col, select

from panel import tables
from panel.queries.panelists import natural
from panel.rules.sheets import SheetState


@dataclass(frozen=True, slots=True)
class PanelistProgress:
    """How many of an expert's sheets are in."""

    expert: str
    name: str
    chair: bool
    absent: bool
    pledged: bool
    submitted: int
    total: int


@dataclass(frozen=True, slots=True)
class MissingSheet:
    """A sheet that counts and is not in."""

    expert: str
    application: str

    def __str__(self) -> str:
        return f"{self.expert}/{self.application}"


def panelists(session: Session, round_id: int) -> list[PanelistProgress]:
    """Every panel member with the count of sheets for applications that are still in, by number."""
    counts: Counter[tuple[int, str]] = Counter(
        session.exec(
            select(tables.Sheet.expert_id, tables.Sheet.state)
            .join(tables.Application, col(tables.Application.id) == col(tables.Sheet.application_id))
            .where(tables.Sheet.round_id == round_id, col(tables.Application.withdrawn).is_(False))
        ).all()
    )
    rows = session.exec(
        select(tables.Panelist, tables.Expert)
        .join(tables.Expert, col(tables.Expert.id) == col(tables.Panelist.expert_id))
        .where(tables.Panelist.round_id == round_id)
        .order_by(tables.Expert.number)
    )
    return [
        PanelistProgress(
            expert=expert.number,
            name=expert.name,
            chair=member.chair,
            absent=member.absent,
            pledged=member.pledged_at is not None,
            submitted=counts[member.expert_id, SheetState.SUBMITTED],
            total=counts[member.expert_id, SheetState.SUBMITTED] + counts[member.expert_id, SheetState.DRAFT],
        )
        for member, expert in rows
    ]


def missing(session: Session, round_id: int) -> list[MissingSheet]:
    """The sheets of present experts that are still drafts, for applications that are still in."""
    rows = session.exec(
        select(tables.Expert.number, tables.Application.number)
        .join(tables.Sheet, col(tables.Sheet.expert_id) == col(tables.Expert.id))
        .join(tables.Application, col(tables.Application.id) == col(tables.Sheet.application_id))
        .join(
            tables.Panelist,
            (col(tables.Panelist.expert_id) == col(tables.Expert.id))
            & (col(tables.Panelist.round_id) == col(tables.Sheet.round_id)),
        )
        .where(
            tables.Sheet.round_id == round_id,
            tables.Sheet.state == SheetState.DRAFT,
            col(tables.Panelist.absent).is_(False),
            col(tables.Application.withdrawn).is_(False),
        )
        .order_by(tables.Application.number)
    )
    several = [MissingSheet(expert, application) for expert, application in rows]
    return sorted(several, key=lambda sheet: natural(sheet.expert))
