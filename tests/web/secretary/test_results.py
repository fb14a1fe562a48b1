"""The opened result at the secretary's desk: looking, voting, confirming, handing out."""

from __future__ import annotations

import io

import openpyxl
import pytest
from sqlmodel import select

from panel import tables
from panel.audit import read, seals
from panel.audit.events import ResultExported, ResultFinalized, ResultRead, VoteRecorded
from panel.rules.conflicts import Reach
from panel.rules.criteria import Confirmation
from panel.rules.eligibility import Verdict
from panel.rules.policies import read_policy
from panel.rules.stages import Stage
from panel.services import applications, rankings, recusals, stages
from tests.opened import CODE, Opened, caps, tighter
from tests.visitors import Visitor
from tests.world import PASSWORD, World

PAGE = f"/secretary/rounds/{CODE}/result"
TIED = {"S01": [80] * 6, "S02": [80] * 6, "P01": [90] * 6, "P02": [70] * 6, "P03": [50] * 6}


@pytest.fixture
def tied(world: World) -> Opened:
    """A tie at the studio cut with six voters, a fall, a project below the pass mark, a refused studio."""
    caps(world.office, 1, 1)
    return Opened(world, TIED, others={"S09": Verdict.REFUSED}, hand=6).opened()


def entries(world: World, act: str) -> list[read.Record]:
    with world.office.reading() as session:
        return read.of_act(session, act)


def ballots(*choices: str, reason: str = "更符合标准") -> dict[str, str]:
    fields = {"tie": "S01 S02"}
    for n, choice in enumerate(choices, 1):
        fields |= {f"choice-E{n}": choice, f"reason-E{n}": reason}
    return fields


def test_the_page_shows_places_reasons_and_both_figures(tied: Opened, secretary: Visitor) -> None:
    page = secretary.get(PAGE).text
    for words in (
        "S01、S02 并列，需要记名投票",
        "入选线：限额 1 名，线下最高分 80.00",
        "最终得分 50.00，低于合格线 60.00。",
        "资格审查结论为不予受理，不参加评审。",
        "并列待定，项目暂随其落选",
        "各专家总分",
        "原始均分",
    ):
        assert words in page
    with tied.office.reading() as session:
        row = session.exec(select(tables.Ranking)).one()
    for digest in (row.policy_digest, row.input_digest, row.result_digest):
        assert f'title="{digest}"' in page
    assert 'name="choice-E6"' in page
    assert 'name="password"' not in page  # not while a tie waits


def test_looking_is_noted_once_a_session(tied: Opened, secretary: Visitor) -> None:
    for _time in range(3):
        assert secretary.get(PAGE).status_code == 200
    assert [entry.subject for entry in entries(tied.world, ResultRead.act)] == ["1"]


def test_there_is_no_result_before_the_opening(world: World, secretary: Visitor) -> None:
    opened = Opened(world, {"S01": [80] * 5}).scoring()
    assert secretary.get(PAGE).status_code == 404
    assert secretary.get(PAGE + "/workbook").status_code == 404
    opened.world.stage(opened.round_id, Stage.OPENED)
    assert secretary.get(PAGE).status_code == 404


def test_a_vote_is_recorded_from_the_form(tied: Opened, secretary: Visitor) -> None:
    secretary.get(PAGE)
    answer = secretary.post(PAGE + "/votes", ballots("S02", "S02", "S02", "S02", "S01", "S01"))
    assert (answer.status_code, answer.location) == (303, PAGE)
    page = secretary.get(PAGE).text
    assert "记名投票已登记" in page
    assert "记名投票 4:2，入选。" in page
    assert "记名投票：S01、S02" in page
    assert "更符合标准" in page
    assert "随工作室落选与递补" in page  # P01 falls for good, P02 moves up
    assert len(entries(tied.world, VoteRecorded.act)) == 1
    assert "历次计算（2 次）" in page


def test_what_a_vote_lacks_is_named_and_nothing_typed_is_lost(tied: Opened, secretary: Visitor) -> None:
    secretary.get(PAGE)
    answer = secretary.post(PAGE + "/votes", ballots("S02", "S01", reason="") | {"reason-E2": "写了理由"})
    assert answer.status_code == 422
    assert 'href="#f-reason-E1"' in answer.text
    assert 'href="#f-choice-E3"' in answer.text
    assert "写了理由" in answer.text
    assert '<option value="S02" selected>' in answer.text
    assert entries(tied.world, VoteRecorded.act) == []
    assert secretary.post(PAGE + "/votes", {"tie": "S01 S09"}).status_code == 404


def test_equal_votes_ask_for_the_chair(tied: Opened, secretary: Visitor) -> None:
    secretary.get(PAGE)
    secretary.post(PAGE + "/votes", ballots("S02", "S02", "S02", "S01", "S01", "S01"))
    page = secretary.get(PAGE).text
    assert "S01、S02 并列，需要组长决定" in page
    assert "投票结果：S01 3、S02 3，票数相同。" in page
    wrong = secretary.post(PAGE + "/votes", {"tie": "S01 S02", "chair-choice": "S02", "chair-reason": ""})
    assert wrong.status_code == 422
    right = {"tie": "S01 S02", "chair-choice": "S02", "chair-reason": "带徒成效更好"}
    assert secretary.post(PAGE + "/votes", right).status_code == 303
    page = secretary.get(PAGE).text
    assert "记名投票 3:3，由组长决定入选。" in page
    assert "带徒成效更好" in page


def test_the_chair_chooses_as_many_as_there_are_seats(world: World, secretary: Visitor) -> None:
    caps(world.office, 2, 1)
    Opened(world, {n: [80] * 6 for n in ("S01", "S02", "S03")}, hand=6).opened()
    secretary.get(PAGE)
    fields = ballots("S01", "S01", "S02", "S02", "S03", "S03") | {"tie": "S01 S02 S03"}
    secretary.post(PAGE + "/votes", fields)
    assert 'type="checkbox" name="chair-choice"' in secretary.get(PAGE).text


def test_where_everybody_is_recused_the_page_offers_to_record_that(world: World, secretary: Visitor) -> None:
    caps(world.office, 1, 1)
    Opened(world, {n: [80] * 10 for n in ("S01", "S02")} | {"S03": [70] * 10}, hand=10).opened()
    for n in range(1, 11):
        reach, target = Reach.APPLICATION, f"S0{n % 2 + 1}"
        recusals.decide(world.office, world.secretary, CODE, f"E{n}", reach, target, True, "任职")
    rankings.compute(world.office, world.secretary, CODE)
    page = secretary.get(PAGE).text
    assert "S01、S02 并列，无人可以投票" in page
    assert 'name="choice-E1"' not in page
    fields = {"tie": "S01 S02", "no-vote-reason": ""}
    lacking = secretary.post(PAGE + "/no-votes", fields)
    assert lacking.status_code == 422
    assert 'href="#f-no-vote-reason"' in lacking.text
    answer = secretary.post(PAGE + "/no-votes", fields | {"no-vote-reason": "五人回避S01，五人回避S02"})
    assert (answer.status_code, answer.location) == (303, PAGE)
    page = secretary.get(PAGE).text
    assert "到会专家均须回避，无人可以投票，均不入选。" in page
    assert "五人回避S01，五人回避S02" in page
    assert 'name="password"' in page  # the result can be confirmed now
    book = openpyxl.load_workbook(io.BytesIO(secretary.get(PAGE + "/workbook").data))
    assert "五人回避S01，五人回避S02" in {cell.value for row in book["记名投票"] for cell in row}


def test_a_tie_that_hangs_on_another_has_no_form_yet(world: World, secretary: Visitor) -> None:
    caps(world.office, 1, 1)
    percents = {"S01": [80] * 5, "S02": [80] * 5, "P01": [90] * 5, "P03": [70] * 5, "P04": [70] * 5}
    Opened(world, percents).opened()
    page = secretary.get(PAGE).text
    assert "须先完成工作室的记名投票" in page
    assert page.count('name="tie"') == 1


def test_an_outdated_result_is_computed_anew(tied: Opened, secretary: Visitor) -> None:
    applications.withdraw(tied.office, tied.secretary, CODE, "S02", "来函撤回")
    page = secretary.get(PAGE).text
    assert "结果需要重新计算" in page
    assert 'name="choice-E1"' not in page
    assert "还不能确认结果" in page
    assert secretary.post(PAGE + "/compute").status_code == 303
    page = secretary.get(PAGE).text
    assert "申报单位已撤回申报。" in page
    assert "结果需要重新计算" not in page
    assert secretary.post(PAGE + "/compute").status_code == 409


def test_confirming_needs_the_password_and_the_second_person(world: World, secretary: Visitor) -> None:
    opened = Opened(world, {"S01": [80] * 5, "P01": [70] * 5}).opened()
    assert "还须由专家组组长确认后才生效" in secretary.get(PAGE).text
    wrong = secretary.post(PAGE + "/final", {"password": "not it"})
    assert wrong.status_code == 422
    assert "密码不正确" in wrong.text
    assert secretary.post(PAGE + "/final", {"password": PASSWORD}).status_code == 303
    page = secretary.get(PAGE).text
    assert "等待第二人确认" in page
    assert 'name="password"' not in page
    assert entries(world, ResultFinalized.act) == []
    with world.office.reading() as session:
        proposal = session.exec(select(tables.Proposal).where(tables.Proposal.step == "finalize")).one()
    stages.confirm(world.office, opened.experts[0], CODE, proposal.id)
    page = secretary.get(PAGE).text
    assert "结果已确认，不可更改" in page
    assert "E1（虚构）" in page
    assert 'name="password"' not in page
    assert secretary.post(PAGE + "/compute").status_code == 404
    assert secretary.post(PAGE + "/final", {"password": PASSWORD}).status_code == 404


def test_one_person_confirms_where_the_policy_says_so(world: World, secretary: Visitor) -> None:
    tighter(world.office, confirmation=f'"{Confirmation.ONE_PERSON}"')
    Opened(world, {"S01": [80] * 5}).opened()
    assert secretary.post(PAGE + "/final", {"password": PASSWORD}).status_code == 303
    page = secretary.get(PAGE).text
    assert "评审结果已确认，不可更改。" in page
    assert len(entries(world, ResultFinalized.act)) == 1


def test_the_workbook_is_handed_out_and_recorded(tied: Opened, secretary: Visitor) -> None:
    answer = secretary.get(PAGE + "/workbook")
    assert answer.status_code == 200
    assert answer.mimetype == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith("attachment")
    assert "%E8%AF%84%E5%AE%A1%E7%BB%93%E6%9E%9C-2026" in disposition  # 评审结果-2026
    assert openpyxl.load_workbook(io.BytesIO(answer.data)).sheetnames[0] == "结果"
    (entry,) = entries(tied.world, ResultExported.act)
    assert entry.data["digest"] == seals.file_digest(answer.data)


def test_what_cannot_be_compared_is_said(world: World, secretary: Visitor) -> None:
    percents = {"S01": [80] * 3, "S02": [80] * 6, "P01": [70] * 6}
    apart = [(f"E{n}", "S02") for n in (1, 2, 3)]
    tighter(world.office, quorum="3")
    Opened(world, percents, hand=6).opened(without=[*apart, *((f"E{n}", "S01") for n in (4, 5, 6))])
    page = secretary.get(PAGE).text
    assert "本类得分不能排成一个名次" in page
    assert "<li>S01</li><li>S02</li>" in page
    assert "各组申报之间没有共同的评分专家" in page


def test_a_method_that_does_not_correct_warns_of_holes(world: World, secretary: Visitor) -> None:
    tighter(world.office, method='"mean"')
    percents = {"S01": [80] * 6, "S02": [70] * 6}
    Opened(world, percents, hand=6).opened(without=[("E6", "S02")])
    page = secretary.get(PAGE).text
    assert "各申报的评分专家不尽相同" in page
    assert "专家评分尺度" not in page


@pytest.mark.parametrize(
    ("method", "name"),
    [("standard", "标准分法"), ("robust", "稳健标准分法"), ("minmax", "极差标准化法"), ("rank", "名次法")],
)
def test_a_method_with_its_own_scale_is_named_and_explained(
    world: World, secretary: Visitor, method: str, name: str
) -> None:
    office = world.office
    text = office.policy.text.replace('"adjusted"', f'"{method}"').replace("pass_mark = 60", "pass_mark = 0")
    office.policy = read_policy(text.replace("{ P3 = 60 }", "{}"), "the test's policy")
    percents = {"S01": [80, 70, 60, 60, 60, 90], "S02": [70] * 6, "S03": [60, 80, 75, 70, 80, 60]}
    Opened(world, percents, hand=6).opened(without=[("E6", "S02")])
    page = secretary.get(PAGE).text
    assert name in page
    assert "各专家评审的申报不尽相同" in page
    assert f"最终得分按“{name}”自己的尺度计算" in page
    book = openpyxl.load_workbook(io.BytesIO(secretary.get(PAGE + "/workbook").data))
    words = [str(cell.value) for sheet in book for row in sheet for cell in row]
    assert f"{name}（{method}）" in words
    assert any("不设合格线" in word for word in words)
