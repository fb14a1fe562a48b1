"""From one stage to the next: what blocks a step, who has to agree to it, and what it does to the round."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest
from sqlmodel import select

from panel import tables
from panel.audit import read
from panel.audit.events import StageChanged
from panel.errors import NotAllowed, NotFound, RuleBroken
from panel.queries import applications as handed_in
from panel.queries import progress, standings
from panel.queries import seals as sealed
from panel.rules.eligibility import Verdict
from panel.rules.permissions import Role
from panel.rules.sheets import SheetState
from panel.rules.stages import ORDER, Stage
from panel.rules.steps import NEEDS, Step
from panel.sentences import events
from panel.services import applications, desks, rankings, stages
from panel.services.office import Actor
from tests import intake
from tests.conftest import StandingClock
from tests.drafts import submit
from tests.intake import CODE
from tests.opened import Opened, tighter
from tests.world import World


@pytest.fixture
def ready(world: World) -> int:
    """A round ready for scoring: S01 and P01 accepted, five experts, E1 in the chair."""
    round_id = world.round_()
    for each in (intake.studio(world.office), intake.project(world.office)):
        world.application(round_id, each)
    for n in range(1, 6):
        world.expert(f"E{n}", round_id, chair=n == 1)
    return round_id


def second(world: World) -> Actor:
    return world.person(Role.SECRETARY, "another-secretary")


def stage_of(world: World, round_id: int) -> Stage:
    with world.office.reading() as session:
        return Stage(session.get_one(tables.Round, round_id).stage)


def newest(world: World, act: str) -> dict[str, Any]:
    found = [body for body in map(json.loads, intake.bodies(world.office)) if body["act"] == act]
    body: dict[str, Any] = found[-1]
    return body


def refusal(world: World, step: Step, reason: str = "") -> RuleBroken:
    with pytest.raises(RuleBroken) as refused:
        stages.take(world.office, world.secretary, CODE, step, reason)
    return refused.value


def pass_stage(world: World, step: Step, reason: str = "") -> None:
    """The step with both persons: the secretary proposes, the chair confirms."""
    proposal = stages.take(world.office, world.secretary, CODE, step, reason)
    assert proposal is not None
    stages.confirm(world.office, world.accounts["E1"], CODE, proposal.id)


# What stands in the way of scoring


def test_scoring_opens_when_nothing_stands_in_the_way(world: World, ready: int) -> None:
    pass_stage(world, Step.OPEN_SCORING)
    assert stage_of(world, ready) is Stage.SCORING


def test_the_policy_is_copied_in_and_its_digest_logged(world: World, ready: int) -> None:
    office = world.office
    text, digest = office.policy.text, office.policy.digest
    pass_stage(world, Step.OPEN_SCORING)
    tighter(office, quorum="3")
    with office.reading() as session:
        row = session.get_one(tables.Round, ready)
        assert (row.policy, row.policy_digest, office.policy_of(row).quorum) == (text, digest, 5)
        assert len(row.blind_key) == 32
        entered = handed_in.digest(session, ready)
    assert newest(world, "round.stage")["data"] == {
        "stage": "scoring",
        "mode": "two_person",
        "policy": digest,
        "entered": entered,
    }


def test_every_expert_gets_a_sheet_for_every_application_in_an_own_order(world: World, ready: int) -> None:
    pass_stage(world, Step.OPEN_SCORING)
    with world.office.reading() as session:
        codes = session.exec(select(tables.Application.blind_code)).all()
        sheets = session.exec(select(tables.Sheet)).all()
    assert len(set(codes)) == 2
    assert None not in codes
    assert len(sheets) == 10
    assert {sheet.state for sheet in sheets} == {SheetState.DRAFT}
    by_expert = {sheet.expert_id: set() for sheet in sheets}  # type: dict[int, set[int]]
    for sheet in sheets:
        by_expert[sheet.expert_id].add(sheet.position)
    assert set(map(frozenset, by_expert.values())) == {frozenset({1, 2})}


def numbers_assigned(world: World) -> set[str]:
    with world.office.reading() as session:
        return set(
            session.exec(
                select(tables.Application.number).join(
                    tables.Sheet,
                    tables.Sheet.application_id == tables.Application.id,  # type: ignore[arg-type]
                )
            )
        )


def test_only_what_was_accepted_is_judged_and_no_project_whose_studio_is_out(
    world: World, ready: int
) -> None:
    office = world.office
    for number, verdict in (("S02", Verdict.REFUSED), ("S03", Verdict.ACCEPTED), ("S04", Verdict.VETOED)):
        world.application(ready, intake.studio(office, number), verdict=verdict)
        world.application(ready, intake.project(office, "P" + number[1:], number))
    world.application(ready, intake.studio(office, "S05"))
    world.application(ready, intake.project(office, "P05", "S05"))
    applications.withdraw(office, world.secretary, CODE, "S05", "来函撤回")
    pass_stage(world, Step.OPEN_SCORING)
    assert numbers_assigned(world) == {"S01", "P01", "S03", "P03"}


def test_absent_and_recused_experts_get_no_sheet(world: World, ready: int) -> None:
    world.expert("E6", ready)
    with world.store() as session:
        gone = tables.Panelist.expert_id == world.accounts["E6"].expert_id
        absent = session.exec(select(tables.Panelist).where(gone)).one()
        absent.absent = True
        session.add(absent)
        out = world.accounts["E2"].expert_id
        assert out is not None
        session.add(
            tables.Recusal(
                round_id=ready,
                expert_id=out,
                recused=True,
                reach="round",
                target="",
                reason="曾任职",
                decided_by="u-1",
                decided_at=world.clock(),
            )
        )
    pass_stage(world, Step.OPEN_SCORING)
    with world.office.reading() as session:
        sheets = session.exec(select(tables.Sheet)).all()
    assert len(sheets) == 4 * 2
    assert {sheet.expert_id for sheet in sheets}.isdisjoint({out, absent.expert_id})


def test_all_that_blocks_the_scoring_is_named(world: World) -> None:
    round_id = world.round_()
    refused = refusal(world, Step.OPEN_SCORING)
    assert refused.code == "no_applications"
    assert (
        refused.message
        == "还不能进入下一环节。还没有申报。请先导入申报工作簿。专家组现有 0 人，少于规定的 5 人。"
    )
    assert stage_of(world, round_id) is Stage.SETUP


def spoil(world: World, round_id: int, what: str) -> None:
    office = world.office
    if what == "not_decided":
        world.application(round_id, intake.studio(office, "S02"), verdict=None)
    elif what == "not_completed":
        world.application(round_id, intake.studio(office, "S02"), verdict=Verdict.INCOMPLETE)
    elif what == "statement_missing":
        world.application(round_id, intake.studio(office, "S02", statements={"S1": "只有一项。"}))
    elif what == "identity_words":
        project = intake.project(office, "P02", "X01", summary="由翠微02机械有限公司承担。")
        world.application(round_id, project)
    elif what == "draw_unfinished":
        draw = tables.Draw(
            round_id=round_id, attempt=1, size=5, pool="", digest="", prepared_at=world.clock()
        )
        world.add(draw)
    elif what == "conflict_undecided":
        expert = world.accounts["E3"].expert_id
        assert expert is not None
        world.add(
            tables.Conflict(
                round_id=round_id,
                expert_id=expert,
                code="C1",
                reach="unit",
                target="S01",
                known_at=world.clock(),
            )
        )
    else:
        with world.store() as session:
            row = session.get_one(tables.Round, round_id)
            row.closes_on = date(2031, 1, 1)
            session.add(row)


@pytest.mark.parametrize(
    "what",
    [
        "not_decided",
        "not_completed",
        "statement_missing",
        "identity_words",
        "draw_unfinished",
        "conflict_undecided",
        "out_of_validity",
    ],
)
def test_each_thing_blocks_the_scoring_and_no_reason_forces_it(world: World, ready: int, what: str) -> None:
    spoil(world, ready, what)
    assert refusal(world, Step.OPEN_SCORING, "领导同意").code == what
    assert newest(world, "refused")["data"] == {"tried": "round.stage", "why": what}
    with world.office.reading() as session:
        assert desks.of(world.office, session, CODE, world.secretary).stuck


def test_a_panel_below_the_quorum_blocks_the_scoring(world: World, ready: int) -> None:
    tighter(world.office, quorum="6", panel_size="7")
    refused = refusal(world, Step.OPEN_SCORING)
    assert refused.code == "panel_too_small"
    assert "现有 5 人，少于规定的 6 人" in refused.message


# Closing and opening


@pytest.fixture
def scoring(world: World) -> Opened:
    """A round in scoring with two applications and five experts."""
    return Opened(world, {"S01": [80] * 5, "P01": [70] * 5}).scoring()


def test_the_scoring_closes_and_the_seals_open_when_all_sheets_are_in(world: World, scoring: Opened) -> None:
    scoring.scored()
    pass_stage(world, Step.CLOSE_SCORING)
    assert stage_of(world, scoring.round_id) is Stage.CLOSED
    pass_stage(world, Step.OPEN_SEALS)
    assert stage_of(world, scoring.round_id) is Stage.OPENED
    with world.office.reading() as session:
        opened = sealed.openings(session, scoring.round_id)
        stored = standings.stored(session, world.office.policy, scoring.round_id)
    assert len(opened) == 10
    assert stored is not None
    event = newest(world, "seal.open")["data"]
    assert event["sheets"] == 10
    assert len(event["openings"]) == 64
    assert newest(world, "ranking.compute")["data"]["result"] == stored.result_digest


def test_missing_sheets_block_unless_a_reason_is_given_and_are_then_named(
    world: World, scoring: Opened
) -> None:
    scoring.scored(without=[("E2", "S01"), ("E3", "P01")])
    assert refusal(world, Step.CLOSE_SCORING, "  ").code == "sheets_missing"
    with world.office.reading() as session:
        desk = desks.of(world.office, session, CODE, world.secretary)
    assert not desk.stuck
    assert [blocker.items for blocker in desk.blockers] == [("E2/S01", "E3/P01")]
    pass_stage(world, Step.CLOSE_SCORING, "两名专家因病退出")
    assert newest(world, "round.stage")["data"]["missing"] == ["E2/S01", "E3/P01"]
    assert refusal(world, Step.OPEN_SEALS).code == "sheets_missing"
    pass_stage(world, Step.OPEN_SEALS, "两名专家因病退出")
    assert newest(world, "round.stage")["data"]["missing"] == ["E2/S01", "E3/P01"]
    assert stage_of(world, scoring.round_id) is Stage.OPENED


def test_a_sheet_returned_after_the_closing_keeps_the_seals_shut_until_it_is_in_again(
    world: World, scoring: Opened
) -> None:
    scoring.scored()
    pass_stage(world, Step.CLOSE_SCORING)
    proposal = stages.take(world.office, world.secretary, CODE, Step.OPEN_SEALS)
    assert proposal is not None
    scoring.give_back("E1", "S01")
    with pytest.raises(RuleBroken) as refused:
        stages.confirm(world.office, world.accounts["E1"], CODE, proposal.id)
    assert refused.value.code == "sheets_missing"
    with world.office.reading() as session:
        assert [str(sheet) for sheet in progress.missing(session, scoring.round_id)] == ["E1/S01"]
    code, version = scoring.sheet("E1", "S01")
    submit(world.office, world.accounts["E1"], version, code)
    stages.confirm(world.office, world.accounts["E1"], CODE, proposal.id)
    assert "missing" not in newest(world, "round.stage")["data"]
    assert newest(world, "seal.open")["data"]["sheets"] == 11


def test_very_many_missing_sheets_are_logged_one_by_one_behind_a_count_and_a_digest(
    world: World, ready: int
) -> None:
    for n in range(2, 101):
        world.application(ready, intake.studio(world.office, f"S{n:02}"))
    pass_stage(world, Step.OPEN_SCORING)
    pass_stage(world, Step.CLOSE_SCORING, "停电")
    pass_stage(world, Step.OPEN_SEALS, "停电")
    with world.office.reading() as session:
        expected = [str(sheet) for sheet in progress.missing(session, ready)]
        closed, opened = read.of_act(session, StageChanged.act)[-2:]
    assert len(expected) == 101 * 5
    assert closed.data["missing"] == opened.data["missing"] == expected
    assert newest(world, "round.stage")["data"]["missing"]["count"] == 505
    assert "505" in events.sentence(StageChanged.act, opened.data)


# The result


def test_the_result_is_final_once_and_for_all(world: World) -> None:
    opened = Opened(world, {"S01": [80] * 5, "P01": [70] * 5}).opened()
    pass_stage(world, Step.FINALIZE)
    assert stage_of(world, opened.round_id) is Stage.FINAL
    with world.office.reading() as session:
        stored = standings.stored(session, world.office.policy, opened.round_id)
        desk = desks.of(world.office, session, CODE, world.secretary)
    assert stored is not None
    assert stored.final
    assert newest(world, "ranking.finalize")["data"] == {
        "result": stored.result_digest,
        "mode": "two_person",
    }
    assert (desk.step, desk.blockers, desk.pending) == (None, (), None)
    with pytest.raises(NotAllowed):
        stages.take(world.office, world.secretary, CODE, Step.FINALIZE)


def test_a_result_that_no_longer_fits_its_inputs_is_not_final(world: World) -> None:
    Opened(world, {"S01": [80] * 5, "S02": [75] * 5}).opened()
    applications.withdraw(world.office, world.secretary, CODE, "S02", "来函撤回")
    assert refusal(world, Step.FINALIZE).code == "result_stale"
    rankings.compute(world.office, world.secretary, CODE)
    pass_stage(world, Step.FINALIZE)


def test_a_pending_tie_blocks_the_result(world: World) -> None:
    percents = {f"S0{n}": [80] * 5 for n in range(1, 5)}
    Opened(world, percents).opened()
    refused = refusal(world, Step.FINALIZE)
    assert refused.code == "tie_pending"
    assert "S01、S02、S03、S04并列，等待记名投票" in refused.message


def test_without_a_result_there_is_nothing_to_confirm(world: World, ready: int) -> None:
    world.stage(ready, Stage.OPENED)
    assert refusal(world, Step.FINALIZE).code == "no_result"


def test_what_is_confirmed_is_the_result_that_was_proposed(world: World, clock: StandingClock) -> None:
    Opened(world, {"S01": [80] * 5, "S02": [75] * 5}).opened()
    proposal = stages.take(world.office, world.secretary, CODE, Step.FINALIZE)
    assert proposal is not None
    clock.forward(minutes=1)
    applications.withdraw(world.office, world.secretary, CODE, "S02", "来函撤回")
    rankings.compute(world.office, world.secretary, CODE)
    with pytest.raises(RuleBroken) as refused:
        stages.confirm(world.office, world.accounts["E1"], CODE, proposal.id)
    assert refused.value.code == "result_changed"


# Two persons


def test_the_chair_confirms_what_the_secretary_proposes(world: World, ready: int) -> None:
    proposal = stages.take(world.office, world.secretary, CODE, Step.OPEN_SCORING, " 已核对 ")
    assert proposal is not None
    assert stage_of(world, ready) is Stage.SETUP
    assert newest(world, "round.propose")["data"]["step"] == "open_scoring"
    chair = world.accounts["E1"]
    with world.office.reading() as session:
        for who, own, may in (
            (world.secretary, True, False),
            (second(world), False, False),
            (chair, False, True),
        ):
            pending = desks.of(world.office, session, CODE, who).pending
            assert pending is not None
            assert (pending.own, pending.may_confirm, pending.reason) == (own, may, "已核对")
        assert desks.of(world.office, session, CODE, chair).chair == "专家E1（虚构）"
    for who in (world.secretary, second(world), world.accounts["E2"]):
        with pytest.raises(NotAllowed):
            stages.confirm(world.office, who, CODE, proposal.id)
    stages.confirm(world.office, chair, CODE, proposal.id)
    assert stage_of(world, ready) is Stage.SCORING
    with pytest.raises(RuleBroken, match="不能再次处理"):
        stages.confirm(world.office, chair, CODE, proposal.id)


def without_chair(world: World) -> None:
    with world.store() as session:
        for row in session.exec(select(tables.Panelist)):
            row.chair = False
            session.add(row)


def test_before_a_chair_is_elected_another_secretary_confirms(world: World, ready: int) -> None:
    without_chair(world)
    proposal = stages.take(world.office, world.secretary, CODE, Step.OPEN_SCORING)
    assert proposal is not None
    for who in (world.secretary, world.accounts["E1"]):
        with pytest.raises(NotAllowed):
            stages.confirm(world.office, who, CODE, proposal.id)
    stages.confirm(world.office, second(world), CODE, proposal.id)
    assert stage_of(world, ready) is Stage.SCORING


def test_an_absent_chair_does_not_confirm(world: World, ready: int) -> None:
    world.expert("E6", ready)
    with world.store() as session:
        row = session.exec(select(tables.Panelist).where(tables.Panelist.chair)).one()
        row.absent = True
        session.add(row)
    proposal = stages.take(world.office, world.secretary, CODE, Step.OPEN_SCORING)
    assert proposal is not None
    with pytest.raises(NotAllowed):
        stages.confirm(world.office, world.accounts["E1"], CODE, proposal.id)
    with world.office.reading() as session:
        assert desks.of(world.office, session, CODE, second(world)).chair == ""
    stages.confirm(world.office, second(world), CODE, proposal.id)


def test_a_step_is_proposed_once(world: World, ready: int) -> None:
    stages.take(world.office, world.secretary, CODE, Step.OPEN_SCORING)
    with pytest.raises(RuleBroken) as refused:
        stages.take(world.office, second(world), CODE, Step.OPEN_SCORING)
    assert refused.value.code == "already_proposed"


def test_what_came_in_the_way_since_the_proposal_stops_the_confirmation(world: World, ready: int) -> None:
    proposal = stages.take(world.office, world.secretary, CODE, Step.OPEN_SCORING)
    assert proposal is not None
    spoil(world, ready, "not_decided")
    with pytest.raises(RuleBroken) as refused:
        stages.confirm(world.office, world.accounts["E1"], CODE, proposal.id)
    assert refused.value.code == "not_decided"
    assert stage_of(world, ready) is Stage.SETUP


def test_a_proposal_is_declined_with_a_reason_or_taken_back(world: World, ready: int) -> None:
    chair = world.accounts["E1"]
    for who in (chair, world.secretary):
        proposal = stages.take(world.office, world.secretary, CODE, Step.OPEN_SCORING)
        assert proposal is not None
        for other in (second(world), world.accounts["E2"]):
            with pytest.raises(NotAllowed):
                stages.decline(world.office, other, CODE, proposal.id, "不是我的事")
        stages.decline(world.office, who, CODE, proposal.id, "再核对一遍")
        assert newest(world, "round.decline")["data"]["step"] == "open_scoring"
        with pytest.raises(RuleBroken, match="不能再次处理"):
            stages.decline(world.office, who, CODE, proposal.id, "再次")
    assert stage_of(world, ready) is Stage.SETUP


def test_a_proposal_belongs_to_its_round(world: World, ready: int) -> None:
    proposal = stages.take(world.office, world.secretary, CODE, Step.OPEN_SCORING)
    assert proposal is not None
    world.round_("2027")
    with pytest.raises(NotFound):
        stages.decline(world.office, world.secretary, "2027", proposal.id, "x")


def test_where_one_person_decides_the_step_is_taken_at_once(world: World, ready: int) -> None:
    tighter(world.office, confirmation='"one_person"')
    assert stages.take(world.office, world.secretary, CODE, Step.OPEN_SCORING) is None
    assert stage_of(world, ready) is Stage.SCORING
    assert newest(world, "round.stage")["data"]["mode"] == "one_person"


def test_no_proposal_outlives_its_stage(world: World, ready: int) -> None:
    proposal = stages.take(world.office, world.secretary, CODE, Step.OPEN_SCORING)
    assert proposal is not None
    tighter(world.office, confirmation='"one_person"')
    stages.take(world.office, world.secretary, CODE, Step.OPEN_SCORING)
    stages.take(world.office, world.secretary, CODE, Step.CLOSE_SCORING, "停电")
    with pytest.raises(RuleBroken, match="不能再次处理"):
        stages.confirm(world.office, world.accounts["E1"], CODE, proposal.id)
    assert stage_of(world, ready) is Stage.CLOSED


# Who, and when


def steps_at_the_wrong_stage() -> Iterable[tuple[Step, Stage]]:
    right = dict(zip(Step, ORDER, strict=False))
    return [(step, stage) for step in Step for stage in ORDER if stage is not right[step]]


@pytest.mark.parametrize(("step", "stage"), steps_at_the_wrong_stage())
def test_no_step_is_skipped_or_taken_twice(world: World, ready: int, step: Step, stage: Stage) -> None:
    world.stage(ready, stage)
    with pytest.raises(NotAllowed):
        stages.take(world.office, world.secretary, CODE, step, "理由")
    assert stage_of(world, ready) is stage


@pytest.mark.parametrize("step", Step)
@pytest.mark.parametrize("role", [Role.EXPERT, Role.INSPECTOR, Role.ADMINISTRATOR])
def test_only_a_secretary_takes_a_step(world: World, ready: int, step: Step, role: Role) -> None:
    world.stage(ready, dict(zip(Step, ORDER, strict=False))[step])
    who = world.accounts["E1"] if role is Role.EXPERT else world.person(role)
    with pytest.raises(NotAllowed):
        stages.take(world.office, who, CODE, step, "理由")
    assert newest(world, "refused")["data"]["tried"] == "round.stage"
    assert NEEDS[step].value == step.value


def test_an_unknown_round_has_no_desk(world: World) -> None:
    with world.office.reading() as session, pytest.raises(NotFound):
        desks.of(world.office, session, "1999", world.secretary)


def test_a_proposed_result_is_named_by_its_digest(world: World) -> None:
    opened = Opened(world, {"S01": [80] * 5}).opened()
    stages.take(world.office, world.secretary, CODE, Step.FINALIZE)
    with world.office.reading() as session:
        stored = standings.stored(session, world.office.policy, opened.round_id)
        pending = desks.of(world.office, session, CODE, world.accounts["E1"]).pending
    assert stored is not None
    assert pending is not None
    assert (pending.result, pending.by) == (stored.result_digest, "secretary（虚构）")
