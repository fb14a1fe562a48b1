"""The analysis (评审分析) in the result workbook: in words, by application and expert, what if."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from panel.documents import charts, grades, verdicts
from panel.documents.printouts import GREY, PALE, Cell, Sheet, Styles
from panel.language import _, current
from panel.queries.analyses import AnalysedTrack, AnalysisView
from panel.queries.results import PlaceView, ResultView
from panel.rules.manners import Manner
from panel.scoring.study import Study
from panel.scoring.uncertainty.stability import Stability
from panel.sentences import agreement, manners, summaries
from panel.vocabulary import term


def write(found: AnalysisView, styles: Styles, foot: str) -> None:
    """The five sheets, of a result with scores, and one more where a track is scored in a few grades."""
    if not found.tracks:
        return
    _summary(found, styles, foot)
    _applications(found, styles, foot)
    _experts(found, styles, foot)
    _agreement(found, styles, foot)
    _scenarios(found, styles, foot)
    grades.write(found, styles, foot)


def _begun(view: ResultView, styles: Styles, tab: str, widths: Sequence[float]) -> Sheet:
    sheet = styles.sheet(tab, widths)
    sheet.title(f"{view.round_.title} · {tab}", [(_("统计参考，不改变评审结果。"), False)])
    return sheet


# In words


def _summary(found: AnalysisView, styles: Styles, foot: str) -> None:
    view = found.result
    sheet = _begun(view, styles, _("分析摘要"), (24, 110))
    sheet.head([_("方面"), _("说明")])
    for one in found.tracks:
        words = summaries.summary(one.found)
        names = {c.id: c.name.in_(current()) for c in view.policy.track(one.view.track).criteria}
        hints = [summaries.finding(each, names) for each in one.found.statistics.diagnosis.findings]
        sheet.band(term(one.view.track))
        _said(sheet, _("结论"), [words.headline])
        _said(sheet, _("依据"), words.lines)
        _said(sheet, _("评分结构"), (*summaries.parts(one.found), *summaries.structure(one.found)))
        _said(sheet, _("请核对的评分"), hints)
        _said(sheet, _("利益冲突"), [manners.favour(one.found.favour)] if one.found.favour else [])
        sheet.gap()
    sheet.note(summaries.caveat())
    sheet.finish(foot)


def _said(sheet: Sheet, what: str, lines: Sequence[str]) -> None:
    styles = sheet.styles
    for n, line in enumerate(lines):
        sheet.cells([what if n == 0 else "", line], [styles.text(bold=True, bg_color=PALE), styles.text()])


# By application


def _applications(found: AnalysisView, styles: Styles, foot: str) -> None:
    sheet = _begun(found.result, styles, _("申报分析"), (9, 34, 18, 11, 11, 12, 12, 10, 10, 10, 10))
    sheet.head(
        [
            _("编号"),
            _("申报单位"),
            _("结论"),
            _("最终得分"),
            _("原始均分"),
            _("参考得分"),
            _("入选的可能性"),
            _("平均名次"),
            _("名次下限"),
            _("名次上限"),
            _("难分高下"),
        ]
    )
    for one in found.tracks:
        sheet.band(term(one.view.track))
        first = sheet.row
        for place in one.places:
            _application(sheet, found.result, one, place)
        rows = [n for n, place in enumerate(one.places) if place.number in one.found.chances]
        if rows and len(rows) <= charts.MOST_DRAWN:
            sheet.gap()
            charts.chances(sheet, first, first + rows[-1])
        sheet.gap()
    sheet.note(_("名次下限和上限：反复推演中，九成的次数落在其间；名次在随工作室落选之前。"))
    sheet.finish(foot)


def _application(sheet: Sheet, view: ResultView, one: AnalysedTrack, place: PlaceView) -> None:
    styles, scale = sheet.styles, 10**sheet.styles.places
    chance = one.found.chances.get(place.number)
    ground: dict[str, Any] = {"bg_color": PALE} if place.place.selected else {}
    official, figures = place.place.official, place.figures
    score = styles.figure(styles.score, **ground)
    centred, whole = styles.text(align="center", **ground), styles.figure(align="center", **ground)
    values: list[Cell] = [
        place.number,
        place.unit,
        verdicts.verdict(view, place),
        None if official is None else official / scale,
        figures.raw_mean / scale if figures else None,
        one.found.advised.get(place.number),
    ]
    if chance is None:
        values += [None] * 5
    else:
        ranks = [chance.expected_rank, chance.rank_low, chance.rank_high]
        values += [chance.selected, *ranks, _("是") if chance.grey else "–"]
    sheet.cells(
        values,
        [
            styles.text(align="center", bold=True, **ground),
            styles.text(**ground),
            centred,
            styles.figure(styles.score, bold=True, **ground),
            score,
            score,
            styles.figure('[>0.99]">99%";[<0.01]"<1%";0%', **ground),
            styles.figure("0.0", **ground),
            whole,
            whole,
            centred,
        ],
    )


# By expert


def _experts(found: AnalysisView, styles: Styles, foot: str) -> None:
    sheet = _begun(found.result, styles, _("专家分析"), (9, 28, 9, 12, 14, 12, 12, 14, 12, 14))
    sheet.head(
        [
            _("编号"),
            _("专家"),
            _("评分表"),
            _("宽严（分）"),
            _("{level} 区间 ±").format(level="95%"),
            _("分差幅度"),
            _("区分度"),
            _("与其他专家的相关"),
            _("起伏（1 为一般）"),
            _("先后变化（分）"),
        ]
    )
    names = {person.number: person.name for person in found.result.panel}
    for one in found.tracks:
        sheet.band(term(one.view.track))
        first = sheet.row
        for expert, manner in one.found.manners.items():
            _expert(sheet, expert, names[expert], manner)
        reach = [
            abs(manner.leniency) + (manner.interval or 0)
            for manner in one.found.manners.values()
            if manner.leniency is not None
        ]
        if reach and len(reach) <= charts.MOST_DRAWN:
            last = sheet.row - 1
            sheet.gap()
            charts.leniency(sheet, first, last, max(reach))
        sheet.gap()
    sheet.note(_("宽严：正数偏宽，负数偏严，合计为零。分差幅度、起伏：1 为一般专家。仅供了解，不是评价。"))
    sheet.note(_("先后变化：按该专家自己的评审顺序，每往后一份多给几分。"))
    sheet.finish(foot)


def _expert(sheet: Sheet, expert: str, name: str, manner: Manner) -> None:
    styles = sheet.styles
    plain = styles.figure("0.00")
    sheet.cells(
        [
            expert,
            name,
            manner.sheets,
            manner.leniency,
            manner.interval,
            manner.spread,
            manner.slope,
            manner.correlation,
            manner.fit,
            manner.drift,
        ],
        [
            styles.text(align="center", bold=True),
            styles.text(),
            styles.figure(align="center"),
            styles.figure("+0.00;-0.00;0.00", bold=True),
            *[plain] * 5,
            styles.figure("+0.00;-0.00;0.00"),
        ],
    )


# Agreement


def _agreement(found: AnalysisView, styles: Styles, foot: str) -> None:
    sheet = _begun(found.result, styles, _("一致程度"), (40, 10, 10, 10, 76))
    sheet.head([_("指标"), _("数值"), _("下限"), _("上限"), _("含义")])
    for one in found.tracks:
        sheet.band(term(one.view.track))
        statistics = one.found.statistics
        _figures(sheet, {**statistics.agreement, **statistics.study.icc})
        if statistics.study.steps:
            sheet.band(_("{track}：专家人数与平均分的可靠程度").format(track=term(one.view.track)))
            _steps(sheet, statistics.study)
        sheet.gap()
    sheet.note(_("下限和上限为 {level} 区间；空白表示本次评分的情形没有这一数值。").format(level="95%"))
    sheet.finish(foot)


def _steps(sheet: Sheet, found: Study) -> None:
    """Numbers of experts at the left, the chart of them at the right."""
    styles, first = sheet.styles, sheet.row
    looks = [styles.figure(align="center"), styles.figure("0.00"), *[styles.of()] * 3]
    for step in found.steps:
        sheet.cells([step.experts, step.absolute, None, None, None], looks)
    charts.reliability(sheet, first, sheet.row - 1)


def _figures(sheet: Sheet, figures: Mapping[str, float | None]) -> None:
    styles = sheet.styles
    number = styles.figure("0.00")
    for name in agreement.NAMED:
        value = figures.get(name)
        if value is not None:
            sheet.cells(
                [
                    agreement.name(name),
                    value,
                    figures.get(f"{name}_lo95"),
                    figures.get(f"{name}_hi95"),
                    agreement.meaning(name),
                ],
                [styles.text(bold=True), styles.figure("0.00", bold=True), number, number, styles.text()],
            )


# What if


def _scenarios(found: AnalysisView, styles: Styles, foot: str) -> None:
    sheet = _begun(found.result, styles, _("敏感性"), (26, 26, 46, 46))
    sheet.head([_("改动"), _("情形"), _("落选"), _("入选")])
    for one in found.tracks:
        sheet.band(term(one.view.track))
        for what, stability, methods in (
            (_("不计一位专家的评分"), one.found.without_expert, False),
            (_("换用其他算法"), one.found.by_method, True),
        ):
            _changes(sheet, what, stability, methods=methods)
        sheet.gap()
    sheet.note(_("每次只改一处，其余照规则重新计算。并列不算变化。"))
    sheet.finish(foot)


def _changes(sheet: Sheet, what: str, found: Stability, *, methods: bool) -> None:
    styles = sheet.styles
    effects = {name: (out, taken) for names, out, taken in summaries.effects(found) for name in names}
    for name in found.names:
        out, taken = effects.get(name, ((), ()))
        if name in found.without_result:
            said = [_("无法排名，没有比较"), "–"]
        elif not out and not taken:
            said = [_("名单不变"), "–"]
        else:
            said = [_("、").join(out) or "–", _("、").join(taken) or "–"]
        look = styles.text(bold=True) if out or taken else styles.text(font_color=GREY)
        shown = summaries.scenario(name) if methods else name
        sheet.cells([what, shown, *said], [styles.text(bg_color=PALE), styles.text(), look, look])
