"""Crossed random effects in which every expert has a residual variance of his or her own.

An erratic expert then counts for less, by as much as the scores show. With seven experts and forty scores
each, single variances are known only roughly; they are shrunk towards a common one by empirical Bayes: a
scaled inverse chi-square prior whose degrees of freedom come from how much the variances differ beyond
chance. If they do not, the prior is infinitely firm, and the model is the plain one.

References
----------
Smyth, G. K. (2004). Linear models and empirical Bayes methods for assessing differential expression in
microarray experiments. Statistical Applications in Genetics and Molecular Biology 3(1), article 3.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import digamma, polygamma

from panel.scoring.design import Design, Floats, Indices, sums
from panel.scoring.models.mixed import PERFECT, Mixed, mixed
from panel.scoring.models.posterior import Posterior

ROUNDS = {"exact": 8, "balanced": 8, "iterative": 3}
"""How often variances and effects are fitted in turn at most, by the method of the plain fit."""

SETTLED = 1e-3
"""They have settled when no expert's variance changes by more than this share."""

FIRM = 1e6
"""Prior degrees of freedom beyond which the variances are taken for equal."""

LEAST_WEIGHT = 1e-4
"""No expert counts for less than this share of the one who counts most: else the fit could leave no rest."""

ROUNDING = PERFECT / LEAST_WEIGHT
"""With less residual variance, in standard units, the most precise expert's would be rounding."""

LEAST_DF = 0.5
"""An expert whose scores leave fewer degrees of freedom says nothing about his own variance."""


@dataclass(frozen=True, eq=False)
class ExpertVariances:
    """The fit.

    Attributes
    ----------
    mixed : Mixed
        The crossed random effects at these variances; its `var_residual` is that of an expert of weight 1.
    variance : float64 array, shape (m,)
        Residual variance of each expert, moderated, in the squared unit of the scores.
    prior_df : float or None
        Degrees of freedom of the prior; None if infinite: the variances are equal, the model the plain one.
    """

    mixed: Mixed
    variance: Floats
    prior_df: float | None


def expert_variances(
    design: Design, topic: Indices | None = None, plain: Mixed | None = None
) -> ExpertVariances | None:
    """Fit the crossed model with moderated residual variances per expert.

    Parameters
    ----------
    design : Design
    topic : intp array, shape (n,), optional
        As for `mixed`.
    plain : Mixed, optional
        `mixed(design, topic)`, if it is there already.

    Returns
    -------
    ExpertVariances, or None where `mixed` gives None.
    """
    plain = plain or mixed(design, topic)
    if plain is None:
        return None
    m = design.shape[1]
    equal = ExpertVariances(plain, np.full(m, plain.var_residual), None)
    if isinstance(plain.posterior, Posterior) and plain.posterior.point.residual_variance < ROUNDING:
        return equal
    found, weight = equal, np.ones(m)
    for _ in range(ROUNDS.get(plain.method, 0)):
        moderated = _moderate(*_sums_of_squares(found.mixed, weight))
        if moderated is None:
            return equal
        ratio, prior_df = moderated
        ratio = np.minimum(ratio, ratio.min() / LEAST_WEIGHT)
        before, weight = weight, 1.0 / ratio
        following = mixed(design, topic, weight[design.expert])
        assert following is not None
        found = ExpertVariances(following, following.var_residual * ratio, prior_df)
        if np.abs(weight / before - 1.0).max() < SETTLED:
            break
    return found


def _sums_of_squares(fit: Mixed, weight: Floats) -> tuple[Floats, Floats]:
    """Of the residuals of each expert, in standard units, with their degrees of freedom; shapes (m,)."""
    design = fit.design
    posterior = fit.posterior
    assert isinstance(posterior, Posterior)
    effects = fit.worth[design.application] + fit.expert[design.expert]
    residuals = (design.y - fit.intercept - effects) / posterior.size
    left = np.clip(1.0 - weight[design.expert] * posterior.of_scores(design), 0.0, 1.0)
    m = design.shape[1]
    return sums(design.expert, residuals**2, m), sums(design.expert, left, m)


def _moderate(squares: Floats, df: Floats) -> tuple[Floats, float] | None:
    """Variances relative to the prior one, and the prior's degrees of freedom; None if they do not differ."""
    telling = df > LEAST_DF
    if telling.sum() < 2:
        return None
    variance = squares[telling] / df[telling]
    least = max(1e-5 * float(np.median(variance)), 1e-12 * float(variance.max()))
    if least == 0.0:
        return None
    variance = np.maximum(variance, least)
    half = df[telling] / 2.0
    e = np.log(variance) - digamma(half) + np.log(half)
    beyond = float(e.var(ddof=1) - polygamma(1, half).mean())
    if beyond <= float(polygamma(1, FIRM / 2.0)):
        return None
    half_prior = float(brentq(lambda h: float(polygamma(1, h)) - beyond, 1e-8, FIRM))
    prior = float(np.exp(e.mean() + digamma(half_prior) - np.log(half_prior)))
    prior_df = 2.0 * half_prior
    own = np.where(telling, squares, 0.0)
    moderated = (prior_df * prior + own) / (prior_df + np.where(telling, df, 0.0))
    return moderated / prior, prior_df
