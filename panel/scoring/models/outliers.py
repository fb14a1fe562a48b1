"""Crossed random effects in which a single score far from the rest counts for less.

Residuals have Student's t distribution instead of the normal one, on top of a residual variance per expert: a
wild score then says that it is wild, and hardly anything about the application. Its degrees of freedom come
from the residuals; where heavy tails do not explain these clearly better than the normal distribution there
is no such model. The fit alternates between weights of the scores, variances of the experts, and effects.

References
----------
Lange, K. L., Little, R. J. A., Taylor, J. M. G. (1989). Robust statistical modeling using the t distribution.
Journal of the American Statistical Association 84, 881-896.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import gammaln

from panel.scoring.design import Design, Floats, Indices, sums
from panel.scoring.models.expert_variances import ROUNDING, ExpertVariances, weights_of
from panel.scoring.models.mixed import Mixed, mixed
from panel.scoring.models.posterior import Posterior

ROUNDS = {"exact": 6, "balanced": 6, "iterative": 2}
"""How often weights and effects are fitted in turn at most, by the method of the fit that is begun with."""

SETTLED = 0.01
"""Weights have settled when none changes by more."""

DEGREES = 2.0, 2.5, 3.0, 4.0, 5.0, 7.0, 10.0, 15.0, 25.0
"""Degrees of freedom that are tried."""

CLEARLY = 3.0
"""By so much the log likelihood of a t distribution has to beat that of the normal one."""

NARROWEST = 1e-3
"""A squared residual below this share of the mean is taken for as much: zeros would make any tail heavy."""

LEAST_LEFT = 0.02
"""A score that nearly determines an effect is not divided by less than this."""

STEPS = 12
"""Of the fixed-point iteration for the scale of a t distribution."""

MEDIAN = 0.455
"""Median of chi-square with one degree of freedom."""


@dataclass(frozen=True, eq=False)
class Outliers:
    """The fit.

    Attributes
    ----------
    mixed : Mixed
        The crossed random effects at these weights.
    weight : float64 array, shape (N,)
        How much each score counts, beside the variance of its expert: about 1, near 0 if it is far out.
    df : float
        Degrees of freedom of the residuals.
    """

    mixed: Mixed
    weight: Floats
    df: float


class Tail(NamedTuple):
    """A t distribution: degrees of freedom, and the square of its scale."""

    df: float
    scale: float


def outliers(design: Design, topic: Indices | None, begun: ExpertVariances) -> Outliers | None:
    """Fit the crossed model with heavy tails.

    Parameters
    ----------
    design : Design
    topic : intp array, shape (n,), or None
        As for `mixed`.
    begun : ExpertVariances
        The fit with normal residuals.

    Returns
    -------
    Outliers, or None if nothing speaks against normal residuals.

    Raises
    ------
    NotConverged
        A large design on which an iteration failed.
    """
    fit, found = begun.mixed, None
    own = begun.weight
    weight = np.ones(design.y.size)
    for _ in range(ROUNDS.get(fit.method, 0)):
        posterior = fit.posterior
        if not isinstance(posterior, Posterior) or posterior.point.residual_variance < ROUNDING:
            break
        effects = fit.worth[design.application] + fit.expert[design.expert]
        squares = ((design.y - fit.intercept - effects) / posterior.size) ** 2
        left = np.clip(1.0 - own[design.expert] * weight * posterior.of_scores(design), 0.0, 1.0)
        standard = squares * own[design.expert] / np.maximum(left, LEAST_LEFT)
        tail = heavy_tail(standard / posterior.point.residual_variance)
        if tail is None:
            break
        before = weight
        ratio = standard / posterior.point.residual_variance / tail.scale
        weight = (tail.df + 1.0) / (tail.df + ratio)
        m = design.shape[1]
        own = weights_of(sums(design.expert, weight * squares, m), sums(design.expert, left, m))
        following = mixed(design, topic, own[design.expert] * weight)
        assert following is not None
        fit, found = following, Outliers(following, weight, tail.df)
        if np.abs(weight - before).max() < SETTLED:
            break
    return found


def heavy_tail(squares: Floats) -> Tail | None:
    """The t distribution that explains residuals best; None where a normal one does nearly as well.

    Parameters
    ----------
    squares : float64 array, shape (N,)
        Squared standardised residuals.
    """
    n, mean = squares.size, float(squares.mean())
    if mean <= 0.0:
        return None
    squares = np.maximum(squares, NARROWEST * mean)
    best = CLEARLY - 0.5 * n * float(np.log(2.0 * np.pi * mean) + 1.0)
    found = None
    for df in DEGREES:
        scale = float(np.median(squares)) / MEDIAN
        for _ in range(STEPS):
            scale = float(((df + 1.0) * squares / (df + squares / scale)).mean())
        constant = float(gammaln((df + 1.0) / 2.0) - gammaln(df / 2.0)) - 0.5 * np.log(df * np.pi * scale)
        likelihood = n * constant - (df + 1.0) / 2.0 * float(np.log1p(squares / (df * scale)).sum())
        if likelihood > best:
            best, found = likelihood, Tail(df, scale)
    return found
