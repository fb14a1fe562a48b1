"""Figures of each expert from the additive fit: leniency, spread, slope, agreement with the others, fit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panel.scoring.arrays import quotient, sums
from panel.scoring.design import Design, Floats, Indices
from panel.scoring.models.information import Information
from panel.scoring.models.least_squares import LeastSquares

FEWEST = 3
"""Applications that an expert must share with others before a slope or a correlation is formed."""


@dataclass(frozen=True)
class Measures:
    """One number per expert, shape (m,); NaN where undefined.

    Attributes
    ----------
    spread : array
        Standard deviation of the expert's scores over the median of all experts'.
    slope, correlation : array
        Of the expert's scores on what the others gave the same applications, severity taken out.
    infit, outfit : array
        Mean squared residual over its expectation: pooled, and averaged score by score. 1 is expected.
    """

    spread: Floats
    slope: Floats
    correlation: Floats
    infit: Floats
    outfit: Floats


def unexplained(design: Design) -> Floats:
    """Return 1 - leverage of every score, shape (N,): the share of its variance left in its residual.

    Exact up to the number of experts for which `Information` forms leverages; above, that of a design in
    which experts and applications meet at random.
    """
    leverage = Information(design).leverage
    if leverage is None:
        share = 1.0 / design.per_application[design.application]
        leverage = share + (1.0 - share) / design.per_expert[design.expert]
    left: Floats = np.clip(1.0 - leverage, 0.0, 1.0)
    left[left < 1e-9] = 0.0
    return left


def beside_others(fit: LeastSquares) -> Floats:
    """Return what the others gave: mean of y_ik - s_k over k other than j, per score; NaN without others."""
    design = fit.design
    count = design.per_application[design.application]
    share = np.divide(fit.residuals, count - 1, out=np.full(count.size, np.nan), where=count > 1)
    others: Floats = fit.item[design.application] - share
    return others


def measures(fit: LeastSquares, left: Floats) -> Measures:
    """Compute the figures of all experts.

    Parameters
    ----------
    fit : LeastSquares
        Of a connected design.
    left : float64 array, shape (N,)
        `unexplained(fit.design)`; it does not depend on the scores.
    """
    design = fit.design
    j, m = design.expert, design.shape[1]
    others = beside_others(fit)
    shared = ~np.isnan(others)
    x = np.where(shared, others, 0.0)
    count = sums(j, shared, m)
    x_off = np.where(shared, x - _mean(x, j, count)[j], 0.0)
    y_off = np.where(shared, design.y - _mean(design.y * shared, j, count)[j], 0.0)
    xx, yy, xy = (sums(j, product, m) for product in (x_off**2, y_off**2, x_off * y_off))
    enough = count >= FEWEST
    all_off = design.y - _mean(design.y, j, design.per_expert.astype(np.float64))[j]
    sd = np.sqrt(quotient(sums(j, all_off**2, m), design.per_expert - 1.0))
    typical = float(np.nanmedian(sd)) if np.isfinite(sd).any() else 0.0
    square = fit.residuals**2
    per_score = quotient(square, left)
    pooled = fit.sigma**2 if fit.sigma else 0.0
    free = sums(j, left, m)
    tested = sums(j, left > 0, m)
    return Measures(
        spread=quotient(sd, np.full(m, typical)),
        slope=quotient(xy, xx, enough & (xx > _floor(fit))),
        correlation=quotient(xy, np.sqrt(xx * yy), enough & (np.minimum(xx, yy) > _floor(fit))),
        infit=quotient(sums(j, square, m), pooled * free),
        outfit=quotient(sums(j, np.nan_to_num(per_score), m), pooled * tested),
    )


def _floor(fit: LeastSquares) -> float:
    """Sums of squares below this are rounding."""
    return 1e-20 * float(np.ptp(fit.design.y)) ** 2


def _mean(values: Floats, j: Indices, count: Floats) -> Floats:
    mean: Floats = sums(j, values, count.size) / np.maximum(count, 1)
    return mean
