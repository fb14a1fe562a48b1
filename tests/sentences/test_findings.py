"""Every finding is worded, with the facts it rests on and no code left over."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from panel.rules.applications import (
    BudgetCategory,
    BudgetLine,
    CertificateLevel,
    EmploymentKind,
    Member,
)
from panel.rules.eligibility import Finding, FindingCode, Limits, Weight, findings
from panel.sentences.findings import sentence
from tests.rules import cast

LIMITS = Limits(
    subsidy_fen=5_000_000,
    months=12,
    formal_members=3,
    valid_until=date(2029, 12, 31),
    starts_on=date(2026, 8, 28),
)
TEAM = (Member("甲（虚构）", EmploymentKind.FORMAL), Member("乙（虚构）", EmploymentKind.DISPATCHED))
NAMESAKE = replace(cast.S05, number="S11", master_key="")
LOW = replace(cast.S02, number="S12", certificate=CertificateLevel.SENIOR, unit="丁厂（虚构）", unit_code="d")
FAR = replace(
    cast.S02, number="S13", in_district=False, address="外地1号", unit="戊厂（虚构）", unit_code="e"
)
SMALL = replace(cast.S02, number="S14", team=TEAM, unit="己厂（虚构）", unit_code="f", materials=frozenset())
UNCLEAR = replace(cast.S04, number="S15", occupation="焊工（气焊）", master_key="x")
LOST = replace(cast.P10, number="P31", linked_studio="X99")
BARE = replace(cast.P10, number="P32", linked_studio="")
STOPPED = replace(cast.X04, running=False)
STRANGER = replace(
    cast.P10, number="P33", unit="庚厂（虚构）", unit_code="g", master_name="别人（虚构）", master_key="y"
)
POOR = replace(
    cast.P10,
    number="P34",
    months=None,
    total_fen=1_000_000,
    subsidy_fen=2_000_000,
    budget=(BudgetLine(BudgetCategory.RESEARCH, "试验", 900_050),),
)
LATE = replace(cast.P10, number="P35", months=48)
FOUND = [
    finding
    for several in findings(
        (*cast.APPLICATIONS, NAMESAKE, LOW, FAR, SMALL, UNCLEAR, LOST, BARE, STRANGER, POOR, LATE),
        (*(s for s in cast.EXISTING if s.number != "X04"), STOPPED),
        limits=LIMITS,
    ).values()
    for finding in several
]


def test_the_cast_shows_every_finding_there_is() -> None:
    assert {finding.code for finding in FOUND} == set(FindingCode)


@pytest.mark.parametrize("finding", FOUND, ids=lambda f: f"{f.application}-{f.code.value}")
def test_a_sentence_is_whole_and_says_its_facts(finding: Finding) -> None:
    said = sentence(finding)
    assert said.endswith("。")
    assert re.search(r"[{}]|_fen|[a-z]{4,}", said) is None
    for name in ("other", "unit", "item", "studio", "branch"):
        assert name not in finding.facts or finding.facts[name] in said or finding.code in _BRIEF


_BRIEF = (FindingCode.OCCUPATION_TWICE, FindingCode.OCCUPATION_UNCLEAR, FindingCode.BRANCH_SITES)
"""These name the other side's unit; the own one is that of the page."""


def said_of(number: str, code: FindingCode) -> str:
    return next(sentence(f) for f in FOUND if (f.application, f.code) == (number, code))


@pytest.mark.parametrize(
    ("number", "code", "words"),
    [
        (
            "P12",
            FindingCode.SUBSIDY_TOO_HIGH,
            "申请补助 68,000 元，超过每个项目 50,000 元的上限。请补正到上限以内，差额由单位自筹。",
        ),
        ("P14", FindingCode.PERIOD_TOO_LONG, "建设期 14 个月，超过一般 12 个月的期限。请核实理由。"),
        ("P15", FindingCode.MATERIALS_MISSING, "缺少必交材料：J3 银行开户许可证或基本存款账户信息。"),
        (
            "S09",
            FindingCode.TEAM_TOO_SMALL,
            "除技能大师外团队 3 人，其中正式员工 2 人；应有正式员工 3 名以上。",
        ),
        (
            "S12",
            FindingCode.CERTIFICATE_TOO_LOW,
            "领办人的证书等级为高级工，未达到技师，也没有例外说明。",
        ),
        (
            "S06",
            FindingCode.CERTIFICATE_TOO_LOW,
            "领办人的证书等级为高级工，未达到技师；已附例外说明，须指定人员批准。",
        ),
        ("P32", FindingCode.PROJECT_WITHOUT_STUDIO, "没有填写所属工作室。"),
        ("P34", FindingCode.FIGURES_MISSING, "没有填写：建设期（月）。"),
        (
            "P34",
            FindingCode.BUDGET_DOES_NOT_ADD_UP,
            "预算明细合计 9,000.50 元，与填报的总预算 10,000 元不符。",
        ),
        (
            "P35",
            FindingCode.ENDS_AFTER_VALIDITY,
            "项目预计到 2030年8月28日 结束，晚于管理办法的有效期（2029年12月31日）。",
        ),
    ],
)
def test_the_words(number: str, code: FindingCode, words: str) -> None:
    assert said_of(number, code) == words


def test_several_projects_are_listed() -> None:
    several = Finding(
        "P01", FindingCode.PROJECTS_TOO_MANY, Weight.WARNS, "4", {"studio": "S01", "projects": "P01, P02"}
    )
    assert sentence(several) == "工作室 S01 申报了不止一个建设项目（P01、P02）。请确认是否都受理。"


def test_papers_are_called_by_their_names() -> None:
    missing = Finding("S01", FindingCode.MATERIALS_MISSING, Weight.COMPLETES, "9(1)", {"missing": "M1, M5"})
    assert sentence(missing) == "缺少必交材料：M1 工作室申报表（附件1）、M5 真实性承诺书（附件2）。"
