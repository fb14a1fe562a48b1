"""Kendall's coefficient of concordance W: how alike the experts order the applications."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2

from panel.scoring.agreement.anova import ratio
from panel.scoring.columns import Columns
from panel.scoring.design import Design


@dataclass(frozen=True)
class Concordance:
    """Kendall's W with and without correction for ties, and the test of no agreement at all.

    `chisq` has n - 1 degrees of freedom and, like `p`, rests on the corrected W; it is rough below eight
    applications.
    """

    ties: float | None
    uncorrected: float | None
    chisq: float | None
    p: float | None


def concordance(design: Design) -> Concordance:
    r"""Return W = 12 S / (m^2 (n^3 - n) - m \sum T_j), T_j = \sum (t^3 - t) over the ties of expert j.

    Parameters
    ----------
    design : Design
        n applications by m experts without holes; else all is None, and so it is below 2 x 2 or where every
        expert gives everybody the same.

    References
    ----------
    Kendall, M. G., Babington Smith, B. (1939). The problem of m rankings. Annals of Mathematical Statistics
    10(3), 275-287.
    """
    n, m = design.shape
    if not design.complete or n < 2 or m < 2:
        return Concordance(None, None, None, None)
    ranks = Columns(design).ranks
    sums = np.bincount(design.application, ranks, n)
    s = float(((sums - sums.mean()) ** 2).sum())
    # Within each expert the sum of squared ranks is below its largest by (sum of T) / 12.
    squares = float((ranks**2).sum())
    correction = m * n * (n + 1) * (2 * n + 1) / 6 - squares
    w = ratio(12 * s, m**2 * (n**3 - n) - 12 * m * correction)
    if w is None:
        return Concordance(None, None, None, None)
    test = m * (n - 1) * w
    return Concordance(w, 12 * s / (m**2 * (n**3 - n)), test, float(chi2.sf(test, n - 1)))
