"""The list: scores, chances and ranks of the applications, and what a selection hangs on."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from panel.cli.analysis.tables import Report, figure, some
from panel.language import _
from panel.scoring.analysis import Analysis
from panel.scoring.components import Component
from panel.scoring.question import Scores
from panel.scoring.uncertainty.stability import Stability
from panel.sentences import analyses
from panel.sentences.figures import percent
from panel.sentences.links import sentences

MOST_BRIDGES = 10


def places(report: Report, found: Analysis) -> None:
    """The applications in the order of the official method."""
    question, design = found.question, found.design
    method = question.method
    official = found.official[method]
    report.heading(_("名次与把握"))
    report.line(
        _("按“{method}”排序。参考得分：{model}。参考得分和概率仅供参考，不改变正式得分。").format(
            method=analyses.method(method), model=analyses.model(found.advice.model)
        )
    )
    order = _order(found, official)
    columns = [_("申报"), _("名次"), _("份数"), _("平均分"), analyses.method(method), _("参考得分")]
    if question.top is not None:
        columns.append(_("入选前 {top} 的概率").format(top=question.top))
    columns.append(_("名次区间 90%"))
    ranks = _ranks(official)
    advice = found.advice.score
    rows = []
    for i in order:
        name = design.applications[i]
        row = [
            name,
            ranks.get(name, "–"),
            str(design.per_application[i]),
            figure(found.descriptive["raw_mean"][name]),
            figure(None if official is None else official[name]),
            figure(float(advice[i])),
        ]
        chances = found.chances
        if question.top is not None:
            row.append("–" if chances is None else percent(float(chances.selected[i])))
        row.append("–" if chances is None else f"{chances.rank_low[i]}–{chances.rank_high[i]}")
        rows.append(row)
    report.table(columns, rows)


def _order(found: Analysis, official: Scores | None) -> list[int]:
    """By official score, else by advice; applications without a score last."""
    scores = official if official is not None else {}
    key = [
        (score is None, -(score if score is not None else advised), name)
        for name, advised in zip(found.design.applications, found.advice.score.tolist(), strict=True)
        for score in (scores.get(name),)
    ]
    return sorted(range(len(key)), key=key.__getitem__)


def _ranks(official: Scores | None) -> dict[str, str]:
    """1, 2, 2, 4 by score, equal to nine decimals."""
    known = sorted((-round(s, 9), name) for name, s in (official or {}).items() if s is not None)
    found: dict[str, str] = {}
    rank, before = 0, None
    for place, (score, name) in enumerate(known, start=1):
        if score != before:
            rank, before = place, score
        found[name] = str(rank)
    return found


def cut(report: Report, found: Analysis) -> None:
    """The grey area, and which scenario takes an application out."""
    question = found.question
    if question.top is None:
        return
    report.heading(_("入选线"))
    _grey(report, found)
    _tie(report, found)
    if found.by_method is not None:
        _scenarios(report, _("换一种方法"), found.by_method, analyses.method)
    if found.without_experts is not None:
        _scenarios(report, _("少一位专家"), found.without_experts.stability, str)
        for expert, alone in found.without_experts.unscored.items():
            sentence = _("{applications} 只有 {expert} 评分；没有这位专家就没有得分。")
            report.line(sentence.format(applications=some(alone), expert=expert))


def _grey(report: Report, found: Analysis) -> None:
    if found.chances is None:
        return
    chance, applications = found.chances.selected, found.design.applications
    unsure = found.chances.grey.nonzero()[0].tolist()
    grey = [applications[i] for i in sorted(unsure, key=lambda i: -float(chance[i]))]
    if grey:
        sentence = _("入选概率在 10% 与 90% 之间，评分本身分不出高下（{count} 份）：{applications}。")
        report.line(sentence.format(count=len(grey), applications=some(grey, 30)))
    else:
        report.line(_("没有申报的入选概率在 10% 与 90% 之间：入选线两侧分得清。"))


def _tie(report: Report, found: Analysis) -> None:
    if found.by_method is None or found.question.top is None or found.question.select is not None:
        return
    if len(found.by_method.base) > found.question.top:
        sentence = _("入选线上有同分：{count} 份申报争 {top} 个名额，须按规定的并列办法决定。")
        report.line(sentence.format(count=len(found.by_method.base), top=found.question.top))


def _scenarios(report: Report, title: str, found: Stability, word: Callable[[str], str]) -> None:
    changes = [(name, _("出"), who) for name, who in found.removed_by.items()]
    changes += [(name, _("进"), who) for name, who in found.added_by.items()]
    if changes:
        rows = [[title, name, way, _("、").join(map(word, who))] for name, way, who in changes]
        report.table([_("情形"), _("申报"), _("进出"), _("哪一种")], rows, left=4)
    elif found.scenarios:
        sentence = _("{title}：{count} 种情形下入选名单都不变。")
        report.line(sentence.format(title=title, count=found.scenarios))
    if found.without_result:
        sentence = _("{title}时得不出名单：{names}。")
        report.line(sentence.format(title=title, names=some([word(one) for one in found.without_result])))


def methods(report: Report, found: Analysis) -> None:
    """The seven official methods side by side."""
    report.heading(_("各计分方法"))
    names = list(found.official)
    order = _order(found, found.official[found.question.method])
    applications = found.design.applications
    rows = []
    for i in order:
        scores = (found.official[name] for name in names)
        cells = [figure(None if one is None else one[applications[i]]) for one in scores]
        rows.append([applications[i], *cells])
    report.table([_("申报"), *map(analyses.method, names)], rows)


def structure(report: Report, found: Analysis) -> None:
    """Parts without a common expert, and scores on which a whole comparison hangs."""
    parts, links = found.components, found.links
    if len(parts) == 1 and not links.bridge_count and not links.single:
        return
    report.heading(_("评分结构"))
    if len(parts) > 1:
        _parts(report, parts)
    for sentence in sentences(links, some, MOST_BRIDGES):
        report.line(sentence)


def _parts(report: Report, parts: Sequence[Component]) -> None:
    rows = [
        [str(number), some(part.experts), some(part.applications)]
        for number, part in enumerate(parts, start=1)
    ]
    report.table([_("组"), _("专家"), _("申报")], rows, left=3)
