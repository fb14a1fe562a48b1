"""Applications at the secretary's desk: the list, the findings, the verdict, the words."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from sqlmodel import select
from werkzeug.test import TestResponse

from panel import tables
from panel.rules.applications import BudgetCategory, BudgetLine, EmploymentKind, Member
from panel.rules.eligibility import Verdict
from panel.rules.imports import ImportKind
from panel.rules.permissions import Role
from panel.rules.stages import Stage
from panel.services import applications, imports
from tests import intake
from tests.intake import CODE
from tests.visitors import Visitor, arrive
from tests.web.secretary.correcting import BASE, LIST, correct, text
from tests.world import World


@pytest.fixture
def examples(world: World) -> int:
    """The round of the demonstration, imported through the services."""
    return intake.examples(world)


@pytest.fixture
def pair(world: World) -> int:
    """A studio and its project, with nothing to say against them."""
    round_id = world.round_()
    world.application(round_id, intake.studio(world.office), verdict=None)
    world.application(round_id, intake.project(world.office), verdict=None)
    return round_id


def numbers(page: str) -> list[str]:
    return re.findall(r'<th scope="row" class="tight"><a href="[^"]+">([^<]+)</a>', page)


def verdict_of(world: World, number: str) -> str | None:
    with world.office.reading() as session:
        return session.exec(
            select(tables.Eligibility.verdict)
            .join(tables.Application, tables.Application.id == tables.Eligibility.application_id)  # type: ignore[arg-type]
            .where(tables.Application.number == number)
            .order_by(tables.Eligibility.id.desc())  # type: ignore[attr-defined]
        ).first()


# The list


def test_an_empty_list_says_what_to_do(secretary: Visitor, world: World) -> None:
    world.round_()
    page = secretary.get(LIST).text
    assert "还没有申报" in page
    assert f'href="{BASE}/imports"' in page
    assert "没有登记已有工作室" in secretary.get(f"{BASE}/studios").text


def test_the_list_shows_studios_first_with_what_was_found(secretary: Visitor, examples: int) -> None:
    page = secretary.get(LIST).text
    assert numbers(page) == [f"S{n:02}" for n in range(1, 10)] + [f"P{n:02}" for n in range(1, 19)]
    row = text(page[page.index(">S09<") :][:900])
    assert "不符合条件" in row
    assert "1 个身份词语" in text(page[page.index(">P07<") :][:900])


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("track=project&found=bars", ["P13"]),
        ("found=completes", ["P12", "P15"]),
        ("found=warns", ["S06", "S07", "P14"]),
        ("found=words", ["P07"]),
        ("found=bars", ["S01", "S04", "S05", "S08", "S09", "P13"]),
        ("verdict=accepted", []),
        ("verdict=withdrawn", []),
        ("found=outdated", []),
    ],
)
def test_the_list_is_filtered(secretary: Visitor, examples: int, query: str, expected: list[str]) -> None:
    page = secretary.get(f"{LIST}?{query}").text
    assert numbers(page) == expected
    assert expected or "没有符合条件的申报" in page


def test_the_filters_follow_the_verdicts(secretary: Visitor, world: World, examples: int) -> None:
    office, who = world.office, world.secretary
    applications.decide(office, who, CODE, "S02", Verdict.ACCEPTED, "", "齐全")
    applications.withdraw(office, who, CODE, "P18", "来函撤回")
    assert numbers(secretary.get(f"{LIST}?verdict=accepted").text) == ["S02"]
    assert numbers(secretary.get(f"{LIST}?verdict=withdrawn").text) == ["P18"]
    assert "S02" not in numbers(secretary.get(f"{LIST}?verdict=none").text)
    assert len(numbers(secretary.get(f"{LIST}?found=clean&verdict=none").text)) == 27 - 2 - 6 - 2 - 3


# One application


def test_a_finding_says_its_article_and_links_to_the_other_side(secretary: Visitor, examples: int) -> None:
    page = secretary.get(f"{LIST}/S05").text
    said = text(page)
    assert "领办人林致远（虚构）与 S01（兴瀚机器人有限公司（虚构））的领办人身份证号一致" in said
    assert "第八条 · 领办人重复 · 不符合条件" in said
    assert f'href="{LIST}/S01"' in page
    assert "自动核查建议： 不予受理 （第八条）" in said
    assert 'name="article" type="text" value="8"' in page
    assert 'value="refused" checked' in page


def test_the_next_and_the_one_before_are_a_tap_away(secretary: Visitor, examples: int) -> None:
    page = secretary.get(f"{LIST}/P01").text
    assert f'href="{LIST}/S09"' in page
    assert f'href="{LIST}/P02"' in page
    assert secretary.get(f"{LIST}/P99").status_code == 404


def test_money_and_papers_are_shown_as_people_read_them(secretary: Visitor, examples: int) -> None:
    page = secretary.get(f"{LIST}/P12").text
    assert "6.80 万元" in page
    assert 'title="68,000 元"' in page
    assert "申报材料 4 / 4" in page
    assert "X03" in page
    assert "申报材料 3 / 4" in secretary.get(f"{LIST}/P15").text


def decide(visitor: Visitor, number: str, **fields: str) -> TestResponse:
    version = re.search(r'name="version" value="(\d+)"', visitor.get(f"{LIST}/{number}").text)
    assert version is not None
    given = {"verdict": "accepted", "article": "", "reason": "齐全", "version": version[1]} | fields
    return visitor.post(f"{LIST}/{number}/verdict", given)


def test_a_verdict_is_given_and_stands_in_the_history(secretary: Visitor, world: World, pair: int) -> None:
    answer = decide(secretary, "S01", verdict="refused", article="8", reason="同一领办人")
    assert (answer.status_code, answer.location) == (303, f"{LIST}/S01")
    page = text(secretary.get(f"{LIST}/S01").text)
    assert "结论已记录" in page
    assert "不予受理（第八条） 2026年9月1日 09:00 · secretary（虚构） 同一领办人" in page
    assert verdict_of(world, "S01") == "refused"


@pytest.mark.parametrize(
    ("fields", "status", "said", "field"),
    [
        ({"verdict": "refused", "article": ""}, 422, "不予受理、一票否决须写明依据的条款", "article"),
        ({"verdict": "refused", "article": "八"}, 422, "7(2)5", "article"),
        ({"verdict": "maybe"}, 422, "请选择一项", "verdict"),
        ({"reason": " "}, 422, "请填写", "reason"),
        ({"version": "99"}, 409, "已被他人更正或者作出结论", ""),
    ],
)
def test_a_wrong_verdict_is_shown_again_with_what_was_typed(
    secretary: Visitor, world: World, pair: int, fields: dict[str, str], status: int, said: str, field: str
) -> None:
    answer = decide(secretary, "S01", **fields)
    assert answer.status_code == status
    assert said in answer.text
    assert not field or f'href="#f-{field}"' in answer.text
    assert verdict_of(world, "S01") is None


def test_a_project_falls_with_its_studio_by_one_tap(secretary: Visitor, world: World, examples: int) -> None:
    assert secretary.post(f"{LIST}/P05/follow").status_code == 404
    decide(secretary, "S05", verdict="refused", article="8", reason="领办人重复")
    page = text(secretary.get(f"{LIST}/P05").text)
    assert "所属工作室 S05 未受理，本项目随之出局" in page
    assert "建议随工作室不予受理" in page
    assert "随 S05 出局" in secretary.get(LIST).text
    assert secretary.post(f"{LIST}/P05/follow").status_code == 303
    assert verdict_of(world, "P05") == "refused"
    after = text(secretary.get(f"{LIST}/P05").text)
    assert "不予受理（第十条）" in after
    assert "建议随工作室不予受理" not in after


def test_a_finding_is_settled_when_the_other_side_is_out(secretary: Visitor, examples: int) -> None:
    decide(secretary, "S05", verdict="refused", article="8", reason="领办人重复")
    page = text(secretary.get(f"{LIST}/S01").text)
    assert "S05 已不予受理，不再构成阻碍" in page
    assert "自动核查建议： 受理" in page


def test_findings_that_changed_after_the_verdict_are_pointed_out(
    secretary: Visitor, world: World, pair: int
) -> None:
    decide(secretary, "P01")
    correct(secretary, "P01", months="18")
    assert "作出结论之后核查情况有变化" in secretary.get(f"{LIST}/P01").text
    assert numbers(secretary.get(f"{LIST}?found=outdated").text) == ["P01"]


def test_a_withdrawal_needs_a_reason_and_ends_the_matter(secretary: Visitor, world: World, pair: int) -> None:
    refused = secretary.post(f"{LIST}/S01/withdraw", {"withdraw_reason": ""})
    assert refused.status_code == 422
    assert 'href="#f-withdraw_reason"' in refused.text
    assert secretary.post(f"{LIST}/S01/withdraw", {"withdraw_reason": "来函"}).status_code == 303
    page = secretary.get(f"{LIST}/S01").text
    assert "已撤回" in page
    assert "资格审查结论" not in page
    assert secretary.get(f"{LIST}/S01/correction").location == f"{LIST}/S01"
    assert secretary.post(f"{LIST}/S01/withdraw", {"withdraw_reason": "来函"}).status_code == 409
    assert "所属工作室 S01 未受理" in text(secretary.get(f"{LIST}/P01").text)


# Identity words


def test_a_word_is_marked_in_its_text_and_cleared_with_a_reason(
    secretary: Visitor, world: World, pair: int
) -> None:
    correct(secretary, "P01", summary="由翠微01机械有限公司承担，翠微01机械有限公司负责。")
    page = secretary.get(f"{LIST}/P01").text
    assert page.count('<mark class="word"') == 2
    assert '<mark class="word" title="单位名称">翠微01机械有限公司</mark>' in page
    assert "1 个词语可能识别申报单位" in page
    assert page.count('name="clear_reason"') == 1
    fields = {"field": "summary", "word": "翠微01机械有限公司", "clear_reason": ""}
    assert secretary.post(f"{LIST}/P01/clear", fields).status_code == 422
    done = secretary.post(f"{LIST}/P01/clear", fields | {"clear_reason": "示例单位，可以出现"})
    assert (done.status_code, done.location) == (303, f"{LIST}/P01#texts")
    after = secretary.get(f"{LIST}/P01").text
    assert after.count('<mark class="word word--cleared"') == 2
    assert "示例单位，可以出现" in after
    assert "词语可以保留" in after
    again = secretary.post(f"{LIST}/P01/clear", fields | {"clear_reason": "x"})
    assert again.status_code == 404


def test_a_word_in_the_budget_is_shown_where_it_stands(secretary: Visitor, world: World, pair: int) -> None:
    line = BudgetLine(BudgetCategory.RESEARCH, "司马大01工作室改造", 6_000_000, "见附表")
    plain = intake.project(world.office, "P02", "X01", budget=(line,), master_name="司马大01（虚构）")
    world.application(pair, plain, verdict=None)
    page = text(secretary.get(f"{LIST}/P02").text)
    assert "预算第 1 行支出内容" in page
    assert "预算第 1 行测算说明" not in page


# Hostile texts

PAYLOADS = (
    '<script>alert("x")</script>',
    '"><img src=x onerror=alert(1)>',
    '=HYPERLINK("http://x")',
    "{{ 7*7 }}",
)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_whatever_stands_in_a_workbook_is_shown_as_text(
    secretary: Visitor, world: World, payload: str
) -> None:
    world.round_()
    office = world.office
    hostile: dict[str, Any] = {
        "unit": payload + "单位",
        "address": payload,
        "master_name": payload[:40],
        "occupation": payload,
        "parent_unit": payload,
        "branch": payload,
        "exception": payload,
        "summary": payload,
        "team": (Member(payload[:40], EmploymentKind.FORMAL),),
    }
    statements = dict.fromkeys(intake.studio(office).statements, payload)
    studio = intake.studio(office, **hostile, statements=statements)
    budget = (BudgetLine(BudgetCategory.RESEARCH, payload, 5, payload),)
    project = intake.project(office, **hostile, title=payload, budget=budget)
    registered = intake.existing(unit=payload, master_name=payload[:40], occupation=payload)
    data = intake.applications_file(office, [studio, project], [(registered, "")])
    received = imports.receive(office, world.secretary, CODE, ImportKind.APPLICATIONS, payload, data)
    assert received.problems == ()
    pages = [secretary.get(f"{BASE}/imports").text, secretary.get(f"{BASE}/imports/1").text]
    imports.apply(office, world.secretary, received.import_id)
    for path in ("applications", "applications/S01", "applications/P01", "studios"):
        pages.append(secretary.get(f"{BASE}/{path}").text)
    pages.append(secretary.get(f"{LIST}/P01/correction").text)
    seen = 0
    for page in pages:
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "<td>49" not in page
        seen += html.unescape(page).count(payload)
    assert seen > 20


# Who


def test_after_setup_the_page_is_only_read(secretary: Visitor, world: World, pair: int) -> None:
    world.stage(pair, Stage.FINAL)
    page = secretary.get(f"{LIST}/S01").text
    assert "记录结论" not in page
    assert "更正申报内容" not in page
    assert secretary.get(f"{LIST}/S01/correction").status_code == 404


def test_experts_never_see_the_desk(world: World, app: object, pair: int) -> None:
    world.expert("E1", pair)
    world.person(Role.EXPERT, "E1")
    expert = arrive(app, "E1")  # type: ignore[arg-type]
    for path in (LIST, f"{LIST}/S01", f"{BASE}/studios", f"{BASE}/imports"):
        assert expert.get(path).status_code == 404
