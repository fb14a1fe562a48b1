"""Rows enter the register as the workbook says, ID numbers only as keyed hashes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import select

from panel import tables
from panel.documents import applications as application_book
from panel.queries import applications, experts
from panel.queries import imports as files
from panel.rules.applications import BudgetCategory, BudgetLine
from panel.rules.imports import ImportKind
from panel.rules.permissions import Role
from panel.services import accounts, imports, intakes
from panel.services.intakes import Preview
from panel.services.office import Office
from tests import intake
from tests.intake import CODE, EXAMPLES, IDENTITY, OTHER_IDENTITY, THIRD_IDENTITY, entered, key_of
from tests.world import PASSWORD, World

APPLICATIONS, EXPERTS = ImportKind.APPLICATIONS, ImportKind.EXPERTS


@pytest.fixture
def round_id(world: World) -> int:
    """A round that takes applications."""
    return world.round_()


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
    book = application_book.read(file.read_bytes(), intakes.criteria(office.policy))
    numbers = {each.master_id for each in book.applications} | {each.master_id for each in book.studios}
    return numbers - {""}


def test_large_amounts_are_taken_over(world: World, round_id: int) -> None:
    office = world.office
    much = 900_000_000_00
    line = BudgetLine(BudgetCategory.EQUIPMENT, "生产线", much)
    dear = intake.project(office, total_fen=much, subsidy_fen=much, budget=(line,))
    file = intake.applications_file(office, [intake.studio(office), dear])
    received = imports.receive(office, world.secretary, CODE, APPLICATIONS, "a.xlsx", file)
    imports.apply(office, world.secretary, received.import_id)
    assert entered(office, round_id)["P01"].total_fen == much


def test_the_register_is_brought_up_to_date_and_keeps_a_master_s_key(world: World, round_id: int) -> None:
    office = world.office

    def take(number: str, studios: list[tuple[object, str]]) -> Preview:
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
    assert [json.loads(body)["act"] for body in intake.bodies(office)][-3:] == [
        "account.create",
        "account.create",
        "import.apply",
    ]


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

    def take(*pool: tuple[object, str]) -> Preview:
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
