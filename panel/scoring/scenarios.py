"""The same list by other methods and without single experts: whether the same applications are selected."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from panel.scoring.columns import ROUNDABLE, TIE_PLACES, Columns
from panel.scoring.descriptive import (
    TRIM_FROM,
    mean_over_experts,
    minmax_shares,
    raw_mean,
    robust_z_scores,
    trimmed_mean,
    z_scores,
)
from panel.scoring.design import Design, Floats
from panel.scoring.models.least_squares import least_squares
from panel.scoring.official.relative import T_MEAN, T_SPREAD
from panel.scoring.official.results import Options
from panel.scoring.question import Question, Scores, Select
from panel.scoring.uncertainty.stability import LeftOut, Selected, Stability, leave_one_expert_out, stability

LEFT_OUT_WORK = 10_000_000
"""Scores refitted in all up to which every expert is left out once."""


def adjusted_scores(design: Design) -> Floats | None:
    """Additive least squares; None for a design in parts."""
    return least_squares(design).item if design.connected else None


def trimmed_scores(design: Design, trim_from: int) -> Floats:
    """The trimmed mean; NaN where there are fewer than `trim_from` scores."""
    found: Floats = np.where(design.per_application >= trim_from, trimmed_mean(design, trim_from), np.nan)
    return found


def median_scores(design: Design) -> Floats:
    """The median of each application: the mean of the two middle scores of an even number."""
    order = np.lexsort((design.y, design.application))
    count = design.per_application
    first = np.cumsum(count) - count
    lower, upper = design.y[order][first + (count - 1) // 2], design.y[order][first + count // 2]
    middle: Floats = lower / 2 + upper / 2
    return middle


def rank_scores(design: Design) -> Floats:
    """The mean share of applications left behind, 0 to 100."""
    count = design.per_expert[design.expert]
    return mean_over_experts(design, 100.0 * (count - Columns(design).ranks + 0.5) / count)


def t_scores(z: Callable[[Design], Floats], design: Design) -> Floats:
    """The mean of scores per expert on the T scale."""
    return T_MEAN + T_SPREAD * mean_over_experts(design, z(design))


def in_floats(options: Options) -> Mapping[str, Callable[[Design], Floats | None]]:
    """Every official method in float64, by name, each from a design to scores of shape (n,)."""
    return {
        "adjusted": adjusted_scores,
        "mean": raw_mean,
        "trimmed": partial(trimmed_scores, trim_from=options.min_sheets),
        "standard": partial(t_scores, z_scores),
        "robust": partial(t_scores, robust_z_scores),
        "minmax": lambda design: 100.0 * mean_over_experts(design, minmax_shares(design)),
        "rank": rank_scores,
    }


def scores_of(design: Design, values: Floats | None) -> Scores | None:
    """Name scores; None if there are none at all, or if the design is in parts and has no single list."""
    if values is None or not design.connected or not np.isfinite(values).any():
        return None
    pairs = zip(design.applications, values.tolist(), np.isfinite(values).tolist(), strict=True)
    return {name: value if known else None for name, value, known in pairs}


def highest(top: int, scores: Scores) -> frozenset[str]:
    """The applications that fewer than `top` others beat; equal to nine decimals is a tie."""
    known = {name: _rounded(value) for name, value in scores.items() if value is not None}
    if top <= 0 or not known:
        return frozenset()
    least = sorted(known.values(), reverse=True)[min(top, len(known)) - 1]
    return frozenset(name for name, value in known.items() if value >= least)


def selector(question: Question) -> Select | None:
    """The rule that selects; None if the question names no cap and no rule."""
    if question.select is not None:
        return question.select
    if question.top is None:
        return None
    top = question.top
    return lambda scores: highest(top, {name: s for name, s in scores.items() if name not in question.barred})


def by_method(question: Question, advised: Mapping[str, Floats]) -> Stability | None:
    """Select by every method; `advised` are the scores of the models by name, shape (n,) each."""
    select, base = _base(question)
    if select is None or base is None:
        return None
    design = question.design
    methods = dict(in_floats(question.options))
    # For a look from another side five sheets are enough: one policy in force trims only from seven on.
    methods["trimmed"] = partial(trimmed_scores, trim_from=min(question.options.min_sheets, TRIM_FROM))
    methods["median"] = median_scores
    scenarios: dict[str, Callable[[], Selected]] = {
        name: partial(_selected, select, design, method) for name, method in methods.items()
    }
    for name, values in advised.items():
        scenarios[name] = partial(_chosen, select, design, values)
    return stability(base, scenarios)


def without_experts(question: Question) -> LeftOut | None:
    """Select by the official method without each expert in turn; None without a cap, or if it is too much."""
    select, base = _base(question)
    design = question.design
    if select is None or base is None or not affordable(design):
        return None
    method = in_floats(question.options)[question.method]
    return leave_one_expert_out(design, lambda rest: _selected(select, rest, method))


def affordable(design: Design) -> bool:
    """Whether every expert can be left out in turn."""
    return design.y.size * design.shape[1] <= LEFT_OUT_WORK


def _base(question: Question) -> tuple[Select | None, Selected]:
    select = selector(question)
    if select is None:
        return None, None
    return select, _selected(select, question.design, in_floats(question.options)[question.method])


def _selected(select: Select, design: Design, method: Callable[[Design], Floats | None]) -> Selected:
    return _chosen(select, design, method(design))


def _chosen(select: Select, design: Design, values: Floats | None) -> Selected:
    scores = scores_of(design, values)
    return None if scores is None else select(scores)


def _rounded(value: float) -> float:
    return round(value, TIE_PLACES) if abs(value) < ROUNDABLE else value
