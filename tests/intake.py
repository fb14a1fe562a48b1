"""Workbooks and applications that pass every check of the intake, for tests to change where they want."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlmodel import SQLModel

from panel.audit import read
from panel.documents import applications as application_book
from panel.documents import experts as expert_book
from panel.documents.applications import ImportedApplication, ImportedStudio, IntakeApplications
from panel.documents.experts import ImportedExpert
from panel.queries import applications
from panel.rules.applications import (
    REQUIRED_MATERIALS,
    Application,
    BudgetCategory,
    BudgetLine,
    CertificateLevel,
    EmploymentKind,
    Member,
    OccupationState,
    ProjectKind,
    Studio,
    Track,
)
from panel.rules.experts import Employment, Expert, Relation, RelationKind
from panel.rules.imports import ImportKind
from panel.services import imports
from panel.services.intakes import criteria
from panel.services.office import Office
from tests.scenes import scene
from tests.world import World

EXAMPLES = Path(__file__).parents[1] / "examples"
CODE = "2026"

# The worked example of GB 11643, two more with check digits worked by its rule, and that of GB 32100.
IDENTITY = "11010519491231002X"
OTHER_IDENTITY = "440524198001010013"
THIRD_IDENTITY = "110105199003071095"
UNIT_CODE = "91350100M000100Y43"


def studio(office: Office, number: str = "S01", **changes: Any) -> Application:
    """A studio that nothing can be said against; the unit and the master are named after its number."""
    n = number[1:]
    made = Application(
        number=number,
        track=Track.STUDIO,
        unit=f"翠微{n}机械有限公司（虚构）",
        unit_code=UNIT_CODE,
        address="大兴区示例路1号",
        in_district=True,
        master_name=f"司马大{n}（虚构）",
        occupation=f"钳工{n}",
        occupation_state=OccupationState.LISTED,
        certificate=CertificateLevel.TECHNICIAN,
        summary="工作室摘要。",
        team=tuple(Member(f"组员{m}{n}（虚构）", EmploymentKind.FORMAL) for m in "甲乙丙"),
        materials=frozenset(REQUIRED_MATERIALS[Track.STUDIO]),
        statements=_statements(office, Track.STUDIO),
    )
    return replace(made, **changes)


def project(office: Office, number: str = "P01", studio_number: str = "S01", **changes: Any) -> Application:
    """The project of a studio, with nothing to say against it either."""
    made = replace(
        studio(office, "S" + number[1:]),
        number=number,
        track=Track.PROJECT,
        linked_studio=studio_number,
        title="薄壁件装夹改进",
        kind=ProjectKind.PROCESS,
        months=12,
        total_fen=6_000_000,
        subsidy_fen=5_000_000,
        summary="项目摘要。",
        budget=(
            BudgetLine(BudgetCategory.EQUIPMENT, "夹具", 4_000_000, "两家报价"),
            BudgetLine(BudgetCategory.TRAINING, "讲义", 2_000_000),
        ),
        materials=frozenset(REQUIRED_MATERIALS[Track.PROJECT]),
        statements=_statements(office, Track.PROJECT),
    )
    return replace(made, **changes)


def existing(number: str = "X01", **changes: Any) -> Studio:
    """A studio of the register."""
    made = Studio(number, "老牌工具厂（虚构）", UNIT_CODE, "诸葛老（虚构）", "电工", running=True)
    return replace(made, **changes)


def expert(number: str = "E1", **changes: Any) -> Expert:
    """An expert of the pool."""
    made = Expert(
        number=number,
        name=f"欧阳{number}（虚构）",
        employer=f"{number}职业学院（虚构）",
        title="高级工程师",
        specialities=("焊接", "钳工"),
        employments=(Employment(f"{number}职业学院（虚构）"),),
        relations=(Relation(RelationKind.TEACHER, "皇甫某（虚构）", "2009年拜师"),),
    )
    return replace(made, **changes)


def examples(world: World) -> int:
    """The round of the demonstration with its applications, imported through the services."""

    def play() -> int:
        round_id = world.round_()
        file = EXAMPLES / "applications-2026.xlsx"
        imports.read_file(world.office, world.secretary, CODE, ImportKind.APPLICATIONS, file)
        return round_id

    return scene(world, "examples", play)


def applications_file(
    office: Office,
    entered: Iterable[Application],
    studios: Iterable[tuple[Studio, str]] = (),
    identity: str = IDENTITY,
) -> bytes:
    """The workbook of these applications; all masters have the same ID number unless told otherwise."""
    intake = IntakeApplications(
        tuple(ImportedApplication(application, identity) for application in entered),
        tuple(ImportedStudio(each, number) for each, number in studios),
    )
    return application_book.write(criteria(office.policy), intake)


def experts_file(pool: Iterable[tuple[Expert, str]]) -> bytes:
    """The workbook of these experts with their ID numbers."""
    return expert_book.write([ImportedExpert(each, identity) for each, identity in pool])


def bodies(office: Office) -> list[str]:
    """Every record of the trail, verbatim."""
    with office.reading() as session:
        return list(read.bodies(session))


def everything_stored(office: Office) -> str:
    """Every value of every row of the store, in one text; bytes as text where they are."""
    with office.reading() as session:
        rows = [row for table in SQLModel.metadata.sorted_tables for row in session.execute(select(table))]
    return "\n".join(_text(value) for row in rows for value in row)


def _text(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _statements(office: Office, track: Track) -> dict[str, str]:
    return {criterion.id: "逐项说明如下。" for criterion in office.policy.track(track).criteria}


def key_of(office: Office, number: str) -> str:
    """The keyed hash of an ID number, worked out by itself."""
    secret = office.settings.identity_key.get_secret_value().encode()
    return hmac.new(secret, b"pingshen/identity/v1\0" + number.encode(), hashlib.sha256).hexdigest()


def entered(office: Office, round_id: int) -> dict[str, Application]:
    """The applications of a round as they stand in the register."""
    with office.reading() as session:
        return applications.plain(session, round_id)
