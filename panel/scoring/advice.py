"""The score by which the engine itself would advise: the model that the design at hand calls for.

It is shown beside the official score and never replaces it. On simulated calls (`benchmarks/recovery.py`) no
other method that was tried found more of the truly best applications in any kind of call.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from panel.scoring.design import Design, Floats, Indices, sums
from panel.scoring.models.assignment import Assignment, assignment
from panel.scoring.models.expert_variances import ExpertVariances, expert_variances
from panel.scoring.models.least_squares import LeastSquares, least_squares
from panel.scoring.models.mixed import Mixed
from panel.scoring.models.outliers import outliers

Model = Literal["outliers", "expert_variances", "mixed", "least_squares", "mean"]
"""What the advice comes from.

`outliers`: mixed model in which single scores far from the rest count for less, and so do erratic experts.
`expert_variances`: mixed model in which erratic experts count for less; with topics if they are given.
`mixed`: the same where the experts' variances do not differ, or no more than chance explains.
`least_squares`: applications were assigned by quality in a way that no given topics explain; scores
are drawn to their mean by their own error.
`mean`: the scores leave nothing to estimate a model from.
"""


@dataclass(frozen=True, eq=False)
class Advice:
    """Scores to advise by.

    Attributes
    ----------
    score : float64 array, shape (n,)
        In the unit of the scores, about the size of a mean score; comparable inside one component.
    model : Model
    fit : Mixed or None
        The mixed model, for probabilities and precision; None if there is none. With `least_squares` it is
        the model that is not to be believed.
    assignment : Assignment or None
        Whether applications were assigned by quality; None where that cannot be told.
    variances : ExpertVariances or None
        The residual variance of every expert; None if there is no mixed model.
    """

    score: Floats
    model: Model
    fit: Mixed | None
    assignment: Assignment | None
    variances: ExpertVariances | None = None


def advice_score(
    design: Design, topic: Sequence[str] | Indices | None = None, plain: Mixed | None = None
) -> Advice:
    """Choose a model by the design and score every application by it.

    Parameters
    ----------
    design : Design
    topic : sequence, length n, optional
        The topic of each application, in the order of `design.applications`.
    plain : Mixed, optional
        The mixed model with these topics, if it is there already.

    Raises
    ------
    NotConverged
        A large design on which an iteration failed.
    """
    codes = None if topic is None else codes_of(topic)[1]
    found = expert_variances(design, codes, plain)
    additive = least_squares(design) if design.connected else None
    if found is None:
        simple = _means(design) if additive is None else additive.item
        return Advice(simple, "mean" if additive is None else "least_squares", None, None)
    fit = found.mixed
    model: Model = "mixed" if found.prior_df is None else "expert_variances"
    sets = None if additive is None else assignment(additive, fit, codes)
    if sets is not None and sets.by_quality:
        assert additive is not None
        return Advice(_shrunk(additive), "least_squares", fit, sets, found)
    heavy = outliers(design, codes, found)
    if heavy is not None:
        return Advice(heavy.mixed.intercept + heavy.mixed.worth, "outliers", heavy.mixed, sets, found)
    return Advice(fit.intercept + fit.worth, model, fit, sets, found)


def codes_of(topic: Sequence[str] | Indices) -> tuple[tuple[str, ...], Indices]:
    """The names of the topics, sorted, and for each application the number of its own."""
    names, codes = np.unique(np.asarray(topic), return_inverse=True)
    return tuple(map(str, names)), codes.astype(np.intp)


def _means(design: Design) -> Floats:
    share = 1.0 / design.per_application[design.application]
    return sums(design.application, design.y * share, design.shape[0])


def _shrunk(fit: LeastSquares) -> Floats:
    """Least-squares scores drawn to their mean, the more the fewer sheets they rest on."""
    assert fit.sigma is not None
    error = (fit.sigma / float(fit.item.std())) ** 2 / fit.design.per_application
    true = max(1.0 - float(error.mean()), 0.0)
    centre = float(fit.item.mean())
    shrunk: Floats = centre + (fit.item - centre) * true / (true + error)
    return shrunk
