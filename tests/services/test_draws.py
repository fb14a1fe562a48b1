"""The draw: what is fixed before the seed, what the seed decides, and that anybody can repeat it."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session, col, select

from panel import tables
from panel.audit import read
from panel.audit import verify as trail
from panel.audit.events import ConflictsFound, DrawHeld, DrawPrepared, ExpertRemoved, Said
from panel.errors import InvalidInput, LogTampered, NotAllowed, NotFound, RuleBroken
from panel.queries import draws as queries
from panel.queries.draws import DrawFault
from panel.rules.draws import DrawProblem, ExclusionReason, Pool
from panel.rules.stages import Stage
from panel.sentences import events
from panel.sentences.entries import facts
from panel.services import draws, panelists
from panel.services.draws import Exclusions
from panel.services.office import Office
from tests.conftest import START, StandingClock
from tests.tampering import undone, unfence
from tests.world import World

UNAVAILABLE = (ExclusionReason.UNAVAILABLE, "出国")


def pool_of(world: World, count: int) -> int:
    """A round in setup and `count` experts on file."""
    round_id = world.round_()
    for number in range(1, count + 1):
        world.expert(f"E{number}")
    return round_id


def prepare(world: World, size: int = 2, exclusions: Exclusions | None = None, reason: str = "") -> int:
    return draws.prepare(world.office, world.secretary, "2026", size, exclusions or {}, reason)


def entries(office: Office) -> list[read.Record]:
    with office.reading() as session:
        return list(reversed(read.page(session, limit=100)))


def seats(world: World) -> dict[str, int | None]:
    with world.store() as session:
        rows = session.exec(
            select(tables.Expert.number, tables.Panelist.draw_id).join(
                tables.Panelist, col(tables.Panelist.expert_id) == col(tables.Expert.id)
            )
        )
        return dict(rows.all())


def test_pool_and_exclusions_are_logged_before_there_is_a_seed(world: World, office: Office) -> None:
    pool_of(world, 10)
    draw_id = prepare(world, 3, {"E4": UNAVAILABLE, "E2": (ExclusionReason.SPECIALITY, "")})
    with office.reading() as session:
        row = session.get_one(tables.Draw, draw_id)
    (entry,) = entries(office)
    assert (row.seed, row.held_at, row.pool) == ("", None, "E1 E3 E5 E6 E7 E8 E9 E10")
    assert json.loads(row.excluded) == {
        "E2": {"note": "", "reason": "speciality"},
        "E4": {"note": "出国", "reason": "unavailable"},
    }
    assert (entry.act, entry.subject) == (DrawPrepared.act, "1")
    assert entry.data == {
        "attempt": 1,
        "size": 3,
        "pool": ["E1", "E3", "E5", "E6", "E7", "E8", "E9", "E10"],
        "excluded": ["E2:speciality", "E4:unavailable"],
        "digest": row.digest,
    }
    assert seats(world) == {}


def test_whoever_knows_the_seed_can_repeat_the_draw(
    world: World, office: Office, clock: StandingClock
) -> None:
    pool_of(world, 6)
    draw_id = prepare(world, 4)
    clock.forward(minutes=10)
    record = draws.hold(office, world.secretary, draw_id)
    numbers = [f"E{number}" for number in range(1, 7)]
    order = sorted(
        numbers,
        key=lambda number: hashlib.sha256(b"pingshen/draw/v1\0" + record.seed + number.encode()).digest(),
    )
    assert len(record.seed) == 32
    assert record.drawn == tuple(order[:4])
    assert record.reserves == tuple(order[4:])
    assert seats(world) == dict.fromkeys(order[:4], draw_id)
    prepared, held, sought = entries(office)
    assert [prepared.act, held.act, sought.act] == [DrawPrepared.act, DrawHeld.act, ConflictsFound.act]
    assert held.data == {"seed": record.seed.hex(), "drawn": order[:4]}
    assert held.at > prepared.at
    assert draws.verify(office, "2026") == []


def test_each_draw_has_a_seed_of_its_own(world: World, office: Office) -> None:
    pool_of(world, 3)
    first = draws.hold(office, world.secretary, prepare(world))
    second = draws.hold(office, world.secretary, prepare(world, reason="专家人数不足"))
    assert first.seed != second.seed


# Drawing again


def test_a_redraw_needs_a_reason_and_the_earlier_draw_stays(world: World, office: Office) -> None:
    round_id = pool_of(world, 8)
    draws.hold(office, world.secretary, prepare(world, 5))
    with pytest.raises(InvalidInput, match="理由"):
        prepare(world, 3, reason="  ")
    second = prepare(world, 3, reason="两名专家临时不能到会")
    draws.hold(office, world.secretary, second)
    assert set(seats(world).values()) == {second}
    assert len(seats(world)) == 3
    with office.reading() as session:
        rows = session.exec(select(tables.Draw).where(tables.Draw.round_id == round_id)).all()
        last = read.of_act(session, DrawPrepared.act)[-1]
        assert read.words(session, last) == {"reason": "两名专家临时不能到会"}
    assert [(row.attempt, bool(row.seed)) for row in rows] == [(1, True), (2, True)]
    assert draws.verify(office, "2026") == []


def test_a_pool_fixed_by_mistake_is_replaced_before_its_seed(world: World, office: Office) -> None:
    pool_of(world, 4)
    first = prepare(world, 2)
    second = prepare(world, 2, {"E1": UNAVAILABLE}, reason="漏排除一人")
    with pytest.raises(RuleBroken) as refused:
        draws.hold(office, world.secretary, first)
    assert refused.value.code == "draw_replaced"
    draws.hold(office, world.secretary, second)
    assert "E1" not in seats(world)
    assert draws.verify(office, "2026") == []


def test_who_is_drawn_again_keeps_the_pledge_but_not_the_chair(world: World, office: Office) -> None:
    round_id = pool_of(world, 2)
    draws.hold(office, world.secretary, prepare(world, 2))
    with world.store() as session:
        for seat in session.exec(select(tables.Panelist)):
            seat.pledged_at, seat.chair, seat.absent, seat.absent_because = world.clock(), True, True, "病"
            session.add(seat)
    draws.hold(office, world.secretary, prepare(world, 2, reason="重抽"))
    with office.reading() as session:
        rows = session.exec(select(tables.Panelist).where(tables.Panelist.round_id == round_id)).all()
    assert len(rows) == 2
    for row in rows:
        assert (row.pledged_at, row.chair, row.absent, row.absent_because) == (
            world.clock(),
            False,
            False,
            "",
        )


def test_who_was_selected_by_hand_is_not_drawn_and_stays(world: World, office: Office) -> None:
    pool_of(world, 4)
    panelists.select_by_hand(office, world.secretary, "2026", "E3", "唯一的宫灯扎制专家")
    draw_id = prepare(world, 3)
    with office.reading() as session:
        row = session.get_one(tables.Draw, draw_id)
    assert row.pool == "E1 E2 E4"
    assert json.loads(row.excluded)["E3"]["reason"] == "other"
    draws.hold(office, world.secretary, draw_id)
    assert seats(world) == {"E1": draw_id, "E2": draw_id, "E3": None, "E4": draw_id}


# What is refused


def test_only_the_secretary_draws_and_only_before_scoring(world: World, office: Office) -> None:
    round_id = pool_of(world, 3)
    with pytest.raises(NotAllowed):
        draws.prepare(office, world.inspector, "2026", 2, {})
    draw_id = prepare(world)
    world.stage(round_id, Stage.SCORING)
    with pytest.raises(NotAllowed):
        draws.hold(office, world.secretary, draw_id)
    with pytest.raises(NotAllowed):
        prepare(world)
    assert [entry.ok for entry in entries(office)] == [False, True, False, False]


@pytest.mark.parametrize("size", [0, -1, 4])
def test_no_more_are_drawn_than_there_are(world: World, size: int) -> None:
    pool_of(world, 3)
    with pytest.raises(RuleBroken) as refused:
        prepare(world, size)
    assert refused.value.code == "draw_size"


def test_every_fault_of_the_exclusions_is_named(world: World, office: Office) -> None:
    pool_of(world, 3)
    with pytest.raises(InvalidInput) as refused:
        prepare(
            world,
            1,
            {
                "E9": UNAVAILABLE,
                "E1": (ExclusionReason.MISCONDUCT, " "),
                "E2": (ExclusionReason.ROTATION, "长" * 501),
            },
        )
    assert [problem.where for problem in refused.value.problems] == ["排除的专家", "E1", "E2"]
    assert entries(office) == []


def test_a_pool_of_five_hundred_is_logged_whole_and_its_draw_repeated(world: World, office: Office) -> None:
    world.round_()
    numbers = [f"ZJ-2026-{n:05}" for n in range(1, 601)]
    world.add(*(tables.Expert(number=number, name="某", employer="某") for number in numbers))
    draw_id = prepare(world, 9, dict.fromkeys(numbers[500:], UNAVAILABLE))
    record = draws.hold(office, world.secretary, draw_id)
    prepared, held = entries(office)[:2]
    assert prepared.data["pool"] == numbers[:500]
    assert prepared.data["excluded"] == [f"{number}:unavailable" for number in numbers[500:]]
    assert json.loads(prepared.body)["data"]["pool"]["count"] == 500
    assert held.data["drawn"] == list(record.drawn)
    assert draws.verify(office, "2026") == []


def test_a_long_pool_whose_logged_list_is_gone_does_not_stand(world: World, office: Office) -> None:
    world.round_()
    world.add(*(tables.Expert(number=f"ZJ-2026-{n:05}", name="某", employer="某") for n in range(90)))
    draws.hold(office, world.secretary, prepare(world, 9))
    with undone(office.engine) as connection:
        unfence(connection, "audit_text")
        connection.execute(text("DELETE FROM audit_text"))
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            assert queries.faults(session, 1) == [DrawFault(1, DrawProblem.LOGGED_OTHERWISE)]
            (damage,) = trail.check(session).damages
            (prepared, _held) = reversed([one for one in read.page(session) if one.act.startswith("draw")])
            assert events.sentence(prepared.act, prepared.data).startswith("第 1 次抽取准备就绪：候选 90 人")
            assert [fact.text for fact in facts(prepared.data) if fact.field == "pool"] == ["90"]
    assert (damage.index, damage.what) == (0, "记录所指的名单不见了")


def test_a_draw_is_held_once(world: World, office: Office) -> None:
    pool_of(world, 3)
    draw_id = prepare(world)
    draws.hold(office, world.secretary, draw_id)
    with pytest.raises(RuleBroken) as refused:
        draws.hold(office, world.secretary, draw_id)
    assert refused.value.code == "draw_held"
    with pytest.raises(NotFound):
        draws.hold(office, world.secretary, draw_id + 1)


def test_no_seed_is_made_for_a_pool_that_was_changed(world: World, office: Office) -> None:
    pool_of(world, 3)
    draw_id = prepare(world)
    with world.store() as session:
        row = session.get_one(tables.Draw, draw_id)
        row.pool = "E1 E2"
        session.add(row)
    with pytest.raises(LogTampered):
        draws.hold(office, world.secretary, draw_id)
    with office.reading() as session:
        assert session.get_one(tables.Draw, draw_id).seed == ""


# Repeating


@pytest.mark.parametrize(
    ("column", "value", "problems"),
    [
        ("pool", "E1 E2", {DrawProblem.POOL_CHANGED, DrawProblem.LOGGED_OTHERWISE}),
        ("excluded", "{}", {DrawProblem.POOL_CHANGED, DrawProblem.LOGGED_OTHERWISE}),
        ("excluded", '{"E4":{"reason":"whim","note":""}}', {DrawProblem.LOGGED_OTHERWISE}),
        ("excluded", "[", {DrawProblem.LOGGED_OTHERWISE}),
        ("digest", "0" * 64, {DrawProblem.POOL_CHANGED, DrawProblem.LOGGED_OTHERWISE}),
        ("size", 3, {DrawProblem.LOGGED_OTHERWISE}),
        ("reason", "另一理由", {DrawProblem.LOGGED_OTHERWISE}),
        ("prepared_at", START + timedelta(days=1), {DrawProblem.LOGGED_OTHERWISE}),
        ("held_at", START + timedelta(days=1), {DrawProblem.LOGGED_OTHERWISE}),
        ("size", 9, {DrawProblem.SIZE, DrawProblem.LOGGED_OTHERWISE}),
        ("seed", "00" * 32, {DrawProblem.LOGGED_OTHERWISE}),
        ("seed", "00", {DrawProblem.SEED_LENGTH, DrawProblem.LOGGED_OTHERWISE}),
        ("seed", "no hex", {DrawProblem.LOGGED_OTHERWISE}),
        ("seed", "", {DrawProblem.NOT_LOGGED}),
        ("attempt", 7, {DrawProblem.NOT_LOGGED, DrawProblem.NOT_STORED}),
    ],
)
def test_whatever_was_changed_in_the_record_is_found(
    world: World, office: Office, column: str, value: object, problems: set[DrawProblem]
) -> None:
    pool_of(world, 4)
    draw_id = prepare(world, 2, {"E4": UNAVAILABLE})
    draws.hold(office, world.secretary, draw_id)
    with world.store() as session:
        row = session.get_one(tables.Draw, draw_id)
        setattr(row, column, value)
        session.add(row)
    assert {fault.problem for fault in draws.verify(office, "2026")} == problems


def test_a_record_that_is_gone_is_missed(world: World, office: Office) -> None:
    pool_of(world, 3)
    draw_id = prepare(world)
    with world.store() as session:
        session.delete(session.get_one(tables.Draw, draw_id))
    assert draws.verify(office, "2026") == [DrawFault(1, DrawProblem.NOT_STORED)]


def test_an_exchanged_member_is_found(world: World, office: Office) -> None:
    pool_of(world, 4)
    record = draws.hold(office, world.secretary, prepare(world, 2))
    with world.store() as session:
        other = session.exec(select(tables.Expert).where(tables.Expert.number == record.reserves[0])).one()
        seat = session.exec(select(tables.Panelist)).first()
        assert seat is not None
        seat.expert_id = other.id
        session.add(seat)
    assert draws.verify(office, "2026") == [DrawFault(1, DrawProblem.SEATS)]


def test_a_member_left_over_from_an_earlier_draw_is_found(world: World, office: Office) -> None:
    pool_of(world, 2)
    first = prepare(world, 2)
    draws.hold(office, world.secretary, first)
    draws.hold(office, world.secretary, prepare(world, 2, reason="重抽"))
    with world.store() as session:
        seat = session.exec(select(tables.Panelist)).first()
        assert seat is not None
        seat.draw_id = first
        session.add(seat)
    assert draws.verify(office, "2026") == [DrawFault(2, DrawProblem.SEATS)]


def test_who_was_removed_with_a_reason_is_not_missed(world: World, office: Office) -> None:
    round_id = pool_of(world, 3)
    record = draws.hold(office, world.secretary, prepare(world, 2))
    with world.store() as session:
        gone = session.exec(select(tables.Expert.id).where(tables.Expert.number == record.drawn[0])).one()
        session.delete(session.exec(select(tables.Panelist).where(tables.Panelist.expert_id == gone)).one())
    assert draws.verify(office, "2026") == [DrawFault(1, DrawProblem.SEATS)]
    with office.change(world.secretary, ExpertRemoved) as change:
        change.record(ExpertRemoved(reason=Said("病假")), subject=record.drawn[0], round_id=round_id)
    assert draws.verify(office, "2026") == []


def test_a_seed_older_than_its_pool_and_a_drawn_list_of_ones_own_are_found(
    world: World, office: Office
) -> None:
    round_id = pool_of(world, 2)
    pool = Pool(("E1", "E2"))
    seed = bytes(32)
    row = tables.Draw(
        round_id=round_id,
        attempt=1,
        size=1,
        pool="E1 E2",
        digest=pool.digest,
        seed=seed.hex(),
        prepared_at=world.clock(),
        held_at=world.clock(),
    )
    second_first = sorted(
        pool.experts,
        key=lambda number: hashlib.sha256(b"pingshen/draw/v1\0" + seed + number.encode()).digest(),
    )
    with office.change(world.secretary, DrawHeld) as change:
        change.session.add(row)
        change.record(DrawHeld(seed=seed.hex(), drawn=(second_first[1],)), subject=1, round_id=round_id)
        change.record(
            DrawPrepared(attempt=1, size=1, pool=pool.experts, excluded=(), digest=pool.digest),
            subject=1,
            round_id=round_id,
        )
    found = draws.verify(office, "2026")
    assert found == [DrawFault(1, DrawProblem.SEED_BEFORE_POOL), DrawFault(1, DrawProblem.DRAWN)]


def test_a_round_that_is_not_there_is_not_verified(office: Office) -> None:
    with pytest.raises(NotFound):
        draws.verify(office, "1999")
