"""Conflicts: who may not judge whom, what it rests on, and how far it reaches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.rules.applications import Application, Studio
from panel.rules.conflicts import (
    CODE_OF,
    LOOKS_BACK,
    Conflict,
    ConflictCode,
    Reach,
    Strength,
    declared,
    found,
    years_before,
)
from panel.rules.experts import Employment, Expert, Relation, RelationKind
from tests.rules.cast import (
    APPLICATIONS,
    CLOSING,
    E1,
    E2,
    E5,
    E9,
    EXISTING,
    EXPERTS,
    GROUP,
    P01,
    P12,
    S01,
    S02,
    S04,
    S06,
    S07,
    X03,
)


def conflicts(
    expert: Expert,
    applications: Iterable[Application] = APPLICATIONS,
    studios: Iterable[Studio] = EXISTING,
    closing_date: date = CLOSING,
) -> tuple[Conflict, ...]:
    return found(
        [expert], applications, studios, closing_date=closing_date, employment_years=3, relation_years=5
    )


def test_the_demonstration_has_exactly_its_three_conflicts() -> None:
    several = found(
        EXPERTS, APPLICATIONS, EXISTING, closing_date=CLOSING, employment_years=3, relation_years=5
    )
    assert [(c.expert, c.reach, c.target, c.code, c.strength) for c in several] == [
        ("E2", Reach.UNIT, S02.unit, ConflictCode.PAST_EMPLOYER, Strength.STATED),
        ("E5", Reach.UNIT, S04.unit, ConflictCode.SHARED_WORK, Strength.STATED),
        ("E9", Reach.UNIT, X03.unit, ConflictCode.HOLDING_GROUP, Strength.STATED),
    ]


def test_each_says_what_it_rests_on() -> None:
    (e2,), (e5,), (e9,) = conflicts(E2), conflicts(E5), conflicts(E9)
    assert e2.rests_on == {
        "basis": "unit_name",
        "employer": "北京亦泽制药有限公司（虚构）",
        "until": "2024-03-31",
        "counts_since": "2023-08-28",
        "unit": S02.unit,
    }
    assert e5.rests_on == {
        "basis": "person_name",
        "relation": "teacher",
        "towards": "高立群",
        "note": "2009年拜师",
        "counts_since": "2021-08-28",
        "unit": S04.unit,
    }
    assert e9.rests_on == {
        "basis": "shared_parent",
        "employer": "北京曜辉精密（虚构）",
        "employer_parent": GROUP,
        "unit": X03.unit,
    }


# C1 and C12: employers


def basis(expert: Expert, *applications: Application) -> list[tuple[ConflictCode, str]]:
    return [(c.code, c.rests_on["basis"]) for c in conflicts(expert, applications)]


@pytest.mark.parametrize(
    "employer",
    ["北京兴瀚机器人有限公司（虚构）", "北京兴瀚 机器人有限公司(虚构)", "北京兴瀚机器人有限公司（虚构）总部"],
)
def test_the_employer_applies(employer: str) -> None:
    same = conflicts(replace(E1, employer=employer), [S01, P01])
    assert [(c.code, c.reach, c.target) for c in same] == [(ConflictCode.SAME_UNIT, Reach.UNIT, S01.unit)]


def test_the_employer_applies_under_another_name_with_the_same_code() -> None:
    renamed = replace(E1, employer="兴瀚", employer_code=S01.unit_code.lower())
    assert basis(renamed, S01) == [(ConflictCode.SAME_UNIT, "unit_code")]


def test_another_code_and_another_name_are_another_unit() -> None:
    assert basis(replace(E1, employer_code="91110115MA01A9999X"), S01) == []


def test_the_remark_in_brackets_is_part_of_the_name() -> None:
    assert basis(replace(E1, employer="北京兴瀚机器人有限公司"), S01) == []


def test_a_branch_of_the_applicant_and_the_head_of_a_branch_are_the_applicant() -> None:
    branch = replace(E1, employer="北京国门餐饮有限公司旧宫分公司（虚构）")
    assert basis(branch, S06) == [(ConflictCode.SAME_UNIT, "branch")]
    assert basis(branch, S07) == [(ConflictCode.SAME_UNIT, "branch")]
    in_one_piece = replace(S07, unit="北京国门餐饮有限公司黄村分公司（虚构）", branch="")
    head = replace(E1, employer=S06.unit)
    assert basis(head, S07) == [(ConflictCode.SAME_UNIT, "unit_name")]
    assert basis(head, in_one_piece) == [(ConflictCode.SAME_UNIT, "branch")]


def test_the_group_stands_above_below_or_beside_the_employer() -> None:
    owned = replace(S01, parent_unit=GROUP)
    assert basis(replace(E1, employer=GROUP), owned) == [(ConflictCode.HOLDING_GROUP, "employer_is_parent")]
    assert basis(replace(E1, employer_parent=S01.unit), S01) == [
        (ConflictCode.HOLDING_GROUP, "employer_is_child")
    ]
    assert basis(replace(E1, employer_parent=GROUP), owned) == [(ConflictCode.HOLDING_GROUP, "shared_parent")]
    assert basis(replace(E1, employer_parent=GROUP), S01) == []


def test_without_parents_nothing_is_shared() -> None:
    assert basis(replace(E1, employer="", employer_parent=""), S01, P12) == []


# C2: past employers


def worked_until(day: date | None) -> Expert:
    return replace(E1, employments=(Employment(S01.unit, None, day),))


@pytest.mark.parametrize(
    ("until", "codes"),
    [
        (date(2023, 8, 27), []),
        (date(2023, 8, 28), [ConflictCode.PAST_EMPLOYER]),
        (date(2026, 8, 28), [ConflictCode.PAST_EMPLOYER]),
        (None, [ConflictCode.SAME_UNIT]),
    ],
)
def test_three_years_count_back_from_the_closing_date_with_the_day_itself(
    until: date | None, codes: list[ConflictCode]
) -> None:
    assert [c.code for c in conflicts(worked_until(until))] == codes


def test_an_employer_listed_twice_as_the_present_one_is_one_conflict() -> None:
    expert = replace(worked_until(None), employer=S01.unit)
    assert [c.code for c in conflicts(expert)] == [ConflictCode.SAME_UNIT]


def test_a_past_employer_elsewhere_is_none() -> None:
    assert conflicts(replace(E1, employments=(Employment("别的单位", None, CLOSING),))) == ()


@pytest.mark.parametrize(
    ("day", "years", "expected"),
    [
        (date(2026, 8, 28), 3, date(2023, 8, 28)),
        (date(2028, 2, 29), 3, date(2025, 2, 28)),
        (date(2028, 2, 29), 4, date(2024, 2, 29)),
        (date(2026, 8, 28), 0, date(2026, 8, 28)),
    ],
)
def test_years_are_counted_by_the_calendar(day: date, years: int, expected: date) -> None:
    assert years_before(day, years) == expected


# C9: applicants among the experts


def test_a_master_judges_nothing_in_the_round() -> None:
    (conflict,) = conflicts(replace(E1, identity_key=S01.master_key), [S01, P01])
    assert (conflict.code, conflict.reach, conflict.target) == (ConflictCode.OWN_APPLICATION, Reach.ROUND, "")
    assert conflict.strength is Strength.STATED
    assert conflict.rests_on == {
        "basis": "identity",
        "person": S01.master_name,
        "role": "master",
        "unit": S01.unit,
        "applications": "S01, P01",
    }


def test_a_member_who_works_there_judges_nothing_in_the_round() -> None:
    member = replace(E1, name="林 甲", employer=S01.unit)
    same_unit, own = conflicts(member, [S01, P01])
    assert same_unit.code is ConflictCode.SAME_UNIT
    assert (own.code, own.reach, own.strength) == (
        ConflictCode.OWN_APPLICATION,
        Reach.ROUND,
        Strength.STATED,
    )
    assert own.rests_on["role"] == "member"


def test_a_name_in_common_is_only_to_be_checked() -> None:
    (namesake,) = conflicts(replace(E1, name="林甲"), [S01, P01])
    assert (namesake.code, namesake.strength) == (ConflictCode.OWN_APPLICATION, Strength.CHECK)
    assert namesake.rests_on["basis"] == "person_name"


def test_a_master_of_the_same_name_with_another_id_number_is_somebody_else() -> None:
    assert conflicts(replace(E1, name="林致远", identity_key="another"), [S01, P01]) == ()


def test_without_an_id_number_the_name_of_a_master_is_to_be_checked() -> None:
    (namesake,) = conflicts(replace(E1, name="林致远", identity_key=""), [S01, P01])
    assert namesake.strength is Strength.CHECK
    (namesake,) = conflicts(replace(E1, name="林致远"), [replace(S01, master_key="")])
    assert namesake.strength is Strength.CHECK


def test_the_master_whom_only_the_register_names_applies_too() -> None:
    anonymous = replace(P12, master_key="")
    (conflict,) = conflicts(replace(E1, identity_key=X03.master_key), [anonymous])
    assert conflict.rests_on["basis"] == "identity"


# Relations on file or declared


def related(kind: RelationKind, towards: str, *applications: Application) -> list[Conflict]:
    return list(conflicts(replace(E1, relations=(Relation(kind, towards),)), applications))


@pytest.mark.parametrize("kind", RelationKind)
def test_every_kind_of_relation_has_its_number(kind: RelationKind) -> None:
    (conflict,) = related(kind, S01.unit, S01, P01)
    assert conflict.code is CODE_OF[kind]
    assert conflict.reach is Reach.UNIT
    assert ("counts_since" in conflict.rests_on) is (conflict.code in LOOKS_BACK)


@pytest.mark.parametrize(
    ("towards", "basis"),
    [
        (S01.unit, "unit_name"),
        (S01.unit_code, "unit_code"),
        ("林致远", "person_name"),
        ("林乙（虚构）", "person_name"),
    ],
)
def test_a_relation_is_towards_a_unit_or_a_person_of_it(towards: str, basis: str) -> None:
    (conflict,) = related(RelationKind.FAMILY, towards, S01, P01, S04)
    assert (conflict.target, conflict.rests_on["basis"]) == (S01.unit, basis)
    assert conflict.strength is Strength.STATED


def test_a_relation_towards_the_group_is_to_be_checked() -> None:
    (conflict,) = related(RelationKind.BOARD, GROUP, replace(S01, parent_unit=GROUP))
    assert (conflict.rests_on["basis"], conflict.strength) == ("parent_unit", Strength.CHECK)


@pytest.mark.parametrize("towards", ["P01", P01.title])
def test_help_with_one_application_reaches_that_one_only(towards: str) -> None:
    (conflict,) = related(RelationKind.HELPED, towards, S01, P01, S04)
    assert (conflict.reach, conflict.target) == (Reach.APPLICATION, "P01")


@pytest.mark.parametrize("towards", ["", "不相干的人"])
def test_a_relation_towards_nobody_in_the_round_is_none(towards: str) -> None:
    assert related(RelationKind.FAMILY, towards, S01, P01) == []


def test_what_an_expert_declares_is_read_the_same_way() -> None:
    (on_file,) = conflicts(E5)
    (by_word,) = declared(
        "E5", E5.relations[0], APPLICATIONS, EXISTING, closing_date=CLOSING, relation_years=5
    )
    assert by_word == on_file


@given(st.permutations(EXPERTS), st.permutations(APPLICATIONS))
def test_the_order_of_the_lists_changes_no_conflict(
    experts: list[Expert], applications: list[Application]
) -> None:
    several = found(
        experts, applications, EXISTING, closing_date=CLOSING, employment_years=3, relation_years=5
    )
    assert {(c.expert, c.target, c.code) for c in several} == {
        ("E2", S02.unit, ConflictCode.PAST_EMPLOYER),
        ("E5", S04.unit, ConflictCode.SHARED_WORK),
        ("E9", X03.unit, ConflictCode.HOLDING_GROUP),
    }
