"""What the secretary sees of applications: every trap of the demonstration, found in its workbook."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from panel.queries import dossiers, findings
from panel.queries.dossiers import Dossier, Line
from panel.rules.applications import Track
from panel.rules.eligibility import FindingCode, Verdict, Weight
from panel.rules.identities import IdentityKind
from panel.services import applications
from tests import intake
from tests.intake import CODE
from tests.world import World

CLOSING = date(2026, 8, 28)
BARS, COMPLETES, WARNS = Weight.BARS, Weight.COMPLETES, Weight.WARNS

TRAPS = {
    "S01": [(FindingCode.MASTER_TWICE, BARS, "8")],
    "S02": [],
    "S03": [],
    "S04": [(FindingCode.OCCUPATION_TWICE, BARS, "8")],
    "S05": [(FindingCode.MASTER_TWICE, BARS, "8")],
    "S06": [(FindingCode.BRANCH_SITES, WARNS, "8"), (FindingCode.CERTIFICATE_TOO_LOW, WARNS, "7(1)2")],
    "S07": [(FindingCode.BRANCH_SITES, WARNS, "8")],
    "S08": [(FindingCode.OCCUPATION_TWICE, BARS, "8"), (FindingCode.BRANCH_OUTSIDE, WARNS, "8")],
    "S09": [(FindingCode.TEAM_TOO_SMALL, BARS, "7(2)5"), (FindingCode.MATERIALS_MISSING, COMPLETES, "9(1)")],
    "P12": [(FindingCode.SUBSIDY_TOO_HIGH, COMPLETES, "14")],
    "P13": [(FindingCode.OUTSOURCED, BARS, "12")],
    "P14": [(FindingCode.PERIOD_TOO_LONG, WARNS, "4")],
    "P15": [(FindingCode.MATERIALS_MISSING, COMPLETES, "9(2)")],
}
"""What the study of the demonstration data says of each; every other project is clean."""


@pytest.fixture
def examples(world: World) -> int:
    """The round of the demonstration, imported through the services."""
    return intake.examples(world)


def lines(world: World, round_id: int) -> dict[str, Line]:
    with world.office.reading() as session:
        return {line.number: line for line in dossiers.lines(session, world.office.policy, round_id, CLOSING)}


def one(world: World, round_id: int, number: str) -> Dossier:
    with world.office.reading() as session:
        found = dossiers.one(session, world.office.policy, round_id, CLOSING, number)
    assert found is not None
    return found


def decide(world: World, number: str, verdict: Verdict, article: str = "8") -> None:
    applications.decide(world.office, world.secretary, CODE, number, verdict, article, "已核对。")


def test_every_trap_of_the_demonstration_is_found_in_its_workbook(world: World, examples: int) -> None:
    with world.office.reading() as session:
        found = findings.of_round(session, world.office.policy, examples, CLOSING)
    assert len(found) == 27
    for number, several in found.items():
        assert [(f.code, f.weight, f.article) for f in several] == TRAPS.get(number, []), number


def test_both_sides_of_a_duplicate_name_each_other(world: World, examples: int) -> None:
    for one_side, other in (("S01", "S05"), ("S04", "S08"), ("S06", "S07")):
        for number, expected in ((one_side, other), (other, one_side)):
            seen = one(world, examples, number).seen[0]
            assert (seen.other, seen.other_here, seen.moot) == (expected, True, False)


def test_the_list_says_what_the_findings_propose(world: World, examples: int) -> None:
    listed = lines(world, examples)
    assert list(listed)[:10] == [f"S{n:02}" for n in range(1, 10)] + ["P01"]
    proposed = {
        number: line.proposed for number, line in listed.items() if line.proposed is not Verdict.ACCEPTED
    }
    assert proposed == {
        "S01": Verdict.REFUSED,
        "S04": Verdict.REFUSED,
        "S05": Verdict.REFUSED,
        "S08": Verdict.REFUSED,
        "S09": Verdict.REFUSED,
        "P12": Verdict.INCOMPLETE,
        "P13": Verdict.VETOED,
        "P15": Verdict.INCOMPLETE,
    }
    assert {number for number, line in listed.items() if line.words} == {"P07"}
    assert {number for number, line in listed.items() if line.urgent} == {*proposed, "P07"}
    assert dossiers.counts(listed.values()) == {None: 27}


def test_the_planted_name_is_marked_in_its_text(world: World, examples: int) -> None:
    dossier = one(world, examples, "P07")
    assert dossier.coded
    (piece,) = dossier.passages["summary"].waiting
    assert (piece.kind, piece.text) == (IdentityKind.BRANCH, "国门餐饮管理有限公司黄村分公司")
    assert "".join(p.text for p in dossier.passages["summary"].pieces) == dossier.application.summary
    assert not one(world, examples, "S07").coded


def test_words_that_overlap_are_shown_once_and_cleared_whole(world: World) -> None:
    round_id = world.round_()
    plain = intake.project(
        world.office,
        "P01",
        "X01",
        unit="华光仪器厂（虚构）",
        master_name="厂长林（虚构）",
        summary="华光仪器厂长林负责。",
    )
    world.application(round_id, plain, verdict=None)
    passage = one(world, round_id, "P01").passages["summary"]
    assert [(p.text, p.word) for p in passage.pieces] == [
        ("华光仪器厂", "华光仪器厂"),
        ("长林", "厂长林"),
        ("负责。", ""),
    ]


def test_a_project_falls_with_its_studio(world: World, examples: int) -> None:
    decide(world, "S05", Verdict.REFUSED)
    applications.withdraw(world.office, world.secretary, CODE, "S02", "来函撤回")
    listed = lines(world, examples)
    falling = {number: line.falls_with for number, line in listed.items() if line.falls_with}
    assert falling == {"P02": "S02", "P05": "S05"}
    assert {listed[number].proposed for number in falling} == {Verdict.REFUSED}
    assert listed["P05"].urgent
    assert not listed["S02"].urgent


def test_a_finding_is_moot_when_the_other_side_is_out(world: World, examples: int) -> None:
    decide(world, "S05", Verdict.REFUSED)
    first, other = one(world, examples, "S01"), one(world, examples, "S05")
    assert [(seen.moot, seen.other_verdict) for seen in first.seen] == [(True, Verdict.REFUSED)]
    assert (first.line.proposed, first.line.weight, first.line.findings) == (Verdict.ACCEPTED, None, 0)
    assert not other.seen[0].moot


def test_a_withdrawn_application_stands_in_nobody_s_way(world: World, examples: int) -> None:
    applications.withdraw(world.office, world.secretary, CODE, "S05", "来函撤回")
    listed = lines(world, examples)
    assert (listed["S01"].findings, listed["S05"].findings, listed["S05"].withdrawn) == (0, 0, True)
    assert dossiers.counts(listed.values())[None] == 26


def test_a_verdict_is_outdated_when_the_findings_change(world: World, examples: int) -> None:
    decide(world, "P12", Verdict.INCOMPLETE, "14")
    with world.office.reading() as session:
        before, version = applications.current(session, CODE, "P12")
    applications.correct(
        world.office,
        world.secretary,
        CODE,
        replace(before, subsidy_fen=5_000_000),
        reason="来函",
        version=version,
    )
    line = lines(world, examples)["P12"]
    assert (line.outdated, line.urgent, line.proposed) == (True, True, Verdict.ACCEPTED)
    decide(world, "P12", Verdict.ACCEPTED, "")
    assert not lines(world, examples)["P12"].urgent


def test_the_history_names_who_did_what_and_why(world: World, examples: int) -> None:
    decide(world, "P15", Verdict.INCOMPLETE, "9(2)")
    with world.office.reading() as session:
        before, version = applications.current(session, CODE, "P15")
    corrected = replace(before, months=6, summary="另一段摘要。")
    applications.correct(world.office, world.secretary, CODE, corrected, reason="补交材料", version=version)
    applications.withdraw(world.office, world.secretary, CODE, "P15", "来函撤回")
    dossier = one(world, examples, "P15")
    assert [(d.verdict, d.article, d.by) for d in dossier.decisions] == [
        (Verdict.INCOMPLETE, "9(2)", "secretary（虚构）")
    ]
    assert [(a.act, a.fields, a.reason, a.by) for a in dossier.acts] == [
        ("application.withdraw", (), "来函撤回", "secretary（虚构）"),
        ("application.correct", ("months", "summary"), "补交材料", "secretary（虚构）"),
    ]
    assert dossier.version == version + 2


def test_a_dossier_knows_its_neighbours(world: World, examples: int) -> None:
    studio, new, old = (one(world, examples, number) for number in ("S01", "P01", "P10"))
    assert [project.number for project in studio.projects] == ["P01"]
    assert new.studio is not None
    assert (new.studio.number, new.register) == ("S01", None)
    assert old.register is not None
    assert (old.studio, old.register.number) == (None, "X01")
    with world.office.reading() as session:
        assert dossiers.one(session, world.office.policy, examples, CLOSING, "P99") is None


def test_numbers_are_in_the_order_of_people(world: World) -> None:
    round_id = world.round_()
    for number in ("S10", "S2", "P1"):
        make = intake.project if number.startswith("P") else intake.studio
        world.application(round_id, make(world.office, number), verdict=None)
    assert [(n, line.track) for n, line in lines(world, round_id).items()] == [
        ("S2", Track.STUDIO),
        ("S10", Track.STUDIO),
        ("P1", Track.PROJECT),
    ]


def test_the_command_line_s_user_is_named_as_the_trail_does(world: World) -> None:
    who = world.secretary.id
    with world.office.reading() as session:
        assert dossiers.people(session, [who, "os-root", "u-9999"]) == {
            who: "secretary（虚构）",
            "os-root": "os-root",
            "u-9999": "u-9999",
        }
