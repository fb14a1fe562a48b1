"""What stands against a workbook is named before anything is taken over."""

from __future__ import annotations

import pytest

from panel.rules.imports import ImportKind
from panel.rules.permissions import Role
from panel.services import imports, intakes
from tests import intake
from tests.intake import CODE, IDENTITY, OTHER_IDENTITY, entered
from tests.world import World

APPLICATIONS, EXPERTS = ImportKind.APPLICATIONS, ImportKind.EXPERTS


@pytest.fixture
def round_id(world: World) -> int:
    """A round that takes applications."""
    return world.round_()


@pytest.mark.parametrize("kind", ImportKind)
def test_the_empty_template_is_read_and_found_empty(world: World, round_id: int, kind: ImportKind) -> None:
    data = intakes.template(world.office, kind)
    received = imports.receive(world.office, world.secretary, CODE, kind, "模板.xlsx", data)
    assert len(received.problems) == 1
    assert "至少填写一行" in received.problems[0].remedy


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
