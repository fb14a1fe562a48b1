"""Variance ratios of a complete table in closed form.

Without holes the likelihood depends on three mean squares. Inside the boundary the estimates are those of the
analysis of variance. At the boundary, where a factor's mean square is below the residual one, the two are
pooled: the greatest likelihood under the order restriction is isotonic regression on the mean squares.

References
----------
Thompson, W. A. (1962). The problem of negative estimates of variance components. Annals of Mathematical
Statistics 33(1), 273-289.
"""

from __future__ import annotations

import numpy as np

from panel.scoring.design import Floats


def balanced(table: Floats) -> Floats:
    """REML ratios of the variances between rows and between columns to the residual variance, shape (2,).

    Parameters
    ----------
    table : float64 array, shape (n, m), n and m at least 2
        Every cell has a score, and the residual variance is not zero.
    """
    n, m = table.shape
    centred = table - table.mean()
    rows, columns = centred.mean(axis=1), centred.mean(axis=0)
    residuals = centred - rows[:, None] - columns
    squares = np.array([m * (rows @ rows), n * (columns @ columns)])
    df = np.array([n - 1, m - 1])
    pooled, freedom = float(np.vdot(residuals, residuals)), (n - 1) * (m - 1)
    # The smallest mean square joins first; each joining may bring the next below the pool.
    for factor in np.argsort(squares / df):
        if squares[factor] / df[factor] < pooled / freedom:
            pooled, freedom = pooled + float(squares[factor]), freedom + int(df[factor])
    variance = pooled / freedom
    found: Floats = np.maximum(squares / df / variance - 1.0, 0.0) / np.array([m, n])
    return found
