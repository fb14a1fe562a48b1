"""Cronbach's alpha: how far several columns, criteria or experts, say the same."""

from __future__ import annotations

import numpy as np

from panel.scoring.agreement.anova import NOTHING
from panel.scoring.design import Design, Floats
from panel.scoring.sheets import Sheets
from panel.scoring.units import Unit


def cronbach(table: Floats) -> float | None:
    r"""Return alpha = k / (k - 1) (1 - \sum_c s_c^2 / s_total^2).

    Parameters
    ----------
    table : float64 array, shape (rows, k)
        One row per sheet (columns: criteria) or per application (columns: experts), no holes.

    Returns
    -------
    float or None
        None below two rows or two columns, or where the row sums do not vary.

    References
    ----------
    Cronbach, L. J. (1951). Coefficient alpha and the internal structure of tests. Psychometrika 16, 297-334.
    """
    rows, k = table.shape
    if rows < 2 or k < 2:
        return None
    standard = Unit.of(table.ravel()).standard(table.ravel()).reshape(rows, k)
    total = float(standard.sum(axis=1).var(ddof=1))
    if total <= NOTHING:
        return None
    single = float(standard.var(axis=0, ddof=1).sum())
    return float(k / (k - 1) * (1 - single / total))


def cronbach_of_criteria(sheets: Sheets) -> float | None:
    """Return alpha across criteria, over the sheets that have them all; high is redundancy or halo."""
    rows = [
        [float(sheet[c]) for c in sheets.criteria]
        for *_, sheet in sheets.each()
        if len(sheet) == len(sheets.criteria)
    ]
    return cronbach(np.array(rows)) if rows else None


def cronbach_of_experts(design: Design) -> float | None:
    """Return alpha across experts without holes; it is ICC3_k."""
    return cronbach(design.y.reshape(design.shape)) if design.complete else None
