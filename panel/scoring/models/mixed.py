"""Crossed random effects by restricted maximum likelihood: score ~ 1 + (1|item) + (1|expert) [+ (1|topic)].

An application is predicted by the posterior mean of its effect (best linear unbiased prediction, BLUP): the
fewer and the noisier its scores, the closer to the mean of all. Without holes the variances have a closed
form and the order is that of the plain means; otherwise see `reml`.

References
----------
Henderson, C. R. (1975). Best linear unbiased estimation and prediction under a selection model. Biometrics
31(2), 423-447. Bates, D., Maechler, M., Bolker, B., Walker, S. (2015). Fitting linear mixed-effects models
using lme4. Journal of Statistical Software 67(1), 1-48.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import log, sqrt
from typing import NamedTuple

import numpy as np

from panel.scoring.design import Design, Floats, Indices
from panel.scoring.models.balanced import balanced
from panel.scoring.models.equations import Equations, Factor
from panel.scoring.models.iterative import Iterative
from panel.scoring.models.least_squares import Rough, rough
from panel.scoring.models.posterior import Known, Posterior
from panel.scoring.models.reml import Make, Point, maximise
from panel.scoring.models.state import Exact
from panel.scoring.units import Unit

EXACT_LEVELS = 2000
"""Up to this many levels besides the largest factor's the equations are factorised, above iterated."""

EXACT_TOLERANCE = 1e-10
ITERATIVE_TOLERANCE = 1e-6
"""A thousandth of a standard error of the variances."""

LEAST_START = 1e-3

PERFECT = 1e-12
"""Residual variance, as a share of the squared range of the scores, that is only rounding."""


@dataclass(frozen=True, eq=False)
class Mixed:
    """The fit, in the unit of the scores.

    Attributes
    ----------
    design : Design
    var_item, var_expert, var_residual : float
        Variances between applications, between experts, and of a single score; exactly 0 at the boundary.
    var_topic : float or None
        Variance between topics; None without topics. The item effects are then within topics.
    criterion : float or None
        -2 log restricted likelihood with all constants, as lme4 reports it; None for a large design (no
        determinant is computed) and for scores that the effects explain without rest (it has no bound).
    intercept, intercept_se : float
        Mean of all, with its standard error.
    item, expert : float64 arrays, shapes (n,) and (m,)
        Predicted effects; expert > 0 is lenient.
    topic : float64 array, shape (number of topics,), or None
    worth : float64 array, shape (n,)
        What an application is ranked by: item, plus the effect of its topic if there are topics.
    method : str
        `balanced`, `exact`, `iterative` or, without residual variance, `limit`.
    steps : int
        Steps of the maximisation.
    posterior : Posterior
        Joint precision and draws of the effects.
    """

    design: Design
    var_item: float
    var_expert: float
    var_residual: float
    var_topic: float | None
    criterion: float | None
    intercept: float
    intercept_se: float
    item: Floats
    expert: Floats
    topic: Floats | None
    worth: Floats
    method: str
    steps: int
    posterior: Posterior | Known

    @property
    def item_cond_sd(self) -> Floats:
        """Posterior sd of the item effects for a known intercept, shape (n,): lme4's `condVar`."""
        return self.posterior.cond_sd("item")

    @property
    def item_pev_sd(self) -> Floats:
        """Root of the prediction error variance of the item effects, the intercept's uncertainty included."""
        return self.posterior.pev_sd("item")

    @property
    def expert_pev_sd(self) -> Floats:
        """The same of the expert effects, shape (m,)."""
        return self.posterior.pev_sd("expert")


def mixed(design: Design, topic: Indices | None = None, weights: Floats | None = None) -> Mixed | None:
    """Fit the variances by REML and predict the effects.

    Connected or not: between components only the assumption speaks that all come from one distribution, and
    callers must say so.

    Parameters
    ----------
    design : Design
    topic : intp array, shape (n,), optional
        The topic of each application, numbered from 0. Left out of the model if there is only one, or one
        for each application.
    weights : float64 array, shape (N,), optional
        Precision of each score relative to the residual variance; 1 if left out.

    Returns
    -------
    Mixed, or None if the scores leave no degree of freedom to tell residuals from effects (one expert, one
    application, or a design without a single closed chain of scores).

    Raises
    ------
    NotConverged
        A large design on which an iteration failed.
    """
    n, m = design.shape
    if design.y.size - n - m + design.parts <= 0:
        return None
    unit = Unit.of(design.y)
    y = unit.standard(design.y)
    centre = float(y.mean())
    y = y - centre
    start = rough(design, y)
    if start is not None and start.residuals @ start.residuals <= PERFECT * y.size:
        return _limit(design, unit, centre, start)
    if topic is not None and not 1 < np.unique(topic).size < n:
        topic = None
    equations = Equations.of(y, _factors(design, topic), weights)
    if design.complete and topic is None and weights is None:
        item, expert = balanced(y.reshape(n, m))
        fit = _at(equations, {"item": item, "expert": expert})
    else:
        fit = _search(equations, _first_ratios(design, start, topic is not None))
    return _result(design, unit, centre, topic, fit)


class _Fit(NamedTuple):
    point: Point
    method: str
    steps: int


def _factors(design: Design, topic: Indices | None) -> tuple[Factor, ...]:
    n, m = design.shape
    factors = (Factor("item", design.application, n), Factor("expert", design.expert, m))
    if topic is None:
        return factors
    return (*factors, Factor("topic", topic[design.application], int(topic.max()) + 1))


def _way(equations: Equations) -> tuple[Make, str]:
    if equations.x_kept.size <= EXACT_LEVELS:
        return Exact, "exact"
    return Iterative, "iterative"


def _at(equations: Equations, ratios: Mapping[str, float]) -> _Fit:
    make, _ = _way(equations)
    chosen = np.array([ratios[name] for name in equations.names])
    return _Fit(Point(make(equations, chosen)), "balanced", 0)


def _search(equations: Equations, ratios: Mapping[str, float]) -> _Fit:
    make, name = _way(equations)
    chosen = np.array([ratios[name] for name in equations.names])
    tolerance = EXACT_TOLERANCE if make is Exact else ITERATIVE_TOLERANCE
    point, steps = maximise(equations, chosen, make, tolerance)
    return _Fit(point, name, steps)


def _first_ratios(design: Design, start: Rough | None, topics: bool) -> dict[str, float]:
    """Moments of the least-squares effects, each less the part that is error; never quite zero."""
    if start is None:
        return {"item": 1.0, "expert": 1.0, "topic": 1.0}
    n, m = design.shape
    df = design.y.size - n - m + design.parts
    residual = float(start.residuals @ start.residuals) / df
    item = float(start.item.var()) / residual - float((1.0 / design.per_application).mean())
    expert = float(start.expert.var()) / residual - float((1.0 / design.per_expert).mean())
    half = 0.5 if topics else 1.0
    return {
        "item": max(half * item, LEAST_START),
        "expert": max(expert, LEAST_START),
        "topic": max(half * item, LEAST_START),
    }


def _result(design: Design, unit: Unit, centre: float, topic: Indices | None, fit: _Fit) -> Mixed:
    point = fit.point
    names = point.state.equations.names
    residual = point.residual_variance
    ratio = dict(zip(names, point.state.ratios.tolist(), strict=True))
    effect = {name: unit.spread(u) for name, u in zip(names, point.effects, strict=True)}
    worth = effect["item"] if topic is None else effect["item"] + effect["topic"][topic]
    criterion = point.criterion
    return Mixed(
        design=design,
        var_item=unit.variance(ratio["item"] * residual),
        var_expert=unit.variance(ratio["expert"] * residual),
        var_residual=unit.variance(residual),
        var_topic=None if topic is None else unit.variance(ratio["topic"] * residual),
        criterion=None if criterion is None else criterion + 2.0 * (design.y.size - 1) * log(unit.size),
        intercept=float(unit.level(np.array(point.intercept + centre))),
        intercept_se=float(unit.spread(np.sqrt(np.array(residual / point.xx)))),
        item=effect["item"],
        expert=effect["expert"],
        topic=effect.get("topic"),
        worth=worth,
        method=fit.method,
        steps=fit.steps,
        posterior=Posterior(point, unit.size, worth, topic),
    )


def _limit(design: Design, unit: Unit, centre: float, start: Rough) -> Mixed:
    """Scores that two effects explain without rest: the effects are known, but for the common intercept."""
    n, m = design.shape
    item, expert = start.item - start.item.mean(), start.expert - start.expert.mean()
    of_items, of_experts = float(item @ item) / (n - 1), float(expert @ expert) / (m - 1)
    worth = unit.spread(item)
    intercept = centre + float(start.item.mean() + start.expert.mean())
    uncertain = of_items / n, of_experts / m
    common = [unit.size * sqrt(variance) for variance in uncertain]
    return Mixed(
        design=design,
        var_item=unit.variance(of_items),
        var_expert=unit.variance(of_experts),
        var_residual=0.0,
        var_topic=None,
        criterion=None,
        intercept=float(unit.level(np.array(intercept))),
        intercept_se=unit.size * sqrt(sum(uncertain)),
        item=worth,
        expert=unit.spread(expert),
        topic=None,
        worth=worth,
        method="limit",
        steps=0,
        posterior=Known(worth, {"item": np.full(n, common[0]), "expert": np.full(m, common[1])}, unit.size),
    )
