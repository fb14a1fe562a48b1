"""The rating-scale model (等级评分模型) in the result workbook, for tracks scored in a few grades."""

from __future__ import annotations

from panel.documents.printouts import PALE, Sheet, Styles
from panel.language import _, current
from panel.queries.analyses import AnalysisView
from panel.scoring.models.rasch import Facet, Rasch
from panel.sentences import analyses
from panel.vocabulary import term


def write(found: AnalysisView, styles: Styles, foot: str) -> None:
    """One sheet, with the reason where a track has no fit; none where no track is scored that way."""
    graded = [one for one in found.tracks if one.found.grades is not None]
    if not graded:
        return
    view = found.result
    tab = _("等级评分模型")
    sheet = styles.sheet(tab, (14, 30, 12, 12, 14, 14, 14))
    sheet.title(f"{view.round_.title} · {tab}", [(_("统计参考，不改变评审结果。"), False)])
    sheet.head(
        [
            _("方面"),
            _("名称"),
            _("量尺值"),
            _("误差 ±"),
            _("公平平均分"),
            _("拟合（加权）"),
            _("拟合（不加权）"),
        ]
    )
    for one in graded:
        sheet.band(term(one.view.track))
        criteria = {c.id: c.name.in_(current()) for c in view.policy.track(one.view.track).criteria}
        if isinstance(one.found.grades, Rasch):
            _facet(sheet, _("申报"), one.found.grades.applications, {})
            _facet(sheet, _("专家（严格程度）"), one.found.grades.experts, {})
            _facet(sheet, _("指标（难度）"), one.found.grades.criteria, criteria)
        elif one.found.grades is not None:
            sheet.note(_("未使用多面 Rasch 模型：{why}。").format(why=analyses.refusal(one.found.grades)))
        sheet.gap()
    sheet.note(_("公平平均分：换成尺度居中的专家和指标后的平均分。拟合：1 为正常。"))
    sheet.finish(foot)


def _facet(sheet: Sheet, what: str, found: Facet, names: dict[str, str]) -> None:
    styles = sheet.styles
    plain = styles.figure("0.00")
    looks = [
        styles.text(bg_color=PALE),
        styles.text(bold=True),
        styles.figure("+0.00;-0.00;0.00", bold=True),
        *[plain] * 4,
    ]
    for one in found.elements:
        shown = names.get(one.name, one.name)
        sheet.cells([what, shown, one.measure, one.se, one.fair, one.infit, one.outfit], looks)
