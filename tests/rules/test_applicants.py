"""When two names mean the same applicant, and what belongs to one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from panel.rules.applicants import (
    applicants,
    branch_site,
    head,
    is_branch_of,
    normalised,
    person_name,
    split_remark,
    unit_keys,
)
from tests.rules.cast import APPLICATIONS, EXISTING, P01, P12, S01, S04, S05, S06, S07, S08, X03


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("兴瀚机器人(北京)有限公司", "兴瀚机器人（北京）有限公司"),
        ("兴瀚 机器人\u3000有限公司", "兴瀚机器人有限公司"),
        ("ＴＣＬ集团", "tcl集团"),
        ("“廊坊分公司”", "廊坊分公司"),
        ("兴瀚【虚构】", "兴瀚（虚构）"),
        ("兴\u200b瀚\n机器人", "兴瀚机器人"),
        ("艾力•买买提", "艾力·买买提"),
    ],
)
def test_writing_makes_no_difference(one: str, other: str) -> None:
    assert normalised(one) == normalised(other)


def test_a_remark_is_part_of_a_name_and_so_is_a_character_of_private_use() -> None:
    assert normalised("兴瀚（虚构）") != normalised("兴瀚")
    assert normalised("王\ue000") != normalised("王")


def test_a_remark_stands_at_the_end() -> None:
    assert split_remark("兴瀚(北京)有限公司(虚构)") == ("兴瀚(北京)有限公司", "(虚构)")
    assert split_remark("(虚构)") == ("(虚构)", "")
    assert split_remark("") == ("", "")


def test_of_people_the_remark_is_left_out() -> None:
    assert person_name("林 致远（虚构）") == "林致远"


@pytest.mark.parametrize(
    ("unit", "branch", "parent", "expected"),
    [
        ("国门餐饮（虚构）", "", "", "国门餐饮(虚构)"),
        ("国门餐饮总部（虚构）", "", "", "国门餐饮(虚构)"),
        ("国门餐饮（虚构）", "黄村分公司", "", "国门餐饮(虚构)"),
        ("国门餐饮黄村分公司（虚构）", "黄村分公司", "", "国门餐饮(虚构)"),
        ("国门餐饮黄村分公司", "国门餐饮黄村分公司", "国门餐饮", "国门餐饮"),
        ("国门餐饮黄村分公司", "国门餐饮黄村分公司", "", "国门餐饮黄村分公司"),
        ("总部", "", "", "总部"),
        ("", "", "", ""),
    ],
)
def test_behind_a_branch_stands_its_unit(unit: str, branch: str, parent: str, expected: str) -> None:
    assert head(unit, branch, parent) == expected


@pytest.mark.parametrize(
    ("unit", "branch", "parent"),
    [
        ("国门餐饮（虚构）", "黄村分公司", ""),
        ("国门餐饮（虚构）", "国门餐饮黄村分公司（虚构）", ""),
        ("国门餐饮黄村分公司（虚构）", "黄村分公司", ""),
        ("国门餐饮黄村分公司", "国门餐饮黄村分公司", "国门餐饮"),
    ],
)
def test_a_branch_has_one_name_however_it_is_written(unit: str, branch: str, parent: str) -> None:
    assert branch_site(unit, branch, parent) == "黄村分公司"


def test_a_branch_named_like_its_unit_keeps_its_name() -> None:
    assert branch_site("国门餐饮", "国门餐饮") == "国门餐饮"


@pytest.mark.parametrize(
    ("name", "unit", "expected"),
    [
        ("国门餐饮有限公司黄村分公司", "国门餐饮有限公司", True),
        ("国门餐饮黄村分公司(虚构)", "国门餐饮(虚构)", True),
        ("国门餐饮(虚构)黄村分公司", "国门餐饮(虚构)", True),
        ("国门餐饮黄村分公司(甲)", "国门餐饮(乙)", False),
        ("国门餐饮", "国门餐饮", False),
        ("北京", "北京国门餐饮黄村分公司", False),
        ("北京国门餐饮黄村分公司", "北京", False),
        ("北京国门有限公司黄村分公司", "北京国门", False),
        ("国门餐饮采购部", "国门餐饮", False),
    ],
)
def test_a_branch_is_known_by_the_name_of_its_unit_before_it(name: str, unit: str, expected: bool) -> None:
    assert is_branch_of(name, unit) is expected


def test_units_are_the_same_by_code_or_by_name() -> None:
    renamed = replace(S01, unit="全新名称", unit_code=" 91110115ma01a0001a")
    assert unit_keys(S01) & unit_keys(renamed)
    assert unit_keys(S01) & unit_keys(replace(S01, unit_code=""))
    assert not unit_keys(S01) & unit_keys(S05)


def test_one_applicant_is_a_unit_with_its_studios_branches_and_projects() -> None:
    found = {unit.unit: [a.number for a in unit.applications] for unit in applicants(APPLICATIONS, EXISTING)}
    assert found[S01.unit] == ["S01", "P01"]
    assert found[S04.unit] == ["S04", "S08", "P04", "P08"]
    assert found[S06.unit] == ["S06", "S07", "P06", "P07"]
    assert found[X03.unit] == ["P12"]
    assert list(found)[:4] == [a.unit for a in APPLICATIONS[:4]]
    assert sum(map(len, found.values())) == len(APPLICATIONS)


def test_the_parent_that_only_the_register_knows_counts_for_the_project() -> None:
    (unit,) = applicants([P12], EXISTING)
    assert P12.parent_unit == ""
    assert unit.parents == {normalised(X03.parent_unit)}


def test_a_studio_of_the_round_goes_before_one_of_the_register_with_the_same_number() -> None:
    (unit,) = applicants([S01, P01], [replace(X03, number="S01")])
    assert unit.parents == frozenset()


def test_an_entry_between_two_groups_joins_them() -> None:
    by_code = replace(S01, number="A", unit="甲", unit_code="1")
    by_name = replace(S01, number="B", unit="乙", unit_code="2")
    between = replace(S01, number="C", unit="乙", unit_code="1")
    (unit,) = applicants([by_code, by_name, between])
    assert [a.number for a in unit.applications] == ["A", "B", "C"]
    assert unit.codes == {"1", "2"}


def test_the_people_are_the_masters_and_their_teams_each_once() -> None:
    (unit,) = applicants([S07, replace(S07, number="S77")])
    assert [(p.name, p.is_master) for p in unit.people] == [
        ("白守正（虚构）", True),
        ("白甲（虚构）", False),
        ("白乙（虚构）", False),
        ("白丙（虚构）", False),
    ]


def test_s08_belongs_to_the_unit_of_s04_although_its_branch_has_its_own_code() -> None:
    (unit,) = applicants([S04, S08])
    assert unit.codes == {"91110115MA01A0004D", "91131001MA01A0008H"}
