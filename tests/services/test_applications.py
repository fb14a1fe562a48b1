"""One application: every change of it has a reason and a place in the trail."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import rfc8785
from sqlmodel import select

from panel import tables
from panel.errors import InvalidInput, NotAllowed, NotFound, RuleBroken, StaleVersion
from panel.queries import eligibility, identities
from panel.rules.applications import (
    Application,
    BudgetCategory,
    BudgetLine,
    EmploymentKind,
    Material,
    Member,
    Track,
)
from panel.rules.candidates import Standing
from panel.rules.eligibility import Verdict
from panel.rules.permissions import Role
from panel.rules.stages import ORDER, Stage
from panel.services import applications
from panel.services.office import Actor
from tests import intake
from tests.intake import CODE, OTHER_IDENTITY
from tests.world import World


@pytest.fixture
def round_id(world: World) -> int:
    """A round with a studio, its project, and an existing studio."""
    number = world.round_()
    world.application(number, intake.studio(world.office, master_key="key"), verdict=None)
    world.application(number, intake.project(world.office, master_key="key"), verdict=None)
    world.add(
        tables.Studio(
            round_id=number,
            number="X01",
            unit="老厂（虚构）",
            unit_code=intake.UNIT_CODE,
            master_name="诸葛老（虚构）",
            occupation="电工",
            running=True,
        )
    )
    return number


def current(world: World, number: str) -> tuple[Application, int]:
    with world.office.reading() as session:
        return applications.current(session, CODE, number)


def correct(world: World, number: str, reason: str = "来函更正", **changes: Any) -> None:
    before, version = current(world, number)
    applications.correct(
        world.office, world.secretary, CODE, replace(before, **changes), reason=reason, version=version
    )


def newest(world: World) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(intake.bodies(world.office)[-1])
    return body


# Correcting


CHANGES: dict[str, Any] = {
    "unit": "新名称有限公司（虚构）",
    "unit_code": "91110000MA00000004",
    "parent_unit": "集团（虚构）",
    "branch": "一分厂（虚构）",
    "address": "别处2号",
    "in_district": False,
    "master_name": "新领办（虚构）",
    "occupation": "铣工",
    "exception": "例外说明",
    "title": "新题目",
    "months": 18,
    "total_fen": 6_800_000,
    "subsidy_fen": None,
    "summary": "新摘要。",
    "linked_studio": "X01",
    "team": (Member("新成员（虚构）", EmploymentKind.DISPATCHED),),
    "budget": (BudgetLine(BudgetCategory.RESEARCH, "试验", 100, "一次"),),
    "materials": frozenset({Material.J1_PLAN}),
    "statements": {"P1": "新陈述。"},
}


@pytest.mark.parametrize("name", CHANGES)
def test_each_field_can_be_corrected(world: World, round_id: int, name: str) -> None:
    before, version = current(world, "P01")
    correct(world, "P01", **{name: CHANGES[name]})
    after, new_version = current(world, "P01")
    assert after == replace(before, **{name: CHANGES[name]})
    assert new_version == version + 1
    assert newest(world)["data"]["fields"] == [name]


def test_a_correction_is_logged_by_its_fields_and_digests_and_never_by_its_words(
    world: World, round_id: int
) -> None:
    before, _version = current(world, "P01")
    correct(world, "P01", reason="来函说明自筹一万八", subsidy_fen=4_000_000, title="另一个题目")
    after, _version = current(world, "P01")
    logged = newest(world)
    assert (logged["act"], logged["obj"]["id"]) == ("application.correct", "P01")
    assert logged["data"]["fields"] == ["title", "subsidy_fen"]
    assert logged["data"]["before"] == _digest(before)
    assert logged["data"]["after"] == _digest(after)
    assert "另一个题目" not in json.dumps(logged, ensure_ascii=False)


def _digest(application: Application) -> str:
    """Worked once more by hand, from the fields one by one."""
    a = application
    plain = {
        "number": a.number, "track": a.track.value, "unit": a.unit, "unit_code": a.unit_code,
        "address": a.address, "in_district": a.in_district, "master_name": a.master_name,
        "occupation": a.occupation, "occupation_state": a.occupation_state.value,
        "certificate": a.certificate.value, "linked_studio": a.linked_studio, "parent_unit": a.parent_unit,
        "branch": a.branch, "master_key": a.master_key, "master_last4": a.master_last4,
        "exception": a.exception, "title": a.title, "kind": a.kind.value if a.kind else None,
        "months": a.months, "total_fen": a.total_fen, "subsidy_fen": a.subsidy_fen, "summary": a.summary,
        "team": [{"name": m.name, "employment": m.employment.value} for m in a.team],
        "budget": [
            {"category": b.category.value, "item": b.item, "amount_fen": b.amount_fen, "note": b.note}
            for b in a.budget
        ],
        "materials": sorted(m.value for m in a.materials),
        "statements": dict(a.statements),
    }  # fmt: skip
    return hashlib.sha256(b"pingshen/record/v1\0" + rfc8785.dumps(plain)).hexdigest()


def test_a_new_id_number_is_kept_as_its_key_and_last_four(world: World, round_id: int) -> None:
    before, version = current(world, "S01")
    applications.correct(
        world.office,
        world.secretary,
        CODE,
        before,
        reason="证件号码更正",
        version=version,
        master_id=OTHER_IDENTITY,
    )
    after, _version = current(world, "S01")
    assert after.master_last4 == "0013"
    assert len(after.master_key) == 64
    assert OTHER_IDENTITY not in intake.everything_stored(world.office)
    assert newest(world)["data"]["fields"] == ["master_key", "master_last4"]


def test_a_verdict_is_not_given_over_one_that_was_not_seen(world: World, round_id: int) -> None:
    _before, version = current(world, "P01")
    say = (world.office, world.secretary, CODE, "P01")
    applications.decide(*say, Verdict.ACCEPTED, "", "齐全", version=version)
    with pytest.raises(StaleVersion, match="作出结论"):
        applications.decide(*say, Verdict.REFUSED, "4", "不符", version=version)
    applications.decide(*say, Verdict.REFUSED, "4", "复核后不符", version=version + 1)


def test_a_correction_of_an_older_version_is_refused(world: World, round_id: int) -> None:
    before, version = current(world, "P01")
    correct(world, "P01", months=10)
    with pytest.raises(StaleVersion) as stale:
        applications.correct(
            world.office, world.secretary, CODE, replace(before, months=9), reason="x", version=version
        )
    assert stale.value.current == version + 1
    assert current(world, "P01")[0].months == 10


@pytest.mark.parametrize(
    ("number", "changes"),
    [
        ("P01", {"track": Track.STUDIO}),
        ("P01", {"master_key": "another"}),
        ("P01", {"master_last4": "1234"}),
        ("P01", {"linked_studio": "X99"}),
        ("P01", {"linked_studio": ""}),
        ("P01", {"linked_studio": "P01"}),
        ("P01", {}),
        ("S01", {"title": "工作室没有项目名称"}),
        ("S01", {"budget": (BudgetLine(BudgetCategory.RESEARCH, "试验", 1),)}),
        ("S01", {"linked_studio": "X01"}),
    ],
)
def test_what_cannot_be_corrected_is_refused(
    world: World, round_id: int, number: str, changes: dict[str, Any]
) -> None:
    before = current(world, number)
    with pytest.raises(InvalidInput):
        correct(world, number, **changes)
    assert current(world, number) == before


# Verdicts


def decide(world: World, number: str, verdict: Verdict, article: str = "", reason: str = "已核对。") -> None:
    applications.decide(world.office, world.secretary, CODE, number, verdict, article, reason)


def verdict_of(world: World, round_id: int, number: str) -> Verdict | None:
    with world.office.reading() as session:
        return eligibility.verdicts(session, round_id)[number]


def test_the_newest_verdict_counts_and_the_earlier_stay(world: World, round_id: int) -> None:
    decide(world, "S01", Verdict.INCOMPLETE, "9(1)", "缺承诺书")
    decide(world, "S01", Verdict.ACCEPTED)
    assert verdict_of(world, round_id, "S01") is Verdict.ACCEPTED
    assert verdict_of(world, round_id, "P01") is None
    with world.office.reading() as session:
        rows = session.exec(select(tables.Eligibility).order_by("id")).all()
    assert [(r.verdict, r.article, r.reason, r.decided_by) for r in rows] == [
        ("incomplete", "9(1)", "缺承诺书", world.secretary.id),
        ("accepted", "", "已核对。", world.secretary.id),
    ]
    assert {r.decided_at for r in rows} == {world.clock()}


def test_the_findings_of_that_moment_are_kept_with_the_verdict(world: World, round_id: int) -> None:
    correct(world, "P01", months=14, subsidy_fen=6_000_000)
    decide(world, "P01", Verdict.INCOMPLETE, "14")
    assert newest(world)["data"] | {"reason": ""} == {
        "verdict": "incomplete",
        "article": "14",
        "findings": ["period_too_long", "subsidy_too_high"],
        "reason": "",
    }
    with world.office.reading() as session:
        assert session.exec(select(tables.Eligibility.findings)).all() == ["period_too_long subsidy_too_high"]


@pytest.mark.parametrize("verdict", [Verdict.REFUSED, Verdict.VETOED])
def test_a_refusal_or_veto_names_its_article(world: World, round_id: int, verdict: Verdict) -> None:
    for blank in ("", " ", "，"):
        with pytest.raises(InvalidInput, match="依据条款"):
            decide(world, "S01", verdict, blank)
    decide(world, "S01", verdict, " 8，7(2)5 ")
    assert newest(world)["data"]["article"] == "8, 7(2)5"


@pytest.mark.parametrize("article", ["第八条", "eight", "8(", "0", "7(2)5x", "王某某"])
def test_an_article_is_a_number_of_the_regulation(world: World, round_id: int, article: str) -> None:
    with pytest.raises(InvalidInput):
        decide(world, "S01", Verdict.ACCEPTED, article)


def test_a_verdict_on_what_was_corrected_meanwhile_is_refused(world: World, round_id: int) -> None:
    _before, version = current(world, "P01")
    applications.decide(
        world.office, world.secretary, CODE, "P01", Verdict.ACCEPTED, "", "已核对。", version=version
    )
    correct(world, "P01", months=11)
    with pytest.raises(StaleVersion):
        applications.decide(
            world.office, world.secretary, CODE, "P01", Verdict.REFUSED, "4", "旧", version=version
        )


def test_a_project_falls_with_its_studio_whatever_its_own_verdict(world: World, round_id: int) -> None:
    decide(world, "P01", Verdict.ACCEPTED)
    decide(world, "S01", Verdict.REFUSED, "8")
    with world.office.reading() as session:
        assert eligibility.falling(session, round_id) == {"P01": "S01"}
        assert eligibility.judged(session, round_id) == set()
    decide(world, "S01", Verdict.ACCEPTED)
    with world.office.reading() as session:
        assert eligibility.falling(session, round_id) == {}
        assert eligibility.judged(session, round_id) == {"S01", "P01"}


# Withdrawing


def test_a_withdrawn_application_stays_on_record_and_counts_no_more(world: World, round_id: int) -> None:
    decide(world, "S01", Verdict.ACCEPTED)
    applications.withdraw(world.office, world.secretary, CODE, "S01", "来函撤回")
    logged = newest(world)
    assert (logged["act"], logged["obj"]["id"]) == ("application.withdraw", "S01")
    with world.office.reading() as session:
        assert "S01" not in eligibility.verdicts(session, round_id)
        assert eligibility.standings(session, round_id)["S01"] is Standing.WITHDRAWN
        assert eligibility.falling(session, round_id) == {"P01": "S01"}
    with pytest.raises(RuleBroken) as refused:
        applications.withdraw(world.office, world.secretary, CODE, "S01", "再次")
    assert refused.value.code == "withdrawn"
    with pytest.raises(RuleBroken):
        decide(world, "S01", Verdict.ACCEPTED)
    with pytest.raises(RuleBroken):
        correct(world, "S01", occupation="车工")


# Identity words

WORD = "翠微01机械有限公司"


@pytest.fixture
def marked(world: World, round_id: int) -> int:
    """The project names its unit in two texts."""
    correct(world, "P01", summary=f"由{WORD}承担；{WORD}负责。", title=f"{WORD}技改")
    return round_id


def uncleared(world: World, round_id: int) -> list[tuple[str, str]]:
    with world.office.reading() as session:
        found = identities.uncleared(session, world.office.policy, round_id)
    return [(hit.hit.field, hit.hit.word) for hit in found]


def clear(world: World, field: str = "summary", word: str = WORD, number: str = "P01") -> None:
    applications.clear(world.office, world.secretary, CODE, number, field, word, "确认为通用词语")


def test_a_cleared_word_may_stay_in_that_text_and_only_there(world: World, marked: int) -> None:
    assert uncleared(world, marked) == [("title", WORD), ("summary", WORD), ("summary", WORD)]
    clear(world)
    assert uncleared(world, marked) == [("title", WORD)]
    logged = newest(world)
    assert logged["act"] == "application.clear"
    assert logged["data"]["field"] == "summary"
    assert WORD not in json.dumps(logged, ensure_ascii=False)
    with pytest.raises(NotFound):
        clear(world)


def test_a_clearance_lapses_when_its_text_changes(world: World, marked: int) -> None:
    clear(world)
    correct(world, "P01", summary=f"改为由{WORD}一家承担。")
    assert ("summary", WORD) in uncleared(world, marked)
    correct(world, "P01", summary=f"由{WORD}承担；{WORD}负责。")
    assert ("summary", WORD) not in uncleared(world, marked)


@pytest.mark.parametrize(
    ("field", "word", "number"),
    [
        ("summary", "承担", "P01"),
        ("address", WORD, "P01"),
        ("summary", WORD, "S01"),
        ("summary", WORD, "P99"),
    ],
)
def test_only_a_word_that_was_found_can_be_cleared(
    world: World, marked: int, field: str, word: str, number: str
) -> None:
    with pytest.raises(NotFound):
        clear(world, field, word, number)


def test_words_of_an_application_that_nobody_will_judge_need_no_clearing(world: World, marked: int) -> None:
    decide(world, "S01", Verdict.REFUSED, "8")
    assert uncleared(world, marked) == []
    decide(world, "S01", Verdict.ACCEPTED)
    decide(world, "P01", Verdict.VETOED, "12")
    assert uncleared(world, marked) == []


# For all of them


Act = Callable[[World, Actor, str], None]

ACTS: dict[str, Act] = {
    "correct": lambda world, who, reason: applications.correct(
        world.office,
        who,
        CODE,
        replace(current(world, "P01")[0], months=7),
        reason=reason,
        version=current(world, "P01")[1],
    ),
    "decide": lambda world, who, reason: applications.decide(
        world.office, who, CODE, "P01", Verdict.ACCEPTED, "", reason
    ),
    "withdraw": lambda world, who, reason: applications.withdraw(world.office, who, CODE, "P01", reason),
    "clear": lambda world, who, reason: applications.clear(
        world.office, who, CODE, "P01", "summary", WORD, reason
    ),
}


@pytest.mark.parametrize("act", ACTS)
def test_nothing_is_done_without_a_reason(world: World, marked: int, act: str) -> None:
    with pytest.raises(InvalidInput, match="理由"):
        ACTS[act](world, world.secretary, " \n")


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("role", [Role.EXPERT, Role.INSPECTOR, Role.ADMINISTRATOR])
def test_only_the_secretary_may(world: World, marked: int, act: str, role: Role) -> None:
    who = world.expert("E7") if role is Role.EXPERT else world.person(role)
    with pytest.raises(NotAllowed):
        ACTS[act](world, who, "理由")
    assert newest(world)["act"] == "refused"


@pytest.mark.parametrize("stage", ORDER[1:])
@pytest.mark.parametrize("act", ACTS)
def test_after_setup_only_a_withdrawal_is_possible(world: World, marked: int, act: str, stage: Stage) -> None:
    world.stage(marked, stage)
    if act == "withdraw" and stage not in (Stage.FINAL, Stage.ARCHIVED):
        ACTS[act](world, world.secretary, "来函撤回")
        return
    with pytest.raises(NotAllowed):
        ACTS[act](world, world.secretary, "理由")


def test_what_is_not_there_is_not_found(world: World, round_id: int) -> None:
    with pytest.raises(NotFound):
        decide(world, "P77", Verdict.ACCEPTED)
    with pytest.raises(NotFound):
        current(world, "P77")
    with pytest.raises(NotFound):
        applications.withdraw(world.office, world.secretary, "1999", "P01", "x")
