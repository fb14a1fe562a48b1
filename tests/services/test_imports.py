"""Workbooks are taken in whole or not at all, and ID numbers nowhere but as keyed hashes."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlmodel import select

from panel import tables
from panel.documents import applications as application_book
from panel.errors import InvalidInput, NotAllowed, NotFound, RuleBroken
from panel.queries import applications, experts
from panel.queries import imports as files
from panel.rules.applications import Application, BudgetCategory, BudgetLine, Track
from panel.rules.imports import ImportKind
from panel.rules.permissions import Role
from panel.rules.stages import ORDER, Stage
from panel.services import accounts, imports
from panel.services.office import Office
from tests import intake
from tests.documents.workshop import repacked
from tests.intake import CODE, EXAMPLES, IDENTITY, OTHER_IDENTITY, THIRD_IDENTITY
from tests.world import PASSWORD, World

APPLICATIONS, EXPERTS = ImportKind.APPLICATIONS, ImportKind.EXPERTS


@pytest.fixture
def round_id(world: World) -> int:
    """A round that takes applications."""
    return world.round_()


def key_of(office: Office, number: str) -> str:
    secret = office.settings.identity_key.get_secret_value().encode()
    return hmac.new(secret, b"pingshen/identity/v1\0" + number.encode(), hashlib.sha256).hexdigest()


def entered(office: Office, round_id: int) -> dict[str, Application]:
    with office.reading() as session:
        return applications.plain(session, round_id)


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


def test_taking_over_enters_every_row_as_the_workbook_says(world: World, round_id: int) -> None:
    office = world.office
    first, second = intake.studio(office), intake.project(office)
    registered = intake.existing(master_last4=THIRD_IDENTITY[-4:])
    data = intake.applications_file(office, [first, second], [(registered, THIRD_IDENTITY)])
    received = imports.receive(office, world.secretary, CODE, APPLICATIONS, "a.xlsx", data)
    applied = imports.apply(office, world.secretary, received.import_id)
    assert applied.preview == received.preview
    assert applied.codes == ()
    key = key_of(office, IDENTITY)
    assert entered(office, round_id) == {
        each.number: replace(each, master_key=key, master_last4="002X") for each in (second, first)
    }
    with office.reading() as session:
        assert applications.studios(session, round_id) == {
            "X01": replace(registered, master_key=key_of(office, THIRD_IDENTITY))
        }
        view = files.one(session, round_id, received.import_id)
        assert files.one(session, round_id, 999) is None
    assert view is not None
    assert (view.rows, view.pending, view.applied_at) == (3, False, world.clock())
    assert json.loads(intake.bodies(office)[-1])["data"] == {
        "kind": "applications",
        "digest": received.digest,
        "rows": 3,
    }


def test_the_examples_are_taken_over_without_a_trace_of_an_id_number_or_a_name_in_the_trail(
    world: World, round_id: int
) -> None:
    office = world.office
    numbers = _identities(EXAMPLES / "applications-2026.xlsx", office)
    assert len(numbers) > 9
    for kind in ImportKind:
        imports.read_file(office, world.secretary, CODE, kind, EXAMPLES / f"{kind}-2026.xlsx")
    stored = intake.everything_stored(office)
    assert [number for number in numbers if number in stored] == []
    known = entered(office, round_id)
    assert len(known) == 27
    with office.reading() as session:
        pool = list(experts.plain(session).values())
        registered = applications.studios(session, round_id).values()
    assert len(pool) == 14
    assert known["S01"].master_key == known["S05"].master_key
    names = {person.name for application in known.values() for person in application.team}
    names |= {text for a in known.values() for text in (a.unit, a.master_name, a.title)}
    names |= {e.name for e in pool} | {e.employer for e in pool} | {s.unit for s in registered}
    trail = "\n".join(intake.bodies(office))
    assert [name for name in names - {""} if name in trail] == []
    assert [name.removesuffix("（虚构）") for name in names if name and name[:3] in trail] == []


def _identities(file: Path, office: Office) -> set[str]:
    book = application_book.read(file.read_bytes(), imports.criteria(office.policy))
    numbers = {each.master_id for each in book.applications} | {each.master_id for each in book.studios}
    return numbers - {""}


def test_numbers_that_are_there_already_are_refused_and_all_listed(world: World, round_id: int) -> None:
    office = world.office
    both = [intake.studio(office), intake.project(office)]
    file = intake.applications_file(office, both)
    received = imports.receive(office, world.secretary, CODE, APPLICATIONS, "a.xlsx", file)
    imports.apply(office, world.secretary, received.import_id)
    third = [*both, intake.studio(office, "S03"), intake.project(office, "P03", "S03")]
    again = imports.receive(
        office, world.secretary, CODE, APPLICATIONS, "b.xlsx", intake.applications_file(office, third)
    )
    assert [problem.value for problem in again.problems] == ["S01", "P01"]
    assert set(entered(office, round_id)) == {"S01", "P01"}


def test_a_later_workbook_may_bring_the_project_of_a_studio_that_stands(world: World, round_id: int) -> None:
    office = world.office
    for each in (intake.studio(office), intake.project(office)):
        file = intake.applications_file(office, [each])
        received = imports.receive(office, world.secretary, CODE, APPLICATIONS, "a.xlsx", file)
        imports.apply(office, world.secretary, received.import_id)
    assert set(entered(office, round_id)) == {"S01", "P01"}


def test_one_number_is_not_both_an_application_and_a_registered_studio(world: World, round_id: int) -> None:
    office = world.office
    first = [intake.studio(office), intake.project(office)]
    file = intake.applications_file(office, first, [(intake.existing(), "")])
    received = imports.receive(office, world.secretary, CODE, APPLICATIONS, "a.xlsx", file)
    imports.apply(office, world.secretary, received.import_id)
    clashing = [intake.studio(office, "X01"), intake.project(office, "P02", "X01")]
    file = intake.applications_file(office, clashing, [(intake.existing("S01"), "")])
    again = imports.receive(office, world.secretary, CODE, APPLICATIONS, "a.xlsx", file)
    assert [problem.value for problem in again.problems] == ["X01", "S01"]


def test_the_register_is_brought_up_to_date_and_keeps_a_master_s_key(world: World, round_id: int) -> None:
    office = world.office

    def take(number: str, studios: list[tuple[object, str]]) -> imports.Preview:
        entries = [intake.studio(office, number), intake.project(office, "P" + number[1:], number)]
        file = intake.applications_file(office, entries, studios)  # type: ignore[arg-type]
        received = imports.receive(office, world.secretary, CODE, APPLICATIONS, "a.xlsx", file)
        return imports.apply(office, world.secretary, received.import_id).preview

    first, second = intake.existing(), intake.existing("X02", occupation="车工")
    take("S01", [(first, IDENTITY), (second, "")])
    found = take("S02", [(replace(first, running=False), ""), (second, "")])
    assert (found.new, found.changed, found.unchanged) == ((), ("X01",), ("X02",))
    take("S03", [(second, OTHER_IDENTITY)])
    with office.reading() as session:
        registered = applications.studios(session, round_id)
    assert (registered["X01"].running, registered["X01"].master_key) == (False, key_of(office, IDENTITY))
    assert registered["X02"].master_key == key_of(office, OTHER_IDENTITY)


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


def test_large_amounts_are_taken_over(world: World, round_id: int) -> None:
    office = world.office
    much = 900_000_000_00
    line = BudgetLine(BudgetCategory.EQUIPMENT, "生产线", much)
    dear = intake.project(office, total_fen=much, subsidy_fen=much, budget=(line,))
    file = intake.applications_file(office, [intake.studio(office), dear])
    received = imports.receive(office, world.secretary, CODE, APPLICATIONS, "a.xlsx", file)
    imports.apply(office, world.secretary, received.import_id)
    assert entered(office, round_id)["P01"].total_fen == much


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


# Experts


def test_every_new_expert_gets_an_account(world: World, round_id: int) -> None:
    office = world.office
    pool = [(intake.expert("E1"), IDENTITY), (intake.expert("E2", employer_code=intake.UNIT_CODE), "")]
    received = imports.receive(office, world.secretary, CODE, EXPERTS, "e.xlsx", intake.experts_file(pool))
    applied = imports.apply(office, world.secretary, received.import_id)
    assert (applied.preview.new, applied.codes) == (("E1", "E2"), ())
    with office.reading() as session:
        stored = {e.number: e for e in experts.plain(session).values()}
        made = session.exec(select(tables.Account).where(tables.Account.role == Role.EXPERT)).all()
    assert stored == {
        "E1": replace(pool[0][0], identity_key=key_of(office, IDENTITY)),
        "E2": pool[1][0],
    }
    assert {(a.login, a.name) for a in made} == {("E1", "欧阳E1（虚构）"), ("E2", "欧阳E2（虚构）")}
    assert acts(office)[-3:] == ["account.create", "account.create", "import.apply"]


def test_codes_for_the_new_experts_are_given_when_asked_for(world: World, round_id: int) -> None:
    office = world.office
    for numbers, expected in ((("E1",), ["E1"]), (("E1", "E2"), ["E2"])):
        pool = intake.experts_file([(intake.expert(number), "") for number in numbers])
        received = imports.receive(office, world.secretary, CODE, EXPERTS, "e.xlsx", pool)
        codes = imports.apply(office, world.secretary, received.import_id, codes=True).codes
        assert [code.login for code in codes] == expected
        assert accounts.activate(office, codes[0].code, PASSWORD) == expected[0]


def test_the_pool_is_brought_up_to_date_by_number(world: World, round_id: int) -> None:
    office = world.office

    def take(*pool: tuple[object, str]) -> imports.Preview:
        file = intake.experts_file(pool)  # type: ignore[arg-type]
        received = imports.receive(office, world.secretary, CODE, EXPERTS, "e.xlsx", file)
        return imports.apply(office, world.secretary, received.import_id).preview

    one, two = intake.expert("E1"), intake.expert("E2")
    take((one, IDENTITY), (two, ""))
    renamed = replace(one, name="欧阳新（虚构）", employments=(), relations=())
    found = take((renamed, ""), (two, ""))
    assert (found.new, found.changed, found.unchanged) == ((), ("E1",), ("E2",))
    with office.reading() as session:
        stored = {e.number: e for e in experts.plain(session).values()}
        names = session.exec(select(tables.Account.name).where(tables.Account.role == Role.EXPERT)).all()
    assert stored["E1"] == replace(renamed, identity_key=key_of(office, IDENTITY))
    assert set(names) == {"欧阳新（虚构）", "欧阳E2（虚构）"}


def test_one_person_stands_in_the_pool_once(world: World, round_id: int) -> None:
    office = world.office
    twice = intake.experts_file([(intake.expert("E1"), IDENTITY), (intake.expert("E2"), IDENTITY)])
    received = imports.receive(office, world.secretary, CODE, EXPERTS, "e.xlsx", twice)
    assert [(problem.where, problem.value) for problem in received.problems] == [("专家 E2", "")]
    first = intake.experts_file([(intake.expert("E1"), IDENTITY)])
    taken = imports.receive(office, world.secretary, CODE, EXPERTS, "e.xlsx", first)
    imports.apply(office, world.secretary, taken.import_id)
    again = intake.experts_file([(intake.expert("E9"), IDENTITY), (intake.expert("E8"), OTHER_IDENTITY)])
    received = imports.receive(office, world.secretary, CODE, EXPERTS, "e.xlsx", again)
    assert [problem.value for problem in received.problems] == ["E9"]
    assert "E1" in received.problems[0].remedy


def test_a_number_that_is_somebody_else_s_login_is_refused(world: World, round_id: int) -> None:
    world.person(Role.INSPECTOR, "watch1")
    pool = intake.experts_file([(intake.expert("WATCH1"), ""), (intake.expert("E1"), "")])
    received = imports.receive(world.office, world.secretary, CODE, EXPERTS, "e.xlsx", pool)
    assert [problem.value for problem in received.problems] == ["WATCH1"]


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


@pytest.mark.parametrize("kind", ImportKind)
def test_the_empty_template_is_read_and_found_empty(world: World, round_id: int, kind: ImportKind) -> None:
    data = imports.template(world.office, kind)
    received = imports.receive(world.office, world.secretary, CODE, kind, "模板.xlsx", data)
    assert len(received.problems) == 1
    assert "至少填写一行" in received.problems[0].remedy
