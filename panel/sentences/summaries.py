"""The analysis of a track (评审分析) in words that one can act on without knowing statistics.

Every sentence says what follows from the scores and what could be checked; none accuses anybody, and none
touches the official result.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from panel.language import N_, _, pgettext, together
from panel.rules.analyses import TrackAnalysis
from panel.rules.scenarios import ADVICE
from panel.scoring.agreement.statistics import TARGET
from panel.scoring.analysis import Omission
from panel.scoring.experts.findings import Code, Finding
from panel.scoring.uncertainty.chances import GREY
from panel.scoring.uncertainty.stability import Stability
from panel.sentences import analyses, diagnostics, events, links
from panel.sentences.figures import percent

MOST_NAMED = 12
"""So many applications or experts are named in one sentence, of more only the number."""


_TOLD: frozenset[Omission] = frozenset({"assigned_by_quality", "links_not_followed"})
"""What else a reader must know; the other omissions are said in other words, or concern only large calls."""


@dataclass(frozen=True, slots=True)
class Summary:
    """The answer in a few words, and what it rests on."""

    headline: str
    lines: tuple[str, ...]


def summary(found: TrackAnalysis) -> Summary:
    """What one can learn from the analysis of a track, the most urgent first."""
    lines = [
        *_waiting(found),
        *(analyses.omission(one) for one in found.statistics.omissions if one in _TOLD),
        *_chances(found),
        *_first_to_check(found),
        *_without_expert(found.without_expert),
        *_by_method(found.by_method),
        *_structure(found),
        _reliability(found),
        *_replication(found),
        _findings(found.statistics.diagnosis.findings),
    ]
    return Summary(_headline(found), tuple(lines))


def caveat() -> str:
    """What the analysis is, and is not."""
    return _("以上是统计参考，不改变最终得分、名次和入选结论；是否复核，由评审组按规定决定。")


def scenario(name: str) -> str:
    """A way of computing, in words."""
    return _("参考得分") if name == ADVICE else events.value("method", name)


def finding(one: Finding, criteria: Mapping[str, str]) -> str:
    """The request to check; `criteria` by id as they are called."""
    return diagnostics.sentence(one, lambda criterion: criteria.get(criterion, criterion))


def structure(found: TrackAnalysis) -> tuple[str, ...]:
    """The single scores on which the comparison of whole groups hangs, and what rests on one score alone."""
    return tuple(links.sentences(found.statistics.links, _listed, MOST_NAMED))


def parts(found: TrackAnalysis) -> tuple[str, ...]:
    """The groups that share no expert; nothing where all hang together."""
    several = found.statistics.components
    if len(several) < 2:
        return ()
    return tuple(
        _("第 {n} 组：专家 {experts}；申报 {applications}。").format(
            n=n, experts=_listed(one.experts), applications=_listed(one.applications)
        )
        for n, one in enumerate(several, 1)
    )


def reliability(found: TrackAnalysis) -> float | None:
    """How dependable the means are, as scores: of the complete table if it is one, else by the variances."""
    exact = found.statistics.agreement["ICC2_k"]
    return found.statistics.study.icc["lmm_icc_k_absolute"] if exact is None else exact


def near_and_to_check(found: TrackAnalysis) -> tuple[str, ...]:
    """The applications near the cut of which a single sheet should be looked at."""
    sheets = (Code.OUTLIER, Code.SLIP)
    noted = {one.application for one in found.statistics.diagnosis.findings if one.code in sheets}
    return tuple(number for number in found.grey if number in noted)


def contrary(found: TrackAnalysis) -> tuple[str, ...]:
    """The applications whose outcome is the opposite of what the estimate is nearly sure of."""
    seated = found.without_expert.base
    low, high = GREY
    return tuple(
        number
        for number, chance in found.chances.items()
        if number not in found.undecided
        and (chance.selected <= low if number in seated else chance.selected >= high)
    )


def _headline(found: TrackAnalysis) -> str:
    if not found.chances:
        return _("入选线有多可靠，无法估计")
    if found.grey:
        return _("入选线附近有 {n} 项申报难分高下").format(n=len(found.grey))
    if contrary(found):
        return _("入选名单与统计估计不一致，请对照评分核对")
    return _("入选线是清楚的")


def _waiting(found: TrackAnalysis) -> Iterable[str]:
    if found.undecided:
        yield _("{list} 的并列还没有决定；下面所说的变化不包括这几项。").format(
            list=_listed(sorted(found.undecided))
        )


def _chances(found: TrackAnalysis) -> Iterable[str]:
    if not found.chances:
        yield _unknown(found)
        return
    if found.grey:
        yield _("离入选线太近、换一组同样的专家结论可能不同的申报：{list}。").format(
            list=_listed(_outcome(found, number) for number in found.grey)
        )
    odd = contrary(found)
    if odd:
        yield _("最终结论与统计估计相反的申报：{list}，请对照各专家评分核对。").format(
            list=_listed(_outcome(found, number) for number in odd)
        )
    if not found.grey and not odd:
        yield _("各项申报的结论都是稳的：入选的，可能性都不低于 {high}；未入选的，都不高于 {low}。").format(
            low=percent(GREY[0]), high=percent(GREY[1])
        )
    elif len(found.grey) + len(odd) < len(found.chances):
        yield _("其余申报的结论是稳的：入选的，可能性都不低于 {high}；未入选的，都不高于 {low}。").format(
            low=percent(GREY[0]), high=percent(GREY[1])
        )


def _unknown(found: TrackAnalysis) -> str:
    if not found.statistics.design.connected:
        return _("评分分成互不相连的几组，组与组之间没有共同的专家，不能比较，因此不估计入选的可能性。")
    return _("评分太少，分不开申报之间的差别与评分本身的起伏，因此不估计入选的可能性。")


def _outcome(found: TrackAnalysis, number: str) -> str:
    if number in found.undecided:
        seat = _("待定")
    else:
        selected = number in found.without_expert.base
        seat = pgettext("outcome", "入选") if selected else _("未入选")
    return _("{number}（{seat}，可能性 {chance}）").format(
        number=number, seat=seat, chance=percent(found.chances[number].selected)
    )


def _first_to_check(found: TrackAnalysis) -> Iterable[str]:
    near = near_and_to_check(found)
    if near:
        yield _("建议先核对 {list}：离入选线近，又有个别评分偏离较大。").format(list=_listed(near))


def _without_expert(found: Stability) -> Iterable[str]:
    for experts, out, in_ in effects(found):
        wording = _WITHOUT_ONE if len(experts) == 1 else _WITHOUT_ANY
        yield _(wording[bool(out), bool(in_)]).format(
            experts=_listed(experts), out=_listed(out), taken=_listed(in_)
        )
    if found.without_result:
        yield _("不计 {experts} 的评分，就有申报无法排名，因此没有比较。").format(
            experts=_listed(found.without_result)
        )
    if found.scenarios and not found.removed_by and not found.added_by:
        yield (
            _("逐一不计其余每一位专家的评分，入选名单都不变。")
            if found.without_result
            else _("逐一不计每一位专家的评分，入选名单都不变。")
        )


_WITHOUT_ONE: Mapping[tuple[bool, bool], str] = {
    (True, True): N_("不计 {experts} 的评分，{out} 就不再入选，{taken} 入选。"),
    (True, False): N_("不计 {experts} 的评分，{out} 就不再入选。"),
    (False, True): N_("不计 {experts} 的评分，{taken} 就会入选。"),
}
_WITHOUT_ANY: Mapping[tuple[bool, bool], str] = {
    (True, True): N_("不计 {experts} 中任何一位的评分，{out} 就不再入选，{taken} 入选。"),
    (True, False): N_("不计 {experts} 中任何一位的评分，{out} 就不再入选。"),
    (False, True): N_("不计 {experts} 中任何一位的评分，{taken} 就会入选。"),
}
_BY_METHOD: Mapping[tuple[bool, bool], str] = {
    (True, True): N_("换用{methods}，{out} 不再入选，{taken} 入选。"),
    (True, False): N_("换用{methods}，{out} 不再入选。"),
    (False, True): N_("换用{methods}，{taken} 入选。"),
}


def _by_method(found: Stability) -> Iterable[str]:
    for methods, out, in_ in effects(found):
        yield _(_BY_METHOD[bool(out), bool(in_)]).format(
            methods=_listed(map(scenario, methods)), out=_listed(out), taken=_listed(in_)
        )
    if found.scenarios and not found.removed_by and not found.added_by:
        yield _("换用其他 {n} 种计算方法，入选名单都不变。").format(n=found.scenarios)


def effects(found: Stability) -> list[tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]]:
    """Scenarios of the same effect together: their names, who loses the seat, who gains one."""
    out: dict[str, list[str]] = {}
    in_: dict[str, list[str]] = {}
    for changes, by in ((found.removed_by, out), (found.added_by, in_)):
        for number, names in changes.items():
            for name in names:
                by.setdefault(name, []).append(number)
    together_: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for name in dict.fromkeys([*out, *in_]):
        effect = tuple(out.get(name, ())), tuple(in_.get(name, ()))
        together_.setdefault(effect, []).append(name)
    return [(tuple(names), *effect) for effect, names in together_.items()]


def _structure(found: TrackAnalysis) -> Iterable[str]:
    count = found.statistics.links.bridge_count
    if count:
        yield _(
            "有 {n} 份评分各是一组申报与其余申报之间唯一的联系，一旦有误，整组的位置都会移动，请先核对。"
        ).format(n=count)


def _reliability(found: TrackAnalysis) -> str:
    value = reliability(found)
    if value is None:
        return _("评分不足以估计平均分的可靠程度。")
    needed = found.statistics.study.experts_for_80
    if value >= TARGET:
        said = _("平均分的可靠程度为 {value}，达到 {target} 的一般要求。")
    elif needed is None:
        said = _("平均分的可靠程度为 {value}，没有达到 {target} 的一般要求；专家对申报的高低没有共识。")
    else:
        said = _("平均分的可靠程度为 {value}，没有达到 {target} 的一般要求；照此情形约需 {n} 位专家。")
    return said.format(value=f"{value:.2f}", target=f"{TARGET:g}", n=needed)


def _replication(found: TrackAnalysis) -> Iterable[str]:
    again = found.statistics.replication
    if again is not None and found.chances:
        yield _(
            "如果换一组人数相同的同类专家按平均分再评一次，入选的申报中平均约有 {share} 仍会入选。"
        ).format(share=percent(again.precision))


def _findings(findings: tuple[Finding, ...]) -> str:
    if not findings:
        return _("没有发现需要核对的评分。")
    return together(
        _("有 {n} 处评分请核对，逐条列在下面。").format(n=len(findings)),
        _("提示只说明数字少见，可能有正当的专业理由。"),
    )


def _listed(several: Iterable[str]) -> str:
    names = tuple(several)
    if len(names) <= MOST_NAMED:
        return _("、").join(names)
    return _("{first}等 {n} 项").format(first=_("、").join(names[:MOST_NAMED]), n=len(names))
