"""The experts: figures, requests to check, and how far they agree."""

from __future__ import annotations

from collections.abc import Mapping

from panel.cli.analysis.tables import SHOWN, Report, figure
from panel.language import _
from panel.scoring.analysis import Analysis
from panel.scoring.models.rasch import Facet, Rasch
from panel.sentences import agreement, analyses, diagnostics

Figures = Mapping[str, float | None]

COLUMNS = (
    "expert_severity",
    "expert_severity_se",
    "expert_spread",
    "expert_slope",
    "expert_correlation",
    "expert_infit",
    "expert_outfit",
    "expert_halo",
    "expert_drift",
)


def experts(report: Report, found: Analysis) -> None:
    """The figures of every expert; of many, those of whom something is to be checked first."""
    report.heading(_("专家评分情况"))
    report.line(_("严为正、宽为负；幅度、起伏以 1 为常见。以下提示只请核对，不据此排除任何专家。"))
    figures = found.diagnosis.figures.named()
    design = found.design
    named = {expert for finding in found.diagnosis.findings for expert in finding.experts}
    order = sorted(range(len(design.experts)), key=lambda j: (design.experts[j] not in named, j))
    if len(order) <= SHOWN:
        order = sorted(order)
    rows = []
    for j in order:
        expert = design.experts[j]
        cells = [figure(_of(figures[name], expert)) for name in COLUMNS]
        variances = found.advice.variances
        spread = None if variances is None else float(variances.variance[j]) ** 0.5
        rows.append([expert, str(design.per_expert[j]), *cells, figure(spread)])
    report.table(
        [
            _("专家"),
            _("份数"),
            _("宽严"),
            "±",
            _("幅度"),
            _("斜率"),
            _("相关"),
            "infit",
            "outfit",
            _("光环"),
            _("漂移"),
            _("误差"),
        ],
        rows,
    )
    for finding in found.diagnosis.findings[:SHOWN]:
        report.line("• " + diagnostics.sentence(finding))
    if len(found.diagnosis.findings) > SHOWN:
        more = _("另有 {count} 条提示未显示；--json 输出全部。")
        report.line(more.format(count=len(found.diagnosis.findings) - SHOWN))
    if not found.diagnosis.findings:
        report.line(_("没有需要核对之处。"))


def _of(figures: Figures | float | None, expert: str) -> float | None:
    return figures.get(expert) if isinstance(figures, Mapping) else None


def agreements(report: Report, found: Analysis) -> None:
    """Every figure of agreement that exists, with its meaning."""
    report.heading(_("一致性"))
    figures: dict[str, float | None] = dict(found.agreement) | found.study.icc
    figures["experts_for_80"] = found.study.experts_for_80
    rows = []
    for name in agreement.STATISTICS:
        value = figures.get(name)
        if value is None or (found.design.complete and name.startswith("lmm_icc")):
            continue  # without holes they repeat those from mean squares
        low, high = figures.get(f"{name}_lo95"), figures.get(f"{name}_hi95")
        limits = "" if low is None or high is None else f"{figure(low)} … {figure(high)}"
        rows.append([name, _value(name, value), limits, agreement.meaning(name)])
    if rows:
        report.table([_("指标"), _("值"), _("95% 区间"), _("含义")], rows, left=4)
    else:
        report.line(_("评分不足以衡量一致性。"))
    _study(report, found)


def _value(name: str, value: float) -> str:
    if name == "experts_for_80":
        return str(int(value))
    return "<0.001" if name.endswith("_p") and value < 0.001 else f"{value:.3f}"


def _study(report: Report, found: Analysis) -> None:
    steps = found.study.steps
    if steps:
        report.line(_("如果由更多或更少的同类专家评审，平均分的可靠程度："))
        report.table(
            [_("专家人数"), _("分数（Phi）"), _("次序（E rho²）")],
            [[str(step.experts), figure(step.absolute), figure(step.relative)] for step in steps],
        )
    components = found.study.components
    if components is not None:
        report.line(_("评分差异的来源（p 申报，r 专家，c 指标，字母相连为交互作用）："))
        total = sum(components.variances.values())
        report.table(
            [_("来源"), _("方差"), _("占比")],
            [
                [name, figure(value, 3), f"{100 * value / total:.0f}%" if total > 0 else "–"]
                for name, value in components.variances.items()
            ],
        )
    fit = found.mixed
    if fit is not None:
        sentence = _("混合模型的方差：申报之间 {item}，专家之间 {expert}，其余 {residual}。")
        report.line(
            sentence.format(
                item=figure(fit.var_item, 3),
                expert=figure(fit.var_expert, 3),
                residual=figure(fit.var_residual, 3),
            )
        )
    if found.topical is not None:
        sentence = _("考虑主题后：主题之间 {topic}，主题内申报之间 {item}。")
        report.line(
            sentence.format(topic=figure(found.topical.var_topic, 3), item=figure(found.topical.var_item, 3))
        )


def scale(report: Report, found: Analysis) -> None:
    """The Rasch model where it was fitted."""
    if not isinstance(found.rasch, Rasch):
        if found.rasch is not None:
            sentence = _("未使用多面 Rasch 模型：{why}。")
            report.line(sentence.format(why=analyses.refusal(found.rasch)), style="dim")
        return
    report.heading(_("多面 Rasch 模型"))
    _facet(report, _("申报"), found.rasch.applications)
    _facet(report, _("专家（严格程度）"), found.rasch.experts)
    if len(found.rasch.criteria.names) > 1:
        _facet(report, _("指标（难度）"), found.rasch.criteria)


def _facet(report: Report, title: str, facet: Facet) -> None:
    rows = [
        [one.name, *(figure(value) for value in (one.measure, one.se, one.infit, one.outfit, one.fair))]
        for one in facet.elements
    ]
    report.table([title, "logit", "±", "infit", "outfit", _("公平平均分")], rows)
