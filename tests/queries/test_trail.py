"""The trail as the inspector reads it: sentences, names, filters, pages, proofs, stages."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session

from panel import tables
from panel.audit import read
from panel.db.engine import writing
from panel.errors import NotFound, RuleBroken
from panel.queries import names, trail
from panel.queries.trail import Kept, Wanted
from panel.rules.eligibility import Verdict
from panel.rules.permissions import Role
from panel.rules.stages import Stage
from panel.rules.steps import Step
from panel.sentences.events import Kind
from panel.services import accounts, applications, sheets, sign_ins, stages, watching
from panel.services.office import Actor, Office
from tests.conftest import StandingClock
from tests.opened import CODE, Opened
from tests.tampering import unfence
from tests.world import STUDIO, World

PERCENTS = {"S01": [80, 70], "P01": [60, 90]}


@pytest.fixture
def story(world: World, clock: StandingClock) -> Opened:
    """A round whose scoring has lasted four hours; three of ten sheets are in."""
    begin = clock()
    told = Opened(world, PERCENTS, others={"S09": Verdict.REFUSED}, hand=5)

    def play() -> None:
        told.scoring()
        with pytest.raises(NotFound):
            sheets.opened(told.office, told.experts[0], round_code="1999", blind_code="none")
        clock.forward(hours=4)
        told.scored([("E2", "P01")])

    told.played("story", play)
    clock.now = begin + timedelta(hours=4)
    return told


def lines(office: Office, wanted: Wanted = Wanted(), **which: int) -> list[tuple[str, str]]:  # noqa: B008 - frozen
    with office.reading() as session:
        return [(view.actor, view.sentence) for view in trail.page(session, wanted, **which).entries]


def numbers(office: Office, wanted: Wanted, **which: int) -> list[int]:
    with office.reading() as session:
        return [view.index for view in trail.page(session, wanted, **which).entries]


def test_entries_are_told_with_the_names_behind_the_pseudonyms(story: Opened, office: Office) -> None:
    sheets.return_sheet(
        office, story.secretary, round_code=CODE, expert_number="E1", application_number="S01", reason="核对"
    )
    with office.reading() as session:
        newest = trail.page(session, Wanted(), limit=1).entries[0]
        body = read.page(session, limit=1)[0].body
    assert newest.actor == "secretary（虚构）"
    assert newest.role == "评审组秘书"
    assert newest.sentence == "退回专家 E1 专家E1（虚构）对申报 S01 的评分表"
    assert newest.thing == "S01 第01单位（虚构）"
    assert (newest.kind, newest.kind_term) == (Kind.SHEET, "评分")
    assert not newest.refused
    # The entry itself names nobody.
    assert "虚构" not in body


def test_a_unit_shows_once_there_is_a_verdict(world: World, office: Office) -> None:
    round_id = world.round_()
    world.application(round_id, STUDIO, verdict=None)
    with pytest.raises(RuleBroken):
        stages.take(office, world.secretary, CODE, Step.OPEN_SCORING)
    watching.application(office, world.inspector, round_id, "S01")
    with office.reading() as session:
        assert trail.page(session, Wanted()).entries[0].thing == ""
    applications.decide(office, world.secretary, CODE, "S01", Verdict.ACCEPTED, "", "齐全")
    with office.reading() as session:
        assert trail.page(session, Wanted()).entries[0].thing == f"S01 {STUDIO.unit}"


def test_a_refusal_says_what_was_tried_and_why(story: Opened, office: Office) -> None:
    wanted = Wanted(refused_only=True)
    assert lines(office, wanted) == [("E1（虚构）", "打开评审页面被拒绝：没有这个对象，或者无权查看")]


def test_those_without_an_account_are_named_too(world: World, office: Office) -> None:
    assert world.secretary.account_id
    for login in ("nobody", "secretary"):
        with pytest.raises(RuleBroken):
            sign_ins.sign_in(office, login, "wrong password")
    watching.log(office, Actor("os-root", Role.INSPECTOR))
    assert lines(office) == [
        ("服务器用户 root", "查看留痕"),
        ("secretary（虚构）", "登录被拒绝：登录名或密码不正确"),
        ("未登录的人", "登录被拒绝：登录名或密码不正确"),
    ]
    with office.reading() as session:
        people = [(one.name, one.role) for one in names.people(session)]
    assert sorted(people) == [
        ("secretary（虚构）", "评审组秘书"),
        ("服务器用户 root", "命令行"),
        ("未登录的人", ""),
    ]


def test_people_stand_by_role_and_name(story: Opened, office: Office) -> None:
    watching.log(office, story.world.inspector)
    with office.reading() as session:
        assert [one.name for one in names.people(session)] == [
            *(f"E{n}（虚构）" for n in range(1, 6)),
            "secretary（虚构）",
            "inspector（虚构）",
        ]


# Filters


def test_by_person(story: Opened, office: Office) -> None:
    said = lines(office, Wanted(actor=story.experts[1].id))
    assert said == [
        ("E2（虚构）", "提交并封存评分表：申报 S01"),
        ("E2（虚构）", "签署保密与回避承诺书"),
    ]


def test_by_kind(story: Opened, office: Office) -> None:
    said = [sentence for _, sentence in lines(office, Wanted(kind=Kind.ROUND))]
    assert said == [
        "评审进入“评分”环节（双人确认）",
        "提请开启评分，等待第二人确认",
        "设立评选批次 2026，申报截止日期 2026年8月28日",
    ]


@pytest.mark.parametrize("kind", list(Kind))
def test_every_entry_is_of_the_kind_asked_for(story: Opened, office: Office, kind: Kind) -> None:
    with office.reading() as session:
        everything = trail.page(session, Wanted(), limit=200).entries
        shown = trail.page(session, Wanted(kind=kind), limit=200).entries
    assert shown == tuple(view for view in everything if view.kind is kind)


@pytest.mark.parametrize(
    ("thing", "most"),
    [
        ("E2", {"expert.select", "expert.pledge", "sheet.submit"}),
        ("专家E2", {"expert.select", "expert.pledge", "sheet.submit"}),
        ("E2/S01", {"sheet.submit"}),
        ("S09", {"application.decide"}),
        ("第09单位", {"application.decide"}),
        ("%", set()),
    ],
)
def test_by_thing_however_it_is_named(story: Opened, office: Office, thing: str, most: set[str]) -> None:
    with office.reading() as session:
        found = trail.page(session, Wanted(thing=thing), limit=200).entries
        assert {read.entry(session, view.index).act for view in found} == most  # type: ignore[union-attr]


def test_an_application_is_found_with_all_its_sheets(story: Opened, office: Office) -> None:
    said = [sentence for _, sentence in lines(office, Wanted(thing="P01"))]
    assert said == ["提交并封存评分表：申报 P01", "资格审查结论：申报 P01，受理"]


def test_by_round_and_stage(story: Opened, office: Office) -> None:
    round_id = str(story.round_id)
    scoring = [sentence for _, sentence in lines(office, Wanted(round_id=round_id, stage=Stage.SCORING))]
    # What was refused belongs to no round that anybody knew: it is shown with the time in which it fell.
    assert scoring == [
        "提交并封存评分表：申报 P01",
        "提交并封存评分表：申报 S01",
        "提交并封存评分表：申报 S01",
        "打开评审页面被拒绝：没有这个对象，或者无权查看",
        "评审进入“评分”环节（双人确认）",
    ]
    setup = numbers(office, Wanted(round_id=round_id, stage=Stage.SETUP), limit=200)
    both = numbers(office, Wanted(round_id=round_id), limit=200)
    with office.reading() as session:
        first = next(r.index for r in read.of_act(session, "round.create"))
    assert min(setup) == min(both) == first
    assert len(setup) + len(scoring) == len(both)
    assert lines(office, Wanted(round_id=round_id, stage=Stage.FINAL)) == []


def test_a_stage_ends_where_the_next_begins(story: Opened, office: Office) -> None:
    story.step(Step.CLOSE_SCORING, "设备故障")
    said = [s for _, s in lines(office, Wanted(round_id=str(story.round_id), stage=Stage.SCORING))]
    assert said[0] == "提请结束评分，等待第二人确认"
    closed = [s for _, s in lines(office, Wanted(round_id=str(story.round_id), stage=Stage.CLOSED))]
    assert closed == ["评审进入“封存”环节（双人确认），尚缺 7 份评分表"]


def test_a_round_that_the_trail_does_not_know_has_no_entries(story: Opened, office: Office) -> None:
    assert [s for _, s in lines(office, Wanted(round_id="99"))] == [
        "打开评审页面被拒绝：没有这个对象，或者无权查看"
    ]
    assert lines(office, Wanted(round_id="99", stage=Stage.SETUP)) == []


def test_by_time(story: Opened, office: Office, clock: StandingClock) -> None:
    hour = clock.now - timedelta(minutes=30)
    late = numbers(office, Wanted(since=hour), limit=200)
    early = numbers(office, Wanted(until=hour), limit=200)
    whole = numbers(office, Wanted(), limit=200)
    assert len(late) == 3
    assert sorted(late + early, reverse=True) == whole
    assert numbers(office, Wanted(since=clock.now), limit=200) == late
    assert numbers(office, Wanted(since=clock.now + timedelta(seconds=1))) == []
    assert numbers(office, Wanted(until=clock.now), limit=200) == early
    assert numbers(office, Wanted(since=hour, until=hour)) == []


def test_several_filters_together(story: Opened, office: Office, clock: StandingClock) -> None:
    wanted = Wanted(
        actor=story.experts[0].id,
        kind=Kind.SHEET,
        round_id=str(story.round_id),
        stage=Stage.SCORING,
        thing="S01",
        since=clock.now,
    )
    assert lines(office, wanted) == [("E1（虚构）", "提交并封存评分表：申报 S01")]


# Pages


@pytest.mark.parametrize(
    "wanted", [Wanted(), Wanted(kind=Kind.PANEL), Wanted(kind=Kind.CONFLICT), Wanted(round_id="1")]
)
def test_pages_go_on_without_a_gap(story: Opened, office: Office, wanted: Wanted) -> None:
    with office.reading() as session:
        whole = [view.index for view in trail.page(session, wanted, limit=200).entries]
        assert trail.page(session, wanted, limit=len(whole)).older is None
        seen: list[int] = []
        before: int | None = None
        while True:
            page = trail.page(session, wanted, before=before, limit=3)
            seen += [view.index for view in page.entries]
            if page.older is None:
                break
            before = page.older
    assert seen == whole


@pytest.mark.parametrize("wanted", [Wanted(), Wanted(kind=Kind.PANEL), Wanted(round_id="1")])
def test_news_come_in_order_and_none_is_left_out(story: Opened, office: Office, wanted: Wanted) -> None:
    with office.reading() as session:
        whole = [view.index for view in trail.page(session, wanted, limit=200).entries]
        seen: list[int] = []
        while several := trail.news(session, wanted, after=seen[0] if seen else -1, limit=4).entries:
            seen = [view.index for view in several] + seen
    assert seen == whole


def test_an_empty_trail(office: Office) -> None:
    with office.reading() as session:
        assert trail.size(session) == 0
        assert trail.page(session, Wanted()) == trail.EntryPage((), None)
        assert trail.entry(session, 0) is None
        assert names.people(session) == []


# One entry


def test_an_entry_with_all_that_can_be_said(story: Opened, office: Office) -> None:
    actor = Actor(
        story.secretary.id,
        Role.SECRETARY,
        story.secretary.account_id,
        None,
        "0123456789abcdef",
        "10.3.2.7",
        "r1",
    )
    sheets.return_sheet(
        office,
        actor,
        round_code=CODE,
        expert_number="E1",
        application_number="S01",
        reason="评语不符",
    )
    with office.reading() as session:
        index = trail.size(session) - 1
        found = trail.entry(session, index)
        record = read.entry(session, index)
        assert found is not None
        assert record is not None
        assert found.proof is not None
        assert found.proof.holds
        assert found.proof.head == read.head(session)
    assert found.title == "退回评分表"
    assert (found.ip, found.session, found.request) == ("10.3.2.7", "0123456789abcdef", "r1")
    assert (found.round_code, found.subject, found.actor_id) == (CODE, "E1/S01", actor.id)
    assert found.words == (("理由", "评语不符"),)
    assert found.facts == ()
    assert (found.body, found.leaf) == (record.body, record.leaf)
    assert '"act": "sheet.return"' in found.pretty
    assert found.newer is None
    assert found.change is None


def test_a_correction_names_fields_and_digests(world: World, office: Office) -> None:
    round_id = world.round_()
    world.application(round_id, STUDIO, verdict=None)
    with office.reading() as session:
        plain, version = applications.current(session, CODE, "S01")
    corrected = replace(plain, unit="乙单位（虚构）")
    applications.correct(office, world.secretary, CODE, corrected, reason="名称已变更", version=version)
    watching.log(office, world.inspector)
    with office.reading() as session:
        found = trail.entry(session, 0)
        assert found is not None
        record = read.entry(session, 0)
        assert record is not None
    assert found.change == ("申报单位", record.data["before"], record.data["after"])
    assert [fact.field for fact in found.facts] == ["fields"]
    assert found.words == (("理由", "名称已变更"),)
    assert found.newer == 1


def test_the_command_line_acts_without_address_and_session(office: Office) -> None:
    accounts.first_administrator(office, "admin", "系统管理员（虚构）")
    with office.reading() as session:
        found = trail.entry(session, 0)
    assert found is not None
    assert (found.ip, found.session) == ("", "")
    assert found.view.sentence.startswith("建立账号：系统管理员（虚构）")


def spoil(office: Office, statement: str) -> None:
    """What only a database administrator can do."""
    with Session(writing(office.engine)) as session:
        for table in ("audit_log", "audit_node"):
            unfence(session.connection(), table)
        session.execute(text(statement))
        session.commit()


def test_a_damaged_entry_is_shown_as_such(story: Opened, office: Office) -> None:
    spoil(office, "UPDATE audit_log SET body = 'gone' WHERE idx = 3")
    with office.reading() as session:
        found = trail.entry(session, 3)
        assert found is not None
        assert found.view.sentence == "这条记录被改动过，已无法读出"
        assert not found.view.readable
        assert found.body == "gone"
        assert found.proof is not None
        assert not found.proof.holds
        assert len(trail.page(session, Wanted(), limit=200).entries) == trail.size(session)


def test_where_the_tree_is_damaged_there_is_no_proof(story: Opened, office: Office) -> None:
    spoil(office, "DELETE FROM audit_node")
    with office.reading() as session:
        found = trail.entry(session, 0)
        assert found is not None
        assert found.proof is None
        assert trail.kept(session, (4, "00" * 32), 20) is Kept.OTHER


def test_a_refused_entry_has_a_title_and_no_words(story: Opened, office: Office) -> None:
    (index,) = numbers(office, Wanted(refused_only=True))
    with office.reading() as session:
        found = trail.entry(session, index)
    assert found is not None
    assert found.title == "打开评审页面"
    assert [(fact.label, fact.text) for fact in found.facts] == [
        ("被拒绝的操作", "打开评审页面"),
        ("拒绝原因", "没有这个对象，或者无权查看"),
    ]


def test_an_attempt_at_a_page_has_no_kind(world: World, office: Office) -> None:
    office.refuse(world.secretary, "watch", NotFound())
    with office.reading() as session:
        (view,) = trail.page(session, Wanted()).entries
        found = trail.entry(session, 0)
    assert (view.sentence, view.kind_term) == ("查看监察页面被拒绝：没有这个对象，或者无权查看", "监察查看")
    office.refuse(world.secretary, "import", NotFound())
    office.refuse(world.secretary, "see_result", NotFound())
    with office.reading() as session:
        assert trail.page(session, Wanted()).entries[0].kind_term == ""
    assert found is not None
    assert found.words == ()


# Checkpoints and stages


def test_a_kept_checkpoint_still_fits_or_does_not(story: Opened, office: Office) -> None:
    with office.reading() as session:
        head = read.head(session)
    watching.log(office, story.world.inspector)
    with office.reading() as session:
        assert trail.kept(session, (head.size, head.root), head.size) is Kept.CONTINUES
        assert trail.kept(session, (head.size, "00" * 32), head.size + 1) is Kept.OTHER
        assert trail.kept(session, (head.size, head.root), head.size - 1) is Kept.SHORTER


def test_the_stages_of_a_round_with_their_times(story: Opened, office: Office, clock: StandingClock) -> None:
    clock.forward(minutes=10)
    story.step(Step.CLOSE_SCORING, "设备故障")
    clock.forward(minutes=5)
    with office.reading() as session:
        spans = trail.stages(session, story.round_id, clock.now)
    assert [(span.stage, span.state, span.lasted) for span in spans] == [
        (Stage.SETUP, "done", timedelta(0)),
        (Stage.SCORING, "done", timedelta(hours=4, minutes=10)),
        (Stage.CLOSED, "current", timedelta(minutes=5)),
        (Stage.OPENED, "next", None),
        (Stage.FINAL, "next", None),
        (Stage.ARCHIVED, "next", None),
    ]
    assert spans[1].sentence == "评审进入“评分”环节（双人确认）"
    assert spans[3].entry is None


def test_names_of_rounds_without_a_row_stay_empty(world: World, office: Office) -> None:
    watching.application(office, world.inspector, 77, "S01")
    with office.reading() as session:
        found = trail.entry(session, 0)
        assert session.get(tables.Round, 77) is None
    assert found is not None
    assert (found.round_code, found.view.thing) == ("", "")
