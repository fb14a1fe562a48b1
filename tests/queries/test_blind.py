"""What an expert may see, and in which order."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlmodel import Session, select

from panel import tables
from panel.queries import blind
from panel.queries.blind import Seat
from panel.rules.applications import CertificateLevel, ProjectKind, Track
from panel.rules.conflicts import Reach
from panel.rules.eligibility import Verdict
from panel.rules.experts import RelationKind
from panel.rules.sheets import CardState, Given, SheetState
from panel.services import pledges, sheets
from panel.services.office import Actor, Office
from tests.world import PROJECT, STUDIO, World

STUDIO_TEXTS = replace(STUDIO, statements={"S1": "获省级技术能手称号。"})
GOOD = {"S1": 2500, "S2": 1250, "S3": 800, "S4": 1600, "S5": 1250, "S6": 800}


@pytest.fixture
def round_id(world: World) -> int:
    return world.scoring_round(2, [STUDIO_TEXTS, PROJECT])


@pytest.fixture
def expert(world: World, round_id: int) -> Actor:
    return world.accounts["E1"]


def own(session: Session, round_id: int, expert: Actor) -> Seat:
    found = blind.seat(session, round_id, expert.expert_id)
    assert found is not None
    return found


def cards(office: Office, round_id: int, expert: Actor) -> list[tuple[str, CardState, int]]:
    with office.reading() as session:
        found = blind.queue(session, office.policy, round_id, own(session, round_id, expert))
    return [(card.code, card.state, card.done) for card in found]


def sheet(office: Office, round_id: int, expert: Actor, code: str) -> blind.SheetView | None:
    with office.reading() as session:
        return blind.sheet(session, office.policy, round_id, own(session, round_id, expert), code)


def test_a_seat_is_ones_own(office: Office, world: World, round_id: int, expert: Actor) -> None:
    outsider = world.expert("E9")
    with office.reading() as session:
        seat = blind.seat(session, round_id, expert.expert_id)
        assert blind.seat(session, round_id, outsider.expert_id) is None
        assert blind.seat(session, round_id, None) is None
        assert blind.own_rounds(session, outsider.expert_id) == []
        assert [view.code for view in blind.own_rounds(session, expert.expert_id)] == ["2026"]
    assert seat == Seat(expert.expert_id or 0, "E1", chair=True, absent=False, pledged_at=world.clock())


def test_cards_tell_how_far_each_sheet_is(office: Office, world: World, round_id: int, expert: Actor) -> None:
    assert cards(office, round_id, expert) == [("SX-01", CardState.NEW, 0), ("PX-02", CardState.NEW, 0)]
    world.fill(expert, 2, {"P1": 1500})
    assert cards(office, round_id, expert)[1] == ("PX-02", CardState.BEGUN, 1)
    world.fill(expert, 1, GOOD)
    assert cards(office, round_id, expert)[0] == ("SX-01", CardState.READY, 6)
    sheets.submit(office, expert, round_code="2026", blind_code="SX-01", version=1)
    assert cards(office, round_id, expert)[0] == ("SX-01", CardState.SUBMITTED, 6)
    sheets.return_sheet(
        office,
        world.secretary,
        round_code="2026",
        expert_number="E1",
        application_number="S01",
        reason="请补充",
    )
    assert cards(office, round_id, expert)[0] == ("SX-01", CardState.RETURNED, 6)
    with world.store() as session:
        for row in session.exec(select(tables.Sheet)):
            row.state = SheetState.VOID
            session.add(row)
    assert {state for _, state, _ in cards(office, round_id, expert)} == {CardState.VOID}


def test_a_sheet_that_lacks_a_reason_is_not_ready(
    office: Office, world: World, round_id: int, expert: Actor
) -> None:
    world.fill(expert, 1, {**GOOD, "S1": 3000})
    assert cards(office, round_id, expert)[0] == ("SX-01", CardState.BEGUN, 6)


def test_a_named_sheet_says_who_applies(office: Office, round_id: int, expert: Actor) -> None:
    view = sheet(office, round_id, expert, "SX-01")
    assert view is not None
    assert view.material.applicant == blind.Applicant(
        STUDIO.unit, "", STUDIO.master_name, STUDIO.occupation, CertificateLevel.TECHNICIAN, STUDIO.team
    )
    assert view.material.statements == {"S1": "获省级技术能手称号。"}
    assert (view.total, view.done, len(view.missing)) == (0, 0, 6)


def test_a_coded_sheet_says_only_what_for(office: Office, round_id: int, expert: Actor) -> None:
    view = sheet(office, round_id, expert, "PX-02")
    assert view is not None
    assert view.material == blind.Material(
        title=PROJECT.title,
        summary=PROJECT.summary,
        statements={},
        kind=ProjectKind.PROCESS,
        months=12,
        total_fen=6_000_000,
        subsidy_fen=5_000_000,
        budget=PROJECT.budget,
        applicant=None,
    )
    said = repr(view)
    for never in (
        PROJECT.unit,
        PROJECT.master_name,
        PROJECT.unit_code,
        PROJECT.address,
        "P01",
        "S01",
        "成员",
    ):
        assert never not in said


def test_own_points_and_comments_come_back(
    office: Office, world: World, round_id: int, expert: Actor
) -> None:
    world.fill(expert, 1, {"S1": 2750, "S3": 0}, "记一笔")
    world.fill(world.accounts["E2"], 1, {"S2": 1350}, "别人的")
    view = sheet(office, round_id, expert, "SX-01")
    assert view is not None
    assert view.given["S1"] == Given(2750, "记一笔")
    assert view.given["S2"] == Given()
    assert (view.total, view.done) == (2750, 2)
    assert "别人的" not in repr(view)


def test_a_sealed_sheet_carries_its_receipt(
    office: Office, world: World, round_id: int, expert: Actor
) -> None:
    world.fill(expert, 1, GOOD)
    given = sheets.submit(office, expert, round_code="2026", blind_code="SX-01", version=1)
    view = sheet(office, round_id, expert, "SX-01")
    assert view is not None
    assert view.receipt is not None
    point = view.receipt.point
    assert view.receipt == blind.Receipt(given.commitment, given.entry, given.leaf, given.at, point)
    assert (point.size > given.entry, point.signed) == (True, False)
    assert view.returned_because == ""


def test_a_returned_sheet_carries_the_reason_and_no_receipt(
    office: Office, world: World, round_id: int, expert: Actor
) -> None:
    world.fill(expert, 1, GOOD)
    sheets.submit(office, expert, round_code="2026", blind_code="SX-01", version=1)
    sheets.return_sheet(
        office,
        world.secretary,
        round_code="2026",
        expert_number="E1",
        application_number="S01",
        reason="请补充第三项",
    )
    view = sheet(office, round_id, expert, "SX-01")
    assert view is not None
    assert (view.returned_because, view.receipt, view.revision) == ("请补充第三项", None, 2)


def test_own_scores_stand_by_track(office: Office, world: World, round_id: int, expert: Actor) -> None:
    world.fill(expert, 1, {"S1": 2750, "S2": 1000})
    with office.reading() as session:
        found = blind.own_scores(session, office.policy, round_id, own(session, round_id, expert))
    assert list(found) == [Track.STUDIO, Track.PROJECT]
    (row,) = found[Track.STUDIO]
    assert (row.code, row.name, row.total, row.state) == (
        "SX-01",
        "甲单位（虚构） · 王一（虚构）",
        3750,
        CardState.BEGUN,
    )
    assert row.given["S2"] == Given(1000)


@pytest.mark.parametrize(
    ("reach", "target", "left"),
    [
        (Reach.APPLICATION, "S01", ["PX-02"]),
        (Reach.UNIT, STUDIO.unit, []),
        (Reach.ROUND, "", []),
    ],
)
def test_a_recusal_hides_what_it_covers(
    office: Office, world: World, round_id: int, expert: Actor, reach: Reach, target: str, left: list[str]
) -> None:
    assert expert.expert_id is not None
    world.add(
        tables.Recusal(
            round_id=round_id,
            expert_id=expert.expert_id,
            recused=True,
            reach=reach,
            target=target,
            reason="回避",
            decided_by="u-9",
            decided_at=world.clock(),
        )
    )
    assert [code for code, _, _ in cards(office, round_id, expert)] == left
    assert len(cards(office, round_id, world.accounts["E2"])) == 2
    assert (sheet(office, round_id, expert, "SX-01") is None) is ("SX-01" not in left)


def test_a_declared_conflict_hides_until_it_is_settled(
    office: Office, world: World, round_id: int, expert: Actor
) -> None:
    pledges.declare(
        office,
        expert,
        round_code="2026",
        towards=STUDIO.unit,
        kind=RelationKind.ECONOMIC,
        words="持有股份",
    )
    assert cards(office, round_id, expert) == []
    with office.reading() as session:
        (declared,) = blind.declarations(session, round_id, own(session, round_id, expert))
        other = own(session, round_id, world.accounts["E2"])
        assert blind.declarations(session, round_id, other) == []
    assert (declared.towards, declared.relation, declared.said, declared.settled) == (
        STUDIO.unit,
        "economic",
        "持有股份",
        False,
    )
    with world.store() as session:
        for row in session.exec(select(tables.Conflict)):
            row.settled = True
            session.add(row)
    assert len(cards(office, round_id, expert)) == 2


def test_names_are_listed_by_unit_in_order_without_anything_else(office: Office, world: World) -> None:
    round_id = world.round_()
    for number, unit, verdict in (
        ("S01", "乙单位（虚构）", Verdict.ACCEPTED),
        ("S02", "丁单位（虚构）", Verdict.ACCEPTED),
        ("S03", "丙单位（虚构）", Verdict.REFUSED),
        ("S04", "戊单位（虚构）", None),
    ):
        plain = replace(
            STUDIO, number=number, unit=unit, unit_code=f"CODE-{number}", master_name=f"大师{number}"
        )
        world.application(round_id, plain, verdict=verdict)
    withdrawn = world.application(round_id, replace(STUDIO, number="S05", unit="己单位", unit_code="CODE-5"))
    with world.store() as session:
        row = session.get_one(tables.Application, withdrawn)
        row.withdrawn = True
        session.add(row)
    with office.reading() as session:
        found = blind.names(session, round_id)
    people = ("成员0（虚构）", "成员1（虚构）", "成员2（虚构）")
    assert found == [
        blind.NamedUnit("丁单位（虚构）", ("大师S02", *people)),
        blind.NamedUnit("乙单位（虚构）", ("大师S01", *people)),
    ]
