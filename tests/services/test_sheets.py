"""Sealing, giving back and voiding score sheets."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from sqlmodel import col, select

from panel import tables
from panel.audit import read, seals
from panel.audit.events import SheetVoided
from panel.audit.tables import AuditText
from panel.errors import InvalidInput, NotAllowed, NotFound, RuleBroken, StaleVersion
from panel.rules.applications import Track
from panel.rules.sheets import SheetState
from panel.rules.signatures import ON_PAPER, Purpose
from panel.rules.steps import Step
from panel.services import sheets, verification
from panel.services.office import Actor, Office
from panel.services.sheets import Receipt
from tests.drafts import CODE, P01, PLAIN, REASON, S01, fill, give_back, own, save, scores, submit, trail
from tests.opened import Opened
from tests.world import World


@pytest.fixture
def round_id(world: World) -> int:
    return world.scoring_round()


@pytest.fixture
def expert(world: World, round_id: int) -> Actor:
    return replace(world.accounts["E1"], session="tablet-one")


# Sealing


def test_a_finished_sheet_is_sealed(office: Office, world: World, round_id: int, expert: Actor) -> None:
    version = fill(office, expert)
    receipt = submit(office, expert, version)
    sheet = own(world)
    assert (sheet.state, sheet.revision, sheet.version) == (SheetState.SUBMITTED, 1, version + 1)
    (record,) = trail(world, "sheet.submit")
    signature = ON_PAPER.digest(Purpose.SHEET, receipt.commitment, "2026/E1")
    assert record.data == {"c": receipt.commitment, "manner": "paper", "signature": signature}
    assert (receipt.entry, receipt.leaf, receipt.at) == (record.index, record.leaf, world.clock())


def test_the_commitment_follows_from_salt_and_items(office: Office, world: World, expert: Actor) -> None:
    version = fill(office, expert)
    version = save(office, expert, unit="S1", points="30", comment=REASON, version=version, key="z").version
    receipt = submit(office, expert, version)
    with office.reading() as session:
        sealed = session.exec(select(tables.Submission)).one()
    items = json.loads(sealed.items)
    assert items["S1"] == {"comment": REASON, "points": 3000}
    assert items["S6"] == {"comment": "", "points": 600}
    assert len(sealed.salt) == 32
    again = seals.SealedSheet(
        CODE, "S01", "E1", 1, {u: (i["points"], i["comment"]) for u, i in items.items()}
    )
    assert again.commitment(sealed.salt) == sealed.commitment == receipt.commitment


def test_a_sealed_sheet_is_written_by_no_one(office: Office, world: World, expert: Actor) -> None:
    version = fill(office, expert)
    submit(office, expert, version)
    with pytest.raises(RuleBroken) as refused:
        save(office, expert, points="20", version=version + 1, key="again")
    assert refused.value.code == "sheet_submitted"
    with pytest.raises(RuleBroken) as refused:
        submit(office, expert, version + 1)
    assert refused.value.code == "sheet_submitted"
    assert scores(world, own(world))["S1"] == (1850, "")


def test_what_is_missing_is_named_and_nothing_is_sealed(office: Office, world: World, expert: Actor) -> None:
    version = fill(office, expert, {"S1": "30", "S2": "3", "S4": "12", "S5": "10", "S6": "6"})
    with pytest.raises(InvalidInput) as refused:
        submit(office, expert, version)
    assert [(problem.where, problem.remedy) for problem in refused.value.problems] == [
        ("技能大师条件", "该分数需要评语说明理由，至少 15 个字。"),
        ("师带徒与技艺传承", "该分数需要评语说明理由，至少 15 个字。"),
        ("工作室团队", "尚未评分。"),
    ]
    assert own(world).state == SheetState.DRAFT
    assert trail(world, "sheet.submit") == []


def test_an_old_version_is_not_sealed(office: Office, expert: Actor) -> None:
    version = fill(office, expert)
    with pytest.raises(StaleVersion) as refused:
        submit(office, expert, version - 1)
    assert refused.value.current == version


def test_both_tracks_are_sealed_each_by_its_own_criteria(office: Office, world: World, expert: Actor) -> None:
    units = office.policy.track(Track.PROJECT).units()
    given = {unit.id: str(unit.points * 70 // 100 // 50 / 2) for unit in units}  # 70 % in half points
    submit(office, expert, fill(office, expert, given, P01), P01)
    assert own(world, "P01").state == SheetState.SUBMITTED
    assert own(world, "S01").state == SheetState.DRAFT


# Giving back


def test_a_returned_sheet_is_a_draft_again_and_the_old_seal_stays(
    office: Office, world: World, expert: Actor
) -> None:
    first = submit(office, expert, fill(office, expert))
    give_back(office, world.secretary)
    sheet = own(world)
    assert (sheet.state, sheet.revision) == (SheetState.DRAFT, 2)
    saved = save(office, expert, points="21", version=sheet.version, key="revised")
    second = submit(office, expert, saved.version)
    with office.reading() as session:
        sealed = session.exec(select(tables.Submission).order_by(col(tables.Submission.revision))).all()
    assert [(row.revision, row.commitment) for row in sealed] == [
        (1, first.commitment),
        (2, second.commitment),
    ]
    assert json.loads(sealed[0].items)["S1"]["points"] == 1850
    assert json.loads(sealed[1].items)["S1"]["points"] == 2100


def test_the_reason_for_giving_back_stands_in_the_trail(office: Office, world: World, expert: Actor) -> None:
    submit(office, expert, fill(office, expert))
    give_back(office, world.secretary, reason="请核对 S3")
    (record,) = trail(world, "sheet.return")
    with office.reading() as session:
        assert read.words(session, record) == {"reason": "请核对 S3"}
    assert record.subject == "E1/S01"


def test_only_a_submitted_sheet_is_given_back_and_only_by_the_secretary(
    office: Office, world: World, expert: Actor
) -> None:
    with pytest.raises(RuleBroken) as refused:
        give_back(office, world.secretary)
    assert refused.value.code == "sheet_not_submitted"
    submit(office, expert, fill(office, expert))
    for somebody in (expert, world.inspector, world.administrator):
        with pytest.raises(NotAllowed):
            give_back(office, somebody)
    with pytest.raises(InvalidInput):
        give_back(office, world.secretary, reason="  ")
    with pytest.raises(NotFound):
        give_back(office, world.secretary, application="S99")


def written(opened: Opened, expert: str, number: str = "S01") -> Receipt:
    """Save once and hand in, as an expert does."""
    code, version = opened.sheet(expert, number)
    who = opened.world.accounts[expert]
    saved = save(
        opened.office, who, points="30", comment=REASON, version=version, key=f"at {version}", blind_code=code
    )
    return submit(opened.office, who, saved.version, code)


def test_once_scoring_is_closed_only_a_sheet_returned_since_is_written(world: World) -> None:
    opened = Opened(world, {"S01": [80] * 5}).returned()
    for expert, code in (("E2", "scoring_closed"), ("E3", "scoring_closed"), ("E4", "sheet_submitted")):
        with pytest.raises(RuleBroken) as refused:
            written(opened, expert)
        assert refused.value.code == code
        blind_code, version = opened.sheet(expert, "S01")
        with pytest.raises(RuleBroken) as refused:
            submit(opened.office, world.accounts[expert], version, blind_code)
        assert refused.value.code == code
    receipt = written(opened, "E1")
    *_, record = trail(world, "sheet.submit")
    assert (record.index, record.subject) == (receipt.entry, "E1/S01")
    assert (own(world).state, own(world).revision) == (SheetState.SUBMITTED, 2)
    with pytest.raises(RuleBroken) as refused:
        written(opened, "E1")
    assert refused.value.code == "sheet_submitted"
    opened.give_back("E1", "S01")
    written(opened, "E1")
    opened.step(Step.OPEN_SEALS, "两份评分表没有交回。")
    with pytest.raises(NotAllowed):
        opened.give_back("E1", "S01")
    with pytest.raises(NotAllowed):
        written(opened, "E2")
    assert verification.verify(opened.office).damages == ()


# Voiding


def test_a_voided_sheet_is_kept_and_counts_no_more(office: Office, world: World, expert: Actor) -> None:
    version = fill(office, expert)
    sheet = own(world)
    with office.change(world.secretary, SheetVoided) as change:
        sheets.void(change, [sheet.id], "迟到的回避")
    after = own(world)
    assert (after.state, after.void_because) == (SheetState.VOID, "迟到的回避")
    assert len(scores(world, after)) == 6
    (record,) = trail(world, "sheet.void")
    assert record.subject == "E1/S01"
    with pytest.raises(RuleBroken) as refused:
        save(office, expert, version=version + 1, key="late")
    assert refused.value.code == "sheet_void"
    with pytest.raises(RuleBroken):
        give_back(office, world.secretary)


def test_voiding_twice_records_once(office: Office, world: World, round_id: int) -> None:
    ids = [own(world, expert=f"E{n}").id for n in (1, 2)]
    for _ in range(2):
        with office.change(world.secretary, SheetVoided) as change:
            sheets.void(change, ids, "重复")
    assert [record.subject for record in trail(world, "sheet.void")] == ["E1/S01", "E2/S01"]


# Looking


def test_opening_a_sheet_is_noted_once_a_session(office: Office, world: World, expert: Actor) -> None:
    def look(actor: Actor, blind_code: str = S01) -> None:
        sheets.opened(office, actor, round_code=CODE, blind_code=blind_code)

    look(expert)
    look(expert)
    look(expert, P01)
    look(replace(expert, session="tablet-two"))
    look(world.accounts["E2"])
    assert [record.subject for record in trail(world, "sheet.read")] == [
        "E1/S01",
        "E1/P01",
        "E1/S01",
        "E2/S01",
    ]


def test_no_value_and_no_comment_reaches_the_trail(office: Office, world: World, expert: Actor) -> None:
    version = fill(office, expert, {**PLAIN, "S2": "9.5"})
    version = save(
        office, expert, unit="S3", points="7.5", comment="绝密评语甲乙丙", version=version, key="s"
    ).version
    submit(office, expert, version)
    give_back(office, world.secretary)
    with office.reading() as session:
        kept = "\n".join([*read.bodies(session), *_texts(session)])
    plain = re.sub("[0-9a-f]{16,}|[0-9T:.-]{20,}Z", "", kept)  # without digests and moments
    for value in ("绝密评语", "18.5", "1850", "9.5", "950", "7.5", "750"):
        assert value not in plain


def _texts(session: object) -> list[str]:
    return [row.text for row in session.exec(select(AuditText))]  # type: ignore[attr-defined]
