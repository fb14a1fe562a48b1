"""Single scores that stand out: the externally studentised residual of each score."""

from __future__ import annotations

import numpy as np

from panel.scoring.design import Design, Floats, Indices
from panel.scoring.models.least_squares import LeastSquares


def studentised(fit: LeastSquares, left: Floats) -> Floats:
    """Return each residual over its standard error, estimated without that score, shape (N,).

    Parameters
    ----------
    fit : LeastSquares
    left : float64 array, shape (N,)
        1 - leverage.

    Returns
    -------
    float64 array
        t with df - 1 degrees of freedom if the score is like the others. NaN where the score alone
        determines an effect, or where without it nothing would be left over.

    References
    ----------
    Cook, R. D., Weisberg, S. (1982). Residuals and Influence in Regression. Chapman and Hall, section 2.2.
    """
    if fit.df < 2 or not fit.sigma:
        return np.full(fit.residuals.size, np.nan)
    scaled = fit.residuals / fit.sigma
    square = np.divide(scaled**2, left, out=np.full(left.shape, np.nan), where=left > 0)
    rest = (fit.df - square) / (fit.df - 1)
    below = np.sqrt(np.where(rest > 1e-12, rest * left, np.nan))
    found: Floats = scaled / below
    return found


def largest_of_each(design: Design, values: Floats) -> Indices:
    """Return the row of the largest absolute value of each expert, shape (m,); -1 where all are NaN."""
    size = np.where(np.isnan(values), -1.0, np.abs(values))
    order = np.lexsort((size, design.expert))
    last = order[np.cumsum(design.per_expert) - 1]
    rows: Indices = np.where(size[last] >= 0, last, -1)
    return rows
