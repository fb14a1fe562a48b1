"""The inspector's report: what the trail says, in Word, and on record itself."""

from __future__ import annotations

import io

import pytest
from docx import Document

from panel.audit import read, seals
from panel.audit.coverage import Damage
from panel.errors import NotAllowed, NotFound
from panel.rules.eligibility import Verdict
from panel.services import inspections
from panel.services.office import Office
from panel.services.verification import Verification
from tests.opened import CODE, Opened
from tests.world import World

PERCENTS = {"S01": [90, 80, 70, 80, 90], "P01": [60, 70, 80, 70, 60]}


@pytest.fixture
def scored(world: World) -> Opened:
    """Every sheet sealed and nothing opened."""
    return Opened(world, PERCENTS, others={"S02": Verdict.REFUSED}).sealed()


def text(data: bytes) -> str:
    document = Document(io.BytesIO(data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def drafted(world: World) -> str:
    return text(inspections.draft(world.office, world.inspector, CODE).data)


def test_before_opening_it_tells_stages_and_people_and_no_score(scored: Opened, world: World) -> None:
    said = drafted(world)
    for shown in ("监督报告（草稿）", "评分", "E1（虚构）", "没有被拒绝的操作。", "尚未启封，没有评审结果。"):
        assert shown in said
    assert "启封之后才查：F1 封存后改分" in said
    assert "没有发现改动。" in said
    assert "各项得分率相同" not in said


def test_after_the_end_it_names_the_digests_of_the_result(
    scored: Opened, world: World, office: Office
) -> None:
    scored.unsealed()
    assert "尚未确认" in drafted(world)
    scored.final()
    said = drafted(world)
    with office.reading() as session:
        (record,) = read.of_act(session, "ranking.finalize")
    assert record.data["result"] in said
    assert "启封之后才查" not in said


def test_refusals_are_listed_in_their_order(scored: Opened, world: World, office: Office) -> None:
    office.refuse(world.secretary, "sheet.submit", NotAllowed(), scored.round_id)
    assert "提交评分表被拒绝" in drafted(world)


def test_the_draft_is_on_record_with_its_digest(scored: Opened, world: World, office: Office) -> None:
    with office.reading() as session:
        size = read.size(session)
    exported = inspections.draft(office, world.inspector, CODE)
    assert exported.name == "监督报告-2026.docx"
    assert exported.digest == seals.file_digest(exported.data)
    with office.reading() as session:
        record = read.page(session, limit=1)[0]
    assert (record.act, record.data) == ("watch.report", {"size": size, "digest": exported.digest})


def test_nobody_else_drafts_it_and_there_must_be_a_round(
    scored: Opened, world: World, office: Office
) -> None:
    with pytest.raises(NotAllowed):
        inspections.draft(office, world.secretary, CODE)
    with pytest.raises(NotFound):
        inspections.draft(office, world.inspector, "1999")


def test_damage_is_said_with_what_was_found() -> None:
    found = Verification(9, "ab", (Damage(3, "第 3 号记录被改动"),))
    said = inspections.said(found)
    assert said[0] == "核验了全部 9 条留痕，根摘要 ab。"
    assert said[1:3] == ("发现 1 处改动：", "第 3 号记录被改动")
