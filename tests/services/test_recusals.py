"""Conflicts on record, and the decision on each: before scoring, late, and after opening."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest
from sqlmodel import col, select

from panel import tables
from panel.audit import read
from panel.audit.events import ConflictsFound, RecusalDecided, SheetVoided
from panel.errors import InvalidInput, NotAllowed, NotFound, RuleBroken
from panel.queries import blind, blockers, conflicts
from panel.queries import recusals as in_force
from panel.rules.conflicts import ConflictCode, Reach, Strength
from panel.rules.eligibility import Verdict
from panel.rules.experts import RelationKind
from panel.rules.recusals import Aftermath
from panel.rules.stages import Stage
from panel.rules.steps import BlockerCode, Step
from panel.services import pledges, recusals
from panel.services.office import Office
from tests.conflicted import cast, know, sheets
from tests.rules.cast import E2, E5, S01, S02, S04, X03
from tests.world import World


def states(office: Office) -> Mapping[str, str]:
    with office.reading() as session:
        rows = session.exec(
            select(tables.Application.number, tables.Sheet.state).join(
                tables.Sheet, col(tables.Sheet.application_id) == col(tables.Application.id)
            )
        )
        return dict(rows.all())


def hidden(office: Office, round_id: int) -> set[tuple[str, str]]:
    with office.reading() as session:
        return set(in_force.hidden(session, round_id))


def last(office: Office, act: str) -> read.Record:
    with office.reading() as session:
        return read.of_act(session, act)[-1]


def undecided(office: Office) -> list[tuple[str, str, str]]:
    return [(view.expert, view.code, view.target) for view in recusals.undecided(office, "2026")]


def decide(world: World, expert: str, reach: Reach, target: str, **more: object) -> object:
    said = {"recused": True, "reason": "应当回避"} | more
    return recusals.decide(world.office, world.secretary, "2026", expert, reach, target, **said)  # type: ignore[arg-type]


# Finding


def test_the_data_show_the_former_employer_and_the_group(world: World, office: Office) -> None:
    round_id = cast(world)
    assert recusals.find(office, world.secretary, "2026") == 2
    with office.reading() as session:
        first, second = conflicts.of_round(session, round_id)
    assert (first.expert, first.code, first.covers) == ("E2", ConflictCode.PAST_EMPLOYER, ("S02", "P02"))
    assert (second.expert, second.code, second.covers) == ("E9", ConflictCode.HOLDING_GROUP, ("P12",))
    assert first.facts["counts_since"] == "2023-08-28"
    assert not first.declared
    assert last(office, ConflictsFound.act).data["found"] == 2


def test_each_is_put_on_record_once(world: World, office: Office) -> None:
    cast(world)
    recusals.find(office, world.secretary, "2026")
    digest = last(office, ConflictsFound.act).data["digest"]
    assert recusals.find(office, world.secretary, "2026") == 0
    assert last(office, ConflictsFound.act).data["digest"] == digest
    assert len(undecided(office)) == 2


def test_a_hint_says_that_somebody_has_to_look(world: World, office: Office) -> None:
    round_id = cast(world)
    know(world, "E1", name="高立群（虚构）")
    recusals.find(office, world.secretary, "2026")
    with office.reading() as session:
        namesake = next(view for view in conflicts.of_round(session, round_id) if view.expert == "E1")
    assert (namesake.code, namesake.strength) == (ConflictCode.OWN_APPLICATION, Strength.CHECK)
    assert "strength" not in namesake.facts
    assert recusals.find(office, world.secretary, "2026") == 0


def test_candidates_are_looked_at_before_scoring_and_only_the_panel_afterwards(
    world: World, office: Office
) -> None:
    round_id = cast(world)
    world.expert("E7")
    know(world, "E7", employer=S01.unit)
    recusals.find(office, world.secretary, "2026")
    with office.reading() as session:
        assert {view.expert: view.on_panel for view in conflicts.of_round(session, round_id)} == {
            "E2": True,
            "E7": False,
            "E9": True,
        }
    assert "E7" not in {expert for expert, *_ in undecided(office)}
    world.stage(round_id, Stage.SCORING)
    know(world, "E7", employer=S04.unit)
    know(world, "E1", employer=S04.unit)
    assert recusals.find(office, world.secretary, "2026") == 1


def test_what_the_data_no_longer_show_goes_unless_it_was_decided(world: World, office: Office) -> None:
    round_id = cast(world)
    recusals.find(office, world.secretary, "2026")
    decide(world, "E2", Reach.UNIT, S02.unit)
    know(world, "E9", employer_parent="")
    with world.store() as session:
        job = session.exec(select(tables.Employment)).one()
        job.until = date(2023, 8, 27)
        session.add(job)
    assert recusals.find(office, world.secretary, "2026") == 0
    with office.reading() as session:
        assert [(view.expert, view.settled) for view in conflicts.of_round(session, round_id)] == [
            ("E2", True)
        ]


def test_applications_that_will_not_be_judged_raise_no_conflict(world: World, office: Office) -> None:
    round_id = world.round_()
    world.application(round_id, S02, verdict=Verdict.REFUSED)
    world.application(round_id, replace(S04, number="S05"), verdict=None)
    world.expert("E2", round_id)
    know(world, "E2", employments=E2.employments)
    assert recusals.find(office, world.secretary, "2026") == 0
    know(world, "E2", employer=S04.unit, name="何清和")
    assert recusals.find(office, world.secretary, "2026") == 2
    assert {code for _, code, _ in undecided(office)} == {
        ConflictCode.SAME_UNIT,
        ConflictCode.OWN_APPLICATION,
    }


def test_a_conflict_that_nobody_recorded_keeps_scoring_from_opening(world: World, office: Office) -> None:
    round_id = cast(world)

    def stuck() -> list[tuple[str, ...]]:
        with office.reading() as session:
            row = session.get_one(tables.Round, round_id)
            found = blockers.of(session, office.policy, row, Step.OPEN_SCORING)
        return [blocker.items for blocker in found if blocker.code is BlockerCode.CONFLICT_UNDECIDED]

    assert stuck() == [("E2", "E9")]
    recusals.find(office, world.secretary, "2026")
    assert stuck() == [("E2", "E9")]
    for view in recusals.undecided(office, "2026"):
        recusals.settle(office, world.secretary, "2026", view.id, recused=True, reason="应当回避")
    assert stuck() == []


# Deciding before scoring


def test_a_recusal_of_a_unit_hides_its_studio_and_its_project(world: World, office: Office) -> None:
    round_id = cast(world)
    recusals.find(office, world.secretary, "2026")
    (mine,) = [view for view in recusals.undecided(office, "2026") if view.expert == "E2"]
    aftermath = recusals.settle(office, world.secretary, "2026", mine.id, recused=True, reason="曾任职")
    assert hidden(office, round_id) == {("E2", "S02"), ("E2", "P02")}
    assert (aftermath.late, aftermath.void, aftermath.recompute) == (False, (), False)
    assert undecided(office) == [("E9", "C12", X03.unit)]
    entry = last(office, RecusalDecided.act)
    assert entry.subject == "E2"
    assert {name: value for name, value in entry.data.items() if name != "reason"} == {
        "recused": True,
        "reach": "unit",
        "target": "S02 P02",
        "code": "C2",
        "late": False,
    }
    with office.reading() as session:
        assert read.words(session, entry) == {"reason": "曾任职"}
        (decision,) = conflicts.decisions(session, round_id)
        view = next(view for view in conflicts.of_round(session, round_id) if view.expert == "E2")
    assert (decision.conflict_id, decision.in_force, decision.decided_by) == (
        mine.id,
        True,
        world.secretary.id,
    )
    assert view.decision == decision


def test_a_conflict_is_settled_without_recusal_but_never_without_a_reason(
    world: World, office: Office
) -> None:
    round_id = cast(world)
    recusals.find(office, world.secretary, "2026")
    first, _second = recusals.undecided(office, "2026")
    with pytest.raises(InvalidInput):
        recusals.settle(office, world.secretary, "2026", first.id, recused=False, reason=" ")
    recusals.settle(office, world.secretary, "2026", first.id, recused=False, reason="同名的另一家单位")
    assert hidden(office, round_id) == set()
    assert [expert for expert, *_ in undecided(office)] == ["E9"]


def test_a_recusal_settles_all_that_it_covers(world: World, office: Office) -> None:
    cast(world)
    know(world, "E2", employer="华曜控股集团（虚构）", relations=E5.relations)
    know(world, "E2", relations=E5.relations)
    recusals.find(office, world.secretary, "2026")
    several = sorted(target for expert, _, target in undecided(office) if expert == "E2")
    assert several == sorted([S02.unit, S04.unit, X03.unit])
    decide(world, "E2", Reach.ROUND, "")
    assert [expert for expert, *_ in undecided(office)] == ["E9"]
    assert last(office, RecusalDecided.act).data.get("target", "") == ""


def test_a_narrow_recusal_leaves_the_wider_conflict_open(world: World, office: Office) -> None:
    round_id = cast(world)
    recusals.find(office, world.secretary, "2026")
    decide(world, "E2", Reach.APPLICATION, "P02")
    assert hidden(office, round_id) == {("E2", "P02")}
    assert "E2" in {expert for expert, *_ in undecided(office)}


def test_a_recusal_without_any_conflict_on_record(world: World, office: Office) -> None:
    round_id = cast(world)
    decide(world, "E1", Reach.UNIT, " 北京兴瀚机器人有限公司(虚构) ")
    assert hidden(office, round_id) == {("E1", "S01"), ("E1", "P01")}
    assert "code" not in last(office, RecusalDecided.act).data


@pytest.mark.parametrize(
    ("reach", "target"),
    [(Reach.APPLICATION, "S99"), (Reach.UNIT, "没有这个单位"), (Reach.UNIT, ""), (Reach.ROUND, "S01")],
)
def test_a_recusal_from_nothing_is_refused(world: World, reach: Reach, target: str) -> None:
    cast(world)
    with pytest.raises(InvalidInput):
        decide(world, "E1", reach, target)


def test_a_recusal_is_lifted_on_purpose_and_before_scoring_only(world: World, office: Office) -> None:
    round_id = cast(world)
    recusals.find(office, world.secretary, "2026")
    decide(world, "E2", Reach.UNIT, S02.unit)
    decide(world, "E2", Reach.UNIT, S02.unit, recused=False, reason="查明为同名单位")
    assert hidden(office, round_id) == set()
    with pytest.raises(RuleBroken) as refused:
        decide(world, "E2", Reach.UNIT, S02.unit, recused=False)
    assert refused.value.code == "no_recusal"
    decide(world, "E2", Reach.UNIT, S02.unit, reason="再次查明属实")
    world.stage(round_id, Stage.SCORING)
    with pytest.raises(RuleBroken) as refused:
        decide(world, "E2", Reach.UNIT, S02.unit, recused=False)
    assert refused.value.code == "recusal_stands"
    with office.reading() as session:
        assert [one.in_force for one in conflicts.decisions(session, round_id)] == [False, False, True]


def test_a_second_conflict_does_not_lift_the_recusal_by_the_way(world: World, office: Office) -> None:
    round_id = cast(world)
    decide(world, "E5", Reach.UNIT, S04.unit)
    know(world, "E5", relations=E5.relations)
    recusals.find(office, world.secretary, "2026")
    view = next(view for view in recusals.undecided(office, "2026") if view.expert == "E5")
    with pytest.raises(RuleBroken) as refused:
        recusals.settle(office, world.secretary, "2026", view.id, recused=False, reason="无妨")
    assert refused.value.code == "recusal_in_force"
    recusals.settle(office, world.secretary, "2026", view.id, recused=True, reason="同样应当回避")
    assert hidden(office, round_id) == {("E5", "S04"), ("E5", "P04")}


def test_only_the_secretary_decides_and_about_what_is_there(world: World, office: Office) -> None:
    cast(world)
    other = world.round_("2027")
    recusals.find(office, world.secretary, "2026")
    first, second = recusals.undecided(office, "2026")
    with pytest.raises(NotAllowed):
        recusals.settle(office, world.inspector, "2026", first.id, recused=True, reason="应当回避")
    with pytest.raises(NotFound):
        recusals.settle(office, world.secretary, "2026", second.id + 7, recused=True, reason="应当回避")
    with pytest.raises(NotFound):
        recusals.settle(office, world.secretary, "2027", first.id, recused=False, reason="应当回避")
    with pytest.raises(NotFound):
        decide(world, "E2", Reach.UNIT, X03.unit, conflict_id=second.id)
    with pytest.raises(NotFound):
        decide(world, "E2", Reach.UNIT, S02.unit, conflict_id=second.id + 7)
    with pytest.raises(NotFound):
        decide(world, "E99", Reach.UNIT, S02.unit)
    with pytest.raises(NotFound):
        recusals.undecided(office, "1999")
    assert other


# Late


def test_a_late_declaration_hides_at_once_and_the_decision_voids_the_sheets(
    world: World, office: Office
) -> None:
    round_id = cast(world, Stage.SCORING)
    expert = world.accounts["E5"]
    sheets(world, round_id, expert, "S01", "S04", "P04")
    pledges.declare(
        office,
        expert,
        round_code="2026",
        towards="高立群（虚构）",
        kind=RelationKind.TEACHER,
        words="曾任其授业老师",
    )
    with office.reading() as session:
        assert blind.hidden(session, round_id, "E5") == {"S04", "P04"}
    (view,) = [view for view in recusals.undecided(office, "2026") if view.expert == "E5"]
    assert (view.declared, view.code) == (True, ConflictCode.SHARED_WORK)
    aftermath = recusals.settle(office, world.secretary, "2026", view.id, recused=True, reason="师徒关系")
    assert (aftermath.late, set(aftermath.void), aftermath.recompute) == (True, {"S04", "P04"}, False)
    assert states(office) == {"S01": "submitted", "S04": "void", "P04": "void"}
    entry = last(office, RecusalDecided.act)
    assert entry.data["late"] is True
    with office.reading() as session:
        voided = read.of_act(session, SheetVoided.act)
        assert [one.subject for one in voided] == ["E5/S04", "E5/P04"]
        assert read.words(session, voided[0]) == {"reason": "师徒关系"}


def test_a_declaration_that_is_no_reason_to_recuse_opens_the_sheet_again(
    world: World, office: Office
) -> None:
    round_id = cast(world, Stage.SCORING)
    expert = world.accounts["E5"]
    sheets(world, round_id, expert, "S04")
    pledges.declare(
        office,
        expert,
        round_code="2026",
        towards=S04.unit,
        kind=RelationKind.OTHER,
        words="参观过一次",
    )
    (view,) = [view for view in recusals.undecided(office, "2026") if view.expert == "E5"]
    recusals.settle(office, world.secretary, "2026", view.id, recused=False, reason="一般参观，不影响公正")
    with office.reading() as session:
        assert blind.hidden(session, round_id, "E5") == frozenset()
    assert states(office) == {"S04": "submitted"}


def test_after_opening_the_result_must_be_computed_again(world: World, office: Office) -> None:
    round_id = cast(world, Stage.OPENED)
    sheets(world, round_id, world.accounts["E5"], "S04")
    aftermath = decide(world, "E5", Reach.UNIT, S04.unit)
    assert aftermath == Aftermath(late=True, void=("S04",), recompute=True)


def test_a_sheet_already_void_is_not_voided_twice(world: World, office: Office) -> None:
    round_id = cast(world, Stage.SCORING)
    sheets(world, round_id, world.accounts["E5"], "S04")
    decide(world, "E5", Reach.APPLICATION, "S04")
    aftermath = decide(world, "E5", Reach.UNIT, S04.unit)
    assert aftermath == Aftermath(late=True, void=(), recompute=False)
    with office.reading() as session:
        assert len(read.of_act(session, SheetVoided.act)) == 1


@pytest.mark.parametrize("stage", [Stage.FINAL, Stage.ARCHIVED])
def test_when_the_result_is_final_it_is_too_late(world: World, office: Office, stage: Stage) -> None:
    cast(world, stage)
    with pytest.raises(NotAllowed):
        decide(world, "E5", Reach.UNIT, S04.unit)
    with pytest.raises(NotAllowed):
        recusals.find(office, world.secretary, "2026")


def test_facts_are_kept_as_canonical_json(world: World, office: Office) -> None:
    cast(world)
    recusals.find(office, world.secretary, "2026")
    with office.reading() as session:
        row = session.exec(select(tables.Conflict).order_by(tables.Conflict.id)).first()  # type: ignore[arg-type]
    assert row is not None
    assert row.facts == json.dumps(
        json.loads(row.facts), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
