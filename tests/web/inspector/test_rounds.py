"""A round under inspection: stages, applications, panel, progress, result; always to read only."""

from __future__ import annotations

import html
from dataclasses import replace

import pytest

from panel import tables
from panel.audit import read
from panel.rules.conflicts import Reach
from panel.rules.eligibility import Verdict
from panel.rules.stages import Stage
from panel.rules.steps import Step
from panel.services import applications, draws, recusals, stages
from panel.services.office import Office
from tests.conftest import StandingClock
from tests.opened import CODE, Opened
from tests.web.inspector.conftest import ROUND, Visitor
from tests.world import PROJECT, STUDIO, World


def seen(visitor: Visitor, path: str = "") -> str:
    answer = visitor.get(f"{ROUND}{path}")
    assert answer.status_code == 200, (path, answer.status_code)
    return html.unescape(answer.text)


def newest(office: Office) -> tuple[str, str]:
    with office.reading() as session:
        record = read.page(session, limit=1)[0]
    return record.act, record.subject


def test_every_round_is_listed(inspector: Visitor, world: World) -> None:
    assert "还没有评选批次" in inspector.get("/inspector/rounds").text
    world.round_("2025", Stage.FINAL)
    world.round_("2026")
    page = inspector.get("/inspector/rounds").text
    assert page.index("2026年评选（虚构）") < page.index("2025年评选（虚构）")
    assert f'href="{ROUND}"' in page


def test_a_round_tells_its_stages_and_how_long_they_took(
    inspector: Visitor, scored: Opened, clock: StandingClock, office: Office
) -> None:
    clock.forward(minutes=12)
    page = seen(inspector)
    for shown in (
        "已 12 分钟",
        "评审进入“评分”环节（双人确认）",
        "设立评选批次 2026",
        "下一步是结束评分",
        "没有未完成的事项",
    ):
        assert shown in page
    assert newest(office) == ("watch.round", CODE)


def test_what_blocks_the_next_step_is_named(inspector: Visitor, world: World) -> None:
    world.application(world.round_(), STUDIO, verdict=None)
    page = seen(inspector)
    assert "1 项申报还没有资格审查结论。" in page
    assert "评分进度" not in page
    assert "评审结果" not in page


def test_a_step_that_waits_for_the_second_person_is_shown(
    inspector: Visitor, scored: Opened, office: Office
) -> None:
    stages.take(office, scored.secretary, CODE, Step.CLOSE_SCORING)
    assert "secretary（虚构） 于 2026年9月1日 09:00 提请结束评分。" in seen(inspector)


def test_after_the_end_nothing_is_open(inspector: Visitor, scored: Opened) -> None:
    scored.step(Step.CLOSE_SCORING)
    scored.step(Step.OPEN_SEALS)
    scored.final()
    assert "没有待办的环节" in seen(inspector)


# Applications


def test_who_applies_shows_after_a_verdict(inspector: Visitor, world: World, office: Office) -> None:
    round_id = world.round_()
    world.application(round_id, STUDIO, verdict=None)
    world.application(round_id, PROJECT, verdict=None)
    names = (
        STUDIO.unit,
        STUDIO.master_name,
        "成员0（虚构）",
        STUDIO.unit_code,
        PROJECT.title,
        STUDIO.summary,
    )
    for path in ("/applications", "/applications/S01", "/applications/P01", "/panel", ""):
        page = seen(inspector, path)
        assert [name for name in names if name in page] == [], path
    applications.decide(office, world.secretary, CODE, "S01", Verdict.ACCEPTED, "", "材料齐全")
    page = seen(inspector, "/applications/S01")
    for shown in (*names[:4], STUDIO.summary, "受理", "材料齐全", "secretary（虚构）", "大兴区一号路1号"):
        assert shown in page
    assert PROJECT.title not in seen(inspector, "/applications")
    assert newest(office) == ("watch.round", CODE)


def test_an_application_tells_findings_decisions_and_corrections(
    inspector: Visitor, world: World, office: Office
) -> None:
    round_id = world.round_()
    world.application(round_id, STUDIO)
    world.application(round_id, replace(PROJECT, statements={"P1": "很有必要。"}))
    with office.reading() as session:
        plain, version = applications.current(session, CODE, "P01")
    applications.correct(
        office, world.secretary, CODE, replace(plain, months=30), reason="来函更正", version=version
    )
    page = seen(inspector, "/applications/P01")
    for shown in (
        "建设期 30 个月",
        "来函更正",
        "更正申报",
        "/inspector/entries/",
        "建设期",
        "6.00 万元",
        "试验材料",
        "很有必要。",
    ):
        assert shown in page, shown
    assert newest(office) == ("watch.application", "P01")
    with office.reading() as session:
        (record,) = read.of_act(session, "application.correct")
    entry = inspector.get(f"/inspector/entries/{record.index}").text
    for shown in ("更正前", "12 个月", "更正后", "30 个月", "来函更正"):
        assert shown in entry, shown


def test_a_withdrawn_application_stays_to_be_seen(inspector: Visitor, scored: Opened, office: Office) -> None:
    applications.withdraw(office, scored.secretary, CODE, "P01", "来函撤回")
    assert "已撤回" in seen(inspector, "/applications")
    assert "来函撤回" in seen(inspector, "/applications/P01")


def test_an_empty_round_says_so(inspector: Visitor, world: World) -> None:
    world.round_()
    assert "还没有申报" in seen(inspector, "/applications")
    assert "专家组还没有成员" in seen(inspector, "/panel")


# The panel


def test_panel_draw_conflicts_and_recusals(inspector: Visitor, world: World, office: Office) -> None:
    round_id = world.round_()
    world.application(round_id, STUDIO)
    for n in range(1, 8):
        world.expert(f"E{n}")
    world.add(
        tables.Relation(expert_id=world.accounts["E7"].expert_id or 0, kind="family", towards=STUDIO.unit)
    )
    attempt = draws.prepare(office, world.secretary, CODE, 5, {})
    draws.hold(office, world.secretary, attempt)
    with office.reading() as session:
        drawn = read.of_act(session, "draw.hold")[0].data["drawn"]
    recusals.decide(
        office,
        world.secretary,
        CODE,
        drawn[0],
        recused=True,
        reach=Reach.APPLICATION,
        target="S01",
        reason="合作关系",
    )
    page = seen(inspector, "/panel")
    for shown in (
        f"专家{drawn[0]}（虚构）",
        "第 1 次抽取",
        "合作关系",
        STUDIO.unit,
        "已按留痕记录重复全部抽取",
    ):
        assert shown in page, shown
    page = seen(inspector, "/panel/draws/1")
    assert "结果一致" in page
    assert drawn[0] in page
    assert inspector.get(f"{ROUND}/panel/draws/2").status_code == 404


# Progress and result


def test_progress_counts_and_never_more(inspector: Visitor, world: World, office: Office) -> None:
    Opened(world, {"S01": [90, 80, 70, 80, 90]}).sealed([("E5", "S01")])
    page = seen(inspector, "/progress")
    assert "4/5" in page
    assert f'hx-get="{ROUND}/progress/now"' in page
    before = newest(office)
    assert "4/5" in seen(inspector, "/progress/now")
    assert newest(office) == before


@pytest.mark.parametrize("path", ["/progress", "/progress/now", "/result", "/result/workbook"])
def test_what_is_not_there_yet_is_not_found(inspector: Visitor, world: World, path: str) -> None:
    world.round_()
    assert inspector.get(f"{ROUND}{path}").status_code == 404


@pytest.mark.parametrize("path", ["", "/applications", "/applications/S77", "/panel", "/result"])
def test_there_is_no_other_round(inspector: Visitor, scored: Opened, path: str) -> None:
    assert inspector.get(f"/inspector/rounds/1999{path}").status_code == 404
    assert inspector.get(f"{ROUND}/applications/S77").status_code == 404


def test_after_opening_the_result_is_the_secretarys_without_its_buttons(
    inspector: Visitor, scored: Opened, office: Office
) -> None:
    scored.step(Step.CLOSE_SCORING)
    scored.step(Step.OPEN_SEALS)
    page = seen(inspector, "/result")
    for shown in ("82.00", "68.00", "最终得分", "入选", "结果摘要"):
        assert shown in page, shown
    assert newest(office)[0] == "watch.result"
    main = page[page.index("<main") : page.index("</main>")]
    assert "<form" not in main
    assert "评分进度" in page
    scored.final()
    assert "结果已确认，不可更改" in seen(inspector, "/result")


def test_a_tie_that_waits_and_a_result_out_of_date_are_said(
    inspector: Visitor, world: World, office: Office
) -> None:
    # Equal on every criterion, and three places for four.
    Opened(world, {f"S0{n}": [80] * 5 for n in range(1, 5)}).opened()
    assert "并列，等待记名投票" in seen(inspector, "/result")
    applications.withdraw(office, world.secretary, CODE, "S04", "来函撤回")
    assert "结果计算之后情况有变化" in seen(inspector, "/result")


def test_the_workbook_is_handed_out_on_record(inspector: Visitor, scored: Opened, office: Office) -> None:
    scored.step(Step.CLOSE_SCORING)
    scored.step(Step.OPEN_SEALS)
    answer = inspector.client.get(f"{ROUND}/result/workbook")
    assert answer.data[:2] == b"PK"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert newest(office)[0] == "ranking.export"
