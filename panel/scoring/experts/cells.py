"""What criterion scores add: halo of an expert, and single cells that look like slips of the pen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panel.scoring.arrays import quotient, sums
from panel.scoring.design import Design, Floats, Indices
from panel.scoring.models.least_squares import least_squares
from panel.scoring.sheets import Sheets

NORMAL = 1.4826


@dataclass(frozen=True)
class Cells:
    """The complete sheets of a connected design.

    Attributes
    ----------
    design : Design
        Its y is the plain mean over criteria.
    criteria : tuple of str, length C
    table : float64 array, shape (N, C)
        Scores, each criterion divided by its standard deviation.
    """

    design: Design
    criteria: tuple[str, ...]
    table: Floats


@dataclass(frozen=True)
class Halo:
    """How far each expert tells criteria apart, shape (m,): NaN where undefined.

    Attributes
    ----------
    ratio : array
        Variance of the expert's scores after taking out sheet and criterion, over that of the median expert.
    correlation : array
        Mean correlation of the expert's criteria.
    df : array
        Degrees of freedom of the variance, (sheets - 1) (criteria - 1).
    """

    ratio: Floats
    correlation: Floats
    df: Indices


def cells_of(sheets: Sheets) -> Cells | None:
    """Return the complete sheets as arrays; None with a single criterion or no complete sheet."""
    whole = [
        (application, expert, [float(sheet[c]) for c in sheets.criteria])
        for application, expert, sheet in sheets.each()
        if len(sheet) == len(sheets.criteria)
    ]
    if not whole or len(sheets.criteria) < 2:
        return None
    names, experts, rows = zip(*whole, strict=True)
    raw = np.array(rows)
    size = raw.std(axis=0)
    table = (raw - raw.mean(axis=0)) / np.where(size > 0, size, 1.0)
    # Both the sheets and the design run by application, then expert.
    return Cells(Design.from_arrays(names, experts, table.mean(axis=1)), sheets.criteria, table)


def halo(cells: Cells) -> Halo:
    """Measure the halo of every expert: a low ratio means that one impression decides all criteria."""
    j, m = cells.design.expert, cells.design.shape[1]
    count = cells.design.per_expert
    C = len(cells.criteria)
    means = np.stack([sums(j, column, m) / count for column in cells.table.T], axis=1)
    within = cells.table - means[j]
    left = within - within.mean(axis=1)[:, None]
    df: Indices = (count - 1) * (C - 1)
    variance = quotient(sums(j, (left**2).sum(axis=1), m), df)
    known = variance[np.isfinite(variance)]
    typical = float(np.median(known)) if known.size else 0.0
    # Mean of all criterion correlations: (square of the summed standardised scores - C) / (C^2 - C).
    spread = np.sqrt(np.stack([sums(j, column**2, m) for column in within.T], axis=1))
    unit = np.divide(within, spread[j], out=np.zeros_like(within), where=spread[j] > 1e-12)
    together = sums(j, unit.sum(axis=1) ** 2, m)
    varied = (spread > 1e-12).all(axis=1) & (count > 2)
    return Halo(
        ratio=variance / typical if typical > 1e-20 else np.full(m, np.nan),
        correlation=np.where(varied, (together - C) / (C * (C - 1)), np.nan),
        df=df,
    )


def slips(cells: Cells) -> Floats:
    """Return the robust z of every cell after all two-way effects are taken out, shape (N, C).

    Sheet by criterion, application by criterion and expert by criterion are removed: what is left is what
    this expert did on this criterion of this application only, as 8 typed for 80 would be.

    Returns
    -------
    float64 array
        Over 1.4826 times the median absolute value of the criterion; NaN where that is 0, or where the sheets
        fall into parts without a common expert.
    """
    found = np.full(cells.table.shape, np.nan)
    if not cells.design.connected:
        return found
    inside = cells.table - cells.table.mean(axis=1)[:, None]
    for c in range(len(cells.criteria)):
        left = least_squares(_with(cells.design, inside[:, c])).residuals
        size = NORMAL * float(np.median(np.abs(left)))
        if size > 1e-12:
            found[:, c] = left / size
    return found


def _with(design: Design, y: Floats) -> Design:
    return Design(design.applications, design.experts, design.application, design.expert, y)
