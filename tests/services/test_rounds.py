"""A round is opened once, under a code, with its closing day within the regulation's validity."""

from __future__ import annotations

import json
from datetime import date

import pytest

from panel.errors import InvalidInput, NotAllowed, NotFound, RuleBroken
from panel.queries import rounds as views
from panel.rules.permissions import Role
from panel.rules.stages import Stage
from panel.rules.steps import Step
from panel.services import rounds, stages
from tests.intake import bodies
from tests.world import World

CLOSING = date(2026, 8, 28)


def test_a_round_begins_in_setup_and_its_beginning_is_logged(world: World) -> None:
    round_id = rounds.create(world.office, world.secretary, " 2026-1 ", " 2026年评选 ", CLOSING)
    with world.office.reading() as session:
        view = views.by_code(session, "2026-1")
        assert views.everyone(session) == [view]
        assert views.by_code(session, "2027") is None
    assert view is not None
    assert (view.id, view.title, view.stage, view.closes_on) == (round_id, "2026年评选", Stage.SETUP, CLOSING)
    assert view.stage_term == "筹备"
    logged = json.loads(bodies(world.office)[-1])
    assert (logged["act"], logged["round"]) == ("round.create", str(round_id))
    assert logged["data"] == {"code": "2026-1", "closing_day": "2026-08-28"}


def test_newer_rounds_come_first(world: World) -> None:
    for code in ("2026", "2027"):
        rounds.create(world.office, world.secretary, code, code, CLOSING)
    with world.office.reading() as session:
        assert [view.code for view in views.everyone(session)] == ["2027", "2026"]


@pytest.mark.parametrize("code", ["", "二〇二六", "2026/1", "-1", "x" * 21, "2026 1", "２０２６"])
def test_a_code_is_letters_digits_and_dashes(world: World, code: str) -> None:
    with pytest.raises(InvalidInput, match="批次代码"):
        rounds.create(world.office, world.secretary, code, "评选", CLOSING)


def test_a_round_has_a_title(world: World) -> None:
    with pytest.raises(InvalidInput, match="批次名称"):
        rounds.create(world.office, world.secretary, "2026", " ", CLOSING)


def test_a_code_is_used_once(world: World) -> None:
    rounds.create(world.office, world.secretary, "2026", "评选", CLOSING)
    with pytest.raises(RuleBroken) as refused:
        rounds.create(world.office, world.secretary, "2026", "另一次", CLOSING)
    assert refused.value.code == "round_exists"


@pytest.mark.parametrize("day", [date(2025, 3, 4), date(2030, 1, 1)])
def test_no_round_outside_the_regulation_s_validity(world: World, day: date) -> None:
    with pytest.raises(RuleBroken) as refused:
        rounds.create(world.office, world.secretary, "2026", "评选", day)
    assert (refused.value.code, refused.value.article) == ("out_of_validity", "21")
    assert json.loads(bodies(world.office)[-1])["data"]["why"] == "out_of_validity"


@pytest.mark.parametrize("day", [date(2025, 3, 5), date(2029, 12, 31)])
def test_both_ends_of_the_validity_belong_to_it(world: World, day: date) -> None:
    rounds.create(world.office, world.secretary, "2026", "评选", day)


@pytest.mark.parametrize("role", [Role.INSPECTOR, Role.ADMINISTRATOR])
def test_only_a_secretary_opens_a_round(world: World, role: Role) -> None:
    with pytest.raises(NotAllowed):
        rounds.create(world.office, world.person(role), "2026", "评选", CLOSING)


def test_what_is_done_in_an_unknown_round_is_not_found(world: World) -> None:
    with pytest.raises(NotFound):
        stages.take(world.office, world.secretary, "1999", Step.OPEN_SCORING)
