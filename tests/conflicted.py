"""The example round with those of its experts who have a conflict."""

from __future__ import annotations

from sqlmodel import SQLModel, select

from panel import tables
from panel.rules.sheets import SheetState
from panel.rules.stages import Stage
from panel.services.office import Actor
from tests.rules.cast import E2, E5, E9, P01, P02, P03, P04, P12, S01, S02, S03, S04, X03
from tests.world import World

APPLICATIONS = (S01, S02, S03, S04, P01, P02, P03, P04, P12)


def cast(world: World, stage: Stage = Stage.SETUP) -> int:
    """The example round with those of its experts who have a conflict, and E1 who has none."""
    round_id = world.round_(stage=stage)
    for plain in APPLICATIONS:
        world.application(round_id, plain, blind_code=f"B{plain.number}")
    world.add(
        tables.Studio(
            round_id=round_id,
            **{
                name: getattr(X03, name)
                for name in (
                    "number",
                    "unit",
                    "unit_code",
                    "parent_unit",
                    "master_name",
                    "occupation",
                    "running",
                )
            },
        )
    )
    for number in ("E1", "E2", "E5", "E9"):
        world.expert(number, round_id)
    know(world, "E2", employments=E2.employments)
    know(world, "E9", employer=E9.employer, employer_parent=E9.employer_parent)
    return round_id


def know(world: World, number: str, **known: object) -> None:
    """Put on file what the expert's employer is, where the expert worked, or whom the expert knows."""
    with world.store() as session:
        row = session.exec(select(tables.Expert).where(tables.Expert.number == number)).one()
        more: list[SQLModel] = []
        for name, value in known.items():
            if name == "employments":
                more += [
                    tables.Employment(expert_id=row.id, unit=job.unit, since=job.since, until=job.until)
                    for job in E2.employments
                ]
            elif name == "relations":
                more += [
                    tables.Relation(expert_id=row.id, kind=tie.kind, towards=tie.towards, note=tie.note)
                    for tie in E5.relations
                ]
            else:
                setattr(row, name, value)
        session.add_all([row, *more])


def sheets(world: World, round_id: int, expert: Actor, *numbers: str) -> None:
    """Submitted sheets of that expert for these applications."""
    assert expert.expert_id is not None
    with world.store() as session:
        for place, number in enumerate(numbers, 1):
            application = session.exec(
                select(tables.Application).where(tables.Application.number == number)
            ).one()
            session.add(
                tables.Sheet(
                    round_id=round_id,
                    expert_id=expert.expert_id,
                    application_id=application.id,
                    position=place,
                    state=SheetState.SUBMITTED,
                )
            )
