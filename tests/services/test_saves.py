"""Saving what an expert gives for one unit of a sheet."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import select

from panel import tables
from panel.audit.events import ExpertAbsent, Said
from panel.errors import InvalidInput, NotAllowed, NotFound, RuleBroken, StaleVersion
from panel.rules.conflicts import Reach
from panel.rules.sheets import MAX_COMMENT
from panel.rules.stages import Stage
from panel.services import saves, sheets
from panel.services.office import Actor, Office
from panel.services.rounds import locked
from panel.services.saves import Saved
from tests.conftest import StandingClock
from tests.drafts import CODE, P01, REASON, S01, fill, give_back, own, save, scores, submit, trail
from tests.world import STUDIO, World


@pytest.fixture
def round_id(world: World) -> int:
    return world.scoring_round()


@pytest.fixture
def expert(world: World, round_id: int) -> Actor:
    return replace(world.accounts["E1"], session="tablet-one")


# Saving


def test_a_save_is_kept_and_recorded_without_its_value(
    office: Office, world: World, round_id: int, expert: Actor
) -> None:
    saved = save(office, expert, points="27.5", comment=REASON)
    assert saved == Saved(2, 0, world.clock(), 2750, REASON, total=2750, done=1)
    assert scores(world, own(world)) == {"S1": (2750, REASON)}
    assert own(world).version == 2
    (record,) = trail(world)
    assert (record.act, record.subject, record.round_id) == ("sheet.save", "E1/S01", str(round_id))
    assert json.loads(record.body)["data"] == {"unit": "S1"}
    assert json.loads(record.body)["obj"] == {"id": "E1/S01", "rev": 1, "t": "sheet"}


def test_saves_chain_from_version_to_version_and_count_the_whole_sheet(office: Office, expert: Actor) -> None:
    save(office, expert, unit="S1", points="20", version=1, key="a")
    second = save(office, expert, unit="S2", points="10.5", version=2, key="b")
    assert (second.version, second.total, second.done) == (3, 3050, 2)
    third = save(office, expert, unit="S1", points="21", version=3, key="c")
    assert (third.version, third.total, third.done) == (4, 3150, 2)


def test_points_and_comment_can_be_taken_away_again(office: Office, world: World, expert: Actor) -> None:
    save(office, expert, points="20", comment="先记一笔", key="a")
    saved = save(office, expert, points=None, comment=None, version=2, key="b")
    assert (saved.points, saved.comment, saved.total, saved.done) == (None, "", 0, 0)
    assert scores(world, own(world)) == {"S1": (None, "")}


def test_a_comment_may_come_before_the_points(office: Office, world: World, expert: Actor) -> None:
    saved = save(office, expert, points="  ", comment="先写评语")
    assert (saved.points, saved.done) == (None, 0)
    assert scores(world, own(world)) == {"S1": (None, "先写评语")}


def test_full_width_digits_are_understood(office: Office, expert: Actor) -> None:
    assert save(office, expert, points="２７．５").points == 2750


def test_a_save_that_changes_nothing_is_not_recorded(office: Office, world: World, expert: Actor) -> None:
    first = save(office, expert, key="a")
    same = save(office, expert, version=2, key="b")
    assert same == replace(first, entry=None)
    assert save(office, expert, unit="S2", points="", version=2, key="c").version == 2
    assert len(trail(world)) == 1
    assert own(world).version == 2


@pytest.mark.parametrize("points", ["30.5", "-1", "12.3", "1e1", "abc", "27.25", "100", "十"])
def test_illegal_points_are_refused_with_what_is_allowed(
    office: Office, world: World, expert: Actor, points: str
) -> None:
    with pytest.raises(InvalidInput, match=r"技能大师条件.*0 至 30 之间、以 0.5 分为一档"):
        save(office, expert, points=points)
    assert scores(world, own(world)) == {}


def test_an_overlong_comment_is_refused(office: Office, expert: Actor) -> None:
    assert save(office, expert, comment="字" * MAX_COMMENT).version == 2
    with pytest.raises(InvalidInput, match=f"最多 {MAX_COMMENT} 个字符"):
        save(office, expert, comment="字" * (MAX_COMMENT + 1), version=2, key="b")


def test_a_unit_of_the_other_track_does_not_exist(office: Office, expert: Actor) -> None:
    with pytest.raises(NotFound):
        save(office, expert, unit="P1")
    with pytest.raises(NotFound):
        save(office, expert, unit="S1", blind_code=P01)
    assert save(office, expert, unit="P1", blind_code=P01).version == 2


@pytest.mark.parametrize("key", ["", "k" * 65])
def test_a_save_needs_a_key(office: Office, expert: Actor, key: str) -> None:
    with pytest.raises(InvalidInput):
        save(office, expert, key=key)


# The same key again


def test_the_same_key_again_answers_the_same_and_writes_nothing(
    office: Office, world: World, expert: Actor, clock: StandingClock
) -> None:
    first = save(office, expert)
    clock.forward(minutes=3)
    assert save(office, expert) == first
    assert own(world).version == 2
    assert len(trail(world)) == 1


def test_the_same_key_still_answers_after_later_saves(office: Office, world: World, expert: Actor) -> None:
    first = save(office, expert, points="20", key="a")
    save(office, expert, points="21", version=2, key="b")
    again = save(office, expert, points="20", key="a")
    assert (again.version, again.entry, again.points) == (first.version, first.entry, 2000)
    assert scores(world, own(world)) == {"S1": (2100, "")}


def test_the_same_key_still_answers_when_the_sheet_is_sealed(office: Office, expert: Actor) -> None:
    first = save(office, expert, unit="S1", points="18.5", key="fill SX-01 S1")
    submit(office, expert, fill(office, expert))
    again = save(office, expert, unit="S1", points="18.5", key="fill SX-01 S1")
    assert (again.version, again.entry) == (first.version, first.entry)


@pytest.mark.parametrize(
    "other",
    [
        {"points": "21"},
        {"comment": "另一条评语"},
        {"unit": "S2", "points": "10"},
        {"version": 2},
        {"blind_code": P01, "unit": "P1", "points": "20"},
    ],
    ids=["points", "comment", "unit", "version", "sheet"],
)
def test_the_same_key_with_another_request_is_refused(
    office: Office, world: World, expert: Actor, other: dict[str, str]
) -> None:
    save(office, expert)
    with pytest.raises(RuleBroken, match="同一保存编号") as refused:
        save(office, expert, **other)  # type: ignore[arg-type]
    assert refused.value.code == "key_reused"
    assert scores(world, own(world)) == {"S1": (2000, "")}


def test_another_expert_may_use_the_same_key(office: Office, world: World, expert: Actor) -> None:
    save(office, expert, points="20")
    assert save(office, world.accounts["E2"], points="25").points == 2500
    assert scores(world, own(world)) == {"S1": (2000, "")}
    assert scores(world, own(world, expert="E2")) == {"S1": (2500, "")}


def test_sixteen_identical_saves_at_once_are_one(office: Office, world: World, expert: Actor) -> None:
    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(lambda _: save(office, expert), range(16)))
    assert answers == [answers[0]] * 16
    assert own(world).version == 2
    assert len(trail(world)) == 1
    with office.reading() as session:
        assert len(session.exec(select(tables.Save)).all()) == 1


def test_of_sixteen_tablets_on_one_version_one_saves(office: Office, world: World, expert: Actor) -> None:
    def one(n: int) -> str:
        try:
            return str(save(office, expert, points=str(n), key=f"tablet {n}").version)
        except StaleVersion:
            return "stale"

    with ThreadPoolExecutor(16) as threads:
        answers = sorted(threads.map(one, range(1, 17)))
    assert answers == ["2", *["stale"] * 15]
    assert len(trail(world)) == 1


def test_experts_save_side_by_side(office: Office, world: World, round_id: int) -> None:
    people = [world.accounts[f"E{n}"] for n in range(1, 6)]
    with ThreadPoolExecutor(5) as threads:
        versions = list(threads.map(lambda person: fill(office, person), people))
    assert versions == [7] * 5
    assert [record.index for record in trail(world)] == list(range(30))


def test_a_save_on_an_old_version_is_refused_and_tells_the_current_one(
    office: Office, world: World, expert: Actor
) -> None:
    save(office, expert, points="20", key="a")
    with pytest.raises(StaleVersion) as refused:
        save(office, expert, unit="S2", points="10", version=1, key="b")
    assert refused.value.current == 2
    assert scores(world, own(world)) == {"S1": (2000, "")}


# Who may not


def test_nobody_but_its_expert_writes_a_sheet(office: Office, world: World, expert: Actor) -> None:
    stranger = world.expert("E9")
    for somebody in (world.secretary, world.inspector, world.administrator):
        with pytest.raises(NotAllowed):
            save(office, somebody)
    with pytest.raises(NotFound):
        save(office, stranger)
    with pytest.raises(NotAllowed):
        save(office, Actor("os-root", None))


def test_what_does_not_exist_is_not_found(office: Office, expert: Actor) -> None:
    with pytest.raises(NotFound):
        save(office, expert, blind_code="ZZ-99")
    with pytest.raises(NotFound):
        saves.save(
            office,
            expert,
            round_code="1999",
            blind_code=S01,
            unit="S1",
            points="1",
            comment="",
            version=1,
            key="k",
        )


@pytest.mark.parametrize("stage", [s for s in Stage if s not in (Stage.SCORING, Stage.CLOSED)])
def test_sheets_are_never_written_before_scoring_or_after_the_opening(
    office: Office, world: World, round_id: int, expert: Actor, stage: Stage
) -> None:
    version = fill(office, expert)
    world.stage(round_id, stage)
    with pytest.raises(NotAllowed):
        save(office, expert, points="3", version=version, key="late")
    with pytest.raises(NotAllowed):
        submit(office, expert, version)
    with pytest.raises(NotAllowed):
        give_back(office, world.secretary)


def test_without_the_pledge_no_sheet_opens(
    office: Office, world: World, round_id: int, expert: Actor
) -> None:
    _seat(world, round_id, expert, pledged_at=None)
    for act in (
        lambda: save(office, expert),
        lambda: submit(office, expert, 1),
        lambda: sheets.opened(office, expert, round_code=CODE, blind_code=S01),
    ):
        with pytest.raises(RuleBroken) as refused:
            act()
        assert refused.value.code == "pledge_missing"


def test_an_absent_expert_does_not_score(office: Office, world: World, round_id: int, expert: Actor) -> None:
    _seat(world, round_id, expert, absent=True)
    with pytest.raises(RuleBroken) as refused:
        save(office, expert)
    assert refused.value.code == "expert_absent"


@pytest.mark.parametrize("sealing", [False, True], ids=["a save", "a seal"])
def test_what_waits_while_its_expert_is_marked_absent_is_refused(
    office: Office, world: World, round_id: int, expert: Actor, sealing: bool
) -> None:
    version = fill(office, expert)

    def write() -> object:
        return submit(office, expert, version) if sealing else save(office, expert, version=version, key="w")

    with ThreadPoolExecutor(1) as threads:
        with office.change(world.secretary, ExpertAbsent) as change:
            locked(change, "2026")
            waiting = threads.submit(write)
            with pytest.raises(TimeoutError):
                waiting.result(0.3)
            change.session.exec(_seat_of(round_id, expert)).one().absent = True
            change.record(ExpertAbsent(reason=Said("提前离场")), subject="E1", round_id=round_id)
        with pytest.raises(RuleBroken) as refusal:
            waiting.result(10)
    assert refusal.value.code == "expert_absent"
    assert trail(world)[-1].act == ExpertAbsent.act
    assert own(world).version == version


def test_a_withdrawn_application_is_not_scored(office: Office, world: World, expert: Actor) -> None:
    with world.store() as session:
        row = session.exec(select(tables.Application).where(tables.Application.number == "S01")).one()
        row.withdrawn = True
        session.add(row)
    with pytest.raises(RuleBroken) as refused:
        save(office, expert)
    assert refused.value.code == "application_withdrawn"


def test_a_recused_expert_finds_nothing(office: Office, world: World, round_id: int, expert: Actor) -> None:
    world.add(_recusal(world, round_id, expert, Reach.APPLICATION, "S01"))
    with pytest.raises(NotFound):
        save(office, expert)
    assert save(office, expert, unit="P1", blind_code=P01).version == 2


def test_a_declared_conflict_hides_the_unit_until_it_is_decided(
    office: Office, world: World, round_id: int, expert: Actor
) -> None:
    conflict = _conflict(world, round_id, expert)
    world.add(conflict)
    for code, unit in ((S01, "S1"), (P01, "P1")):
        with pytest.raises(NotFound):
            save(office, expert, blind_code=code, unit=unit)
    with world.store() as session:
        session.add(conflict)
        conflict.settled = True
    world.add(_recusal(world, round_id, expert, Reach.UNIT, STUDIO.unit, recused=False))
    assert save(office, expert).version == 2


def test_another_experts_recusal_hides_nothing(
    office: Office, world: World, round_id: int, expert: Actor
) -> None:
    world.add(_recusal(world, round_id, world.accounts["E2"], Reach.ROUND, ""))
    assert save(office, expert).version == 2


def test_a_refused_save_is_in_the_trail_without_its_value(
    office: Office, world: World, round_id: int, expert: Actor
) -> None:
    submit(office, expert, fill(office, expert))
    with pytest.raises(RuleBroken):
        save(office, expert, points="29.5", comment="改不了的评语", version=8, key="late")
    (record,) = trail(world, refused=True)
    assert (record.act, record.data) == ("sheet.save", {"tried": "sheet.save", "why": "sheet_submitted"})
    assert record.round_id == str(round_id)
    assert "29" not in json.dumps(record.data)


def _seat_of(round_id: int, expert: Actor) -> Any:
    return select(tables.Panelist).where(
        tables.Panelist.round_id == round_id, tables.Panelist.expert_id == expert.expert_id
    )


def _seat(world: World, round_id: int, expert: Actor, **values: object) -> None:
    with world.store() as session:
        row = session.exec(_seat_of(round_id, expert)).one()
        for name, value in values.items():
            setattr(row, name, value)
        session.add(row)


def _recusal(
    world: World, round_id: int, expert: Actor, reach: Reach, target: str, *, recused: bool = True
) -> tables.Recusal:
    assert expert.expert_id is not None
    return tables.Recusal(
        round_id=round_id,
        expert_id=expert.expert_id,
        recused=recused,
        reach=reach,
        target=target,
        reason="测试",
        decided_by="u-test",
        decided_at=world.clock(),
    )


def _conflict(world: World, round_id: int, expert: Actor) -> tables.Conflict:
    assert expert.expert_id is not None
    return tables.Conflict(
        round_id=round_id,
        expert_id=expert.expert_id,
        code="C1",
        reach=Reach.UNIT,
        target=STUDIO.unit,
        declared=True,
        known_at=world.clock(),
    )
