"""Workbooks are taken in whole or not at all, and ID numbers nowhere but as keyed hashes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlmodel import select

from panel import tables
from panel.errors import InvalidInput, NotAllowed, NotFound, RuleBroken
from panel.queries import experts
from panel.queries import imports as files
from panel.rules.applications import Track
from panel.rules.imports import ImportKind
from panel.rules.permissions import Role
from panel.rules.stages import ORDER, Stage
from panel.services import imports
from panel.services.office import Office
from tests import intake
from tests.documents.workshop import repacked
from tests.intake import CODE, entered
from tests.world import World

APPLICATIONS, EXPERTS = ImportKind.APPLICATIONS, ImportKind.EXPERTS


@pytest.fixture
def round_id(world: World) -> int:
    """A round that takes applications."""
    return world.round_()


def acts(office: Office) -> list[str]:
    return [json.loads(body)["act"] for body in intake.bodies(office)]


# Receiving


def test_a_received_workbook_is_previewed_and_nothing_is_taken_over(world: World, round_id: int) -> None:
    office = world.office
    data = intake.applications_file(
        office, [intake.studio(office), intake.project(office)], [(intake.existing(), "")]
    )
    received = imports.receive(office, world.secretary, CODE, APPLICATIONS, "表.xlsx", data)
    assert received.problems == ()
    assert received.digest == hashlib.sha256(b"pingshen/file/v1\0" + data).hexdigest()
    assert received.preview is not None
    assert received.preview.applications == {Track.STUDIO: ("S01",), Track.PROJECT: ("P01",)}
    assert (received.preview.new, received.preview.changed, received.preview.unchanged) == (("X01",), (), ())
    assert received.preview.rows == 3
    assert imports.preview(office, received.import_id) == received.preview
    assert entered(office, round_id) == {}
    with office.reading() as session:
        (view,) = files.of_round(session, round_id)
    assert (view.kind, view.file_name, view.size, view.pending) == (APPLICATIONS, "表.xlsx", len(data), True)
    logged = json.loads(intake.bodies(office)[-1])
    assert logged["act"] == "import.receive"
    assert logged["data"] == {
        "kind": "applications",
        "digest": received.digest,
        "size": len(data),
        "problems": 0,
    }


def test_the_waiting_workbook_is_kept_encrypted(world: World, round_id: int) -> None:
    data = intake.applications_file(world.office, [intake.studio(world.office)])
    imports.receive(world.office, world.secretary, CODE, APPLICATIONS, "a.xlsx", data)
    with world.office.reading() as session:
        content = session.exec(select(tables.Import.content)).one()
    assert len(content) > len(data)
    assert data[:64] not in content
    assert b"xl/worksheets" not in content


def test_all_problems_are_named_and_nothing_is_kept(world: World, round_id: int) -> None:
    office = world.office
    wrong = replace(intake.studio(office), unit_code="91350100M000100Y44", team=())
    data = intake.applications_file(office, [wrong, intake.project(office, studio_number="S77")])
    received = imports.receive(office, world.secretary, CODE, APPLICATIONS, "a.xlsx", data)
    assert received.preview is None
    places = [problem.where for problem in received.problems]
    assert places == ["申报 第4行 “统一社会信用代码”", "申报 第5行 “所属工作室编号”"]
    assert [problem.value for problem in received.problems] == ["91350100M000100Y44", "S77"]
    assert all(problem.remedy for problem in received.problems)
    with office.reading() as session:
        (view,) = files.of_round(session, round_id)
    assert (view.problems, view.pending, view.applied_at) == (2, False, None)
    assert json.loads(intake.bodies(office)[-1])["data"]["problems"] == 2
    with pytest.raises(NotFound):
        imports.apply(office, world.secretary, received.import_id)


HOSTILE = {
    "empty": (b"", "0 字节"),
    "text": ("编号,单位\nS01,甲".encode(), "CSV"),
    "old Excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, ".xls"),
    "picture": (b"\x89PNG\r\n\x1a\n" + b"\0" * 64, "不是 Excel"),
    "half a file": (b"PK\x03\x04" + b"\0" * 40, "损坏"),
    "too big": (b"PK\x03\x04" + b"\0" * (20 * 1024 * 1024), "20 MB"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_with_its_reason(world: World, round_id: int, name: str) -> None:
    data, reason = HOSTILE[name]
    received = imports.receive(world.office, world.secretary, CODE, APPLICATIONS, "a.xlsx", data)
    assert [reason in problem.remedy for problem in received.problems] == [True]


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        ({"xl/vbaProject.bin": b"macro"}, "宏"),
        ({"xl/externalLinks/externalLink1.xml": b"<a/>"}, "链接"),
        ({"xl/media/bomb.bin": b"\0" * 60_000_000}, "解压"),
    ],
)
def test_a_workbook_with_more_than_cells_is_refused(
    world: World, round_id: int, part: dict[str, bytes], reason: str
) -> None:
    data = repacked(intake.applications_file(world.office, [intake.studio(world.office)]), part)
    received = imports.receive(world.office, world.secretary, CODE, APPLICATIONS, "a.xlsx", data)
    assert [reason in problem.remedy for problem in received.problems] == [True]
    assert entered(world.office, round_id) == {}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\申报\\表.xlsx", "表.xlsx"),
        ("../../etc/表.xlsx", "表.xlsx"),
        ("表\x00\u202e格.xlsx", "表格.xlsx"),
        ("长" * 300 + ".xlsx", "长" * 115 + ".xlsx"),
        ("\x01", "未命名.xlsx"),
    ],
)
def test_only_the_plain_name_of_a_file_is_kept(world: World, round_id: int, given: str, kept: str) -> None:
    imports.receive(world.office, world.secretary, CODE, APPLICATIONS, given, b"")
    with world.office.reading() as session:
        assert [view.file_name for view in files.of_round(session, round_id)] == [kept]


# Taking over


def test_what_was_entered_meanwhile_stops_the_whole_workbook(world: World, round_id: int) -> None:
    office = world.office
    file = intake.applications_file(office, [intake.studio(office), intake.project(office)])
    received = imports.receive(office, world.secretary, CODE, APPLICATIONS, "a.xlsx", file)
    world.application(round_id, intake.project(office), verdict=None)
    with pytest.raises(InvalidInput, match="P01"):
        imports.apply(office, world.secretary, received.import_id)
    assert set(entered(office, round_id)) == {"P01"}
    with office.reading() as session:
        assert [view.pending for view in files.of_round(session, round_id)] == [True]


def test_a_workbook_is_taken_over_or_dropped_once(world: World, round_id: int) -> None:
    office = world.office
    file = intake.applications_file(office, [intake.studio(office)])
    taken = imports.receive(office, world.secretary, CODE, APPLICATIONS, "a.xlsx", file)
    imports.apply(office, world.secretary, taken.import_id)
    pool = intake.experts_file([(intake.expert(), "")])
    dropped = imports.receive(office, world.secretary, CODE, EXPERTS, "e.xlsx", pool)
    imports.drop(office, world.secretary, dropped.import_id)
    assert json.loads(intake.bodies(office)[-1])["data"] == {"kind": "experts", "digest": dropped.digest}
    for import_id in (taken.import_id, dropped.import_id):
        for again in (imports.apply, imports.drop):
            with pytest.raises(RuleBroken, match="已经导入或者放弃"):
                again(office, world.secretary, import_id)
        with pytest.raises(RuleBroken, match="已经导入或者放弃"):
            imports.preview(office, import_id)
    with office.reading() as session:
        assert [view.pending for view in files.of_round(session, round_id)] == [False, False]
        assert experts.plain(session) == {}


def test_a_new_upload_takes_the_place_of_the_one_that_waits(world: World, round_id: int) -> None:
    office = world.office
    first = imports.receive(
        office, world.secretary, CODE, EXPERTS, "e.xlsx", intake.experts_file([(intake.expert(), "")])
    )
    file = intake.applications_file(office, [intake.studio(office)])
    other = imports.receive(office, world.secretary, CODE, APPLICATIONS, "a.xlsx", file)
    imports.receive(office, world.secretary, CODE, EXPERTS, "e.xlsx", b"")
    with office.reading() as session:
        pending = {view.id: view.pending for view in files.of_round(session, round_id)}
    assert (pending[first.import_id], pending[other.import_id]) == (False, True)
    assert acts(office)[-2:] == ["import.drop", "import.receive"]


def test_a_kept_file_that_was_exchanged_is_not_taken_over(world: World, round_id: int) -> None:
    office = world.office
    first = imports.receive(
        office, world.secretary, CODE, EXPERTS, "e.xlsx", intake.experts_file([(intake.expert(), "")])
    )
    with world.store() as session:
        row = session.get_one(tables.Import, first.import_id)
        row.content = row.content[:-1] + bytes([row.content[-1] ^ 1])
        session.add(row)
    with pytest.raises(RuleBroken) as refused:
        imports.apply(office, world.secretary, first.import_id)
    assert refused.value.code == "file_unreadable"


def test_a_kept_file_cannot_be_read_with_another_secret(world: World, round_id: int) -> None:
    office = world.office
    first = imports.receive(
        office, world.secretary, CODE, EXPERTS, "e.xlsx", intake.experts_file([(intake.expert(), "")])
    )
    office.settings = office.settings.model_copy(update={"secret_key": SecretStr("another secret " * 4)})
    with pytest.raises(RuleBroken):
        imports.preview(office, first.import_id)


# Who, and when


@pytest.mark.parametrize("stage", ORDER[1:])
def test_nothing_comes_in_once_scoring_has_opened(world: World, round_id: int, stage: Stage) -> None:
    office = world.office
    pool = intake.experts_file([(intake.expert(), "")])
    received = imports.receive(office, world.secretary, CODE, EXPERTS, "e.xlsx", pool)
    world.stage(round_id, stage)
    with pytest.raises(NotAllowed):
        imports.receive(office, world.secretary, CODE, EXPERTS, "e.xlsx", pool)
    with pytest.raises(NotAllowed):
        imports.apply(office, world.secretary, received.import_id)
    assert acts(office)[-2:] == ["refused", "refused"]
    imports.drop(office, world.secretary, received.import_id)
    assert acts(office)[-1] == "import.drop"
    with office.reading() as session:
        assert files.waiting(session, round_id) == []


@pytest.mark.parametrize("role", [Role.EXPERT, Role.INSPECTOR, Role.ADMINISTRATOR])
def test_only_the_secretary_brings_files_in(world: World, round_id: int, role: Role) -> None:
    office = world.office
    who = world.expert("E7") if role is Role.EXPERT else world.person(role)
    pool = intake.experts_file([(intake.expert(), "")])
    received = imports.receive(office, world.secretary, CODE, EXPERTS, "e.xlsx", pool)
    with pytest.raises(NotAllowed):
        imports.receive(office, who, CODE, EXPERTS, "e.xlsx", pool)
    for act in (imports.apply, imports.drop):
        with pytest.raises(NotAllowed):
            act(office, who, received.import_id)


def test_unknown_rounds_and_files_are_not_found(world: World, round_id: int) -> None:
    with pytest.raises(NotFound):
        imports.receive(world.office, world.secretary, "1999", EXPERTS, "e.xlsx", b"")
    with pytest.raises(NotFound):
        imports.drop(world.office, world.secretary, 4711)
    with pytest.raises(NotFound):
        imports.apply(world.office, world.secretary, 4711)


# From the disk


def test_a_file_from_the_disk_is_received_and_taken_over_at_once(
    world: World, round_id: int, tmp_path: Path
) -> None:
    file = tmp_path / "专家.xlsx"
    file.write_bytes(intake.experts_file([(intake.expert(), "")]))
    applied = imports.read_file(world.office, world.secretary, CODE, EXPERTS, file, codes=True)
    assert applied.preview.new == ("E1",)
    assert [code.login for code in applied.codes] == ["E1"]
    assert "import.receive" in acts(world.office)


def test_a_wrong_file_from_the_disk_names_its_problems(world: World, round_id: int, tmp_path: Path) -> None:
    (tmp_path / "空.xlsx").write_bytes(b"")
    for name in ("空.xlsx", "没有.xlsx"):
        with pytest.raises(InvalidInput):
            imports.read_file(world.office, world.secretary, CODE, EXPERTS, tmp_path / name)
