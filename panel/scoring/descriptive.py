"""Simple summaries per application as arrays, for comparison beside the official score; fast for any size.

Arrays mark what is undefined with NaN; `named` turns that into None, and nothing else leaves this package.
An expert whose scores define no scale (all equal, or a single one) is left out of the means that need one.

References
----------
Study of the methods: `docs/scoring.md`. `trimmed_mean` follows the published rules of juries; the others are
R's `scale()`, `mad()` and `rank()` averaged over experts.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from panel.scoring.columns import Columns
from panel.scoring.design import Design, Floats
from panel.scoring.units import Unit

TRIM_FROM = 5
"""`trimmed_mean_min5` drops one highest and one lowest from so many scores on; below, nothing is dropped."""

NORMAL = 1.4826
"""Makes the median absolute deviation of a normal distribution its standard deviation."""

Named = Mapping[str, float | None]


def named(names: tuple[str, ...], values: Floats) -> Named:
    """Name an array, None for what is undefined or has no double."""
    finite = np.isfinite(values)
    return {
        name: value if known else None
        for name, value, known in zip(names, values.tolist(), finite.tolist(), strict=True)
    }


def mean_over_experts(design: Design, values: Floats) -> Floats:
    """Average numbers per score, shape (N,), over the experts of each application; NaN is left out.

    Returns
    -------
    float64 array, shape (n,)
        NaN for an application of which nothing is left.
    """
    there = ~np.isnan(values)
    n = design.shape[0]
    count = np.bincount(design.application, there, n)
    total = np.bincount(design.application, np.where(there, values, 0.0), n)
    mean: Floats = np.divide(total, count, out=np.full(n, np.nan), where=count > 0)
    return mean


def raw_mean(design: Design) -> Floats:
    """Return the plain mean of each application, shape (n,)."""
    unit = Unit.of(design.y)
    return unit.level(mean_over_experts(design, unit.standard(design.y)))


def trimmed_mean(design: Design, trim_from: int = TRIM_FROM) -> Floats:
    """Return the mean without one highest and one lowest, the plain mean below `trim_from` scores."""
    unit = Unit.of(design.y)
    y = unit.standard(design.y)
    starts = np.concatenate(([0], np.cumsum(design.per_application)[:-1]))
    total = np.add.reduceat(y, starts)
    extremes = np.maximum.reduceat(y, starts) + np.minimum.reduceat(y, starts)
    trim = design.per_application >= max(trim_from, 3)
    return unit.level((total - trim * extremes) / (design.per_application - 2 * trim))


def z_scores(design: Design, ddof: int = 1) -> Floats:
    """Return (y - mean_j) / s_j of every score, shape (N,); NaN for an expert without a standard deviation.

    Parameters
    ----------
    design : Design
    ddof : int
        1: sample standard deviation; 0: that of the population.
    """
    standard = Unit.of(design.y).standard(design.y)
    columns = Columns(design, standard)
    j = design.expert
    width = (columns.high - columns.low)[j]
    # Measured in the expert's own range, so that no square vanishes.
    off = _ratio(standard - columns.mean[j], width)
    squares = np.bincount(j, np.nan_to_num(off) ** 2, design.shape[1])
    spread = np.sqrt(squares / np.maximum(design.per_expert - ddof, 1))
    return _ratio(off, spread[j])


def robust_z_scores(design: Design) -> Floats:
    """Return (y - median_j) / (1.4826 MAD_j) of every score, shape (N,); NaN where MAD_j = 0."""
    standard = Unit.of(design.y).standard(design.y)
    j = design.expert
    off = standard - Columns(design, standard).median[j]
    spread = NORMAL * Columns(design, np.abs(off)).median
    return _ratio(off, spread[j])


def minmax_shares(design: Design) -> Floats:
    """Return (y - min_j) / (max_j - min_j) of every score, shape (N,); NaN if max_j = min_j."""
    standard = Unit.of(design.y).standard(design.y)
    columns = Columns(design, standard)
    j = design.expert
    return _ratio(standard - columns.low[j], (columns.high - columns.low)[j])


def borda_points(design: Design) -> Floats:
    """Return the sum over experts of m_j - rank, shape (n,)."""
    points = design.per_expert[design.expert] - Columns(design).ranks
    total: Floats = np.bincount(design.application, points, design.shape[0]).astype(np.float64)
    return total


def descriptive(design: Design) -> Mapping[str, Named]:
    """Return every summary per application under its published name.

    Parameters
    ----------
    design : Design
        Any design, connected or not.

    Returns
    -------
    mapping of statistic to mapping of application to float or None
        raw_mean, trimmed_mean_min5, z_mean_ddof1, z_mean_ddof0, T_mean_ddof1, robust_z_mean, minmax_mean,
        mean_rank (1 = best) and borda_points.
    """
    z = mean_over_experts(design, z_scores(design))
    found = {
        "raw_mean": raw_mean(design),
        "trimmed_mean_min5": trimmed_mean(design),
        "z_mean_ddof1": z,
        "z_mean_ddof0": mean_over_experts(design, z_scores(design, ddof=0)),
        "T_mean_ddof1": 50.0 + 10.0 * z,
        "robust_z_mean": mean_over_experts(design, robust_z_scores(design)),
        "minmax_mean": mean_over_experts(design, minmax_shares(design)),
        "mean_rank": mean_over_experts(design, Columns(design).ranks),
        "borda_points": borda_points(design),
    }
    return {name: named(design.applications, values) for name, values in found.items()}


def _ratio(above: Floats, below: Floats) -> Floats:
    """Divide where the divisor is above zero, else NaN."""
    ratio: Floats = np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0)
    return ratio
