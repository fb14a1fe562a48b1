"""Figures of each expert from the additive fit: leniency, spread, slope, agreement with the others, fit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panel.scoring.arrays import median, quotient, sums, sums_of_each
from panel.scoring.design import Design, Floats, Indices
from panel.scoring.models.information import Information
from panel.scoring.models.least_squares import Fits, LeastSquares

FEWEST = 3
"""Applications that an expert must share with others before a slope or a correlation is formed."""


@dataclass(frozen=True)
class Measures:
    """One number per expert, shape (m,), or of each set of scores, shape (k, m); NaN where undefined.

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
    found: Floats = _beside_others(Fits.of(fit))[0]
    return found


def _beside_others(fits: Fits) -> Floats:
    """The same of each set, shape (k, N); which scores stand alone is the same in all."""
    design = fits.design
    count = design.per_application[design.application]
    alone = np.full(fits.residuals.shape, np.nan)
    others: Floats = fits.item[:, design.application] - np.divide(
        fits.residuals, count - 1, out=alone, where=count > 1
    )
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
    found = measures_of_each(Fits.of(fit), left)
    return Measures(found.spread[0], found.slope[0], found.correlation[0], found.infit[0], found.outfit[0])


def measures_of_each(fits: Fits, left: Floats) -> Measures:
    """Compute the figures for each of k sets of scores of the same sheets: arrays of shape (k, m)."""
    design, y = fits.design, fits.y
    j, m = design.expert, design.shape[1]
    others = _beside_others(fits)
    shared = design.per_application[design.application] > 1
    x = np.where(shared, others, 0.0)
    count = sums(j, shared, m)
    x_off = np.where(shared, x - _mean(x, j, count)[:, j], 0.0)
    y_off = np.where(shared, y - _mean(y * shared, j, count)[:, j], 0.0)
    xx, yy, xy = (sums_of_each(j, product, m) for product in (x_off**2, y_off**2, x_off * y_off))
    floor = 1e-20 * np.ptp(y, axis=1, keepdims=True) ** 2  # sums of squares below this are rounding
    enough = count >= FEWEST
    all_off = y - _mean(y, j, design.per_expert.astype(np.float64))[:, j]
    sd = np.sqrt(quotient(sums_of_each(j, all_off**2, m), design.per_expert - 1.0))
    square = fits.residuals**2
    pooled = fits.sigma**2
    return Measures(
        spread=quotient(sd, median(sd, np.isfinite(sd), 0.0)),
        slope=quotient(xy, xx, enough & (xx > floor)),
        correlation=quotient(xy, np.sqrt(xx * yy), enough & (np.minimum(xx, yy) > floor)),
        infit=quotient(sums_of_each(j, square, m), pooled * sums(j, left, m)),
        outfit=quotient(
            sums_of_each(j, np.nan_to_num(quotient(square, left)), m), pooled * sums(j, left > 0, m)
        ),
    )


def _mean(values: Floats, j: Indices, count: Floats) -> Floats:
    mean: Floats = sums_of_each(j, values, count.size) / np.maximum(count, 1)
    return mean
