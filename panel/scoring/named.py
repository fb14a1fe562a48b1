"""The models' results under the names that outputs use: numbers, None, or maps by name; never NaN."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Any

import numpy as np

from panel.scoring.components import Component
from panel.scoring.design import Design, Floats, Indices
from panel.scoring.models.least_squares import LeastSquares
from panel.scoring.models.mixed import Mixed
from panel.scoring.uncertainty.chances import Chances

Number = float | int | None
Statistic = Any
"""A number, None, or a map by name; lists of names and texts where the documentation says so."""


def number(value: float | int | None) -> Number:
    """The value, or None for what a double cannot hold."""
    return value if value is not None and isfinite(value) else None


def by_name(names: Sequence[str], values: Floats | Indices | None) -> dict[str, Number]:
    """One number for each name; all None if there are no values."""
    if values is None:
        return dict.fromkeys(names)
    return {name: number(value) for name, value in zip(names, values.tolist(), strict=True)}


def additive(design: Design, fit: LeastSquares | None, parts: Sequence[Component]) -> dict[str, Statistic]:
    """`ls_*`, `n_scores`, `n_components`, `components`; the estimates are None without a fit."""
    order = None if fit is None else np.argsort(-fit.item, kind="stable").tolist()
    return {
        "n_scores": by_name(design.applications, design.per_application),
        "n_components": len(parts),
        "components": [{"experts": part.experts, "applications": part.applications} for part in parts],
        "ls_item": by_name(design.applications, None if fit is None else fit.item),
        "ls_expert": by_name(design.experts, None if fit is None else fit.expert),
        "ls_expert_se": by_name(design.experts, None if fit is None else fit.expert_se),
        "ls_sigma": None if fit is None else number(fit.sigma),
        "ls_df": None if fit is None else fit.df,
        "ls_rank_order": None if order is None else [design.applications[i] for i in order],
    }


def crossed(design: Design, fit: Mixed | None) -> dict[str, Statistic]:
    """`lmm_*` of a fit without topics; all None if there is no fit."""
    return {
        "lmm_var_item": None if fit is None else number(fit.var_item),
        "lmm_var_expert": None if fit is None else number(fit.var_expert),
        "lmm_var_residual": None if fit is None else number(fit.var_residual),
        "lmm_reml_criterion": None if fit is None else number(fit.criterion),
        "lmm_singular": None if fit is None else min(fit.var_item, fit.var_expert, fit.var_residual) == 0,
        "lmm_intercept": None if fit is None else number(fit.intercept),
        "lmm_intercept_se": None if fit is None else number(fit.intercept_se),
        "lmm_item_blup": by_name(design.applications, None if fit is None else fit.item),
        "lmm_item_condsd_lme4": by_name(design.applications, None if fit is None else fit.item_cond_sd),
        "lmm_item_pev_sd_henderson": by_name(design.applications, None if fit is None else fit.item_pev_sd),
        "lmm_expert_blup": by_name(design.experts, None if fit is None else fit.expert),
    }


def topical(design: Design, topics: Sequence[str], fit: Mixed | None) -> dict[str, Statistic]:
    """`lmm_topic_*`: the fit with a topic effect; all None if topics cannot be told from applications."""
    return {
        "lmm_topic_var": None if fit is None else number(fit.var_topic),
        "lmm_topic_blup": by_name(topics, None if fit is None else fit.topic),
        "lmm_topic_worth": by_name(design.applications, None if fit is None else fit.worth),
    } | {name.replace("lmm_", "lmm_topic_", 1): value for name, value in crossed(design, fit).items()}


def places(design: Design, found: Chances | None, top: int | None) -> dict[str, Statistic]:
    """`p_topK` if there is a cap, `rank_lo90`, `rank_hi90`, `expected_rank`, `grey_area` of one list."""
    applications = design.applications
    ranks: dict[str, Statistic] = {
        "rank_lo90": by_name(applications, None if found is None else found.rank_low),
        "rank_hi90": by_name(applications, None if found is None else found.rank_high),
        "expected_rank": by_name(applications, None if found is None else found.expected_rank),
    }
    if top is None:
        return ranks
    grey = None if found is None else [applications[i] for i in np.flatnonzero(found.grey)]
    return ranks | {
        f"p_top{top}": by_name(applications, None if found is None else found.selected),
        "grey_area": grey,
    }
