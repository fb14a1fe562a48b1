"""Every figure of agreement under its published name, a number or None."""

from __future__ import annotations

from collections.abc import Mapping

from panel.scoring.agreement.concordance import concordance
from panel.scoring.agreement.consistency import cronbach_of_criteria, cronbach_of_experts
from panel.scoring.agreement.correlation import pairwise
from panel.scoring.agreement.generalizability import experts_needed
from panel.scoring.agreement.intraclass import intraclass
from panel.scoring.agreement.krippendorff import alphas, pairable_values
from panel.scoring.design import Design
from panel.scoring.sheets import Sheets

TARGET = 0.8
"""The dependability that `experts_for_80` aims at."""


def agreement(design: Design, sheets: Sheets | None = None) -> Mapping[str, float | None]:
    """Return all figures of agreement of one list.

    Parameters
    ----------
    design : Design
        The totals.
    sheets : Sheets, optional
        The criterion scores, if there are several criteria: Cronbach's alpha is then taken across criteria,
        else across experts.

    Returns
    -------
    mapping of statistic to float or None
        ICC1_1 to ICC3_k with _F, _lo95, _hi95; kendall_W_ties, _uncorrected, _chisq, _p; kripp_alpha_nominal,
        _ordinal, _interval, _ratio; n_pairable_values; cronbach_alpha; mean_pairwise_spearman, _pearson;
        experts_for_80: how many experts bring ICC2_k to 0.8.
    """
    found: dict[str, float | None] = {}
    correlations = intraclass(design)
    for name, one in correlations.items():
        found |= {name: one.value, f"{name}_F": one.f, f"{name}_lo95": one.low, f"{name}_hi95": one.high}
    w = concordance(design)
    found |= {
        "kendall_W_ties": w.ties,
        "kendall_W_uncorrected": w.uncorrected,
        "kendall_W_chisq": w.chisq,
        "kendall_W_p": w.p,
    }
    found |= {f"kripp_alpha_{level}": value for level, value in alphas(design).items()}
    pairs = pairwise(design)
    several = sheets is not None and len(sheets.criteria) > 1
    return found | {
        "n_pairable_values": pairable_values(design),
        "cronbach_alpha": cronbach_of_criteria(sheets) if sheets and several else cronbach_of_experts(design),
        "mean_pairwise_pearson": pairs.pearson,
        "mean_pairwise_spearman": pairs.spearman,
        "experts_for_80": experts_needed(correlations["ICC2_1"].value, TARGET),
    }
