"""What each figure of agreement (一致性) means, in one sentence that a non-statistician can use."""

from __future__ import annotations

from collections.abc import Mapping

from panel.language import N_, _

_MEANINGS: Mapping[str, str] = {
    "ICC1_1": N_("各申报由不同专家评分时，一位专家的评分中有多大比例反映申报本身的差别。"),
    "ICC2_1": N_("换一位同类专家，其评分（包括宽严）在多大程度上会相同；1 为完全一致。"),
    "ICC3_1": N_("不计宽严，一位专家排出的高低在多大程度上与其他专家相同；1 为完全一致。"),
    "ICC1_k": N_("各申报由不同专家评分时，平均分中有多大比例反映申报本身的差别。"),
    "ICC2_k": N_("换一组同类专家，平均分在多大程度上会相同；一般要求不低于 0.8。"),
    "ICC3_k": N_("由这组专家决定时，平均分的高低顺序有多可靠；一般要求不低于 0.8。"),
    "lmm_icc_single_absolute": N_("评分不全时由方差估计：一位专家的评分中有多大比例反映申报本身的差别。"),
    "lmm_icc_k_absolute": N_("评分不全时由方差估计：平均分中有多大比例反映申报本身的差别。"),
    "lmm_icc_single_consistency": N_("评分不全时由方差估计，不计宽严：一位专家评分的高低顺序有多可靠。"),
    "lmm_icc_k_consistency": N_("评分不全时由方差估计，不计宽严：平均分的高低顺序有多可靠。"),
    "kendall_W_ties": N_("各位专家排出的名次有多相似：0 为毫无共识，1 为完全相同；已考虑并列。"),
    "kendall_W_uncorrected": N_("名次的相似程度，未考虑并列；并列多时偏低，仅供对照。"),
    "kendall_W_p": N_("如果专家之间毫无共识，名次仍会如此相似的概率；越小越说明存在共识。"),
    "kripp_alpha_nominal": N_("专家给出完全相同分数的程度，已扣除偶然一致；宽严不同也算不一致。"),
    "kripp_alpha_ordinal": N_("按高低次序衡量的评分一致程度，允许缺评；宽严不同也算不一致。"),
    "kripp_alpha_interval": N_("按分差衡量的评分一致程度，允许缺评；0.8 以上为可靠，0.667 以下不宜下结论。"),
    "kripp_alpha_ratio": N_("按分数之比衡量的评分一致程度，允许缺评；低分之间的差别算得更重。"),
    "cronbach_alpha": N_("各项指标有多大程度在说同一件事；过高可能是指标重复或者光环效应，不代表评审质量。"),
    "mean_pairwise_pearson": N_("任意两位专家对共同评审的申报，评分的平均相关程度。"),
    "mean_pairwise_spearman": N_("任意两位专家对共同评审的申报，名次的平均相关程度。"),
    "experts_for_80": N_("要使平均分的可靠程度达到 0.8，大约需要的专家人数。"),
}

_NAMES: Mapping[str, str] = {
    "ICC2_k": N_("平均分的可靠程度 ICC(2,k)"),
    "ICC3_k": N_("平均分次序的可靠程度 ICC(3,k)"),
    "ICC2_1": N_("单个评分的可靠程度 ICC(2,1)"),
    "ICC3_1": N_("单个评分次序的可靠程度 ICC(3,1)"),
    "lmm_icc_k_absolute": N_("平均分的可靠程度（由方差估计）"),
    "lmm_icc_k_consistency": N_("平均分次序的可靠程度（由方差估计）"),
    "lmm_icc_single_absolute": N_("单个评分的可靠程度（由方差估计）"),
    "lmm_icc_single_consistency": N_("单个评分次序的可靠程度（由方差估计）"),
    "kendall_W_ties": N_("名次的一致程度 Kendall W"),
    "kripp_alpha_interval": N_("分数的一致程度 Krippendorff α"),
    "kripp_alpha_ordinal": N_("高低的一致程度 Krippendorff α"),
    "mean_pairwise_pearson": N_("两两相关的平均 Pearson r"),
    "mean_pairwise_spearman": N_("两两名次相关的平均 Spearman ρ"),
    "cronbach_alpha": N_("指标的内部一致性 Cronbach α"),
}

NAMED = tuple(_NAMES)
"""The figures that are shown to people, the most useful first."""

STATISTICS = tuple(_MEANINGS)
"""The figures that are explained, in the order in which they are shown."""


def name(statistic: str) -> str:
    """The figure's name for people; KeyError for one that is not shown."""
    return _(_NAMES[statistic])


def meaning(statistic: str) -> str:
    """What the figure says; KeyError for one that is not explained."""
    return _(_MEANINGS[statistic])
