"""Why an application stands where it stands, as one sentence that its applicant could be told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from panel.language import N_, _, current, together
from panel.rules import rounding
from panel.rules.criteria import Policy
from panel.rules.places import Cut, Place
from panel.rules.reasons import (
    BelowCap,
    BelowFloor,
    BelowPassMark,
    Facts,
    Fall,
    LinkedStudioRefused,
    NoSpread,
    NotConnected,
    Refused,
    Selected,
    StudioNotSelected,
    TieLost,
    TooFewSheets,
    Vetoed,
    Withdrawn,
)
from panel.rules.ties import Decision
from panel.rules.votes import Awaited, Decider
from panel.sentences.articles import article
from panel.vocabulary import term

LINK_ARTICLE = "4"
"""A project of a new studio stands and falls with it."""

Figure: TypeAlias = Callable[[int], str]
Worded: TypeAlias = Callable[[Any, Place, Policy], str]


def sentence(place: Place, policy: Policy) -> str:
    """The place in words, with the figures it rests on."""
    return _WORDED[type(place.facts)](place.facts, place, policy)


def line(cut: Cut, policy: Policy) -> str:
    """The cut line of a track."""
    figure = points(policy)
    low, high = cut.last_in, cut.first_out
    return _(_LINES[low is not None, high is not None]).format(
        cap=cut.cap,
        low="" if low is None else figure(low),
        high="" if high is None else figure(high),
    )


_LINES: Mapping[tuple[bool, bool], str] = {
    (False, False): N_("入选线：限额 {cap} 名"),
    (True, False): N_("入选线：限额 {cap} 名，入选最低分 {low}"),
    (False, True): N_("入选线：限额 {cap} 名，线下最高分 {high}"),
    (True, True): N_("入选线：限额 {cap} 名，入选最低分 {low}，线下最高分 {high}"),
}
"""By whether anybody is above the line, and below it."""


def points(policy: Policy) -> Figure:
    """How the policy writes an official score."""
    return lambda scaled: rounding.text(scaled, policy.places)


def _selected(facts: Selected, place: Place, policy: Policy) -> str:
    if facts.tie:
        return together(_tied(facts.tie, facts.place, place, policy), *_promoted(facts))
    if facts.moved_up_past:
        return _(
            "最终得分 {score}，{fallen} 随工作室落选后位列第 {place}，递补进入限额 {cap} 名之内。"
        ).format(
            score=points(policy)(_score(place)),
            fallen=_listed(facts.moved_up_past),
            place=facts.place,
            cap=facts.cap,
        )
    return _("最终得分 {score}，位列第 {place}，在限额 {cap} 名之内。").format(
        score=points(policy)(_score(place)), place=facts.place, cap=facts.cap
    )


def _promoted(facts: Selected) -> list[str]:
    """For one that won a tie: without the falls ahead of it there had been no tie to win."""
    if not facts.moved_up_past:
        return []
    return [_("因 {fallen} 随工作室落选，名额递补至此。").format(fallen=_listed(facts.moved_up_past))]


def _below_cap(facts: BelowCap, place: Place, policy: Policy) -> str:
    figure = points(policy)
    if facts.cut_score is None:
        return _("最终得分 {score}，位列第 {place}，在限额 {cap} 名之外。").format(
            score=figure(_score(place)), place=facts.place, cap=facts.cap
        )
    return _("最终得分 {score}，位列第 {place}，在限额 {cap} 名之外；入选最低分 {cut}。").format(
        score=figure(_score(place)), place=facts.place, cap=facts.cap, cut=figure(facts.cut_score)
    )


def _tie_lost(facts: TieLost, place: Place, policy: Policy) -> str:
    return _tied(facts.tie, facts.place, place, policy)


def _tied(tie: Decision, position: int, place: Place, policy: Policy) -> str:
    """A tie at the cut: with whom, for how many seats, and which rung decided, with both figures."""
    lead = _("最终得分 {score}，与 {others} 并列第 {place}，剩余名额 {seats} 个；").format(
        score=points(policy)(_score(place)),
        others=_listed(name for name in tie.tied if name != place.application),
        place=position,
        seats=tie.seats,
    )
    if tie.decider is Decider.CRITERION:
        return lead + _on_a_rung(place, policy, tie)
    return lead + _(_VOTES[tie.decider, tie.awaited, place.selected]).format(own=tie.own, other=tie.other)


def _on_a_rung(place: Place, policy: Policy, tie: Decision) -> str:
    # A rung decides by two figures.
    assert tie.own is not None
    assert tie.other is not None
    how = (
        N_("比较“{criterion}”，{own} 高于 {other}，入选。")
        if place.selected
        else N_("比较“{criterion}”，{own} 低于 {other}，未入选。")
    )
    figure = points(policy)
    return _(how).format(
        criterion=criterion(policy, place, tie.rung), own=figure(tie.own), other=figure(tie.other)
    )


_VOTES: Mapping[tuple[Decider, Awaited | None, bool], str] = {
    (Decider.NAMED_VOTE, None, True): N_("各比较项均相同，记名投票 {own}:{other}，入选。"),
    (Decider.NAMED_VOTE, None, False): N_("各比较项均相同，记名投票 {own}:{other}，未入选。"),
    (Decider.CHAIR, None, True): N_("各比较项均相同，记名投票 {own}:{other}，由组长决定入选。"),
    (Decider.CHAIR, None, False): N_("各比较项均相同，记名投票 {own}:{other}，由组长决定，未入选。"),
    (Decider.NOBODY, Awaited.NAMED_VOTE, False): N_("各比较项均相同，等待记名投票。"),
    (Decider.NOBODY, Awaited.CHAIR, False): N_("各比较项均相同，记名投票 {own}:{other}，等待组长决定。"),
    (Decider.NOBODY, None, False): N_(
        "各比较项均相同，记名投票 {own}:{other}，没有可以作决定的组长，票数相同者均不入选。"
    ),
    (Decider.NO_VOTERS, None, False): N_("各比较项均相同，到会专家均须回避，无人可以投票，均不入选。"),
}


def _studio_not_selected(facts: StudioNotSelected, place: Place, policy: Policy) -> str:
    template = (
        N_("所属工作室 {studio} 并列待定，项目暂随其落选（{article}）。")
        if facts.provisional
        else N_("所属工作室 {studio} 未入选（{why}），项目随之落选（{article}）。")
    )
    return _with_studio(facts, place, policy, template)


def _linked_studio_refused(facts: LinkedStudioRefused, place: Place, policy: Policy) -> str:
    template = N_("所属工作室 {studio}：{why}；项目随之不予入选（{article}）。")
    return _with_studio(facts, place, policy, template)


def _with_studio(facts: Fall, place: Place, policy: Policy, template: str) -> str:
    said = [
        _(template).format(studio=facts.studio, why=term(facts.studio_reason), article=article(LINK_ARTICLE))
    ]
    if facts.had_seat:
        said.insert(
            0, _("最终得分 {score}，按得分本在限额之内。").format(score=points(policy)(_score(place)))
        )
    if facts.moved_up:
        said.append(_("由 {others} 递补。").format(others=_listed(facts.moved_up)))
    return together(*said)


def _below_pass_mark(facts: BelowPassMark, place: Place, policy: Policy) -> str:
    figure = points(policy)
    return _("最终得分 {score}，低于合格线 {mark}。").format(
        score=figure(facts.official), mark=figure(facts.pass_mark)
    )


def _below_floor(facts: BelowFloor, place: Place, policy: Policy) -> str:
    figure = points(policy)
    return together(
        *(
            _("“{criterion}”得分 {value}，低于最低要求 {floor}。").format(
                criterion=criterion(policy, place, short.criterion),
                value=figure(short.value),
                floor=figure(short.floor),
            )
            for short in facts.shortfalls
        )
    )


def _too_few_sheets(facts: TooFewSheets, _place: Place, _policy: Policy) -> str:
    return _("有效评分表 {sheets} 份，少于规定的 {quorum} 份，不产生得分。").format(
        sheets=facts.sheets, quorum=facts.quorum
    )


def _plainly(message: str) -> Worded:
    return lambda _facts, _place, _policy: _(message)


_WORDED: Mapping[type[Facts], Worded] = {
    Selected: _selected,
    BelowCap: _below_cap,
    TieLost: _tie_lost,
    StudioNotSelected: _studio_not_selected,
    LinkedStudioRefused: _linked_studio_refused,
    BelowPassMark: _below_pass_mark,
    BelowFloor: _below_floor,
    TooFewSheets: _too_few_sheets,
    NotConnected: _plainly(N_("各组申报之间没有共同的评分专家，得分不能相互比较，本类不产生名次。")),
    NoSpread: _plainly(N_("为其评分的专家对各项申报未评出高低，所用计算方法无从换算，不产生得分。")),
    Vetoed: _plainly(N_("资格审查结论为一票否决，不参加评审。")),
    Refused: _plainly(N_("资格审查结论为不予受理，不参加评审。")),
    Withdrawn: _plainly(N_("申报单位已撤回申报。")),
}


def criterion(policy: Policy, place: Place, rung: str) -> str:
    """The name of a criterion."""
    return policy.track(place.track).criterion(rung).name.in_(current())


def _score(place: Place) -> int:
    assert place.official is not None  # who reached the cut, or had a seat, has a score
    return place.official


def _listed(numbers: Iterable[str]) -> str:
    return _("、").join(numbers)
