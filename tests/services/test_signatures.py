"""Signatures under pledges and sheets: kept with what they sign, held against the trail, and on paper."""

from __future__ import annotations

import pytest
from sqlmodel import Session, select, text

from panel import tables
from panel.audit import read
from panel.errors import InvalidInput, NotAllowed, NotFound, RuleBroken
from panel.queries import prints
from panel.queries import signatures as views
from panel.rules import signatures as rules
from panel.rules.signatures import ON_PAPER, Manner, Purpose, Signature
from panel.services import pledges, sheets, signatures
from panel.services.office import Actor, Office
from tests.tampering import undone, unfence
from tests.world import World

DRAWN = rules.drawn("[[100,100,300,300,500,100],[600,200]]")
GOOD = {"S1": 1850, "S2": 900, "S3": 600, "S4": 1200, "S5": 1000, "S6": 600}


@pytest.fixture
def expert(world: World) -> Actor:
    """E1 of a round in scoring, with one finished sheet."""
    world.scoring_round(2)
    world.fill(world.accounts["E1"], 1, GOOD)
    return world.accounts["E1"]


def submit(office: Office, expert: Actor, signature: Signature = ON_PAPER) -> str:
    return sheets.submit(
        office, expert, round_code="2026", blind_code="SX-01", version=1, signature=signature
    ).commitment


def faults(office: Office) -> list[str]:
    with office.reading() as session:
        return [one.what for one in views.faults(session)]


def test_a_sheet_is_signed_and_sealed_in_one_entry(office: Office, expert: Actor) -> None:
    commitment = submit(office, expert, DRAWN)
    with office.reading() as session:
        (record,) = read.of_act(session, "sheet.submit")
        assert expert.expert_id is not None
        shown = views.of_document(session, 1, expert.expert_id, commitment)
        row = session.exec(select(tables.Signature)).one()
    assert shown is not None
    assert (shown.signature, shown.at, shown.filed_at) == (DRAWN, record.at, None)
    assert record.data == {
        "c": commitment,
        "manner": "drawn",
        "signature": DRAWN.digest(Purpose.SHEET, commitment, "2026/E1"),
    }
    assert row.strokes == "[[100,100,300,300,500,100],[600,200]]"
    assert faults(office) == []


def test_the_pledge_is_signed_under_its_exact_text(office: Office, world: World, expert: Actor) -> None:
    with world.store() as session:
        for row in session.exec(select(tables.Panelist)):
            row.pledged_at, row.pledge_digest = None, ""
            session.add(row)
    digest, name = office.policy.pledge.digest, rules.typed("王一（虚构）")
    pledges.take(office, expert, round_code="2026", digest=digest, signature=name)
    pledges.take(office, expert, round_code="2026", digest=digest, signature=DRAWN)  # changes nothing
    with office.reading() as session:
        assert expert.expert_id is not None
        shown = views.of_document(session, 1, expert.expert_id, digest)
        assert views.of_document(session, 1, expert.expert_id, "another text") is None
    assert shown is not None
    assert shown.signature == name
    assert faults(office) == []


def test_a_sheet_that_came_back_is_signed_anew(office: Office, world: World, expert: Actor) -> None:
    submit(office, expert, DRAWN)
    sheets.return_sheet(
        office,
        world.secretary,
        round_code="2026",
        expert_number="E1",
        application_number="S01",
        reason="请核对",
    )
    sheets.submit(office, expert, round_code="2026", blind_code="SX-01", version=3, signature=DRAWN)
    with office.reading() as session:
        assert len(session.exec(select(tables.Signature)).all()) == 2
    assert faults(office) == []


def test_a_print_comes_in_once_and_it_is_said_where_it_lies(
    office: Office, world: World, expert: Actor
) -> None:
    submit(office, expert)
    with office.reading() as session:
        (awaited,) = prints.of_round(session, 1)
    assert (awaited.purpose, awaited.expert, awaited.application, awaited.filed_at) == (
        Purpose.SHEET,
        "E1",
        "S01",
        None,
    )
    said = {"round_code": "2026", "digest": awaited.digest, "words": "9月1日收到，存第3卷"}
    with pytest.raises(NotAllowed):
        signatures.file(office, world.inspector, **said)
    for wrong in ("  ", "字" * (signatures.MAX_WORDS + 1)):
        with pytest.raises(InvalidInput):
            signatures.file(office, world.secretary, **{**said, "words": wrong})
    with pytest.raises(NotFound):
        signatures.file(office, world.secretary, **{**said, "digest": "0" * 64})
    signatures.file(office, world.secretary, **said)
    with pytest.raises(RuleBroken) as refused:
        signatures.file(office, world.secretary, **said)
    assert refused.value.code == "signature_filed"
    with office.reading() as session:
        (filed,) = prints.of_round(session, 1)
        (record,) = read.of_act(session, "expert.file_signature")
    assert (filed.words, filed.filed_at) == ("9月1日收到，存第3卷", office.clock())
    assert (record.subject, record.data["signature"]) == ("E1", awaited.digest)
    assert faults(office) == []


def test_a_drawn_signature_is_no_print(office: Office, world: World, expert: Actor) -> None:
    submit(office, expert, DRAWN)
    digest = DRAWN.digest(Purpose.SHEET, "x", "y")
    with pytest.raises(NotFound):
        signatures.file(office, world.secretary, round_code="2026", digest=digest, words="存第3卷")
    with office.reading() as session:
        assert prints.of_round(session, 1) == []
        (sealed,) = prints.sealed(session, 1)
    assert (sealed.expert, sealed.application, sealed.code, sealed.manner) == (
        "E1",
        "S01",
        "SX-01",
        Manner.DRAWN,
    )


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE signatures SET strokes = '[[100,100,300,301,500,100],[600,200]]'",
        "UPDATE signatures SET strokes = 'nothing of it'",
        "UPDATE signatures SET strokes = '[[1]]'",
        "UPDATE signatures SET manner = 'typed'",
        "UPDATE signatures SET name = '别人'",
        "UPDATE signatures SET purpose = 'pledge'",
        "UPDATE signatures SET expert_id = 2",
        "UPDATE signatures SET document = 'another'",
        "UPDATE signatures SET signed_at = '2026-01-01 00:00:00'",
    ],
)
def test_whoever_changes_a_signature_is_found(office: Office, expert: Actor, change: str) -> None:
    submit(office, expert, DRAWN)
    with undone(office.engine) as connection:
        unfence(connection, "signatures")
        connection.execute(text(change))
        found = [one.what for one in views.faults(Session(connection))]
    assert [what for what in found if "的签名与留痕记录不一致" in what]


def test_a_signature_that_is_gone_or_a_filing_made_up_is_found(
    office: Office, world: World, expert: Actor
) -> None:
    submit(office, expert)
    world.add(tables.SignatureFiling(signature_id=1, words="x", filed_by="u-1", filed_at=office.clock()))
    assert faults(office) == ["专家 E1 的纸质签名登记与留痕记录不一致"]
    with undone(office.engine) as connection:
        for table in ("signature_filings", "signatures"):
            unfence(connection, table)
            connection.execute(text(f"DELETE FROM {table}"))
        assert [one.what for one in views.faults(Session(connection))] == ["专家 E1 的签名不见了"]
