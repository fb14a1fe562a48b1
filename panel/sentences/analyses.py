"""An analysis in words: what it left out, which model advises, which scenario changes a selection."""

from __future__ import annotations

from collections.abc import Mapping

from panel.language import N_, _
from panel.scoring.advice import Model
from panel.scoring.analysis import Omission, Step
from panel.scoring.models.rasch import Refusal

_OMISSIONS: Mapping[Omission, str] = {
    "not_connected": N_(
        "评分分成互不相连的几组，组与组之间没有共同的专家，无法排出一份名单；凡需要跨组比较的结果均为空。"
    ),
    "no_residuals": N_("评分太少，无法估计误差，因此没有入选概率和名次区间。"),
    "links_not_followed": N_("关联申报所在的名单没有入选概率，模拟时未考虑这一关联。"),
    "official_in_floats": N_("评分数量较大，各计分方法用浮点数计算。"),
    "experts_not_left_out": N_("规模较大，未逐一剔除专家重新计算。"),
    "assigned_by_quality": N_(
        "不同专家评审的申报质量明显不同，混合模型的估计和入选概率会偏向平均，请以最小二乘得分为参考。"
    ),
}

_MODELS: Mapping[Model, str] = {
    "outliers": N_("混合模型，明显离群的单份评分和起伏大的专家权重较低"),
    "expert_variances": N_("混合模型，起伏大的专家权重较低"),
    "mixed": N_("混合模型，各位专家权重相同"),
    "least_squares": N_("最小二乘，评分份数少的向平均收缩"),
    "mean": N_("平均分"),
}

_METHODS: Mapping[str, str] = {
    "adjusted": N_("宽严校正"),
    "mean": N_("平均分"),
    "trimmed": N_("去掉最高最低分"),
    "standard": N_("标准分"),
    "robust": N_("稳健标准分"),
    "minmax": N_("极差标准化"),
    "rank": N_("名次法"),
    "median": N_("中位数"),
    "mixed": N_("混合模型"),
    "advice": N_("参考得分"),
}

_STEPS: Mapping[Step, str] = {
    "design": N_("检查评分结构"),
    "official": N_("计算各计分方法"),
    "models": N_("拟合模型"),
    "advice": N_("计算参考得分"),
    "scenarios": N_("更换方法、剔除专家"),
    "agreement": N_("计算一致性"),
    "experts": N_("分析专家评分"),
    "rasch": N_("拟合多面 Rasch 模型"),
    "chances": N_("模拟名次"),
}

_REFUSALS: Mapping[Refusal, str] = {
    "too_few_categories": N_("分数不足三档"),
    "too_many_categories": N_("分数档次太多，不是短等级量表"),
    "uneven_scale": N_("分数档次间距不等"),
    "empty_category": N_("有的档次没有使用"),
    "not_connected": N_("评分互不相连"),
    "too_large": N_("规模过大"),
    "not_converged": N_("没有有限的最优解"),
}


def omission(code: Omission) -> str:
    """What a reader must be told about the whole analysis."""
    return _(_OMISSIONS[code])


def model(code: Model) -> str:
    """What the advice comes from."""
    return _(_MODELS[code])


def method(name: str) -> str:
    """An official method, or another way to score, as a scenario."""
    return _(_METHODS[name])


def step(code: Step) -> str:
    """What an analysis is doing."""
    return _(_STEPS[code])


def refusal(code: Refusal) -> str:
    """Why there is no Rasch model."""
    return _(_REFUSALS[code])
