"""Affiliation: how much more an application gets from the experts who are close to it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import t as student

from panel.scoring.design import Floats
from panel.scoring.experts.chance import SEED
from panel.scoring.models.least_squares import LeastSquares, least_squares

FEW = 30
"""Up to so many flagged scores the probability comes from permutations instead of the t distribution."""

TIMES = 1999


@dataclass(frozen=True)
class Affiliation:
    """The coefficient of the flagged scores in the additive model, its standard error, t and probability."""

    effect: float
    se: float
    t: float
    p: float
    flagged: int


def affiliation(fit: LeastSquares, flagged: Floats) -> Affiliation | None:
    """Estimate what a flag adds to a score, application and expert taken out.

    With few flags, residuals are exchanged within each expert, 1,999 times with fixed random numbers.

    Parameters
    ----------
    fit : LeastSquares
    flagged : float64 array, shape (N,)
        1 for a score by an expert with a declared tie to the application, else 0.

    Returns
    -------
    Affiliation or None
        None without a flag, where flags cannot be told from application and expert effects, or where nothing
        is left to measure the error by.

    References
    ----------
    Freedman, D., Lane, D. (1983). A nonstochastic interpretation of reported significance levels. Journal of
    Business and Economic Statistics 1(4), 292-298.
    """
    design = fit.design
    own = least_squares(replace(design, y=flagged)).residuals
    size = float(own @ own)
    if size < 1e-9 or fit.df < 2:
        return None
    effect = float(own @ fit.residuals) / size
    rest = float(((fit.residuals - effect * own) ** 2).sum())
    if rest <= 1e-20 * float(np.ptp(design.y)) ** 2:
        return None
    se = float(np.sqrt(rest / (fit.df - 1) / size))
    many = int(flagged.sum())
    t = effect / se
    p = 2 * float(student.sf(abs(t), fit.df - 1)) if many > FEW else _permuted(fit, own, abs(effect) * size)
    return Affiliation(effect, se, t, p, many)


def _permuted(fit: LeastSquares, own: Floats, reached: float) -> float:
    chance = np.random.Generator(np.random.PCG64(SEED))
    by_expert = np.argsort(fit.design.expert, kind="stable")
    expert = fit.design.expert[by_expert]
    residuals, weights = fit.residuals[by_expert], own[by_expert]
    as_large = 0
    for _ in range(TIMES):
        shuffled = np.lexsort((chance.random(expert.size), expert))
        as_large += abs(float(weights @ residuals[shuffled])) >= reached * (1 - 1e-12)
    return (as_large + 1) / (TIMES + 1)
