"""Taking the pledge, and declaring conflicts of interest."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from sqlmodel import select

from panel import tables
from panel.audit import read
from panel.errors import InvalidInput, NotAllowed, NotFound, RuleBroken
from panel.queries import blind
from panel.rules.experts import RelationKind
from panel.rules.signatures import ON_PAPER, Purpose
from panel.rules.stages import Stage
from panel.services import pledges
from panel.services.office import Actor, Office
from tests.conftest import StandingClock
from tests.world import PROJECT, STUDIO, World

CODE = "2026"


@pytest.fixture
def round_id(world: World) -> int:
    return world.scoring_round(2)


@pytest.fixture
def expert(world: World, round_id: int) -> Actor:
    return world.accounts["E1"]


def seat(world: World, expert: Actor) -> tables.Panelist:
    with world.office.reading() as session:
        return session.exec(
            select(tables.Panelist).where(tables.Panelist.expert_id == expert.expert_id)
        ).one()


def change_seat(world: World, expert: Actor, **values: object) -> None:
    with world.store() as session:
        row = session.exec(select(tables.Panelist).where(tables.Panelist.expert_id == expert.expert_id)).one()
        for name, value in values.items():
            setattr(row, name, value)
        session.add(row)


def take(office: Office, actor: Actor, digest: str = "") -> None:
    pledges.take(office, actor, round_code=CODE, digest=digest or office.policy.pledge.digest)


def declare(
    office: Office,
    actor: Actor,
    towards: str = STUDIO.unit,
    kind: RelationKind = RelationKind.FAMILY,
    words: str = "配偶在该单位任职",
    code: str = CODE,
) -> int:
    return pledges.declare(office, actor, round_code=code, towards=towards, kind=kind, words=words)


def entries(world: World, act: str) -> list[read.Record]:
    with world.office.reading() as session:
        return read.of_act(session, act)


def hidden(world: World, round_id: int, expert: str = "E1") -> frozenset[str]:
    with world.office.reading() as session:
        return blind.hidden(session, round_id, expert)


# The pledge


@pytest.mark.parametrize("stage", [Stage.SETUP, Stage.SCORING])
def test_the_pledge_is_kept_with_its_text_and_recorded(
    office: Office, world: World, round_id: int, expert: Actor, stage: Stage
) -> None:
    change_seat(world, expert, pledged_at=None, pledge_digest="")
    world.stage(round_id, stage)
    take(office, expert)
    kept = seat(world, expert)
    assert (kept.pledged_at, kept.pledge_digest) == (world.clock(), office.policy.pledge.digest)
    (record,) = entries(world, "expert.pledge")
    digest = office.policy.pledge.digest
    signature = ON_PAPER.digest(Purpose.PLEDGE, digest, "2026/E1")
    assert (record.subject, record.data) == (
        "E1",
        {"text": digest, "manner": "paper", "signature": signature},
    )


def test_taking_it_again_changes_nothing(
    office: Office, world: World, expert: Actor, clock: StandingClock
) -> None:
    before = seat(world, expert)
    clock.forward(days=1)
    take(office, expert)
    assert seat(world, expert).pledged_at == before.pledged_at
    assert entries(world, "expert.pledge") == []


def test_only_the_text_that_is_in_force_can_be_taken(office: Office, world: World, expert: Actor) -> None:
    change_seat(world, expert, pledged_at=None)
    with pytest.raises(RuleBroken) as refused:
        take(office, expert, "0" * 64)
    assert refused.value.code == "pledge_changed"
    assert seat(world, expert).pledged_at is None


def test_only_members_of_the_panel_pledge_and_declare(
    office: Office, world: World, round_id: int, expert: Actor
) -> None:
    stranger = world.expert("E9")
    absent = world.accounts["E2"]
    change_seat(world, absent, absent=True)
    for somebody in (stranger, absent):
        with pytest.raises(NotFound):
            take(office, somebody)
        with pytest.raises(NotFound):
            declare(office, somebody)
    for somebody in (world.secretary, world.inspector, world.administrator):
        with pytest.raises(NotAllowed):
            take(office, somebody)
        with pytest.raises(NotAllowed):
            declare(office, somebody)
    with pytest.raises(NotFound):
        declare(office, expert, code="1999")
    world.stage(round_id, Stage.CLOSED)
    with pytest.raises(NotAllowed):
        take(office, expert)
    with pytest.raises(NotAllowed):
        declare(office, expert)


# Declaring


@pytest.mark.parametrize(
    "towards", [STUDIO.unit, STUDIO.master_name, STUDIO.team[1].name], ids=["unit", "master", "member"]
)
def test_a_declaration_hides_all_of_the_unit_from_its_expert_only(
    office: Office, world: World, round_id: int, expert: Actor, towards: str
) -> None:
    assert declare(office, expert, towards) == 1
    assert hidden(world, round_id) == {"S01", "P01"}
    assert hidden(world, round_id, "E2") == frozenset()


def test_a_declaration_is_kept_as_a_conflict_with_what_it_rests_on(
    office: Office, world: World, round_id: int, expert: Actor
) -> None:
    declare(office, expert, STUDIO.master_name, RelationKind.TEACHER, " 师徒，2019 年起 ")
    with office.reading() as session:
        row = session.exec(select(tables.Conflict)).one()
    assert (row.code, row.reach, row.target, row.declared, row.settled) == (
        "C14",
        "unit",
        STUDIO.unit,
        True,
        False,
    )
    facts = json.loads(row.facts)
    assert (facts["relation"], facts["towards"], facts["note"]) == (
        "teacher",
        STUDIO.master_name,
        "师徒，2019 年起",
    )


def test_the_trail_holds_the_kind_but_no_name(
    office: Office, world: World, round_id: int, expert: Actor
) -> None:
    declare(office, expert, STUDIO.master_name)
    (record,) = entries(world, "conflict.declare")
    assert (record.subject, record.data["code"]) == ("E1", "C5")
    assert STUDIO.master_name not in record.body
    with office.reading() as session:
        assert read.words(session, record) == {"said": "配偶在该单位任职"}


def test_a_person_in_two_units_hides_both(office: Office, world: World, expert: Actor) -> None:
    round_id = 1
    world.application(
        round_id, replace(STUDIO, number="S02", unit="乙单位（虚构）", unit_code="91110115MA0000002X")
    )
    assert declare(office, expert, STUDIO.master_name) == 2
    assert hidden(world, round_id) == {"S01", "P01", "S02"}
    assert len(entries(world, "conflict.declare")) == 1


def test_the_same_declaration_waits_once(office: Office, expert: Actor) -> None:
    declare(office, expert)
    with pytest.raises(RuleBroken) as refused:
        declare(office, expert, words="再说一遍")
    assert refused.value.code == "already_declared"
    assert declare(office, expert, kind=RelationKind.BOARD) == 1


def test_only_the_list_can_be_declared_on(office: Office, expert: Actor) -> None:
    for towards in ("名单外的单位", "S01", PROJECT.title, ""):
        with pytest.raises(InvalidInput, match="请从名单中选择"):
            declare(office, expert, towards)


@pytest.mark.parametrize("words", ["", "   ", "字" * 501])
def test_a_declaration_says_what_the_tie_is(office: Office, expert: Actor, words: str) -> None:
    with pytest.raises(InvalidInput, match="情况说明"):
        declare(office, expert, words=words)
