"""Every reason as a sentence, with the figures it rests on."""

from __future__ import annotations

from pathlib import Path

import pytest

from panel.language import speaking
from panel.rules.applications import Track
from panel.rules.places import Cut, Place
from panel.rules.policies import read_policy
from panel.rules.reasons import (
    FACTS,
    BelowCap,
    BelowFloor,
    BelowPassMark,
    Facts,
    LinkedStudioRefused,
    NoSpread,
    NotConnected,
    Reason,
    Refused,
    Selected,
    Shortfall,
    StudioNotSelected,
    TieLost,
    TooFewSheets,
    Vetoed,
    Withdrawn,
)
from panel.rules.ties import Decision
from panel.rules.votes import Awaited, Decider
from panel.sentences import outcomes
from panel.vocabulary import term

POLICY = read_policy(
    (Path(__file__).parents[2] / "config" / "criteria.toml").read_text(encoding="utf-8"), "criteria.toml"
)
STUDIOS, PROJECTS = Track.STUDIO, Track.PROJECT


def said(track: Track, facts: Facts, official: int | None = None, number: str = "A1") -> str:
    return outcomes.sentence(Place(number, track, official, 1, 1, facts), POLICY)


def on_a_rung(own: int, other: int) -> Decision:
    return Decision(Decider.CRITERION, "S1", ("S03", "S04"), 1, (), own, other)


def by_vote(
    decider: Decider, own: int | None = None, other: int | None = None, awaited: Awaited | None = None
) -> Decision:
    return Decision(decider, "panel_named_vote", ("P17", "P18"), 1, (), own, other, awaited)


TIED_STUDIOS = "最终得分 80.00，与 S04 并列第 3，剩余名额 1 个；"
TIED_PROJECTS = "最终得分 74.50，与 P18 并列第 10，剩余名额 1 个；各比较项均相同，"
SAYINGS: list[tuple[Track, Facts, int | None, str, str]] = [
    (STUDIOS, Selected(3, 3), 8650, "S01", "最终得分 86.50，位列第 3，在限额 3 名之内。"),
    (
        PROJECTS,
        Selected(9, 10, None, ("P06", "P07")),
        7613,
        "P16",
        "最终得分 76.13，P06、P07 随工作室落选后位列第 9，递补进入限额 10 名之内。",
    ),
    (
        STUDIOS,
        Selected(3, 3, on_a_rung(2638, 2450)),
        8000,
        "S03",
        TIED_STUDIOS + "比较“技能大师条件”，26.38 高于 24.50，入选。",
    ),
    (
        STUDIOS,
        TieLost(3, 3, on_a_rung(2450, 2638)),
        8000,
        "S04",
        "最终得分 80.00，与 S03 并列第 3，剩余名额 1 个；比较“技能大师条件”，24.50 低于 26.38，未入选。",
    ),
    (
        PROJECTS,
        Selected(10, 10, by_vote(Decider.NAMED_VOTE, 5, 3), ("P06", "P07")),
        7450,
        "P17",
        TIED_PROJECTS + "记名投票 5:3，入选。因 P06、P07 随工作室落选，名额递补至此。",
    ),
    (
        PROJECTS,
        TieLost(10, 10, by_vote(Decider.NAMED_VOTE, 3, 5)),
        7450,
        "P17",
        TIED_PROJECTS + "记名投票 3:5，未入选。",
    ),
    (
        PROJECTS,
        Selected(10, 10, by_vote(Decider.CHAIR, 4, 4)),
        7450,
        "P17",
        TIED_PROJECTS + "记名投票 4:4，由组长决定入选。",
    ),
    (
        PROJECTS,
        TieLost(10, 10, by_vote(Decider.CHAIR, 4, 4)),
        7450,
        "P17",
        TIED_PROJECTS + "记名投票 4:4，由组长决定，未入选。",
    ),
    (
        PROJECTS,
        TieLost(10, 10, by_vote(Decider.NOBODY, awaited=Awaited.NAMED_VOTE)),
        7450,
        "P17",
        TIED_PROJECTS + "等待记名投票。",
    ),
    (
        PROJECTS,
        TieLost(10, 10, by_vote(Decider.NOBODY, 4, 4, Awaited.CHAIR)),
        7450,
        "P17",
        TIED_PROJECTS + "记名投票 4:4，等待组长决定。",
    ),
    (
        PROJECTS,
        TieLost(10, 10, by_vote(Decider.NOBODY, 4, 4)),
        7450,
        "P17",
        TIED_PROJECTS + "记名投票 4:4，没有可以作决定的组长，票数相同者均不入选。",
    ),
    (
        PROJECTS,
        TieLost(10, 10, by_vote(Decider.NO_VOTERS, 0, 0)),
        7450,
        "P17",
        TIED_PROJECTS + "到会专家均须回避，无人可以投票，均不入选。",
    ),
    (
        STUDIOS,
        BelowCap(5, 3, 8000),
        7269,
        "S06",
        "最终得分 72.69，位列第 5，在限额 3 名之外；入选最低分 80.00。",
    ),
    (STUDIOS, BelowCap(5, 3, None), 7269, "S06", "最终得分 72.69，位列第 5，在限额 3 名之外。"),
    (
        PROJECTS,
        StudioNotSelected("S06", Reason.BELOW_CAP, had_seat=True, moved_up=("P16", "P17")),
        8356,
        "P06",
        "最终得分 83.56，按得分本在限额之内。所属工作室 S06 未入选（限额之外），项目随之落选（第四条）。"
        "由 P16、P17 递补。",
    ),
    (
        PROJECTS,
        StudioNotSelected("S04", Reason.TIE_LOST),
        7215,
        "P04",
        "所属工作室 S04 未入选（并列未入选），项目随之落选（第四条）。",
    ),
    (
        PROJECTS,
        StudioNotSelected("S04", Reason.TIE_LOST, provisional=True),
        7215,
        "P04",
        "所属工作室 S04 并列待定，项目暂随其落选（第四条）。",
    ),
    (
        PROJECTS,
        LinkedStudioRefused("S05", Reason.REFUSED),
        None,
        "P05",
        "所属工作室 S05：不予受理；项目随之不予入选（第四条）。",
    ),
    (STUDIOS, BelowPassMark(5890, 6000), 5890, "S01", "最终得分 58.90，低于合格线 60.00。"),
    (
        PROJECTS,
        BelowFloor((Shortfall("P3", 1150, 1200), Shortfall("P4", 900, 1000))),
        7000,
        "P01",
        "“经费预算的合理性和合法性”得分 11.50，低于最低要求 12.00。"
        "“成果的效益性”得分 9.00，低于最低要求 10.00。",
    ),
    (STUDIOS, TooFewSheets(4, 5), None, "S01", "有效评分表 4 份，少于规定的 5 份，不产生得分。"),
    (
        STUDIOS,
        NotConnected(),
        None,
        "S01",
        "各组申报之间没有共同的评分专家，得分不能相互比较，本类不产生名次。",
    ),
    (
        STUDIOS,
        NoSpread(),
        None,
        "S01",
        "为其评分的专家对各项申报未评出高低，所用计算方法无从换算，不产生得分。",
    ),
    (STUDIOS, Vetoed(), None, "S01", "资格审查结论为一票否决，不参加评审。"),
    (STUDIOS, Refused(), None, "S01", "资格审查结论为不予受理，不参加评审。"),
    (STUDIOS, Withdrawn(), None, "S01", "申报单位已撤回申报。"),
]


@pytest.mark.parametrize(("track", "facts", "official", "number", "expected"), SAYINGS)
def test_sentence(track: Track, facts: Facts, official: int | None, number: str, expected: str) -> None:
    assert said(track, facts, official, number) == expected


def test_every_reason_has_a_sentence_and_a_term() -> None:
    assert {facts.reason for _track, facts, *_rest in SAYINGS} == set(FACTS) == set(Reason)
    assert all(term(reason) for reason in Reason)


def test_sentences_are_parted_by_a_blank_where_the_language_wants_it() -> None:
    facts = BelowFloor((Shortfall("P3", 1150, 1200), Shortfall("P4", 900, 1000)))
    with speaking("en"):
        english = said(PROJECTS, facts, 7000)
    assert english.count("12.00") == 1
    assert " " in english.partition("12.00")[2]
    assert "Budget" in english or "budget" in english  # the policy's own English names


@pytest.mark.parametrize(
    ("cut", "expected"),
    [
        (Cut(3, 6, 3, 8000, 8000), "入选线：限额 3 名，入选最低分 80.00，线下最高分 80.00"),
        (Cut(10, 2, 2, 7000, None), "入选线：限额 10 名，入选最低分 70.00"),
        (Cut(10, 0, 0, None, None), "入选线：限额 10 名"),
    ],
)
def test_the_cut_line_in_words(cut: Cut, expected: str) -> None:
    assert outcomes.line(cut, POLICY) == expected
