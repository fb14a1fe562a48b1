"""The matrix of totals (评分汇总) in the result workbook, with formulas by which an auditor can work it out.

Each total is taken from the expert's own sheet, where it is the sum of the points; means follow from totals.
Beside every formula stands the value that the result has, so that both can be compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from panel.documents.printouts import GREY, PALE, Cell, Formula, Sheet, Styles
from panel.language import _, together
from panel.queries.analyses import AnalysedTrack, AnalysisView
from panel.queries.results import Person, PlaceView, ResultView, SheetView, TrackView
from panel.rules.rounding import half_up
from panel.vocabulary import term

FEWEST_TO_TRIM = 3
FIRST = 2
"""The column of the first expert."""

Totals = Mapping[str, Mapping[str, str]]
"""By expert and application, the cell in which the total stands."""


@dataclass(frozen=True, slots=True)
class _Row:
    """What every row of one track needs: `effects` in points, and in which row they stand."""

    view: ResultView
    track: TrackView
    totals: Totals
    effects: Mapping[str, float]
    effects_row: int


def begin(view: ResultView, styles: Styles) -> Sheet:
    """Its place among the sheets."""
    return styles.sheet(_("汇总"), (9, 36, *[11] * len(view.panel), 10, 10, 11, 10))


def fill(
    found: AnalysisView, sheet: Sheet, state: Sequence[tuple[str, bool]], totals: Totals, foot: str
) -> None:
    """Totals, expert by application."""
    view = found.result
    sheet.title(f"{view.round_.title} · {_('评分汇总')}", state)
    sheet.head(
        [
            _("编号"),
            _("申报单位"),
            *(f"{expert.number}\n{expert.name}" for expert in view.panel),
            _("有效份数"),
            _("原始均分"),
            _("去最高最低均分"),
            _("最终得分"),
        ]
    )
    analysed = {one.view.track: one for one in found.tracks}
    for track in view.tracks:
        sheet.band(term(track.track))
        places = sorted(track.places, key=lambda one: one.number)
        effects = _effects(view, track, analysed.get(track.track))
        row = _Row(view, track, totals, effects, sheet.row + len(places))
        for one in places:
            _place(sheet, row, one)
        if effects:
            _effects_row(sheet, view, effects)
        sheet.gap()
    for words in _notes(view):
        sheet.note(words)
    sheet.finish(foot)


def _notes(view: ResultView) -> list[str]:
    notes = [
        _("总分取自各专家的工作表，均分按公式计算；在 Excel 中重算，应与系统存入的数值一致。"),
        _("去最高最低均分：去掉一个最高分和一个最低分后的平均，三份以上才有；采用该方法时即为最终得分。"),
    ]
    if view.policy.method == "adjusted":
        notes.append(
            together(
                _("宽严：校正分法估计的专家评分尺度，正数偏宽、负数偏严，合计为零；最终得分已扣除其影响。"),
                _("最终得分即各专家总分减去其宽严之后的平均。"),
            )
        )
    return notes


def _effects(view: ResultView, track: TrackView, found: AnalysedTrack | None) -> dict[str, float]:
    """How lenient each expert was, in points; not rounded where the analysis has it."""
    comparison = track.comparison
    if comparison is None or not comparison.effects:
        return {}
    fit = found.found.statistics.additive if found else None
    if fit is None:
        return {expert: value / 10**view.policy.places for expert, value in comparison.effects.items()}
    return dict(zip(fit.design.experts, fit.expert.tolist(), strict=True))


def _place(sheet: Sheet, row: _Row, one: PlaceView) -> None:
    styles, experts = sheet.styles, row.view.panel
    given = {each.expert: each for each in one.sheets}
    counted = FIRST + len(experts)
    cells = sheet.across(FIRST, counted - 1)
    shown = one.place.official is not None and one.figures is not None
    sheet.cells(
        [
            one.number,
            one.unit,
            *(_given(row, one, expert, given.get(expert.number)) for expert in experts),
            Formula(f"=COUNT({cells})", one.figures.sheets) if one.figures else None,
            _mean(row, one, cells) if shown else None,
            _trimmed(row, one, cells) if shown else None,
            _official(sheet, row, one, cells) if shown else None,
        ],
        [
            styles.text(align="center", bold=True),
            styles.text(),
            *(
                styles.figure("0.00")
                if expert.number in given and given[expert.number].counted
                else styles.text(align="center", font_color=GREY)
                for expert in experts
            ),
            styles.figure(align="center"),
            styles.figure(styles.score),
            styles.figure(styles.score),
            styles.figure(styles.score, bold=True),
        ],
    )


def _given(row: _Row, one: PlaceView, expert: Person, sheet: SheetView | None) -> Cell:
    if sheet and sheet.counted:
        return Formula(f"={row.totals[expert.number][one.number]}", sheet.total / 100)
    if (expert.number, one.number) in row.view.hidden:
        return _("回避")
    if sheet:
        return _("不计")
    if expert.absent:
        return _("缺席")
    return "–"


def _mean(row: _Row, one: PlaceView, cells: str) -> Formula:
    assert one.figures is not None
    places = row.view.policy.places
    return Formula(f"=ROUND(AVERAGE({cells}),{places})", one.figures.raw_mean / 10**places)


def _trimmed(row: _Row, one: PlaceView, cells: str) -> Cell:
    totals, places = sorted(sheet.total for sheet in one.counted), row.view.policy.places
    if len(totals) < FEWEST_TO_TRIM:
        return "–"
    kept = Fraction(sum(totals[1:-1]), 100 * (len(totals) - 2))
    return Formula(
        f"=ROUND((SUM({cells})-MAX({cells})-MIN({cells}))/(COUNT({cells})-2),{places})",
        half_up(kept, places) / 10**places,
    )


def _official(sheet: Sheet, row: _Row, one: PlaceView, cells: str) -> Cell:
    """The official score, worked out again where a spreadsheet can."""
    assert one.place.official is not None
    policy, last = row.view.policy, FIRST + len(row.view.panel)
    value: float = one.place.official / 10**policy.places
    if policy.method == "mean":
        return Formula(f"={sheet.cell(last + 1)}", value)
    if policy.method == "trimmed":
        return Formula(f"={sheet.cell(last + 2)}", value)
    if policy.method == "adjusted":
        effects = sheet.across(FIRST, last - 1, row.effects_row)
        mean = f"AVERAGE({cells})-SUMPRODUCT(ISNUMBER({cells})*{effects})/COUNT({cells})"
        # Effects have no end of decimals: what they leave in the tenth place must not tip a half.
        return Formula(f"=ROUND(ROUND({mean},9),{policy.places})", value)
    return value


def _effects_row(sheet: Sheet, view: ResultView, effects: Mapping[str, float]) -> None:
    styles = sheet.styles
    signed = f"+{styles.score};-{styles.score};{styles.score}"
    grey = styles.text(bg_color=PALE, font_color=GREY)
    values = [effects.get(expert.number) for expert in view.panel]
    sheet.cells(
        [_("宽严"), _("专家评分尺度"), *values, None, None, None, None],
        [
            styles.text(bg_color=PALE, align="center"),
            grey,
            *(styles.figure(signed, bg_color=PALE) for _value in values),
            grey,
            grey,
            grey,
            grey,
        ],
    )
