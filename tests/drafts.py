"""Drafts as experts fill them in: one save, a whole sheet, and what then stands in the store."""

from __future__ import annotations

from collections.abc import Mapping

from sqlmodel import col, select

from panel import tables
from panel.audit import read
from panel.services import saves, sheets
from panel.services.office import Actor, Office
from panel.services.saves import Saved
from panel.services.sheets import Receipt
from tests.world import World

CODE = "2026"
S01, P01 = "SX-01", "PX-02"
REASON = "理由充分，材料可以逐项核验，数据前后一致。"
# 18.5 + 9 + 6 + 12 + 10 + 6 = 61.5, and no score that calls for a reason.
PLAIN = {"S1": "18.5", "S2": "9", "S3": "6", "S4": "12", "S5": "10", "S6": "6"}


def save(
    office: Office,
    actor: Actor,
    *,
    unit: str = "S1",
    points: str | None = "20",
    comment: str | None = "",
    version: int = 1,
    key: str = "k1",
    blind_code: str = S01,
) -> Saved:
    return saves.save(
        office,
        actor,
        round_code=CODE,
        blind_code=blind_code,
        unit=unit,
        points=points,
        comment=comment,
        version=version,
        key=key,
    )


def fill(office: Office, actor: Actor, given: Mapping[str, str] = PLAIN, blind_code: str = S01) -> int:
    """Give every unit its points; answers the sheet's version."""
    version = 1
    for unit, points in given.items():
        version = save(
            office,
            actor,
            unit=unit,
            points=points,
            version=version,
            key=f"fill {blind_code} {unit}",
            blind_code=blind_code,
        ).version
    return version


def submit(office: Office, actor: Actor, version: int, blind_code: str = S01) -> Receipt:
    return sheets.submit(office, actor, round_code=CODE, blind_code=blind_code, version=version)


def give_back(office: Office, actor: Actor, application: str = "S01", reason: str = "请补充说明") -> None:
    sheets.return_sheet(
        office,
        actor,
        round_code=CODE,
        expert_number="E1",
        application_number=application,
        reason=reason,
    )


def own(world: World, application: str = "S01", expert: str = "E1") -> tables.Sheet:
    with world.office.reading() as session:
        return session.exec(
            select(tables.Sheet)
            .join(tables.Application, col(tables.Application.id) == col(tables.Sheet.application_id))
            .join(tables.Expert, col(tables.Expert.id) == col(tables.Sheet.expert_id))
            .where(tables.Application.number == application, tables.Expert.number == expert)
        ).one()


def scores(world: World, sheet: tables.Sheet) -> dict[str, tuple[int | None, str]]:
    with world.office.reading() as session:
        rows = session.exec(select(tables.Score).where(tables.Score.sheet_id == sheet.id))
        return {row.unit: (row.points, row.comment) for row in rows}


def trail(world: World, act: str = "", *, refused: bool = False) -> list[read.Record]:
    """The entries of an act, oldest first."""
    with world.office.reading() as session:
        found = read.page(session, read.Filter(act=act, refused_only=refused), limit=500)
    return [record for record in reversed(found) if record.ok is not refused]
