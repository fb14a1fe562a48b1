"""What a correction changed: the fields before and after, and only as long as they are those of the entry."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from panel.audit import read
from panel.db.engine import writing
from panel.queries import corrections
from panel.queries.corrections import Corrected, Correction
from panel.rules.applications import EmploymentKind, Member
from panel.services import applications
from panel.services.office import Office
from tests.opened import CODE
from tests.tampering import unfence
from tests.world import PROJECT, STUDIO, World


@pytest.fixture
def corrected(world: World, office: Office) -> Office:
    """A project of which four fields were corrected at once, as entry 0."""
    round_id = world.round_()
    world.application(round_id, STUDIO, verdict=None)
    world.application(round_id, PROJECT, verdict=None)
    with office.reading() as session:
        plain, version = applications.current(session, CODE, "P01")
    changes: dict[str, Any] = {
        "in_district": False,
        "subsidy_fen": None,
        "months": 18,
        "team": (Member("新成员（虚构）", EmploymentKind.DISPATCHED),),
    }
    applications.correct(
        office, world.secretary, CODE, replace(plain, **changes), reason="来函", version=version
    )
    return office


def found(office: Office, index: int = 0) -> Correction | None:
    with office.reading() as session:
        record = read.entry(session, index)
        assert record
        return corrections.of_entry(session, record)


def alter(office: Office, statement: str, **values: object) -> None:
    with writing(office.engine).begin() as connection:
        unfence(connection, "corrections")
        connection.execute(text(statement), values)


def test_the_corrected_fields_are_told_before_and_after(corrected: Office) -> None:
    assert found(corrected) == Correction(
        (
            Corrected("在本区注册或经营", "是", "否"),
            Corrected("建设期", "12 个月", "18 个月"),
            Corrected("申请补助", "50,000 元", "（空）"),
            Corrected(
                "团队成员",
                "成员0（虚构）（正式）；成员1（虚构）（正式）；成员2（虚构）（正式）",
                "新成员（虚构）（劳务派遣）",
            ),
        )
    )


def test_the_trail_itself_holds_none_of_it(corrected: Office) -> None:
    with corrected.reading() as session:
        assert not any("新成员" in body for body in read.bodies(session))


@pytest.mark.parametrize(
    "said", ["", "null", "[]", '{"before":{}}', '{"after":{},"before":{}}', '{"after":1,"before":1.5}']
)
def test_words_that_are_not_those_of_the_entry_are_not_told(corrected: Office, said: str) -> None:
    alter(corrected, "UPDATE corrections SET said = :said", said=said)
    assert found(corrected) == Correction(altered=True)


def test_a_letter_that_was_changed_is_found(corrected: Office) -> None:
    alter(corrected, "UPDATE corrections SET said = replace(said, '新成员', '旧成员')")
    assert found(corrected) == Correction(altered=True)


def test_words_that_were_deleted_are_gone_and_the_entry_stays(corrected: Office) -> None:
    with writing(corrected.engine).begin() as connection:
        connection.execute(text("DELETE FROM corrections"))  # allowed: personal data must be deletable
    assert found(corrected) == Correction()


def test_the_keyed_hash_of_an_identity_is_never_told(world: World, office: Office) -> None:
    world.application(world.round_(), STUDIO, verdict=None)
    with office.reading() as session:
        plain, version = applications.current(session, CODE, "S01")
    applications.correct(
        office, world.secretary, CODE, plain, reason="证件", version=version, master_id="11010519491231002X"
    )
    told = found(office)
    assert told
    assert [field.label for field in told.fields] == ["身份证号后四位"]
    assert told.fields[0].after == "002X"


def test_other_entries_are_no_corrections(corrected: Office, world: World) -> None:
    applications.withdraw(corrected, world.secretary, CODE, "P01", "来函撤回")
    assert found(corrected, 1) is None
