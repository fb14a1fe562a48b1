"""The panel's members: by hand, off again, the chair, the absent, and their codes."""

from __future__ import annotations

import pytest
from sqlmodel import col, select

from panel import tables
from panel.audit import read
from panel.errors import InvalidInput, NotAllowed, NotFound, RuleBroken
from panel.queries import progress
from panel.rules.permissions import Role
from panel.rules.sheets import SheetState
from panel.rules.stages import Stage
from panel.services import accounts, draws, panelists
from panel.services.office import Office
from tests.world import PASSWORD, World


def seat(office: Office, number: str) -> tables.Panelist | None:
    with office.reading() as session:
        return session.exec(
            select(tables.Panelist)
            .join(tables.Expert, col(tables.Expert.id) == col(tables.Panelist.expert_id))
            .where(tables.Expert.number == number)
        ).first()


def acts(office: Office) -> list[tuple[str, str, bool]]:
    with office.reading() as session:
        return [(entry.act, entry.subject, entry.ok) for entry in reversed(read.page(session, limit=50))]


def spoken(office: Office, act: str) -> dict[str, str]:
    with office.reading() as session:
        return read.words(session, read.of_act(session, act)[-1])


def test_selected_by_hand_is_marked_as_such(world: World, office: Office) -> None:
    world.round_()
    world.expert("E1")
    panelists.select_by_hand(office, world.secretary, "2026", "E1", " 本区唯一的宫灯扎制专家 ")
    row = seat(office, "E1")
    assert row is not None
    assert (row.draw_id, row.selected_because) == (None, "本区唯一的宫灯扎制专家")
    assert acts(office) == [("expert.select", "E1", True), ("conflict.find", "2026", True)]
    assert spoken(office, "expert.select") == {"reason": "本区唯一的宫灯扎制专家"}


def test_selecting_by_hand_needs_a_reason_an_expert_and_a_free_seat(world: World, office: Office) -> None:
    round_id = world.round_()
    world.expert("E1", round_id)
    with pytest.raises(InvalidInput):
        panelists.select_by_hand(office, world.secretary, "2026", "E1", " ")
    with pytest.raises(NotFound):
        panelists.select_by_hand(office, world.secretary, "2026", "E9", "专业需要")
    with pytest.raises(RuleBroken) as refused:
        panelists.select_by_hand(office, world.secretary, "2026", "E1", "专业需要")
    assert refused.value.code == "already_member"
    with pytest.raises(NotFound):
        panelists.select_by_hand(office, world.secretary, "1999", "E1", "专业需要")


def test_nobody_is_selected_while_a_pool_waits_for_its_seed(world: World, office: Office) -> None:
    world.round_()
    world.expert("E1")
    world.expert("E2")
    draw_id = draws.prepare(office, world.secretary, "2026", 1, {})
    with pytest.raises(RuleBroken) as refused:
        panelists.select_by_hand(office, world.secretary, "2026", "E1", "专业需要")
    assert refused.value.code == "draw_waiting"
    record = draws.hold(office, world.secretary, draw_id)
    panelists.select_by_hand(office, world.secretary, "2026", record.reserves[0], "专业需要")
    assert draws.verify(office, "2026") == []


def test_a_member_is_removed_before_scoring_with_a_reason(world: World, office: Office) -> None:
    round_id = world.round_()
    world.expert("E1", round_id)
    with pytest.raises(InvalidInput):
        panelists.remove(office, world.secretary, "2026", "E1", "")
    panelists.remove(office, world.secretary, "2026", "E1", "书面请假")
    assert seat(office, "E1") is None
    assert acts(office) == [("expert.remove", "E1", True)]
    with pytest.raises(NotFound):
        panelists.remove(office, world.secretary, "2026", "E1", "书面请假")


def test_the_draw_stands_though_one_drawn_was_removed(world: World, office: Office) -> None:
    world.round_()
    for number in ("E1", "E2", "E3"):
        world.expert(number)
    record = draws.hold(office, world.secretary, draws.prepare(office, world.secretary, "2026", 2, {}))
    panelists.remove(office, world.secretary, "2026", record.drawn[1], "书面请假")
    assert draws.verify(office, "2026") == []


def test_the_panel_is_composed_before_scoring_only(world: World, office: Office) -> None:
    world.scoring_round()
    world.expert("E6")
    with pytest.raises(NotAllowed):
        panelists.select_by_hand(office, world.secretary, "2026", "E6", "替补")
    with pytest.raises(NotAllowed):
        panelists.remove(office, world.secretary, "2026", "E2", "请假")
    with pytest.raises(NotAllowed):
        panelists.name_chair(office, world.secretary, "2026", "E2")
    assert [ok for *_, ok in acts(office)] == [False] * 3


def test_there_is_one_chair(world: World, office: Office) -> None:
    round_id = world.round_()
    world.expert("E1", round_id, chair=True)
    world.expert("E2", round_id)
    panelists.name_chair(office, world.secretary, "2026", "E2")
    chairs = {number: row.chair for number in ("E1", "E2") if (row := seat(office, number))}
    assert chairs == {"E1": False, "E2": True}
    with pytest.raises(RuleBroken) as refused:
        panelists.name_chair(office, world.secretary, "2026", "E2")
    assert refused.value.code == "already_chair"
    assert acts(office)[0] == ("expert.chair", "E2", True)


def test_the_absent_do_not_chair(world: World, office: Office) -> None:
    round_id = world.round_()
    world.expert("E1", round_id)
    panelists.mark_absent(office, world.secretary, "2026", "E1", "突发疾病")
    with pytest.raises(RuleBroken) as refused:
        panelists.name_chair(office, world.secretary, "2026", "E1")
    assert refused.value.code == "chair_absent"


def test_of_an_absent_expert_drafts_are_not_missed_and_submitted_sheets_count(
    world: World, office: Office
) -> None:
    round_id = world.scoring_round(experts=2)
    with world.store() as session:
        submitted = session.exec(
            select(tables.Sheet)
            .join(tables.Expert, col(tables.Expert.id) == col(tables.Sheet.expert_id))
            .where(tables.Expert.number == "E2")
        ).first()
        assert submitted is not None
        submitted.state = SheetState.SUBMITTED
        session.add(submitted)
    panelists.mark_absent(office, world.secretary, "2026", "E2", "突发疾病")
    with office.reading() as session:
        assert {missing.expert for missing in progress.missing(session, round_id)} == {"E1"}
        states = session.exec(
            select(tables.Sheet.state)
            .join(tables.Expert, col(tables.Expert.id) == col(tables.Sheet.expert_id))
            .where(tables.Expert.number == "E2")
        ).all()
    assert sorted(states) == [SheetState.DRAFT, SheetState.SUBMITTED]
    row = seat(office, "E2")
    assert row is not None
    assert (row.absent, row.absent_because) == (True, "突发疾病")
    assert acts(office) == [("expert.absent", "E2", True)]


@pytest.mark.parametrize("stage", [Stage.SETUP, Stage.SCORING, Stage.CLOSED])
def test_absence_is_marked_once_and_with_a_reason(world: World, office: Office, stage: Stage) -> None:
    round_id = world.round_(stage=stage)
    world.expert("E1", round_id)
    with pytest.raises(InvalidInput):
        panelists.mark_absent(office, world.secretary, "2026", "E1", " ")
    panelists.mark_absent(office, world.secretary, "2026", "E1", "未到会")
    with pytest.raises(RuleBroken) as refused:
        panelists.mark_absent(office, world.secretary, "2026", "E1", "未到会")
    assert refused.value.code == "already_absent"


def test_after_opening_nobody_becomes_absent(world: World, office: Office) -> None:
    round_id = world.round_(stage=Stage.OPENED)
    world.expert("E1", round_id)
    with pytest.raises(NotAllowed):
        panelists.mark_absent(office, world.secretary, "2026", "E1", "未到会")


# Codes on paper


def test_codes_for_the_panel_are_issued_in_one_change(world: World, office: Office) -> None:
    round_id = world.round_()
    for number in ("E10", "E2", "E1"):
        world.expert(number, round_id)
    world.expert("E4")
    world.never_activated("E1", "E2", "E4", "E10")
    panelists.mark_absent(office, world.secretary, "2026", "E10", "未到会")
    issued = panelists.issue_codes(office, world.secretary, "2026")
    assert [code.login for code in issued] == ["E1", "E2"]
    assert len({code.code for code in issued}) == 2
    ids = [f"u-{code.account_id}" for code in issued]
    assert acts(office)[1:] == [("account.code", id_, True) for id_ in ids]
    assert accounts.activate(office, issued[0].code, PASSWORD) == "E1"


def test_codes_for_named_experts_whether_on_the_panel_or_not(world: World, office: Office) -> None:
    round_id = world.round_()
    world.expert("E1", round_id)
    world.expert("E4")
    world.never_activated("E4")
    issued = panelists.issue_codes(office, world.secretary, "2026", ["E4"])
    assert [code.login for code in issued] == ["E4"]


def test_whoever_has_activated_gets_no_new_code_from_the_secretary(world: World, office: Office) -> None:
    round_id = world.round_()
    for number in ("E1", "E2"):
        world.expert(number, round_id)
    world.never_activated("E2")
    assert [code.login for code in panelists.issue_codes(office, world.secretary, "2026")] == ["E2"]
    with pytest.raises(RuleBroken, match="E1") as refused:
        panelists.issue_codes(office, world.secretary, "2026", ["E1", "E2"])
    assert refused.value.code == "already_activated"


def test_no_code_for_nobody_for_strangers_or_for_the_disabled(world: World, office: Office) -> None:
    round_id = world.round_()
    with pytest.raises(InvalidInput):
        panelists.issue_codes(office, world.secretary, "2026")
    world.expert("E1", round_id)
    world.add(tables.Expert(number="E2", name="没有账号（虚构）", employer="某单位"))
    for strangers in (["E9"], ["E2"], ["E1", "E9"]):
        with pytest.raises(NotFound):
            panelists.issue_codes(office, world.secretary, "2026", strangers)
    with pytest.raises(NotAllowed):
        panelists.issue_codes(office, world.inspector, "2026")
    world.never_activated("E1")
    with world.store() as session:
        account = session.exec(select(tables.Account).where(tables.Account.role == Role.EXPERT)).one()
        account.disabled = True
        session.add(account)
    with pytest.raises(RuleBroken, match="E1") as refused:
        panelists.issue_codes(office, world.secretary, "2026")
    assert refused.value.code == "account_disabled"
