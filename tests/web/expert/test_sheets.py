"""A sheet's page, its saves and its sealing over HTTP; and what an expert must never be sent."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest
from sqlmodel import select

from panel import tables
from panel.audit import read
from panel.rules.applications import BudgetCategory, BudgetLine
from panel.rules.conflicts import Reach
from panel.rules.experts import RelationKind
from panel.rules.receipts import read_receipt
from panel.rules.sheets import SheetState
from panel.rules.stages import Stage
from panel.services import pledges, sheets
from panel.services.office import Actor, Office
from tests.opened import Opened
from tests.visitors import Visitor
from tests.web.expert.conftest import ROUND, Visit, sign
from tests.world import PROJECT, STUDIO, World

STUDIO_SHEET, PROJECT_SHEET = f"{ROUND}sheets/SX-01", f"{ROUND}sheets/PX-02"
REASON = "理由充分，材料可以逐项核验，数据前后一致。"
PLAIN = {"S1": "18.5", "S2": "9", "S3": "6", "S4": "12", "S5": "10", "S6": "6"}


def saving(points: str = "20", version: int = 1, key: str = "k1", comment: str = "") -> dict[str, object]:
    return {"points": points, "comment": comment, "version": version, "key": key}


def fill(visitor: Visitor) -> int:
    """Give every unit of the studio's sheet its points; answers the version."""
    for version, (unit, points) in enumerate(PLAIN.items(), 1):
        answer = visitor.post(f"{STUDIO_SHEET}/scores/{unit}", saving(points, version, unit))
        assert answer.status_code == 200
    return len(PLAIN) + 1


def test_a_named_track_shows_who_applies(visitor: Visitor) -> None:
    page = visitor.get(STUDIO_SHEET).text
    for shown in ("SX-01", STUDIO.unit, STUDIO.master_name, STUDIO.occupation, "成员0（虚构）"):
        assert shown in page


def test_a_coded_track_shows_what_it_is_for_and_what_it_costs(visitor: Visitor) -> None:
    page = visitor.get(PROJECT_SHEET).text
    for shown in (
        "PX-02",
        PROJECT.title,
        PROJECT.summary,
        "工艺改进与技术革新",
        "12 个月",
        "试验材料",
        "6.00 万元",
    ):
        assert shown in page


def test_every_criterion_stands_with_weight_bands_and_anchors(visitor: Visitor, office: Office) -> None:
    page = html.unescape(visitor.get(STUDIO_SHEET).text)
    for criterion in office.policy.track(next(iter(office.policy.tracks))).criteria:
        assert criterion.name.zh in page
        assert all(words.zh in page for words in criterion.anchors.values())
        assert all(one.high.zh in page for one in criterion.guidance)
    assert "27–30" in page
    assert "24–26.5" in page


def test_looking_is_noted_once(visitor: Visitor, office: Office) -> None:
    for _ in range(2):
        visitor.get(STUDIO_SHEET)
    with office.reading() as session:
        assert [record.subject for record in read.of_act(session, "sheet.read")] == ["E1/S01"]


def test_a_save_answers_the_units_state_the_total_and_the_new_version(visitor: Visitor) -> None:
    answer = visitor.post(f"{STUDIO_SHEET}/scores/S1", saving("27.5", comment="记一笔"))
    assert answer.status_code == 200
    assert answer.headers["Panel-Version"] == "2"
    assert answer.headers["Panel-Saved"] == "09:00"
    assert "已保存 09:00" in answer.text
    assert answer.headers["Panel-Total"] == "27.5"
    page = visitor.get(STUDIO_SHEET).text
    assert 'value="27.5"' in page
    assert "记一笔" in page


def test_the_same_save_again_is_answered_the_same(visitor: Visitor) -> None:
    first = visitor.post(f"{STUDIO_SHEET}/scores/S1", saving())
    again = visitor.post(f"{STUDIO_SHEET}/scores/S1", saving())
    assert (again.status_code, again.text) == (200, first.text)
    assert again.headers["Panel-Version"] == first.headers["Panel-Version"]


def test_a_stale_save_is_answered_with_what_stands(visitor: Visitor) -> None:
    visitor.post(f"{STUDIO_SHEET}/scores/S1", saving("21.5", comment="先前的评语"))
    answer = visitor.post(f"{STUDIO_SHEET}/scores/S1", saving("25", key="k2"))
    assert answer.status_code == 409
    assert answer.headers["Panel-Stale"] == "2"
    assert 'data-choice-unit="S1" data-points="21.5" data-comment="先前的评语"' in answer.text


@pytest.mark.parametrize(
    ("changed", "status"),
    [({"points": "30.5"}, 422), ({"version": "x"}, 422), ({"version": "0"}, 422), ({"key": ""}, 422)],
)
def test_a_save_that_makes_no_sense_is_refused(
    visitor: Visitor, changed: dict[str, object], status: int
) -> None:
    fields = {**saving(), **changed}
    answer = visitor.post(f"{STUDIO_SHEET}/scores/S1", fields, **{"HX-Request": "true"})
    assert answer.status_code == status
    assert "<html" not in answer.text


def test_a_save_without_the_sessions_token_is_refused(visitor: Visitor) -> None:
    visitor.token = "forged"
    assert visitor.post(f"{STUDIO_SHEET}/scores/S1", saving()).status_code == 400


def test_a_save_after_the_session_ended_is_told_apart(visitor: Visitor, world: World) -> None:
    with world.store() as session:
        for row in session.exec(select(tables.SignIn)):
            row.ended_at = world.clock()
            session.add(row)
    answer = visitor.post(f"{STUDIO_SHEET}/scores/S1", saving(), **{"HX-Request": "true"})
    assert answer.status_code == 401


def test_a_finished_sheet_is_sealed_and_shows_its_receipt(visitor: Visitor, office: Office) -> None:
    answer = sign(visitor, "SX-01", fill(visitor))
    assert (answer.status_code, answer.location) == (303, STUDIO_SHEET)
    page = visitor.get(STUDIO_SHEET).text
    with office.reading() as session:
        sealed = session.exec(select(tables.Submission)).one()
        (record,) = read.of_act(session, "sheet.submit")
    receipt = read_receipt(page[page.index("panel-receipt") :])
    assert (receipt.entry, receipt.leaf, receipt.seal) == (record.index, record.leaf, sealed.commitment)
    for shown in (sealed.commitment, record.leaf, "已提交并封存", "data:image/svg+xml", "尚待签名"):
        assert shown in page
    (address,) = [part for part in page.split('"') if part.startswith("/receipt?")]
    assert "没有被退回或者作废" in visitor.get(html.unescape(address)).text
    assert "/submit" not in page
    assert "sheet.js" not in page
    assert visitor.post(f"{STUDIO_SHEET}/scores/S1", saving("20", 8, "late")).status_code == 409


def test_what_is_missing_is_named_and_linked(visitor: Visitor) -> None:
    visitor.post(f"{STUDIO_SHEET}/scores/S1", saving("30", 1, "a"))
    visitor.post(f"{STUDIO_SHEET}/scores/S2", saving("10", 2, "b"))
    answer = visitor.post(f"{STUDIO_SHEET}/submit", {"version": 3})
    assert answer.status_code == 422
    assert '<a href="#f-comment-S1">技能大师条件：评语不足 15 个字</a>' in answer.text
    assert '<a href="#f-score-S3">工作室团队：尚未评分</a>' in answer.text
    assert (
        "师带徒与技艺传承：" not in answer.text.split("</ul></div></div>")[0].split("data-error-summary")[1]
    )
    assert answer.text.count("criterion--missing") == 5


def test_a_stale_submit_seals_nothing(visitor: Visitor) -> None:
    answer = visitor.post(f"{STUDIO_SHEET}/submit", {"version": fill(visitor) - 1})
    assert answer.status_code == 409
    assert "请核对后再提交" in answer.text


def test_a_returned_sheet_says_why(visitor: Visitor, office: Office, world: World) -> None:
    sign(visitor, "SX-01", fill(visitor))
    sheets.return_sheet(
        office,
        world.secretary,
        round_code="2026",
        expert_number="E1",
        application_number="S01",
        reason="请核对第三项",
    )
    page = visitor.get(STUDIO_SHEET).text
    assert "请核对第三项" in page
    assert "sheet.js" in page
    assert "已退回" in visitor.get(ROUND).text


@pytest.mark.parametrize(
    ("stage", "sheet_status"),
    [
        (Stage.SETUP, 404),
        (Stage.CLOSED, 200),
        (Stage.OPENED, 200),
        (Stage.FINAL, 200),
        (Stage.ARCHIVED, 404),
    ],
)
def test_outside_scoring_a_sheet_is_read_at_most(
    visitor: Visitor, world: World, round_id: int, stage: Stage, sheet_status: int
) -> None:
    fill(visitor)
    world.stage(round_id, stage)
    answer = visitor.get(STUDIO_SHEET)
    assert answer.status_code == sheet_status
    assert "sheet.js" not in answer.text
    refused = 409 if stage is Stage.CLOSED else 404
    assert visitor.post(f"{STUDIO_SHEET}/scores/S1", saving("20", 7, "late")).status_code == refused
    assert visitor.post(f"{STUDIO_SHEET}/submit", {"version": 7}).status_code == refused


def test_a_sheet_returned_after_the_closing_is_written_signed_and_sealed(visit: Visit, world: World) -> None:
    opened = Opened(world, {"S01": [80] * 5, "P01": [70] * 5}).returned()
    visitor = visit(world.accounts["E1"])
    code, version = opened.sheet("E1", "S01")
    sheet = f"{ROUND}sheets/{code}"
    queue = visitor.get(ROUND).text
    assert f"请修改并重新签名提交：{code}。其余评分表只能查看。" in queue
    assert f"继续评分 {code}" in queue
    page = visitor.get(sheet).text
    assert "请补充说明" in page
    assert "sheet.js" in page
    saved = visitor.post(f"{sheet}/scores/S1", saving("30", version, "late", REASON))
    assert saved.status_code == 200
    assert sign(visitor, code, saved.headers["Panel-Version"]).status_code == 303
    assert "已提交并封存" in visitor.get(sheet).text
    queue = visitor.get(ROUND).text
    assert "您可以查看自己的评分表，但不能再修改。" in queue
    assert "继续评分" not in queue


def test_a_sheet_returned_before_the_closing_is_only_read(visit: Visit, world: World) -> None:
    opened = Opened(world, {"S01": [80] * 5, "P01": [70] * 5}).returned()
    visitor = visit(world.accounts["E2"])
    code, version = opened.sheet("E2", "S01")
    sheet = f"{ROUND}sheets/{code}"
    page = visitor.get(sheet).text
    assert "这份评分表没有提交，不能再修改。" in page
    assert "sheet.js" not in page
    refused = visitor.post(f"{sheet}/scores/S1", saving("30", version, "late", REASON))
    assert refused.status_code == 409
    assert "评分已经结束，不能再修改" in refused.text
    assert visitor.get(f"{ROUND}sign?sheet={code}").status_code == 303
    assert "继续评分" not in visitor.get(ROUND).text


def test_a_void_sheet_is_only_read(visitor: Visitor, world: World) -> None:
    with world.store() as session:
        for row in session.exec(select(tables.Sheet)):
            row.state = SheetState.VOID
            session.add(row)
    page = visitor.get(STUDIO_SHEET).text
    assert "这份评分表不计入结果" in page
    assert "sheet.js" not in page
    assert "已作废" in visitor.get(ROUND).text


def test_without_the_pledge_one_is_led_to_it(visitor: Visitor, world: World) -> None:
    with world.store() as session:
        for row in session.exec(select(tables.Panelist)):
            row.pledged_at = None
            session.add(row)
    for path in (STUDIO_SHEET, f"{ROUND}scores"):
        answer = visitor.get(path)
        assert (answer.status_code, answer.location) == (303, f"{ROUND}pledge")
    page = visitor.get(ROUND).text
    assert "请先阅读并签署承诺书" in page
    assert "SX-01" not in page
    assert visitor.post(f"{STUDIO_SHEET}/scores/S1", saving()).status_code == 409


def test_what_is_not_ones_own_is_not_there(visit: Visit, world: World, round_id: int) -> None:
    outsider = visit(world.expert("E9"))
    for path in (ROUND, STUDIO_SHEET, f"{ROUND}scores", f"{ROUND}pledge", f"{ROUND}conflicts"):
        assert outsider.get(path).status_code == 404
    assert outsider.post(f"{STUDIO_SHEET}/scores/S1", saving()).status_code == 404
    assert outsider.post(f"{STUDIO_SHEET}/submit", {"version": 1}).status_code == 404
    assert outsider.get(f"{ROUND}sheets/ZZ-99").status_code == 404


@pytest.mark.parametrize("how", ["recused", "declared"])
def test_what_is_hidden_is_hidden_everywhere(
    visitor: Visitor, office: Office, world: World, round_id: int, expert: Actor, how: str
) -> None:
    assert expert.expert_id is not None
    if how == "recused":
        world.add(
            tables.Recusal(
                round_id=round_id,
                expert_id=expert.expert_id,
                recused=True,
                reach=Reach.UNIT,
                target=STUDIO.unit,
                reason="回避",
                decided_by="u-9",
                decided_at=world.clock(),
            )
        )
    else:
        pledges.declare(
            office,
            expert,
            round_code="2026",
            towards=STUDIO.unit,
            kind=RelationKind.FAMILY,
            words="亲属",
        )
    for code in ("SX-01", "PX-02"):
        assert visitor.get(f"{ROUND}sheets/{code}").status_code == 404
        assert visitor.post(f"{ROUND}sheets/{code}/scores/S1", saving()).status_code == 404
        assert visitor.post(f"{ROUND}sheets/{code}/submit", {"version": 1}).status_code == 404
        assert code not in visitor.get(ROUND).text
        assert code not in visitor.get(f"{ROUND}scores").text


SECRET = replace(
    PROJECT,
    number="PLANTED-77",
    linked_studio="STUDIO-88",
    unit="植入单位秘密名称",
    unit_code="91110115MA0PLANTED",
    parent_unit="植入母公司秘密名称",
    branch="植入分公司秘密名称",
    address="大兴区植入秘密路9号",
    master_name="植入大师",
    master_last4="7391",
    master_key="planted-key",
    occupation="植入职业",
    team=tuple(replace(member, name=f"植入成员{n}") for n, member in enumerate(PROJECT.team)),
    title="可以公开的题目",
    budget=(BudgetLine(BudgetCategory.TRAINING, "可以公开的预算", 100_000),),
)
PLANTED = ("植入", "PLANTED", "STUDIO-88", "7391", "planted-key")


def test_a_planted_identity_of_a_coded_track_is_sent_nowhere(
    visit: Visit, world: World, office: Office
) -> None:
    world.scoring_round(2, [STUDIO, SECRET])
    visitor = visit(world.accounts["E1"])
    sheet = f"{ROUND}sheets/PX-02"
    answers = [
        visitor.get(ROUND),
        visitor.get(sheet),
        visitor.get(f"{ROUND}scores?sort=total"),
        visitor.get(f"{ROUND}sheets/SX-01"),
        visitor.post(f"{sheet}/scores/P1", saving("15")),
        visitor.post(f"{sheet}/scores/P1", saving("16", key="k2"), **{"HX-Target": "answer-P1"}),
        visitor.post(f"{sheet}/scores/P1", saving("99", version=2, key="k3")),
        visitor.post(f"{sheet}/submit", {"version": 2}),
        visitor.get(f"{ROUND}sign?sheet=PX-02"),
        visitor.get("/expert/"),
    ]
    assert visitor.get(f"{ROUND}sheets/PLANTED-77").status_code == 404
    assert "可以公开的题目" in answers[1].text
    for answer in answers:
        sent = html.unescape(answer.text) + str(answer.headers)
        assert not [word for word in PLANTED if word in sent]


def test_the_list_of_names_carries_no_code_no_number_and_no_title(
    visit: Visit, world: World, office: Office
) -> None:
    world.scoring_round(1, [STUDIO, SECRET])
    page = visit(world.accounts["E1"]).get(f"{ROUND}conflicts").text
    assert "植入单位秘密名称" in page
    assert "植入成员0" in page
    for never in ("PX-02", "SX-01", "PLANTED-77", "S01", "可以公开的题目", "7391"):
        assert never not in page


def test_values_of_another_expert_are_sent_nowhere(visit: Visit, world: World, round_id: int) -> None:
    other = visit(world.accounts["E2"])
    other.post(f"{STUDIO_SHEET}/scores/S1", saving("29.5", comment="别人的绝密评语"))
    other.post(f"{STUDIO_SHEET}/scores/S2", saving("13.5", version=2, key="k2"))
    visitor = visit(world.accounts["E1"])
    visitor.post(f"{STUDIO_SHEET}/scores/S1", saving("21"))
    answers = [
        visitor.get(ROUND),
        visitor.get(STUDIO_SHEET),
        visitor.get(f"{ROUND}scores?sort=S1&order=down"),
        visitor.post(f"{STUDIO_SHEET}/scores/S1", saving("22", key="z"), **{"HX-Target": "answer-S1"}),
        visitor.post(f"{STUDIO_SHEET}/submit", {"version": 2}),
    ]
    for answer in answers:
        shown = re.sub(r">\s*[\d.]+–[\d.]+<", "", answer.text)  # the ranges of the bands are everybody's
        assert "绝密" not in shown
        assert "29.5" not in shown
        assert "13.5" not in shown
        assert "43" not in re.findall(r"data-total>([\d.]+)<", shown)
