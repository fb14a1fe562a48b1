"""What the figures of experts look like when nothing is wrong, simulated for the design at hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panel.scoring.arrays import median, quotient, sums
from panel.scoring.design import Floats, Indices
from panel.scoring.experts.measures import Measures, measures_of_each
from panel.scoring.models.least_squares import LeastSquares, least_squares_of_each

SEED = 20_260_828
"""The same random numbers every time: findings must not come and go."""

WORK = 4_000_000
"""Scores simulated in all; small designs are simulated `MOST` times, large ones at least `LEAST` times."""

MOST, LEAST = 200, 10

TOGETHER = 200_000
"""Scores that are simulated at a time: all simulations of a panel, one of a national call."""

ALIKE = 50
"""From fewer simulations than that, mean and spread are taken over groups of so many experts."""

TESTED = ("spread", "slope", "correlation", "infit")
"""The figures judged against chance; spread and infit by their logarithm, relative to the median expert."""


@dataclass(frozen=True)
class Chance:
    """Mean and standard deviation of one figure per expert, and its standardised values in all simulations.

    Attributes
    ----------
    mean, sd : float64 arrays, shape (m,)
        NaN for an expert whose figure is undefined. With few simulations those of experts with about as many
        scores.
    pool : float64 array
        Standardised values, sorted; experts pooled, because each alone has too few for small probabilities.
    """

    mean: Floats
    sd: Floats
    pool: Floats

    def p(self, values: Floats, side: int) -> Floats:
        """Probability of a value as extreme, shape (m,): side -1 low, +1 high, 0 either; NaN if undefined."""
        z = quotient(values - self.mean, self.sd)
        low = (np.searchsorted(self.pool, z, side="right") + 1.0) / (self.pool.size + 1.0)
        high = (self.pool.size - np.searchsorted(self.pool, z, side="left") + 1.0) / (self.pool.size + 1.0)
        chosen = {-1: low, 1: high, 0: np.minimum(1.0, 2 * np.minimum(low, high))}[side]
        found: Floats = np.where(np.isfinite(z), chosen, np.nan)
        return found

    def limit(self, p: float, side: int) -> Floats:
        """The value at which that probability is reached, shape (m,)."""
        if not self.pool.size:
            return np.full(self.mean.size, np.nan)
        limit: Floats = self.mean + self.sd * float(np.quantile(self.pool, p if side < 0 else 1 - p))
        return limit


def comparable(found: Measures) -> dict[str, Floats]:
    """The tested figures on the scale on which they are judged."""
    return {
        "spread": _log(found.spread),
        "slope": found.slope,
        "correlation": found.correlation,
        "infit": _log(quotient(found.infit, _typical(found.infit))),
    }


def simulate(fit: LeastSquares, left: Floats, found: Measures) -> dict[str, Chance]:
    """Simulate designs in which all experts are alike but for their leniency.

    Each has the same experts on the same applications, application effects as estimated (drawn together by
    what is error in them), and normal errors of one variance: that of the median expert, so that an erratic
    one does not make the others look too predictable.

    Parameters
    ----------
    fit : LeastSquares
        With a sigma above zero.
    left : float64 array
        `measures.unexplained` of the design.
    found : Measures
        Of the real scores.
    """
    design = fit.design
    sigma = (fit.sigma or 0.0) * float(np.sqrt(_typical(found.infit)[0]))
    error = sigma**2 * float((1.0 / design.per_application).mean())
    total = float(fit.item.var())
    kept = np.sqrt(max(0.0, 1.0 - error / total)) if total > 0 else 0.0
    centre = fit.item.mean()
    expected = (centre + kept * (fit.item - centre))[design.application] + fit.expert[design.expert]
    chance = np.random.Generator(np.random.PCG64(SEED))
    times = int(np.clip(WORK // design.y.size, LEAST, MOST))
    together = max(1, TOGETHER // design.y.size)
    drawn: dict[str, list[Floats]] = {name: [] for name in TESTED}
    for first in range(0, times, together):
        count = min(together, times - first)
        y = expected + sigma * chance.standard_normal((count, design.y.size))
        again = measures_of_each(least_squares_of_each(design, y), left)
        for name, values in comparable(again).items():
            drawn[name].append(values)
    groups = _groups(design.per_expert, times)
    return {name: _summary(np.concatenate(values), groups) for name, values in drawn.items()}


def _groups(count: Indices, times: int) -> Indices:
    """Number the groups of experts with about as many scores; each alone if there are simulations enough."""
    groups = np.empty(count.size, dtype=np.intp)
    groups[np.argsort(count, kind="stable")] = np.arange(count.size) // (1 if times >= ALIKE else ALIKE)
    return groups


def _summary(drawn: Floats, groups: Indices) -> Chance:
    known = np.isfinite(drawn)
    size = int(groups.max()) + 1
    count = np.maximum(sums(groups, known.sum(axis=0), size), 1)
    mean = (sums(groups, np.where(known, drawn, 0.0).sum(axis=0), size) / count)[groups]
    off = np.where(known, drawn - mean, 0.0)
    sd = np.sqrt(sums(groups, (off**2).sum(axis=0), size) / count)[groups]
    never = ~known.any(axis=0)
    pool = (off / np.where(sd > 0, sd, 1.0))[known]
    return Chance(np.where(never, np.nan, mean), np.where(sd > 0, sd, np.nan), np.sort(pool))


def _typical(infit: Floats) -> Floats:
    """That of the median expert, shape (..., 1); 1 if there is none."""
    return median(infit, np.isfinite(infit) & (infit > 0), 1.0)


def _log(values: Floats) -> Floats:
    found: Floats = np.log(values, out=np.full(values.shape, np.nan), where=values > 0)
    return found
