"""Experts (评审专家) of the pool, from rows to the plain values that rules read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sqlmodel import Session, col, select

from panel import tables
from panel.rules.experts import Employment, Expert, Relation, RelationKind


def plain(session: Session, ids: Iterable[int] | None = None) -> dict[int, Expert]:
    """Experts by row id, in the order of their numbers; all of the pool unless `ids` are given."""
    query = select(tables.Expert).order_by(tables.Expert.number)
    if ids is not None:
        query = query.where(col(tables.Expert.id).in_(list(ids)))
    rows = session.exec(query).all()
    employments: dict[int, list[Employment]] = defaultdict(list)
    for job in session.exec(select(tables.Employment).order_by(col(tables.Employment.id))):
        employments[job.expert_id].append(Employment(job.unit, job.since, job.until))
    relations: dict[int, list[Relation]] = defaultdict(list)
    for tie in session.exec(select(tables.Relation).order_by(col(tables.Relation.id))):
        relations[tie.expert_id].append(Relation(RelationKind(tie.kind), tie.towards, tie.note))
    return {row.id: _expert(row, employments[row.id], relations[row.id]) for row in rows}


def _expert(row: tables.Expert, employments: list[Employment], relations: list[Relation]) -> Expert:
    return Expert(
        number=row.number,
        name=row.name,
        employer=row.employer,
        employer_code=row.employer_code,
        employer_parent=row.employer_parent,
        title=row.title,
        specialities=tuple(filter(None, row.specialities.split("、"))),
        employments=tuple(employments),
        relations=tuple(relations),
        identity_key=row.identity_key,
    )
