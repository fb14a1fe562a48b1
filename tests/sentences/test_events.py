"""Every event of the trail has its sentence, and says what happened in the words of the office."""

from __future__ import annotations

import ast
import re
from dataclasses import fields
from pathlib import Path

import pytest

from panel.audit import events as trail
from panel.audit.events import VOCABULARY, Event, Said
from panel.language import speaking
from panel.rules.permissions import Action
from panel.rules.steps import BlockerCode
from panel.sentences import events, refusals
from panel.sentences.events import Kind

NAMES = {"E1": "E1 王某（虚构）", "E2": "E2 李某（虚构）", "u-3": "孙某（虚构）"}
DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

CASES: list[tuple[Event, str, str]] = [
    (trail.AccountCreated(role="expert"), "u-3", "建立账号：孙某（虚构），角色为评审专家"),
    (trail.CodeIssued(), "u-3", "为孙某（虚构）签发一次性登录码，此前的登录码作废"),
    (trail.AccountActivated(credential=DIGEST), "u-3", "激活账号：孙某（虚构），设定密码"),
    (
        trail.AccountReset(sessions=2),
        "u-3",
        "在服务器上重置系统管理员 孙某（虚构）：原密码失效，退出 2 处登录",
    ),
    (trail.PasswordChanged(), "u-3", "更改密码，其他设备上的登录同时退出"),
    (trail.AccountDisabled(reason=Said("离职")), "u-3", "停用账号：孙某（虚构）"),
    (trail.AccountEnabled(reason=Said("返岗")), "u-3", "恢复账号：孙某（虚构）"),
    (trail.SignedIn(), "u-3", "登录系统"),
    (trail.SignedOut(), "u-3", "退出登录"),
    (trail.SessionsRevoked(sessions=2), "u-3", "强制孙某（虚构）退出全部登录，共 2 处"),
    (trail.SessionLocked(), "u-3", "屏幕锁定，页面内容不再显示"),
    (trail.SessionUnlocked(), "u-3", "输入密码，屏幕解锁"),
    (trail.SessionsReplaced(sessions=1), "u-3", "在另一台设备登录，先前的 1 处登录随即结束"),
    (trail.SessionGuessed(), "u-3", "锁定的设备上连续输错密码，该处登录已结束"),
    (trail.PinLocked(), "u-3", "孙某（虚构）连续输错个人密码，个人密码作废，须换发登录卡"),
    (
        trail.StrangersShutOut(),
        "u-3",
        "孙某（虚构）的个人密码在新设备上连续输错，暂时只能在登录过的设备上登录",
    ),
    (
        trail.CardRenewed(sessions=1, reason=Said("遗失")),
        "u-3",
        "为孙某（虚构）换发登录卡：原个人密码作废，退出 1 处登录",
    ),
    (trail.DeviceRevoked(device="0" * 16), "u-3", "强制孙某（虚构）在一台设备上退出登录"),
    (
        trail.DevicesAllowed(devices=2, reason=Said("备用")),
        "u-3",
        "允许孙某（虚构）同时在 2 台设备上登录",
    ),
    (
        trail.SignatureFiled(document=DIGEST, signature=DIGEST, said=Said("存第3卷")),
        "E1",
        "登记专家 E1 王某（虚构）的纸质签名已收到",
    ),
    (
        trail.SheetPrinted(code="SX-01", digest=DIGEST),
        "E1",
        "下载专家 E1 王某（虚构）的签名评分表，盲评编号 SX-01",
    ),
    (
        trail.RoundCreated(code="2026", closing_day="2026-08-28"),
        "2026",
        "设立评选批次 2026，申报截止日期 2026年8月28日",
    ),
    (
        trail.StageChanged(stage="scoring", mode="two_person", policy=DIGEST),
        "2026",
        "评审进入“评分”环节（双人确认）",
    ),
    (
        trail.StageChanged(stage="closed", mode="one_person", missing=("E1/S01", "E2/S01")),
        "2026",
        "评审进入“封存”环节（单人确认），尚缺 2 份评分表",
    ),
    (trail.StepProposed(step="open_seals"), "2026", "提请启封，等待第二人确认"),
    (trail.StepDeclined(step="finalize"), "2026", "提请的结果确认未获确认"),
    (
        trail.FileReceived(kind="applications", digest=DIGEST, size=54698, problems=3),
        "1",
        "上传申报工作簿预览，发现 3 处问题，尚未导入",
    ),
    (
        trail.FileReceived(kind="experts", digest=DIGEST, size=14676, problems=0),
        "2",
        "上传专家名册预览，没有发现问题，尚未导入",
    ),
    (trail.FileImported(kind="applications", digest=DIGEST, rows=26), "1", "导入申报工作簿，共 26 行"),
    (trail.FileDropped(kind="experts", digest=DIGEST), "2", "放弃导入已上传的专家名册"),
    (
        trail.ApplicationCorrected(
            fields=("unit", "months"), before=DIGEST, after=DIGEST, reason=Said("笔误")
        ),
        "P01",
        "更正申报 P01 的 2 项内容",
    ),
    (trail.ApplicationWithdrawn(reason=Said("来函")), "P01", "登记申报 P01 撤回"),
    (
        trail.EligibilityDecided(verdict="accepted", article="", findings=(), reason=Said("符合条件")),
        "S01",
        "资格审查结论：申报 S01，受理",
    ),
    (
        trail.EligibilityDecided(
            verdict="refused", article="8", findings=("master_twice",), reason=Said("重复")
        ),
        "S01",
        "资格审查结论：申报 S01，不予受理（第八条）",
    ),
    (
        trail.IdentityCleared(field="summary", word=Said("大兴"), reason=Said("通用")),
        "P01",
        "核对申报 P01 中可能识别身份的词语，予以保留",
    ),
    (
        trail.MaterialReceived(digest=DIGEST, size=9, files=4, problems=2),
        "7",
        "上传申报材料 4 份，发现 2 处问题，尚未收入",
    ),
    (
        trail.MaterialReceived(digest=DIGEST, size=9, files=4, problems=0),
        "7",
        "上传申报材料 4 份，没有发现问题，尚未收入",
    ),
    (trail.MaterialDropped(digest=DIGEST), "7", "放弃已上传、尚未收入的申报材料"),
    (
        trail.MaterialAdded(file=3, digest=DIGEST, pages=5, material="J2"),
        "P01",
        "收入申报 P01 的材料（文件 3，5 页）",
    ),
    (
        trail.MaterialRemoved(file=3, digest=DIGEST, reason=Said("传错了")),
        "P01",
        "移除申报 P01 的材料（文件 3），留存备查",
    ),
    (
        trail.MaterialReviewed(file=3, pages=("1", "2"), boxes=4, digest=DIGEST),
        "P01",
        "审查申报 P01 的材料（文件 3）：2 页，遮盖 4 处",
    ),
    (
        trail.MaterialSeen(file=3, page=2, version=1),
        "E1/P01",
        "查看申报 P01 的材料（文件 3，第 2 页）",
    ),
    (
        trail.DrawPrepared(
            attempt=1, size=2, pool=("E1", "E2", "E3"), excluded=("E4:conflict",), digest=DIGEST
        ),
        "1",
        "第 1 次抽取准备就绪：候选 3 人，排除 1 人，拟抽 2 人",
    ),
    (
        trail.DrawHeld(seed=DIGEST, drawn=("E2", "E1")),
        "1",
        "生成随机种子，抽出 2 名专家：E2 李某（虚构）、E1 王某（虚构）",
    ),
    (trail.ExpertSelected(reason=Said("对口")), "E1", "人工选定专家 E1 王某（虚构）进入专家组"),
    (trail.ExpertRemoved(reason=Said("请辞")), "E1", "将专家 E1 王某（虚构）移出专家组"),
    (trail.ExpertAbsent(reason=Said("生病")), "E1", "登记专家 E1 王某（虚构）缺席"),
    (trail.ChairNamed(), "E1", "登记 E1 王某（虚构）为专家组组长"),
    (trail.PledgeSigned(text=DIGEST), "E1", "签署保密与回避承诺书"),
    (trail.ConflictsFound(found=4, digest=DIGEST), "2026", "核查利益冲突，发现 4 项"),
    (trail.ConflictsFound(found=0, digest=DIGEST), "2026", "核查利益冲突，没有发现冲突"),
    (
        trail.ConflictDeclared(code="C5", said=Said("表兄弟")),
        "E1",
        "专家 E1 王某（虚构）申明利益冲突（亲属关系）",
    ),
    (
        trail.RecusalDecided(
            recused=True, reach="unit", target="S01 P01", code="C1", late=False, reason=Said("任职")
        ),
        "E1",
        "决定专家 E1 王某（虚构）回避申报 S01、P01",
    ),
    (
        trail.RecusalDecided(
            recused=True, reach="round", target="", code="C9", late=True, reason=Said("申报人")
        ),
        "E1",
        "决定专家 E1 王某（虚构）回避本批次全部申报（评分开始后）",
    ),
    (
        trail.RecusalDecided(
            recused=False, reach="application", target="S01", code="C2", late=False, reason=Said("已满三年")
        ),
        "E1",
        "决定专家 E1 王某（虚构）无需回避申报 S01",
    ),
    (
        trail.RecusalDecided(
            recused=False, reach="application", target="S01", code="C2", late=True, reason=Said("同名")
        ),
        "E1",
        "决定专家 E1 王某（虚构）无需回避申报 S01（评分开始后）",
    ),
    (trail.SheetOpened(), "E1/S01", "打开申报 S01 的评审页面"),
    (trail.ScoreSaved(unit="S1"), "E1/S01", "保存一项评分：申报 S01，指标 S1"),
    (trail.SheetSubmitted(c=DIGEST), "E1/S01", "提交并封存评分表：申报 S01"),
    (trail.SheetReturned(reason=Said("不一致")), "E1/S01", "退回专家 E1 王某（虚构）对申报 S01 的评分表"),
    (
        trail.SheetVoided(reason=Said("回避")),
        "E1/S01",
        "作废专家 E1 王某（虚构）对申报 S01 的评分表，留存备查，不计入结果",
    ),
    (trail.SealsOpened(openings=DIGEST, sheets=30), "2026", "启封全部评分表，共 30 份"),
    (
        trail.RankingComputed(method="adjusted", policy=DIGEST, inputs=DIGEST, result=DIGEST),
        "1",
        "计算评审结果（校正分法）",
    ),
    (
        trail.VoteRecorded(track="studio", tied=("S04", "S07"), ballots=5, digest=DIGEST),
        "S04 S07",
        "登记记名投票：技能大师工作室 S04、S07 并列，5 票",
    ),
    (
        trail.VoteImpossible(track="studio", tied=("S04", "S07"), reason=Said("均已回避")),
        "S04 S07",
        "登记无人可以投票：技能大师工作室 S04、S07 并列，到会专家均须回避，均不入选",
    ),
    (trail.ResultFinalized(result=DIGEST, mode="two_person"), "1", "确认评审结果（双人确认）"),
    (trail.ResultExported(digest=DIGEST), "1", "导出结果工作簿"),
    (trail.LogWatched(), "log", "查看留痕"),
    (trail.EntryRead(), "1040", "查看第 1040 号留痕记录"),
    (trail.RoundRead(), "2026", "查看评选批次 2026"),
    (trail.FlagsRead(), "2026", "查看评选批次 2026 的核实提示"),
    (
        trail.ReportDrafted(size=2000, digest="0f"),
        "2026",
        "起草评选批次 2026 的监督报告，依据前 2000 条留痕",
    ),
    (trail.ApplicationRead(), "S01", "查看申报 S01"),
    (trail.ResultRead(), "1", "查看评审结果"),
    (trail.AnalysisRead(), "1", "查看评审分析"),
    (trail.TrailVerified(size=1042, root=DIGEST, damages=0), "log", "核验全部 1042 条留痕，没有发现改动"),
    (trail.TrailVerified(size=1042, root=DIGEST, damages=2), "log", "核验留痕，发现 2 处改动"),
    (trail.KeyEntered(key="k", how="first"), "5f2c0a11", "启用首个校验点签名密钥 5f2c0a11"),
    (
        trail.KeyEntered(key="k", how="rotated", by="j", sig="s"),
        "5f2c0a11",
        "更换校验点签名密钥为 5f2c0a11，由原密钥签署认可",
    ),
    (
        trail.KeyEntered(key="k", how="lost"),
        "5f2c0a11",
        "原签名密钥遗失，改用新密钥 5f2c0a11，未经原密钥认可",
    ),
    (trail.WitnessEntered(key="k"), "5f2c0a11", "登记见证密钥 5f2c0a11，此后接受其副署"),
    (trail.SignerStarted(key="k", mode="apart"), "5f2c0a11", "启动独立的签名程序，密钥 5f2c0a11"),
    (
        trail.SignerStarted(key="k", mode="inside"),
        "5f2c0a11",
        "在服务程序内签署校验点（未独立），密钥 5f2c0a11",
    ),
    (trail.ClockStepped(seconds=61), "clock", "时钟倒退了 61 秒，此后的记录仍按编号排列"),
    (trail.BundleExported(size=1042, digest=DIGEST), "log", "导出留痕包，共 1042 条留痕"),
    (trail.Refused(tried="sheet.submit", why="sheet_submitted"), "", "提交评分表被拒绝：评分表已经提交"),
]


def name(identifier: str) -> str:
    return NAMES.get(identifier, identifier)


@pytest.mark.parametrize(("event", "subject", "said"), CASES, ids=[f"{c[0].act}-{c[2][:8]}" for c in CASES])
def test_every_event_in_one_sentence(event: Event, subject: str, said: str) -> None:
    assert events.sentence(event.act, event.data(), subject, name) == said


def test_no_event_is_without_a_sentence_a_title_or_a_kind() -> None:
    tried = {type(event).act for event, _, _ in CASES}
    assert tried == set(VOCABULARY)
    assert set(VOCABULARY) <= set(events.TITLES)
    assert {act for act in VOCABULARY if events.kind(act) is None} == {events.REFUSED}
    assert set(events.KINDS) == set(Kind)


@pytest.mark.parametrize("tried", [*VOCABULARY, *Action])
def test_every_refusal_in_one_sentence(tried: str) -> None:
    for why in ("NotAllowed", "NotFound", "sheets_missing"):
        said = events.sentence("refused", {"tried": tried, "why": why})
        title, reason = said.split("被拒绝：")
        assert title == events.title(tried) != tried
        assert reason == refusals.reason(why) != why


def test_a_sentence_keeps_what_it_does_not_know() -> None:
    # An entry written by a later version, or by an earlier one whose codes are gone.
    assert events.sentence("moon.land", {}) == "moon.land"
    assert events.title("moon.land") == "moon.land"
    assert events.kind("moon.land") is None
    assert (
        events.sentence("round.stage", {"stage": "notice", "mode": "three"})
        == "评审进入“notice”环节（three）"
    )
    assert events.sentence("account.create", {}) == "建立账号：，角色为"


def test_yes_and_no() -> None:
    assert events.value("recused", True) == "是"
    assert events.value("late", False) == "否"


def test_sentences_ask_only_for_what_their_event_says() -> None:
    derived = {"who", "expert", "application", "subject", "act"}
    for act, template in events._SENTENCES.items():
        said = {field.name for field in fields(VOCABULARY[act])}
        asked = {one.removesuffix("_names") for one in re.findall(r"\{(\w+)\}", template)}
        assert asked <= said | derived, act


def test_no_sentence_gives_words_of_people_away() -> None:
    for event, subject, _ in CASES:
        for text in type(event).texts():
            said = events.sentence(event.act, event.data(), subject, name)
            assert not getattr(event, text) or getattr(event, text) not in said


def test_every_code_of_a_refusal_has_its_words() -> None:
    assert {code.value for code in BlockerCode} <= set(refusals.REASONS)
    assert refusals.reason("unheard_of") == "不符合规定（unheard_of）"
    assert sorted(raised() - set(refusals.REASONS)) == []


def test_sentences_are_translated_as_a_whole() -> None:
    with speaking("en"):
        # A sentence that the catalogue does not know yet stays Chinese; it is never torn.
        assert events.sentence("account.sign_in", {}) != ""


def raised() -> set[str]:
    """The codes of all rules that the program can find broken."""
    codes = set()
    for file in Path(refusals.__file__).parents[1].rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "RuleBroken" and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    codes.add(str(first.value))
    return codes
