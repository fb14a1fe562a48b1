"""The models' results under the names that outputs use: numbers, None, or maps by name; never NaN."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite

import numpy as np

from panel.scoring.advice import advice_score
from panel.scoring.components import components_of
from panel.scoring.design import Design, Floats, Indices
from panel.scoring.models.least_squares import least_squares
from panel.scoring.models.mixed import Mixed, mixed
from panel.scoring.uncertainty.chances import DRAWS, SEED, Contest, chances

Number = float | int | None
Statistic = Number | Mapping[str, Number] | Sequence[Mapping[str, Sequence[str]]]


def number(value: float | int | None) -> Number:
    """The value, or None for what a double cannot hold."""
    return value if value is not None and isfinite(value) else None


def by_name(names: Sequence[str], values: Floats | Indices | None) -> dict[str, Number]:
    """One number for each name; all None if there are no values."""
    if values is None:
        return dict.fromkeys(names)
    return {name: number(value) for name, value in zip(names, values.tolist(), strict=True)}


def additive(design: Design) -> dict[str, Statistic]:
    """`ls_*`, `n_scores`, `n_components`, `components`; the estimates are None for a disconnected design."""
    fit = least_squares(design) if design.connected else None
    parts = components_of(design)
    return {
        "n_scores": by_name(design.applications, design.per_application),
        "n_components": len(parts),
        "components": [{"experts": part.experts, "applications": part.applications} for part in parts],
        "ls_item": by_name(design.applications, None if fit is None else fit.item),
        "ls_expert": by_name(design.experts, None if fit is None else fit.expert),
        "ls_expert_se": by_name(design.experts, None if fit is None else fit.expert_se),
        "ls_sigma": None if fit is None else number(fit.sigma),
        "ls_df": None if fit is None else fit.df,
    }


def crossed(design: Design, fit: Mixed | None) -> dict[str, Statistic]:
    """`lmm_*` of a fit without topics; all None if there is no fit."""
    return {
        "lmm_var_item": None if fit is None else number(fit.var_item),
        "lmm_var_expert": None if fit is None else number(fit.var_expert),
        "lmm_var_residual": None if fit is None else number(fit.var_residual),
        "lmm_reml_criterion": None if fit is None else number(fit.criterion),
        "lmm_intercept": None if fit is None else number(fit.intercept),
        "lmm_intercept_se": None if fit is None else number(fit.intercept_se),
        "lmm_item_blup": by_name(design.applications, None if fit is None else fit.item),
        "lmm_item_condsd_lme4": by_name(design.applications, None if fit is None else fit.item_cond_sd),
        "lmm_item_pev_sd_henderson": by_name(design.applications, None if fit is None else fit.item_pev_sd),
        "lmm_expert_blup": by_name(design.experts, None if fit is None else fit.expert),
    }


def topical(design: Design, topic: Sequence[str]) -> dict[str, Statistic]:
    """`lmm_topic_*`: the fit with a topic effect, topics given for the applications in their order.

    All None if there is no fit, or if topics cannot be told from the mean or from the applications.
    """
    names, codes = np.unique(np.asarray(topic, dtype=np.str_), return_inverse=True)
    fit = mixed(design, codes.astype(np.intp))
    if fit is not None and fit.topic is None:
        fit = None
    return {
        "lmm_topic_var": None if fit is None else number(fit.var_topic),
        "lmm_topic_blup": by_name([str(name) for name in names], None if fit is None else fit.topic),
        "lmm_topic_worth": by_name(design.applications, None if fit is None else fit.worth),
    } | {name.replace("lmm_", "lmm_topic_", 1): value for name, value in crossed(design, fit).items()}


def places(
    design: Design, fit: Mixed | None, top: int, draws: int = DRAWS, seed: int = SEED
) -> dict[str, Statistic]:
    """`p_topK`, `rank_lo90`, `rank_hi90`, `expected_rank` of one list."""
    found = None
    if fit is not None:
        contest = Contest("all", design.applications, fit.posterior, top)
        found = chances([contest], draws, seed)["all"]
    return {
        f"p_top{top}": by_name(design.applications, None if found is None else found.selected),
        "rank_lo90": by_name(design.applications, None if found is None else found.rank_low),
        "rank_hi90": by_name(design.applications, None if found is None else found.rank_high),
        "expected_rank": by_name(design.applications, None if found is None else found.expected_rank),
    }


def advised(design: Design, topic: Sequence[str] | None = None) -> dict[str, Statistic]:
    """`advice_score`."""
    return {"advice_score": by_name(design.applications, advice_score(design, topic).score)}
