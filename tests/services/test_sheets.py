"""Saving, sealing, giving back and voiding score sheets."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlmodel import col, select

from panel import tables
from panel.audit import read, seals
from panel.audit.events import SheetVoided
from panel.audit.tables import AuditText
from panel.errors import InvalidInput, NotAllowed, NotFound, RuleBroken, StaleVersion
from panel.rules.applications import Track
from panel.rules.conflicts import Reach
from panel.rules.sheets import MAX_COMMENT, SheetState
from panel.rules.signatures import ON_PAPER, Purpose
from panel.rules.stages import Stage
from panel.services import sheets
from panel.services.office import Actor, Office
from panel.services.sheets import Receipt, Saved
from tests.conftest import StandingClock
from tests.world import STUDIO, World

CODE = "2026"
S01, P01 = "SX-01", "PX-02"
REASON = "理由充分，材料可以逐项核验，数据前后一致。"
# 18.5 + 9 + 6 + 12 + 10 + 6 = 61.5, and no score that calls for a reason.
PLAIN = {"S1": "18.5", "S2": "9", "S3": "6", "S4": "12", "S5": "10", "S6": "6"}


@pytest.fixture
def round_id(world: World) -> int:
    return world.scoring_round()


@pytest.fixture
def expert(world: World, round_id: int) -> Actor:
    return replace(world.accounts["E1"], session="tablet-one")


def save(
    office: Office,
    actor: Actor,
    *,
    unit: str = "S1",
    points: str | None = "20",
    comment: str | None = "",
    version: int = 1,
    key: str = "k1",
    blind_code: str = S01,
) -> Saved:
    return sheets.save_score(
        office,
        actor,
        round_code=CODE,
        blind_code=blind_code,
        unit=unit,
        points=points,
        comment=comment,
        version=version,
        key=key,
    )


def fill(office: Office, actor: Actor, given: Mapping[str, str] = PLAIN, blind_code: str = S01) -> int:
    """Give every unit its points; answers the sheet's version."""
    version = 1
    for unit, points in given.items():
        version = save(
            office,
            actor,
            unit=unit,
            points=points,
            version=version,
            key=f"fill {blind_code} {unit}",
            blind_code=blind_code,
        ).version
    return version


def submit(office: Office, actor: Actor, version: int, blind_code: str = S01) -> Receipt:
    return sheets.submit(office, actor, round_code=CODE, blind_code=blind_code, version=version)


def give_back(office: Office, actor: Actor, application: str = "S01", reason: str = "请补充说明") -> None:
    sheets.return_sheet(
        office,
        actor,
        round_code=CODE,
        expert_number="E1",
        application_number=application,
        reason=reason,
    )


def own(world: World, application: str = "S01", expert: str = "E1") -> tables.Sheet:
    with world.office.reading() as session:
        return session.exec(
            select(tables.Sheet)
            .join(tables.Application, col(tables.Application.id) == col(tables.Sheet.application_id))
            .join(tables.Expert, col(tables.Expert.id) == col(tables.Sheet.expert_id))
            .where(tables.Application.number == application, tables.Expert.number == expert)
        ).one()


def scores(world: World, sheet: tables.Sheet) -> dict[str, tuple[int | None, str]]:
    with world.office.reading() as session:
        rows = session.exec(select(tables.Score).where(tables.Score.sheet_id == sheet.id))
        return {row.unit: (row.points, row.comment) for row in rows}


def trail(world: World, act: str = "", *, refused: bool = False) -> list[read.Record]:
    """The entries of an act, oldest first."""
    with world.office.reading() as session:
        found = read.page(session, read.Filter(act=act, refused_only=refused), limit=500)
    return [record for record in reversed(found) if record.ok is not refused]


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
        sheets.save_score(
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


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage is not Stage.SCORING])
def test_sheets_are_written_while_scoring_is_open_only(
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
    assert "29" not in json.dumps(record.data)


# Sealing


def test_a_finished_sheet_is_sealed(office: Office, world: World, round_id: int, expert: Actor) -> None:
    version = fill(office, expert)
    receipt = submit(office, expert, version)
    sheet = own(world)
    assert (sheet.state, sheet.revision, sheet.version) == (SheetState.SUBMITTED, 1, version + 1)
    (record,) = trail(world, "sheet.submit")
    signature = ON_PAPER.digest(Purpose.SHEET, receipt.commitment, "2026/E1")
    assert record.data == {"c": receipt.commitment, "manner": "paper", "signature": signature}
    assert (receipt.entry, receipt.leaf, receipt.at) == (record.index, record.leaf, world.clock())


def test_the_commitment_follows_from_salt_and_items(office: Office, world: World, expert: Actor) -> None:
    version = fill(office, expert)
    version = save(office, expert, unit="S1", points="30", comment=REASON, version=version, key="z").version
    receipt = submit(office, expert, version)
    with office.reading() as session:
        sealed = session.exec(select(tables.Submission)).one()
    items = json.loads(sealed.items)
    assert items["S1"] == {"comment": REASON, "points": 3000}
    assert items["S6"] == {"comment": "", "points": 600}
    assert len(sealed.salt) == 32
    again = seals.SealedSheet(
        CODE, "S01", "E1", 1, {u: (i["points"], i["comment"]) for u, i in items.items()}
    )
    assert again.commitment(sealed.salt) == sealed.commitment == receipt.commitment


def test_a_sealed_sheet_is_written_by_no_one(office: Office, world: World, expert: Actor) -> None:
    version = fill(office, expert)
    submit(office, expert, version)
    with pytest.raises(RuleBroken) as refused:
        save(office, expert, points="20", version=version + 1, key="again")
    assert refused.value.code == "sheet_submitted"
    with pytest.raises(RuleBroken) as refused:
        submit(office, expert, version + 1)
    assert refused.value.code == "sheet_submitted"
    assert scores(world, own(world))["S1"] == (1850, "")


def test_what_is_missing_is_named_and_nothing_is_sealed(office: Office, world: World, expert: Actor) -> None:
    version = fill(office, expert, {"S1": "30", "S2": "3", "S4": "12", "S5": "10", "S6": "6"})
    with pytest.raises(InvalidInput) as refused:
        submit(office, expert, version)
    assert [(problem.where, problem.remedy) for problem in refused.value.problems] == [
        ("技能大师条件", "该分数需要评语说明理由，至少 15 个字。"),
        ("师带徒与技艺传承", "该分数需要评语说明理由，至少 15 个字。"),
        ("工作室团队", "尚未评分。"),
    ]
    assert own(world).state == SheetState.DRAFT
    assert trail(world, "sheet.submit") == []


def test_an_old_version_is_not_sealed(office: Office, expert: Actor) -> None:
    version = fill(office, expert)
    with pytest.raises(StaleVersion) as refused:
        submit(office, expert, version - 1)
    assert refused.value.current == version


def test_both_tracks_are_sealed_each_by_its_own_criteria(office: Office, world: World, expert: Actor) -> None:
    units = office.policy.track(Track.PROJECT).units()
    given = {unit.id: str(unit.points * 70 // 100 // 50 / 2) for unit in units}  # 70 % in half points
    submit(office, expert, fill(office, expert, given, P01), P01)
    assert own(world, "P01").state == SheetState.SUBMITTED
    assert own(world, "S01").state == SheetState.DRAFT


# Giving back


def test_a_returned_sheet_is_a_draft_again_and_the_old_seal_stays(
    office: Office, world: World, expert: Actor
) -> None:
    first = submit(office, expert, fill(office, expert))
    give_back(office, world.secretary)
    sheet = own(world)
    assert (sheet.state, sheet.revision) == (SheetState.DRAFT, 2)
    saved = save(office, expert, points="21", version=sheet.version, key="revised")
    second = submit(office, expert, saved.version)
    with office.reading() as session:
        sealed = session.exec(select(tables.Submission).order_by(col(tables.Submission.revision))).all()
    assert [(row.revision, row.commitment) for row in sealed] == [
        (1, first.commitment),
        (2, second.commitment),
    ]
    assert json.loads(sealed[0].items)["S1"]["points"] == 1850
    assert json.loads(sealed[1].items)["S1"]["points"] == 2100


def test_the_reason_for_giving_back_stands_in_the_trail(office: Office, world: World, expert: Actor) -> None:
    submit(office, expert, fill(office, expert))
    give_back(office, world.secretary, reason="请核对 S3")
    (record,) = trail(world, "sheet.return")
    with office.reading() as session:
        assert read.words(session, record) == {"reason": "请核对 S3"}
    assert record.subject == "E1/S01"


def test_only_a_submitted_sheet_is_given_back_and_only_by_the_secretary(
    office: Office, world: World, expert: Actor
) -> None:
    with pytest.raises(RuleBroken) as refused:
        give_back(office, world.secretary)
    assert refused.value.code == "sheet_not_submitted"
    submit(office, expert, fill(office, expert))
    for somebody in (expert, world.inspector, world.administrator):
        with pytest.raises(NotAllowed):
            give_back(office, somebody)
    with pytest.raises(InvalidInput):
        give_back(office, world.secretary, reason="  ")
    with pytest.raises(NotFound):
        give_back(office, world.secretary, application="S99")


# Voiding


def test_a_voided_sheet_is_kept_and_counts_no_more(office: Office, world: World, expert: Actor) -> None:
    version = fill(office, expert)
    sheet = own(world)
    with office.change(world.secretary, SheetVoided) as change:
        sheets.void(change, [sheet.id], "迟到的回避")
    after = own(world)
    assert (after.state, after.void_because) == (SheetState.VOID, "迟到的回避")
    assert len(scores(world, after)) == 6
    (record,) = trail(world, "sheet.void")
    assert record.subject == "E1/S01"
    with pytest.raises(RuleBroken) as refused:
        save(office, expert, version=version + 1, key="late")
    assert refused.value.code == "sheet_void"
    with pytest.raises(RuleBroken):
        give_back(office, world.secretary)


def test_voiding_twice_records_once(office: Office, world: World, round_id: int) -> None:
    ids = [own(world, expert=f"E{n}").id for n in (1, 2)]
    for _ in range(2):
        with office.change(world.secretary, SheetVoided) as change:
            sheets.void(change, ids, "重复")
    assert [record.subject for record in trail(world, "sheet.void")] == ["E1/S01", "E2/S01"]


# Looking


def test_opening_a_sheet_is_noted_once_a_session(office: Office, world: World, expert: Actor) -> None:
    def look(actor: Actor, blind_code: str = S01) -> None:
        sheets.opened(office, actor, round_code=CODE, blind_code=blind_code)

    look(expert)
    look(expert)
    look(expert, P01)
    look(replace(expert, session="tablet-two"))
    look(world.accounts["E2"])
    assert [record.subject for record in trail(world, "sheet.read")] == [
        "E1/S01",
        "E1/P01",
        "E1/S01",
        "E2/S01",
    ]


def test_no_value_and_no_comment_reaches_the_trail(office: Office, world: World, expert: Actor) -> None:
    version = fill(office, expert, {**PLAIN, "S2": "9.5"})
    version = save(
        office, expert, unit="S3", points="7.5", comment="绝密评语甲乙丙", version=version, key="s"
    ).version
    submit(office, expert, version)
    give_back(office, world.secretary)
    with office.reading() as session:
        kept = "\n".join([*read.bodies(session), *_texts(session)])
    plain = re.sub("[0-9a-f]{16,}|[0-9T:.-]{20,}Z", "", kept)  # without digests and moments
    for value in ("绝密评语", "18.5", "1850", "9.5", "950", "7.5", "750"):
        assert value not in plain


def _texts(session: object) -> list[str]:
    return [row.text for row in session.exec(select(AuditText))]  # type: ignore[attr-defined]


def _seat(world: World, round_id: int, expert: Actor, **values: object) -> None:
    with world.store() as session:
        row = session.exec(
            select(tables.Panelist).where(
                tables.Panelist.round_id == round_id, tables.Panelist.expert_id == expert.expert_id
            )
        ).one()
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
