"""Recusals (回避) in force, and what they hide."""

from __future__ import annotations

from sqlmodel import Session, col, select

from panel import tables
from panel.queries import applications
from panel.rules import recusals
from panel.rules.conflicts import Reach


def in_force(session: Session, round_id: int) -> tuple[recusals.Recusal, ...]:
    """The decisions that bar somebody now: for the same expert, reach and target the newest counts."""
    newest: dict[tuple[str, str, str], bool] = {}
    rows = session.exec(
        select(tables.Recusal, tables.Expert.number)
        .join(tables.Expert, col(tables.Expert.id) == col(tables.Recusal.expert_id))
        .where(tables.Recusal.round_id == round_id)
        .order_by(col(tables.Recusal.id))
    )
    for row, expert in rows:
        newest[expert, row.reach, row.target] = row.recused
    return tuple(
        recusals.Recusal(expert, Reach(reach), target)
        for (expert, reach, target), recused in newest.items()
        if recused
    )


def hidden(session: Session, round_id: int) -> recusals.Hidden:
    """Pairs of expert number and application number that are hidden from each other."""
    decided = in_force(session, round_id)
    if not decided:
        return frozenset()
    entered = applications.heads(session, round_id)
    return recusals.hidden(decided, entered, applications.studios(session, round_id).values())
