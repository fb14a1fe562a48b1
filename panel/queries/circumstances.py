"""What is on record about the sheets of a round besides their points (评审情形)."""

from __future__ import annotations

from sqlmodel import Session, col, select

from panel import tables
from panel.queries import conflicts
from panel.rules.circumstances import Circumstances, Pair
from panel.rules.conflicts import Reach, Strength


def of_round(session: Session, round_id: int) -> Circumstances:
    """The order of every expert's sheets, and which of them have a conflict on record.

    A hint that somebody had to look into is no conflict, and one that reaches the whole round tells no two
    sheets of an expert apart.
    """
    rows = session.exec(
        select(tables.Expert.number, tables.Application.number, tables.Sheet.position)
        .join(tables.Sheet, col(tables.Sheet.expert_id) == col(tables.Expert.id))
        .join(tables.Application, col(tables.Application.id) == col(tables.Sheet.application_id))
        .where(tables.Sheet.round_id == round_id)
    )
    order = {(expert, application): position for expert, application, position in rows}
    on_record: set[Pair] = {
        (one.expert, application)
        for one in conflicts.of_round(session, round_id)
        if one.reach is not Reach.ROUND and one.strength is Strength.STATED
        for application in one.covers
    }
    return Circumstances(tuple(sorted(order.items())), frozenset(on_record & order.keys()))
