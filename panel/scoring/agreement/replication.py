"""How much of a selection another panel would repeat, if it were drawn and scored like this one.

References
----------
Cortes, C., Lawrence, N. D. (2021). Inconsistency in conference peer review: revisiting the 2014 NeurIPS
experiment. arXiv:2109.09774 (two committees decided on the same 166 papers).
Owen, D. B. (1956). Tables for computing bivariate normal probabilities. Annals of Mathematical Statistics
27(4), 1075-1090.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri, owens_t

from panel.scoring.design import Design
from panel.scoring.models.mixed import Mixed


@dataclass(frozen=True)
class Replication:
    """What two panels would decide alike.

    Attributes
    ----------
    inconsistent : float
        Share of all applications that exactly one of the two panels selects.
    precision : float
        Share of those selected by one panel that the other selects too.
    """

    inconsistent: float
    precision: float


def replication(item: float, error: float, share: float) -> Replication:
    """Compare two independent panels that select the same share by their mean scores.

    The means of the panels are bivariate normal with correlation item / (item + error).

    Parameters
    ----------
    item : float
        Variance of the applications, not negative.
    error : float
        Variance of a panel's mean score about the worth of the application, above zero.
    share : float
        Share that is selected, strictly between 0 and 1.
    """
    size = max(item, error)
    correlation = (item / size) / (item / size + error / size)
    limit = -float(ndtri(share))
    both = float(ndtr(-limit) - 2.0 * owens_t(limit, np.sqrt((1.0 - correlation) / (1.0 + correlation))))
    return Replication(inconsistent=2.0 * (share - both), precision=both / share)


def another_panel(fit: Mixed | None, design: Design, top: int | None) -> Replication | None:
    """Compare this panel, selecting `top` by plain means, with another one of the same design.

    The error of a mean is what its own scores leave, and what differs between the leniency of the experts of
    one application and of another: nothing where everybody scored everything.

    Parameters
    ----------
    fit : Mixed or None
    design : Design
    top : int or None

    Returns
    -------
    Replication or None
        None without a fit, without error, and unless some are selected and some are not.
    """
    n, m = design.shape
    if fit is None or top is None or not 0 < top < n:
        return None
    own = float((1.0 / design.per_application).mean())
    share = 1.0 / design.per_application[design.application]
    of_all = np.bincount(design.expert, share, m) / n
    unlike = 0.0 if design.complete else max(own - float(of_all @ of_all), 0.0) * n / (n - 1)
    error = fit.var_residual * own + fit.var_expert * unlike
    if not (0.0 < error < np.inf and fit.var_item < np.inf):
        return None
    return replication(fit.var_item, error, top / n)
