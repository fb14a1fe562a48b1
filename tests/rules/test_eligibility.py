"""Eligibility: what is found in the demonstration's round, and each rule at its edges."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.rules.applications import (
    Application,
    BudgetCategory,
    BudgetLine,
    CertificateLevel,
    EmploymentKind,
    Member,
    OccupationState,
    Studio,
)
from panel.rules.eligibility import Finding, FindingCode, Limits, Verdict, Weight, findings, follows, proposed
from tests.rules import cast
from tests.rules.cast import APPLICATIONS, EXISTING, P01, P10, P12, S01, S04, S06, S07, S08, S09, X01, X03

LIMITS = Limits(
    subsidy_fen=5_000_000,
    months=12,
    formal_members=3,
    valid_until=date(2029, 12, 31),
    starts_on=date(2026, 10, 1),
)


def found(
    applications: Iterable[Application], studios: Iterable[Studio] = (), limits: Limits = LIMITS
) -> dict[str, dict[FindingCode, Finding]]:
    by_number = findings(applications, studios, limits=limits)
    return {number: {finding.code: finding for finding in several} for number, several in by_number.items()}


@pytest.fixture(scope="module")
def demonstration() -> dict[str, dict[FindingCode, Finding]]:
    return found(APPLICATIONS, EXISTING)


@pytest.mark.parametrize(
    ("number", "codes", "verdict"),
    [
        ("S01", {FindingCode.MASTER_TWICE}, Verdict.REFUSED),
        ("S02", set(), Verdict.ACCEPTED),
        ("S03", set(), Verdict.ACCEPTED),
        ("S04", {FindingCode.OCCUPATION_TWICE}, Verdict.REFUSED),
        ("S05", {FindingCode.MASTER_TWICE}, Verdict.REFUSED),
        ("S06", {FindingCode.CERTIFICATE_TOO_LOW, FindingCode.BRANCH_SITES}, Verdict.ACCEPTED),
        ("S07", {FindingCode.BRANCH_SITES}, Verdict.ACCEPTED),
        ("S08", {FindingCode.OCCUPATION_TWICE, FindingCode.BRANCH_OUTSIDE}, Verdict.REFUSED),
        ("S09", {FindingCode.TEAM_TOO_SMALL, FindingCode.MATERIALS_MISSING}, Verdict.REFUSED),
        ("P01", set(), Verdict.ACCEPTED),
        ("P05", set(), Verdict.ACCEPTED),
        ("P10", set(), Verdict.ACCEPTED),
        ("P12", {FindingCode.SUBSIDY_TOO_HIGH}, Verdict.INCOMPLETE),
        ("P13", {FindingCode.OUTSOURCED}, Verdict.VETOED),
        ("P14", {FindingCode.PERIOD_TOO_LONG}, Verdict.ACCEPTED),
        ("P15", {FindingCode.MATERIALS_MISSING}, Verdict.INCOMPLETE),
    ],
)
def test_each_trap_of_the_demonstration_is_found(
    demonstration: dict[str, dict[FindingCode, Finding]],
    number: str,
    codes: set[FindingCode],
    verdict: Verdict,
) -> None:
    assert set(demonstration[number]) == codes
    assert proposed(demonstration[number].values()) is verdict


def test_what_stands_between_two_names_the_other_on_each(
    demonstration: dict[str, dict[FindingCode, Finding]],
) -> None:
    assert demonstration["S01"][FindingCode.MASTER_TWICE].facts["other"] == "S05"
    assert demonstration["S05"][FindingCode.MASTER_TWICE].facts["other"] == "S01"
    duplicate = demonstration["S08"][FindingCode.OCCUPATION_TWICE]
    assert (duplicate.weight, duplicate.article) == (Weight.BARS, "8")
    assert duplicate.facts["other"] == "S04"
    assert demonstration["S04"][FindingCode.OCCUPATION_TWICE].facts["other"] == "S08"


def test_p12_once_corrected_has_nothing_left_to_find() -> None:
    corrected = replace(P12, subsidy_fen=5_000_000)
    assert found([corrected], EXISTING)["P12"] == {}


# Art. 8: masters


def test_the_master_of_an_existing_studio_leads_no_second_one() -> None:
    again = replace(S01, master_key=X01.master_key)
    finding = found([again, P01], [X01])["S01"][FindingCode.MASTER_TWICE]
    assert (finding.weight, finding.facts["other"]) == (Weight.BARS, "X01")


def test_a_master_without_an_id_number_on_file_is_a_namesake_to_look_at() -> None:
    unknown = replace(X01, master_key="", master_name="林致远")
    assert found([S01, P01], [unknown])["S01"][FindingCode.MASTER_NAMESAKE].weight is Weight.WARNS
    assert found([S01, P01], [replace(unknown, master_name="他人")])["S01"] == {}


def test_the_same_name_with_another_id_number_is_another_person() -> None:
    assert found([S01, P01], [replace(X01, master_name=S01.master_name)])["S01"] == {}


def test_a_project_that_follows_its_studio_is_no_second_one() -> None:
    assert found([S01, P01], []) == {"S01": {}, "P01": {}}


# Art. 8: unit and occupation


def duplicate_codes(one: Application, other: Application | Studio) -> set[FindingCode]:
    mine = [one, cast.project("P1", one)]
    if isinstance(other, Studio):
        return set(found(mine, [other])[one.number])
    return set(found([*mine, other, cast.project("P2", other)])[one.number])


@pytest.mark.parametrize("spelling", ["焊工", " 焊 工", "焊\u3000工"])
def test_an_occupation_is_the_same_however_it_is_written(spelling: str) -> None:
    other = replace(S04, number="S44", master_key="another", occupation=spelling)
    assert duplicate_codes(S04, other) == {FindingCode.OCCUPATION_TWICE}


def test_brackets_of_either_width_are_the_same() -> None:
    one = replace(S04, occupation="焊工（电焊工）")
    other = replace(S04, number="S44", master_key="another", occupation="焊工(电焊工)")
    assert duplicate_codes(one, other) == {FindingCode.OCCUPATION_TWICE}


def test_another_trade_of_the_same_occupation_is_for_a_person_to_judge() -> None:
    other = replace(S04, number="S44", master_key="another", occupation="焊工（气焊工）")
    assert duplicate_codes(S04, other) == {FindingCode.OCCUPATION_UNCLEAR}


def test_another_occupation_in_the_same_unit_is_fine() -> None:
    other = replace(S04, number="S44", master_key="another", occupation="电工")
    assert duplicate_codes(S04, other) == set()


def test_the_same_occupation_in_another_unit_is_fine() -> None:
    assert duplicate_codes(S04, replace(S01, occupation="焊工")) == set()


def test_the_unit_is_the_same_by_its_code_under_another_name() -> None:
    other = replace(S04, number="S44", master_key="another", unit="已更名的单位（虚构）")
    assert duplicate_codes(S04, other) == {FindingCode.OCCUPATION_TWICE}


def test_an_existing_studio_of_the_unit_and_occupation_stands_in_the_way() -> None:
    register = cast.existing("X09", S04.unit, S04.unit_code, "他人", "焊工")
    assert duplicate_codes(S04, register) == {FindingCode.OCCUPATION_TWICE}


def test_a_branch_in_the_district_counts_by_itself_also_against_the_register() -> None:
    register = cast.existing("X09", S07.unit, "", "他人", "中式烹调师")
    assert duplicate_codes(S07, register) == {FindingCode.BRANCH_SITES}
    assert duplicate_codes(S07, replace(register, branch="国门餐饮黄村分公司")) == {FindingCode.BRANCH_SITES}
    same = replace(register, branch="北京国门餐饮有限公司黄村分公司（虚构）")
    assert duplicate_codes(S07, same) == {FindingCode.OCCUPATION_TWICE}


def test_two_studios_in_one_branch_are_two_too_many() -> None:
    assert duplicate_codes(S07, replace(S07, number="S77", master_key="another")) == {
        FindingCode.OCCUPATION_TWICE
    }


def test_two_branches_outside_the_district_fall_to_their_unit_and_so_to_each_other() -> None:
    other = replace(S08, number="S88", master_key="another", branch="沧州分公司")
    assert FindingCode.OCCUPATION_TWICE in duplicate_codes(S08, other)


# Art. 7


def codes_of(application: Application) -> set[FindingCode]:
    return set(found([application, cast.project("P1", application)])[application.number])


def test_three_formal_members_are_enough_and_the_master_is_none_of_them() -> None:
    assert codes_of(S01) == set()
    two = S01.team[:2]
    with_master = (*two, Member("林致远", EmploymentKind.FORMAL))
    assert codes_of(replace(S01, team=with_master)) == {FindingCode.TEAM_TOO_SMALL}


@pytest.mark.parametrize("kind", [kind for kind in EmploymentKind if kind is not EmploymentKind.FORMAL])
def test_only_formal_staff_count(kind: EmploymentKind) -> None:
    with_other = (*S01.team[:2], Member("第三人", kind))
    result = found([replace(S01, team=with_other), P01])["S01"][FindingCode.TEAM_TOO_SMALL]
    assert (result.weight, result.article) == (Weight.BARS, "7(2)5")
    assert result.facts == {"formal": "2", "needed": "3", "team": "3"}


@pytest.mark.parametrize(
    ("level", "low"),
    [
        (CertificateLevel.NONE, True),
        (CertificateLevel.SENIOR, True),
        (CertificateLevel.TECHNICIAN, False),
        (CertificateLevel.SENIOR_TECHNICIAN, False),
    ],
)
def test_a_listed_occupation_needs_a_technician(level: CertificateLevel, low: bool) -> None:
    assert (FindingCode.CERTIFICATE_TOO_LOW in codes_of(replace(S01, certificate=level))) is low


def test_without_the_written_exception_a_low_certificate_bars() -> None:
    bare = replace(S06, exception="  ")
    assert found([bare])["S06"][FindingCode.CERTIFICATE_TOO_LOW].weight is Weight.BARS
    excepted = found([S06])["S06"][FindingCode.CERTIFICATE_TOO_LOW]
    assert excepted.weight is Weight.WARNS
    assert excepted.facts["exception"] == S06.exception


@pytest.mark.parametrize("state", [OccupationState.UNLISTED, OccupationState.NO_STANDARD])
def test_an_occupation_without_a_standard_needs_no_certificate(state: OccupationState) -> None:
    assert codes_of(replace(S01, occupation_state=state, certificate=CertificateLevel.NONE)) == set()


def test_a_unit_outside_the_district_is_not_admitted() -> None:
    finding = found([replace(S01, in_district=False, address="廊坊"), P01])["S01"][FindingCode.UNIT_OUTSIDE]
    assert (finding.weight, finding.article, finding.facts["address"]) == (Weight.BARS, "7", "廊坊")


# Art. 10: a studio and its project


def test_a_new_studio_brings_its_project() -> None:
    assert set(found([S01])["S01"]) == {FindingCode.STUDIO_WITHOUT_PROJECT}


@pytest.mark.parametrize("link", ["", "X99", "P10"])
def test_a_project_names_a_studio_of_the_round_or_of_the_register(link: str) -> None:
    lone = replace(P10, linked_studio=link)
    finding = found([lone], [X01])["P10"][FindingCode.PROJECT_WITHOUT_STUDIO]
    assert (finding.weight, finding.facts) == (Weight.BARS, {"studio": link})


def test_an_existing_studio_must_be_running() -> None:
    finding = found([P10], [replace(X01, running=False)])["P10"][FindingCode.STUDIO_NOT_RUNNING]
    assert (finding.weight, finding.article) == (Weight.BARS, "10")


def test_a_project_belongs_to_the_unit_and_the_master_of_its_studio() -> None:
    stray = replace(P10, unit=S01.unit, unit_code=S01.unit_code, master_name="他人", master_key="another")
    several = found([stray], [X01])["P10"]
    assert several[FindingCode.PROJECT_UNIT_DIFFERS].weight is Weight.BARS
    assert several[FindingCode.PROJECT_MASTER_DIFFERS].weight is Weight.WARNS


def test_the_master_of_a_project_is_compared_by_name_where_an_id_number_is_missing() -> None:
    assert found([replace(P10, master_key="", master_name="冯在田")], [X01])["P10"] == {}
    stray = replace(P10, master_key="", master_name="他人")
    assert set(found([stray], [X01])["P10"]) == {FindingCode.PROJECT_MASTER_DIFFERS}


def test_a_second_project_of_a_studio_is_noted_on_both() -> None:
    several = found([P10, replace(P10, number="P99")], [X01])
    for number in ("P10", "P99"):
        finding = several[number][FindingCode.PROJECTS_TOO_MANY]
        assert (finding.weight, finding.facts["projects"]) == (Weight.WARNS, "P10, P99")
    two = replace(LIMITS, projects_per_studio=2)
    assert found([P10, replace(P10, number="P99")], [X01], two) == {"P10": {}, "P99": {}}


# Art. 4, 9, 12, 14, 15, 21: a project


@pytest.mark.parametrize(("asked", "high"), [(5_000_000, False), (5_000_001, True)])
def test_fifty_thousand_is_the_most_one_may_ask(asked: int, high: bool) -> None:
    several = found([replace(P10, subsidy_fen=asked)], [X01])["P10"]
    assert (FindingCode.SUBSIDY_TOO_HIGH in several) is high


@pytest.mark.parametrize(("asked", "above"), [(3_000_000, False), (3_000_001, True)])
def test_nobody_asks_more_than_the_project_costs(asked: int, above: bool) -> None:
    line = BudgetLine(BudgetCategory.RESEARCH, "材料", 3_000_000)
    small = replace(P10, total_fen=3_000_000, subsidy_fen=asked, budget=(line,))
    assert set(found([small], [X01])["P10"]) == ({FindingCode.SUBSIDY_ABOVE_TOTAL} if above else set())


def test_the_lines_of_the_budget_add_up() -> None:
    finding = found([replace(P10, total_fen=6_000_001)], [X01])["P10"][FindingCode.BUDGET_DOES_NOT_ADD_UP]
    assert finding.weight is Weight.COMPLETES
    assert finding.facts == {"lines_fen": "6000000", "total_fen": "6000001"}


def test_missing_figures_are_asked_for_and_nothing_else_is_made_of_them() -> None:
    bare = replace(P10, months=None, total_fen=None, subsidy_fen=None)
    several = found([bare], [X01])["P10"]
    assert set(several) == {FindingCode.FIGURES_MISSING}
    assert several[FindingCode.FIGURES_MISSING].facts == {"missing": "months, total, subsidy"}


def test_a_subsidy_without_a_total_is_still_held_against_the_limit() -> None:
    several = found([replace(P10, total_fen=None, subsidy_fen=6_800_000)], [X01])["P10"]
    assert set(several) == {FindingCode.FIGURES_MISSING, FindingCode.SUBSIDY_TOO_HIGH}


@pytest.mark.parametrize(
    "words", ["委托某公司开发", "软件外包", "第 三 方制作", "加工分包", "代工生产", "零件代工"]
)
@pytest.mark.parametrize("place", ["item", "note"])
def test_a_line_that_hands_work_on_is_shown_with_its_word(words: str, place: str) -> None:
    line = BudgetLine(BudgetCategory.RESEARCH, **{"item": "其他", "amount_fen": 6_000_000, place: words})  # type: ignore[arg-type]
    finding = found([replace(P10, budget=(line,))], [X01])["P10"][FindingCode.OUTSOURCED]
    assert finding.article == "12"
    assert finding.facts["amount_fen"] == "6000000"
    assert proposed([finding]) is Verdict.VETOED


@pytest.mark.parametrize(
    "words", ["产品外包装", "现代工艺教材", "古代工匠研究", "分包装机", "当代工业展", "材料费"]
)
def test_ordinary_words_hand_nothing_on(words: str) -> None:
    line = BudgetLine(BudgetCategory.RESEARCH, words, 6_000_000)
    assert found([replace(P10, budget=(line,))], [X01])["P10"] == {}


@pytest.mark.parametrize(("months", "long"), [(12, False), (13, True)])
def test_more_than_a_year_is_noted(months: int, long: bool) -> None:
    several = found([replace(P10, months=months)], [X01])["P10"]
    assert set(several) == ({FindingCode.PERIOD_TOO_LONG} if long else set())


@pytest.mark.parametrize(
    ("starts_on", "months", "ends_on"),
    [
        (date(2028, 12, 31), 12, None),
        (date(2029, 1, 1), 12, "2030-01-01"),
        (date(2029, 8, 31), 6, "2030-02-28"),
        (date(2026, 10, 1), 99_999, "2126-10-01"),
    ],
)
def test_a_project_that_outlasts_the_regulation_is_noted(
    starts_on: date, months: int, ends_on: str | None
) -> None:
    several = found([replace(P10, months=months)], [X01], replace(LIMITS, starts_on=starts_on))["P10"]
    finding = several.get(FindingCode.ENDS_AFTER_VALIDITY)
    assert (finding and finding.facts["ends_on"]) == ends_on


def test_missing_papers_are_listed_in_the_order_of_the_regulation() -> None:
    several = found([replace(S01, materials=frozenset()), replace(P01, materials=frozenset())])
    studio, project = (several[number][FindingCode.MATERIALS_MISSING] for number in ("S01", "P01"))
    assert (studio.article, studio.facts["missing"]) == ("9(1)", "M1, M2, M3, M4a, M4b, M4c, M4d, M5")
    assert (project.article, project.facts["missing"]) == ("9(2)", "J1, J2, J3, J4")


# What is proposed, and what follows


def test_the_heaviest_finding_decides_what_is_proposed() -> None:
    def finding(code: FindingCode, weight: Weight) -> Finding:
        return Finding("S01", code, weight, "", {})

    warns = finding(FindingCode.PERIOD_TOO_LONG, Weight.WARNS)
    completes = finding(FindingCode.MATERIALS_MISSING, Weight.COMPLETES)
    vetoes = finding(FindingCode.OUTSOURCED, Weight.BARS)
    bars = finding(FindingCode.TEAM_TOO_SMALL, Weight.BARS)
    assert proposed([]) is proposed([warns]) is Verdict.ACCEPTED
    assert proposed([warns, completes]) is Verdict.INCOMPLETE
    assert proposed([completes, vetoes]) is Verdict.VETOED
    assert proposed([vetoes, bars]) is Verdict.REFUSED


def test_projects_fall_with_the_new_studio_that_was_not_admitted() -> None:
    verdicts = {application.number: Verdict.ACCEPTED for application in APPLICATIONS}
    verdicts |= {
        "S05": Verdict.REFUSED,
        "S08": Verdict.REFUSED,
        "S09": Verdict.VETOED,
        "S03": Verdict.INCOMPLETE,
    }
    assert follows(verdicts, APPLICATIONS) == {"P05": "S05", "P08": "S08", "P09": "S09"}


def test_a_studio_without_a_verdict_takes_nothing_with_it() -> None:
    assert follows({}, [S09, cast.P09]) == {}


def test_a_project_of_an_existing_studio_falls_with_nobody() -> None:
    assert follows({"P10": Verdict.REFUSED}, [P10]) == {}


# Properties

UNITS = st.sampled_from(["甲公司", "乙公司", "丙公司"])
SYMMETRIC = {
    FindingCode.MASTER_TWICE,
    FindingCode.MASTER_NAMESAKE,
    FindingCode.OCCUPATION_TWICE,
    FindingCode.OCCUPATION_UNCLEAR,
    FindingCode.BRANCH_SITES,
}


@st.composite
def entries(draw: st.DrawFn) -> tuple[Application, ...]:
    return tuple(
        replace(
            S01,
            number=f"S{index}",
            unit=draw(UNITS),
            unit_code=draw(st.sampled_from(["", "1", "2"])),
            branch=draw(st.sampled_from(["", "东区分公司"])),
            in_district=draw(st.booleans()),
            master_key=draw(st.sampled_from(["", "k1", "k2"])),
            occupation=draw(st.sampled_from(["焊工", "焊工（气焊工）", "电工"])),
        )
        for index in range(draw(st.integers(2, 6)))
    )


@given(entries())
def test_what_stands_between_two_is_on_both(applications: tuple[Application, ...]) -> None:
    by_number = findings(applications, [], limits=LIMITS)
    pairs = {
        (f.application, f.facts["other"], f.code)
        for fs in by_number.values()
        for f in fs
        if f.code in SYMMETRIC
    }
    assert pairs == {(other, one, code) for one, other, code in pairs}


@given(entries(), st.randoms(use_true_random=False))
def test_the_order_of_the_list_changes_no_finding(
    applications: tuple[Application, ...], random: object
) -> None:
    shuffled = list(applications)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    def summary(entered: Iterable[Application]) -> set[tuple[str, FindingCode, str]]:
        by_number = findings(entered, [X03], limits=LIMITS)
        return {(f.application, f.code, f.facts.get("other", "")) for fs in by_number.values() for f in fs}

    assert summary(applications) == summary(shuffled)


def test_nothing_is_found_in_an_empty_round() -> None:
    assert findings([], [X03], limits=LIMITS) == {}


def test_s09_lacks_exactly_the_statement_of_truth() -> None:
    assert found([S09])["S09"][FindingCode.MATERIALS_MISSING].facts == {"missing": "M5"}
