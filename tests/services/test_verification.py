"""Nothing that a result rests on can be changed unseen: every change past the application is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Table, delete, insert, select, text, update
from sqlmodel import Session, SQLModel

from panel import tables
from panel.audit import read
from panel.audit.coverage import Damage
from panel.audit.events import TrailVerified
from panel.audit.tables import ENTRIES
from panel.errors import NotAllowed
from panel.queries import decisions
from panel.rules.conflicts import Reach
from panel.rules.draws import ExclusionReason
from panel.rules.eligibility import Verdict
from panel.rules.stages import Stage
from panel.services import applications, draws, panelists, rankings, recusals, sheets, verification
from panel.services.materials import shelf
from panel.services.office import Office
from tests.conftest import START
from tests.databases import sqlite_copy
from tests.opened import CODE, Opened, caps, world_on
from tests.tampering import undone, unfence
from tests.world import World

TIE = ("S01", "S02")


@dataclass(slots=True)
class Store:
    """A finished round, and what a database administrator can do to it."""

    opened: Opened

    @property
    def office(self) -> Office:
        """The office under test."""
        return self.opened.office

    @contextmanager
    def tampered(self, tamper: Callable[[Connection], None]) -> Iterator[Session]:
        """A view of the store after this, which is undone afterwards."""
        with undone(self.office.engine) as connection:
            for table in SQLModel.metadata.tables:
                unfence(connection, table)
            tamper(connection)
            with Session(connection, join_transaction_mode="create_savepoint") as session:
                yield session

    def after(self, tamper: Callable[[Connection], None]) -> tuple[Damage, ...]:
        """What verification finds then."""
        with self.tampered(tamper) as session:
            return verification.check(session, shelf(self.office)).damages


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A round with everything in it: a vote, a late recusal, a returned sheet, an absence, a withdrawal."""
    folder = tmp_path_factory.mktemp("store")
    if request.param == "sqlite":
        yield from _finished(sqlite_copy(request.getfixturevalue("sqlite_file"), folder), folder)
        return
    with request.getfixturevalue("databases").own() as url:
        yield from _finished(url, folder)


def _finished(url: str, folder: Path) -> Iterator[Store]:
    world = world_on(url, folder)
    caps(world.office, 1, 2)
    yield Store(played(world))
    world.office.engine.dispose()


def played(world: World) -> Opened:
    """The round from its beginning to its end."""
    office, secretary = world.office, world.secretary
    percents = {"S01": [80] * 6, "S02": [80] * 6, "P01": [80] * 6, "P03": [70, 60, 70, 70, 70, 90]}
    opened = Opened(
        world, percents, others={"S09": Verdict.REFUSED, "P04": Verdict.ACCEPTED}, hand=7
    ).scoring()
    opened.seal(opened.experts[1], "P03", 90)
    sheets.return_sheet(
        office,
        secretary,
        round_code=CODE,
        expert_number="E2",
        application_number="P03",
        reason="专家本人申请修改",
    )
    with world.store() as session:
        for score in session.exec(tables_scores(opened, "E2", "P03")):
            session.delete(score[0])
    panelists.mark_absent(office, secretary, CODE, "E7", "出差")
    applications.withdraw(office, secretary, CODE, "P04", "申报单位来函")
    opened.scored()
    opened.unsealed()
    recusals.decide(office, secretary, CODE, "E6", Reach.APPLICATION, "P03", True, "曾任顾问")
    recusals.decide(office, secretary, CODE, "E5", Reach.UNIT, "第09单位（虚构）", True, "亲属任职")
    rankings.compute(office, secretary, CODE)
    opened.vote(TIE, ["S01", "S01", "S01", "S02", "S02", "S02"])
    rankings.record_vote(office, secretary, CODE, TIE, (), ("S01",), "带徒成效更好")
    return opened.final()


def tables_scores(opened: Opened, expert: str, application: str) -> Any:
    """The score rows of one sheet."""
    return (
        select(tables.Score)
        .join(tables.Sheet, tables.Sheet.id == tables.Score.sheet_id)  # type: ignore[arg-type]
        .join(tables.Expert, tables.Expert.id == tables.Sheet.expert_id)  # type: ignore[arg-type]
        .where(tables.Expert.number == expert, tables.Sheet.application_id == opened.ids[application])  # type: ignore[arg-type]
    )


def table_of(kind: type[SQLModel]) -> Table:
    found: Table = kind.__table__  # type: ignore[attr-defined]
    return found


def first(connection: Connection, kind: type[SQLModel], **where: Any) -> Any:
    table = table_of(kind)
    if ONE in where.values():
        sheets_, entered = table_of(tables.Sheet), table_of(tables.Application)
        wanted = select(sheets_.c.id).join(entered, entered.c.id == sheets_.c.application_id)
        own = connection.execute(
            wanted.where(entered.c.number == "S01", sheets_.c.expert_id == 1)
        ).scalar_one()
        where = {key: own if value == ONE else value for key, value in where.items()}
    query = select(table).filter_by(**where).order_by(*table.primary_key.columns)
    return connection.execute(query).first()


def keyed(kind: type[SQLModel], row: Any) -> Any:
    table = table_of(kind)
    return [column == getattr(row, column.key) for column in table.primary_key.columns]


def changed(kind: type[SQLModel], values: dict[str, Any], **where: Any) -> Callable[[Connection], None]:
    """Change the first such row; a value may be made from the row."""

    def tamper(connection: Connection) -> None:
        row = first(connection, kind, **where)
        assert row is not None, (kind, where)
        new = {key: value(row) if callable(value) else value for key, value in values.items()}
        assert any(getattr(row, key) != value for key, value in new.items())
        connection.execute(update(table_of(kind)).where(*keyed(kind, row)).values(**new))

    return tamper


def deleted(kind: type[SQLModel], **where: Any) -> Callable[[Connection], None]:
    """Delete the first such row."""

    def tamper(connection: Connection) -> None:
        row = first(connection, kind, **where)
        assert row is not None, (kind, where)
        connection.execute(delete(table_of(kind)).where(*keyed(kind, row)))

    return tamper


def copied(kind: type[SQLModel], values: dict[str, Any], **where: Any) -> Callable[[Connection], None]:
    """Add a row like the first such one, but for these values."""

    def tamper(connection: Connection) -> None:
        row = first(connection, kind, **where)._asdict() | values
        connection.execute(insert(table_of(kind)).values(**row))

    return tamper


def test_a_round_that_nobody_touched_is_whole(store: Store) -> None:
    found = verification.verify(store.office)
    with store.office.reading() as session:
        head = read.head(session)
    assert found == verification.Verification(head.size, head.root, ())


S, P = tables.Score, tables.Submission
ONE = -1
"""Stands for the sheet of E1 on S01, wherever the expert's own order has put it."""
SCORES_CHANGED = "评分表 E1/S01 的评分在提交以后被改动过"
SEALED_CHANGED = "评分表 E1/S01 封存的内容被改动过"
RESULT_CHANGED = "第 1 号结果与计算时的记录不一致"
POLICY_CHANGED = "批次 2026 的评审细则与固定时的不一致"
BALLOTS_CHANGED = "S01、S02 的记名投票与留痕记录不一致"
VERDICT_CHANGED = "申报 S01 的资格审查结论与留痕记录不一致"
RECUSAL_CHANGED = "专家 E6 的回避决定与留痕记录不一致"

TAMPERINGS: dict[str, tuple[Callable[[Connection], None], str]] = {
    # Scores
    "a point": (changed(S, {"points": lambda row: row.points - 50}, sheet_id=ONE), SCORES_CHANGED),
    "no points": (changed(S, {"points": None}, sheet_id=ONE), SCORES_CHANGED),
    "a comment": (changed(S, {"comment": lambda row: row.comment + "。"}, sheet_id=ONE), SCORES_CHANGED),
    "a unit": (changed(S, {"unit": "S7"}, sheet_id=ONE), SCORES_CHANGED),
    "a score less": (deleted(S, sheet_id=ONE), SCORES_CHANGED),
    "a score more": (copied(S, {"unit": "S7"}, sheet_id=ONE), SCORES_CHANGED),
    # Submissions
    "sealed items": (
        changed(P, {"items": lambda row: row.items.replace('"points":2400', '"points":2500')}, sheet_id=ONE),
        SEALED_CHANGED,
    ),
    "items that are no JSON": (changed(P, {"items": "{"}, sheet_id=ONE), "已不是评分表"),
    "items that are a list": (changed(P, {"items": "[]"}, sheet_id=ONE), "已不是评分表"),
    "items without points": (changed(P, {"items": '{"S1":{}}'}, sheet_id=ONE), "已不是评分表"),
    "items with a fraction": (
        changed(P, {"items": '{"S1":{"points":1.5,"comment":""}}'}, sheet_id=ONE),
        SEALED_CHANGED,
    ),
    "a salt": (changed(P, {"salt": b"\0" * 32}, sheet_id=ONE), SEALED_CHANGED),
    "a seal": (changed(P, {"commitment": "0" * 64}, sheet_id=ONE), "评分表 E1/S01 的封存值与留痕记录不一致"),
    "a submission less": (
        deleted(P, sheet_id=ONE),
        "评分表 E1/S01 已提交，封存的内容却不见了",
    ),
    "a submission more": (
        copied(P, {"id": 999, "revision": 2}, sheet_id=ONE),
        "评分表 E1/S01 的封存值与留痕记录不一致",
    ),
    # Sheets
    "a sheet kept out": (changed(tables.Sheet, {"state": "void"}, id=ONE), "评分表 E1/S01 为已作废"),
    "a sheet let in": (changed(tables.Sheet, {"state": "submitted"}, state="void"), "为已提交"),
    "a sheet unsealed": (
        changed(tables.Sheet, {"state": "draft"}, id=ONE),
        "评分表 E1/S01 为评分中（第 1 版），留痕记录为已提交（第 1 版）",
    ),
    "a sheet never sealed": (
        changed(tables.Sheet, {"state": "submitted"}, state="draft"),
        "记为已提交，却没有封存",
    ),
    "another revision": (
        changed(tables.Sheet, {"revision": 1}, revision=2),
        "为已提交（第 1 版），留痕记录为已提交（第 2 版）",
    ),
    # Rounds
    "a stage": (changed(tables.Round, {"stage": "opened"}), "批次 2026 处于“启封”环节，留痕记录为“确认”"),
    "the policy": (
        changed(tables.Round, {"policy": lambda row: row.policy.replace("cap = 1 ", "cap = 3 ")}),
        POLICY_CHANGED,
    ),
    "no policy": (changed(tables.Round, {"policy": ""}), POLICY_CHANGED),
    "a policy that cannot be read": (changed(tables.Round, {"policy": "="}), "批次：存储的内容已无法读出"),
    "the policy's digest": (
        changed(tables.Round, {"policy_digest": "0"}),
        POLICY_CHANGED,
    ),
    "the closing day": (
        changed(tables.Round, {"closes_on": START.date()}),
        "批次 2026 与设立时的记录不一致",
    ),
    "the code": (changed(tables.Round, {"code": "2027"}), "批次 2027 与设立时的记录不一致"),
    # Results
    "stored places": (
        changed(
            tables.Ranking, {"result": lambda row: row.result.replace('"selected":true', '"selected":false')}
        ),
        "第 1 号结果保存的名次被改动过",
    ),
    "stored inputs": (
        changed(tables.Ranking, {"inputs": lambda row: row.inputs.replace("2400", "2450", 1)}),
        RESULT_CHANGED,
    ),
    "inputs that cannot be read": (
        changed(tables.Ranking, {"inputs": "[]"}),
        "第 1 号结果已无法由保存的内容重新计算",
    ),
    "the digest of the inputs": (
        changed(tables.Ranking, {"input_digest": "0"}),
        RESULT_CHANGED,
    ),
    "the digest of the result": (
        changed(tables.Ranking, {"result_digest": "0"}),
        RESULT_CHANGED,
    ),
    "the method": (changed(tables.Ranking, {"method": "mean"}), RESULT_CHANGED),
    "the policy of a result": (
        changed(tables.Ranking, {"policy_digest": "0"}),
        RESULT_CHANGED,
    ),
    "a final result": (
        changed(tables.Ranking, {"final": False}, final=True),
        "号结果是否已经确认，与留痕记录不一致",
    ),
    "another final result": (changed(tables.Ranking, {"final": True}), "第 1 号结果是否已经确认"),
    "a result less": (deleted(tables.Ranking), "第 1 号结果不见了"),
    "a result more": (copied(tables.Ranking, {"id": 99}), "第 99 号结果与计算时的记录不一致"),
    # Votes
    "a choice": (changed(tables.Ballot, {"choice": "S02"}), BALLOTS_CHANGED),
    "a voter's reason": (
        changed(tables.Ballot, {"reason": "别的理由"}),
        BALLOTS_CHANGED,
    ),
    "the chair's word": (
        changed(tables.Ballot, {"choice": "S02"}, chair=True),
        BALLOTS_CHANGED,
    ),
    "a ballot less": (deleted(tables.Ballot), BALLOTS_CHANGED),
    "a ballot more": (
        copied(tables.Ballot, {"id": 99, "expert_id": 7}),
        BALLOTS_CHANGED,
    ),
    "ballots on another tie": (
        copied(tables.Ballot, {"id": 99, "tie": "P01 P03"}),
        "P01、P03 的记名投票与留痕记录不一致",
    ),
    # Decisions
    "a verdict": (
        changed(tables.Eligibility, {"verdict": "vetoed"}),
        VERDICT_CHANGED,
    ),
    "the reason of a verdict": (
        changed(tables.Eligibility, {"reason": "改"}),
        VERDICT_CHANGED,
    ),
    "a verdict less": (deleted(tables.Eligibility), VERDICT_CHANGED),
    "a verdict more": (copied(tables.Eligibility, {"id": 99}), VERDICT_CHANGED),
    "a withdrawal": (
        changed(tables.Application, {"withdrawn": True}, number="P03"),
        "申报 P03 的撤回与留痕记录不一致",
    ),
    "a withdrawal taken back": (
        changed(tables.Application, {"withdrawn": False}, number="P04"),
        "申报 P04 的撤回与留痕记录不一致",
    ),
    "a number": (changed(tables.Application, {"number": "S08"}, number="S01"), "评分表 E1/S08"),
    "a recusal lifted": (changed(tables.Recusal, {"recused": False}), RECUSAL_CHANGED),
    "a recusal moved": (changed(tables.Recusal, {"target": "S01"}), RECUSAL_CHANGED),
    "a recusal of another unit": (
        changed(tables.Recusal, {"target": "第03单位（虚构）"}, reach="unit"),
        "专家 E5 的回避决定与留痕记录不一致",
    ),
    "the reach of a recusal": (
        changed(tables.Recusal, {"reach": "unit"}),
        RECUSAL_CHANGED,
    ),
    "a recusal less": (deleted(tables.Recusal), RECUSAL_CHANGED),
    "a recusal more": (
        copied(tables.Recusal, {"id": 99, "expert_id": 1}),
        "专家 E1 的回避决定与留痕记录不一致",
    ),
    # The panel
    "another chair": (changed(tables.Panelist, {"chair": True}, expert_id=2), "组长与留痕记录不一致：E2"),
    "an absence": (
        changed(tables.Panelist, {"absent": True}, expert_id=3),
        "缺席的专家与留痕记录不一致：E3",
    ),
    "why somebody is absent": (
        changed(tables.Panelist, {"absent_because": "生病"}, expert_id=7),
        "缺席的专家与留痕记录不一致：E7",
    ),
    "a member less": (deleted(tables.Panelist, expert_id=4), "人工选定的专家与留痕记录不一致：E4"),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_every_change_is_found_and_named(store: Store, name: str) -> None:
    tamper, expected = TAMPERINGS[name]
    damages = store.after(tamper)
    assert any(expected in damage.what for damage in damages), damages


def test_a_damage_names_the_entry_that_says_otherwise(store: Store) -> None:
    (damage,) = store.after(TAMPERINGS["a point"][0])
    with store.office.reading() as session:
        entry = read.entry(session, damage.index)
    assert entry is not None
    assert (entry.act, entry.subject) == ("sheet.submit", "E1/S01")


def test_a_round_that_is_gone_is_named(store: Store) -> None:
    def empty(connection: Connection) -> None:
        for table in reversed(SQLModel.metadata.sorted_tables):
            if not table.name.startswith("audit"):
                connection.execute(delete(table))

    assert [damage.what for damage in store.after(empty)] == [
        "评分表 E2/P03 已提交，封存的内容却不见了",
        "评分表与启封时记录的不一致",
        "批次 2026 不见了",
        VERDICT_CHANGED,
        "第 1 号结果不见了",
        "专家 E1 的签名不见了",
    ]


def test_votes_and_sheets_that_are_gone_are_named(store: Store) -> None:
    def empty(connection: Connection) -> None:
        for kind in (tables.Ballot, tables.Save, tables.Score, tables.Submission, tables.Sheet):
            connection.execute(delete(table_of(kind)))

    with store.tampered(empty) as session:
        found = [difference.what for look in decisions.CHECKS for difference in look(session)]
    assert found[-1] == "S01、S02 的记名投票不见了"
    assert "评分表 E1/S01 不见了" in found


def test_any_changed_byte_of_any_entry_is_found_first(store: Store) -> None:
    with store.office.reading() as session:
        bodies = list(read.bodies(session))
    for index in range(0, len(bodies), 7):
        at = (index * 13) % len(bodies[index])
        body = bodies[index][:at] + chr(ord(bodies[index][at]) ^ 1) + bodies[index][at + 1 :]

        def tamper(connection: Connection, index: int = index, body: str = body) -> None:
            connection.execute(update(ENTRIES).where(ENTRIES.c.idx == index).values(body=body))

        (damage,) = store.after(tamper)
        assert damage.index == index


def test_a_store_that_cannot_be_read_is_damage_and_no_crash(store: Store) -> None:
    def drop(connection: Connection) -> None:
        connection.execute(text("DROP TABLE ballots"))

    named = [damage.what.partition("（")[0] for damage in store.after(drop)]
    assert named == ["评审决定：存储的内容已无法读出"]


def test_draws_are_repeated(world: World) -> None:
    office, secretary = world.office, world.secretary
    round_id = world.round_()
    for n in range(1, 8):
        world.expert(f"E{n}")
    drawn = draws.prepare(office, secretary, CODE, 5, {"E7": (ExclusionReason.UNAVAILABLE, "出国")})
    draws.hold(office, secretary, drawn)
    with world.store() as session:
        seats = session.exec(select(tables.Panelist)).scalars().all()  # type: ignore[call-overload]
        numbers = {row.id: row.number for row in session.exec(select(tables.Expert)).scalars()}  # type: ignore[call-overload]
        chair, absent = (numbers[seat.expert_id] for seat in seats[:2])
    panelists.name_chair(office, secretary, CODE, chair)
    panelists.mark_absent(office, secretary, CODE, absent, "请假")
    assert _decided(world) == []
    again = draws.prepare(office, secretary, CODE, 5, {}, "一名专家不能到会")
    draws.hold(office, secretary, again)
    assert _decided(world) == []  # chair and absence ended with the earlier panel
    panelists.select_by_hand(office, secretary, CODE, _outside(world, round_id), "业务对口")
    hand = _by_hand(world)
    panelists.name_chair(office, secretary, CODE, hand)
    panelists.remove(office, secretary, CODE, hand, "另有任务")
    assert _decided(world) == []
    with world.store() as session:
        row = session.get_one(tables.Draw, again)
        row.seed = "00" * 32
        session.add(row)
    assert any(what.startswith("第 2 次抽取重新核对不一致") for what in _decided(world))


def _decided(world: World) -> list[str]:
    with world.office.reading() as session:
        return [found.what for look in decisions.CHECKS for found in look(session)]


def _outside(world: World, round_id: int) -> str:
    with world.office.reading() as session:
        seated = select(tables.Panelist.expert_id).where(tables.Panelist.round_id == round_id)  # type: ignore[call-overload]
        wanted = select(tables.Expert.number).where(tables.Expert.id.not_in(seated))  # type: ignore[attr-defined,call-overload]
        return str(session.execute(wanted).scalars().first())


def _by_hand(world: World) -> str:
    with world.office.reading() as session:
        joined = (
            select(tables.Expert.number)  # type: ignore[call-overload]
            .join(tables.Panelist, tables.Panelist.expert_id == tables.Expert.id)
            .where(tables.Panelist.draw_id.is_(None))  # type: ignore[union-attr]
        )
        return str(session.execute(joined).scalar_one())


def test_a_recusal_stands_when_the_unit_that_it_covers_is_corrected_afterwards(world: World) -> None:
    office, secretary = world.office, world.secretary
    round_id = world.round_()
    plain = Opened(world, {"S01": []}).application("S01")
    world.application(round_id, plain, verdict=None)
    for n in (1, 2):
        world.expert(f"E{n}", round_id)
    recusals.decide(office, secretary, CODE, "E1", Reach.UNIT, plain.unit, True, "曾任职")
    recusals.decide(office, secretary, CODE, "E2", Reach.ROUND, "", True, "同时申报")
    unit = replace(plain, unit="更名后的单位（虚构）")
    applications.correct(office, secretary, CODE, unit, reason="单位更名", version=1)
    with office.reading() as session:
        assert list(decisions.recusals(session)) == []


def begin(world: World) -> None:
    """The first entry of the trail; until then the store is like one that was emptied."""
    (damage,) = verification.verify_as(world.office, world.inspector).damages
    assert "没有任何留痕记录" in damage.what


def test_an_inspector_who_verifies_is_logged(world: World) -> None:
    begin(world)
    found = verification.verify_as(world.office, world.inspector)
    with world.office.reading() as session:
        *_, entry = read.of_act(session, TrailVerified.act)
    assert entry.data == {"size": found.size, "root": found.root, "damages": 0}
    with pytest.raises(NotAllowed):
        verification.verify_as(world.office, world.secretary)


def test_a_stage_set_past_the_services_is_found(world: World) -> None:
    begin(world)
    round_id = world.round_()
    world.stage(round_id, Stage.CLOSED)
    (damage,) = verification.verify(world.office).damages
    assert damage == Damage(-1, "批次 2026 与设立时的记录不一致")
