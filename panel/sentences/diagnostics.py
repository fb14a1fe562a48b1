"""Findings about experts' scores (评分核对提示), each a request to check, with the number it rests on."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from panel.language import N_, _
from panel.scoring.experts.findings import Code, Finding
from panel.sentences.figures import plain

_SENTENCES: Mapping[Code, str] = {
    Code.SEVERE: N_("{experts}的评分整体偏严（{value} 分，其他专家的常见下限为 {threshold} 分），请核对。"),
    Code.LENIENT: N_("{experts}的评分整体偏宽（{value} 分，其他专家的常见上限为 {threshold} 分），请核对。"),
    Code.NARROW: N_(
        "{experts}拉开的分差很小，是常见幅度的 {value} 倍（低于 {threshold} 倍即提示），请核对。"
    ),
    Code.WIDE: N_("{experts}拉开的分差很大，是常见幅度的 {value} 倍（高于 {threshold} 倍即提示），请核对。"),
    Code.FLAT: N_("{experts}对所有申报都评 {value} 分，没有区分，请核对。"),
    Code.LOW_SLOPE: N_(
        "其他专家的评分每高 1 分，{experts}只高 {value} 分（低于 {threshold} 分即提示），区分不足，请核对。"
    ),
    Code.DISAGREES: N_("{experts}与其他专家评分的相关系数为 {value}（低于 {threshold} 即提示），请核对。"),
    Code.ERRATIC: N_("{experts}的评分起伏是一般专家的 {value} 倍（高于 {threshold} 倍即提示），请核对。"),
    Code.PREDICTABLE: N_(
        "{experts}的评分与平均水平异常接近，起伏只有一般专家的 {value} 倍"
        "（低于 {threshold} 倍即提示），请核对。"
    ),
    Code.HALO: N_(
        "{experts}对同一申报的各项指标评分几乎同高同低，差别只有一般专家的 {value} 倍"
        "（低于 {threshold} 倍即提示），可能是光环效应，请核对。"
    ),
    Code.OUTLIER: N_(
        "{experts}对 {application} 的总分偏离预期 {value} 个标准误（超过 {threshold} 即提示），请核对。"
    ),
    Code.SLIP: N_(
        "{experts}对 {application} 的“{criterion}”一项偏离预期 {value} 个标准差（超过 {threshold} 即提示），"
        "可能是录入错误，请核对。"
    ),
    Code.DRIFT: N_(
        "{experts}的评分随评审顺序变化，每评一份变动 {value} 分（超过 {threshold} 分即提示），请核对。"
    ),
    Code.AFFILIATION: N_(
        "专家对与其有关联的申报，平均多给 {value} 分（绝对值超过 {threshold} 分即提示），请核对回避情况。"
    ),
    Code.IDENTICAL: N_(
        "{experts}有 {value} 份评分表逐项相同（达到 {threshold} 份即提示），请核对是否独立评分。"
    ),
    Code.TOGETHER: N_(
        "{experts}偏离平均的方式相近，相关系数为 {value}（高于 {threshold} 即提示），请核对是否独立评分。"
    ),
}

_WHOLE = frozenset({Code.IDENTICAL})
_EITHER_SIDE = frozenset({Code.OUTLIER, Code.SLIP, Code.DRIFT, Code.AFFILIATION})


def sentence(finding: Finding, criterion: Callable[[str], str] = str) -> str:
    """The request to check; its figures are in points, and `criterion` words the id of a criterion."""
    limit = abs(finding.threshold) if finding.code in _EITHER_SIDE else finding.threshold
    places = 0 if finding.code in _WHOLE else 2
    return _(_SENTENCES[finding.code]).format(
        experts=_("、").join(finding.experts),
        value=plain(finding.value, places),
        threshold=plain(limit, places),
        application=finding.application,
        criterion=criterion(finding.criterion),
    )
