"""Signed score sheets as files: who gets which, and when."""

from __future__ import annotations

import pytest

from panel.audit import read, seals
from panel.errors import NotAllowed, NotFound
from panel.rules import signatures as rules
from panel.rules.receipts import Receipt
from panel.rules.stages import Stage
from panel.services import score_sheets, sheets
from panel.services.office import Actor, Office
from tests.services.test_signatures import DRAWN, GOOD
from tests.world import World


def address(receipt: Receipt) -> str:
    return f"https://review.example/receipt?entry={receipt.entry}&leaf={receipt.leaf}"


@pytest.fixture
def expert(office: Office, world: World) -> Actor:
    """E1 of a round in scoring, with one sheet sealed and one not."""
    world.scoring_round(2)
    expert = world.accounts["E1"]
    world.fill(expert, 1, GOOD)
    sheets.submit(office, expert, round_code="2026", blind_code="SX-01", version=1, signature=DRAWN)
    return expert


def test_an_expert_gets_the_own_sheet_from_the_sealing_on_always_the_same(
    office: Office, expert: Actor
) -> None:
    first, again = (score_sheets.own(office, expert, "2026", "SX-01", address) for _ in range(2))
    assert first == again
    assert first.name == "评分表-SX-01-E1.pdf"
    assert first.data.startswith(b"%PDF-")
    assert first.digest == seals.file_digest(first.data)


@pytest.mark.parametrize(("round_code", "code"), [("2026", "PX-02"), ("2026", "ZZ-99"), ("1999", "SX-01")])
def test_what_is_not_sealed_is_not_there(office: Office, expert: Actor, round_code: str, code: str) -> None:
    with pytest.raises(NotFound):
        score_sheets.own(office, expert, round_code, code, address)


@pytest.mark.usefixtures("expert")
def test_nobody_gets_the_sheet_of_another_expert(office: Office, world: World) -> None:
    with pytest.raises(NotFound):
        score_sheets.own(office, world.accounts["E2"], "2026", "SX-01", address)
    with pytest.raises(NotFound):
        score_sheets.own(office, world.secretary, "2026", "SX-01", address)


def test_before_the_opening_the_office_gets_none(office: Office, world: World, expert: Actor) -> None:
    for actor in (world.secretary, world.inspector, world.administrator, expert):
        with pytest.raises(NotAllowed):
            score_sheets.of_expert(office, actor, "2026", "E1", "SX-01", address)
    with office.reading() as session:
        assert read.of_act(session, "seal.print") == []


def test_after_it_secretary_and_inspector_do_and_it_is_on_record(
    office: Office, world: World, expert: Actor
) -> None:
    world.stage(1, Stage.OPENED)
    for actor in (world.secretary, world.inspector):
        own = score_sheets.own(office, expert, "2026", "SX-01", address)
        assert score_sheets.of_expert(office, actor, "2026", "E1", "SX-01", address).data == own.data
        with office.reading() as session:
            record = read.page(session, limit=1)[0]
        assert (record.act, record.actor, record.subject) == ("seal.print", actor.id, "E1")
        assert record.data == {"code": "SX-01", "digest": own.digest}
    for number, code in (("E1", "PX-02"), ("E2", "SX-01"), ("E9", "SX-01")):
        with pytest.raises(NotFound):
            score_sheets.of_expert(office, world.secretary, "2026", number, code, address)
    for actor in (world.administrator, expert):
        with pytest.raises(NotAllowed):
            score_sheets.of_expert(office, actor, "2026", "E1", "SX-01", address)


def test_what_is_opened_while_one_asks_is_not_there_yet(
    office: Office, world: World, expert: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.stage(1, Stage.OPENED)
    monkeypatch.setattr(score_sheets, "may", lambda *_: False)  # as it was when the question was read
    with pytest.raises(NotFound):
        score_sheets.of_expert(office, world.secretary, "2026", "E1", "SX-01", address)


def test_a_sheet_signed_on_paper_leaves_room_for_the_hand(
    office: Office, world: World, expert: Actor
) -> None:
    other = world.accounts["E2"]
    world.fill(other, 1, GOOD)
    sheets.submit(office, other, round_code="2026", blind_code="SX-01", version=1, signature=rules.ON_PAPER)
    drawn = score_sheets.own(office, expert, "2026", "SX-01", address)
    assert score_sheets.own(office, other, "2026", "SX-01", address).data != drawn.data
