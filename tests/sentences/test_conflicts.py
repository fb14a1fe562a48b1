"""Every conflict says in one sentence what it rests on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from panel.rules.conflicts import CODE_OF, ConflictCode, Strength, found
from panel.rules.experts import Employment, Expert, Relation, RelationKind
from panel.sentences.conflicts import sentence
from tests.rules.cast import APPLICATIONS, CLOSING, E1, E2, E5, E9, EXISTING, GROUP, S01, X03


def said(expert: Expert) -> list[str]:
    conflicts = found(
        [expert], APPLICATIONS, EXISTING, closing_date=CLOSING, employment_years=3, relation_years=5
    )
    return [sentence(one.code, one.rests_on, one.strength) for one in conflicts]


def test_the_three_of_the_example() -> None:
    assert said(E2) == [
        "曾任职于“北京亦泽制药有限公司（虚构）”，2024年3月31日离职；回避期自2023年8月28日起算，尚未届满"
        "（申报单位“北京亦泽制药有限公司（虚构）”，单位名称相同）。"
    ]
    assert said(E5) == [
        "与“高立群”的关系：师徒（申报单位“北京京南焊装有限公司（虚构）”，对方在申报人员名单中）。"
        "说明：2009年拜师。只计2021年8月28日以来的关系。"
    ]
    assert said(E9) == [
        "工作单位“北京曜辉精密（虚构）”与申报单位“北京曜石数控有限公司（虚构）”同属“华曜控股集团（虚构）”。"
    ]


@pytest.mark.parametrize(
    ("expert", "expected"),
    [
        (
            replace(E1, employer="兴瀚", employer_code=S01.unit_code),
            "现工作单位“兴瀚”就是申报单位“北京兴瀚机器人有限公司（虚构）”（统一社会信用代码相同）。",
        ),
        (
            replace(E1, employer="北京国门餐饮有限公司黄村分公司（虚构）"),
            "现工作单位“北京国门餐饮有限公司黄村分公司（虚构）”与申报单位“北京国门餐饮有限公司（虚构）”"
            "是总部与分支机构。",
        ),
        (
            replace(E1, employer="北京曜石数控有限公司第二分公司（虚构）"),
            "现工作单位“北京曜石数控有限公司第二分公司（虚构）”与申报单位“北京曜石数控有限公司（虚构）”"
            "是总部与分支机构。",
        ),
        (
            replace(E1, employments=(Employment(X03.unit, date(2020, 1, 1)),)),
            "现工作单位“北京曜石数控有限公司（虚构）”就是申报单位“北京曜石数控有限公司（虚构）”（单位名称相同）。",
        ),
        (
            replace(E1, employer=GROUP),
            "工作单位“华曜控股集团（虚构）”是申报单位“北京曜石数控有限公司（虚构）”的上级单位。",
        ),
        (
            replace(E1, employer="某子公司（虚构）", employer_parent=X03.unit),
            "工作单位“某子公司（虚构）”的上级单位是申报单位“北京曜石数控有限公司（虚构）”。",
        ),
    ],
)
def test_employers(expert: Expert, expected: str) -> None:
    assert said(expert) == [expected]


def test_applying_oneself() -> None:
    master = replace(E1, identity_key=S01.master_key)
    assert said(master)[0] == (
        "身份证号与申报单位“北京兴瀚机器人有限公司（虚构）”的技能大师林致远（虚构）一致（S01、P01）。"
    )
    namesake = replace(E1, name="林甲", identity_key="")
    assert "团队成员林甲（虚构）同名" in said(namesake)[0]
    assert "是否同一人需要核实" in said(namesake)[0]
    colleague = replace(namesake, employer=S01.unit)
    assert said(colleague)[1].startswith("在申报单位“北京兴瀚机器人有限公司（虚构）”任职，且与其团队成员")


def test_relations_towards_a_group_and_an_application() -> None:
    towards_group = replace(E1, relations=(Relation(RelationKind.FAMILY, GROUP),))
    assert said(towards_group) == [
        "与“华曜控股集团（虚构）”的关系：亲属（申报单位“北京曜石数控有限公司（虚构）”，"
        "对方是申报单位的上级单位，是否涉及申报单位需要核实）。"
    ]
    towards_one = replace(E1, relations=(Relation(RelationKind.HELPED, "P12", "代写预算。"),))
    assert said(towards_one) == [
        "与“P12”的关系：参与编制申报材料（申报单位“北京曜石数控有限公司（虚构）”，指明了这项申报）。"
        "说明：代写预算。"
    ]


@pytest.mark.parametrize("kind", RelationKind)
def test_every_relation_has_its_sentence(kind: RelationKind) -> None:
    facts = {"relation": kind.value, "towards": "某人", "note": "", "basis": "unit_name", "unit": "某单位"}
    assert "某人" in sentence(CODE_OF[kind], facts)


def test_a_hint_is_worded_as_one() -> None:
    facts = {
        "basis": "person_name",
        "person": "林致远",
        "role": "master",
        "unit": "某单位",
        "applications": "S01",
    }
    assert "需要核实" in sentence(ConflictCode.OWN_APPLICATION, facts, Strength.CHECK)
    assert "需要核实" not in sentence(ConflictCode.OWN_APPLICATION, facts)
