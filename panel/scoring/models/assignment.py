"""Whether experts were given applications as good as any others: what random expert effects take for granted.

If applications are assigned by topic, and topics differ in quality, the experts of a good topic give high
scores for a reason that is not leniency. The mixed model takes part of it for leniency and levels the topics;
least squares do not. What betrays it is that the mean least-squares quality of an expert's applications
varies more from expert to expert than draws from one pot would. This is the cause that a test after Hausman
looks for in its effect, the distance of the two solutions.

References
----------
Mundlak, Y. (1978). On the pooling of time series and cross section data. Econometrica 46(1), 69-85.
Hausman, J. A. (1978). Specification tests in econometrics. Econometrica 46(6), 1251-1271.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from panel.scoring.design import Indices, sums
from panel.scoring.models.least_squares import LeastSquares
from panel.scoring.models.mixed import Mixed

LEAST_EXPERTS = 20
"""With fewer experts, whose applications are mostly the same ones, the ratio says nothing."""

STRONG_RATIO = 1.5
STRONG_Z = 5.0


@dataclass(frozen=True)
class Assignment:
    """How the experts' sets of applications differ in quality.

    Attributes
    ----------
    ratio : float
        Variance between experts of the mean quality of their applications, by that of random sets: about 1 if
        assignment has nothing to do with quality.
    z : float
        Its distance from 1 in standard errors for random assignment.
    disagreement : float
        Root mean square distance of the predictions and the least-squares scores (both centred, the latter
        shrunk alike), as a share of the standard deviation of the predictions.
    """

    ratio: float
    z: float
    disagreement: float

    @property
    def by_quality(self) -> bool:
        """Whether the mixed model without topics must not be believed."""
        return self.ratio > STRONG_RATIO and self.z > STRONG_Z


def assignment(fit: LeastSquares, mixed: Mixed, topic: Indices | None = None) -> Assignment | None:
    """Compare the mean quality of the experts' applications with that of random sets.

    Parameters
    ----------
    fit : LeastSquares
    mixed : Mixed
        Of the same design.
    topic : intp array, shape (n,), optional
        What topics explain is taken off: then the question is whether anything else is left.

    Returns
    -------
    Assignment, or None with fewer than `LEAST_EXPERTS` experts, or if applications do not differ.
    """
    design = fit.design
    n, m = design.shape
    if m < LEAST_EXPERTS or design.complete or fit.sigma is None or mixed.posterior.size == 0:
        return None
    size = mixed.posterior.size
    group = np.zeros(n, dtype=np.intp) if topic is None else topic
    groups = int(group.max()) + 1
    level = sums(group, fit.item, groups) / np.bincount(group, minlength=groups)
    item, error = (fit.item - level[group]) / size, (fit.sigma / size) ** 2
    variance = float(item.var()) - error * float((1.0 / design.per_application).mean())
    if variance <= 0.0 or not mixed.worth.any():
        return None
    count = design.per_expert.astype(np.float64)
    mean = sums(design.expert, item[design.application], m) / count
    own = error * (fit.information.expert_variance - 1.0 / count)
    expected = float((1.0 - count / n).sum())
    ratio = float((count * (mean**2 - own)).sum()) / (variance * expected)
    shared = design.incidence.T @ design.incidence
    squares = float((shared.power(2).multiply(1.0 / count).T.multiply(1.0 / count)).sum())
    # Chance of the qualities, and of the errors that were taken off again.
    noisy = variance + float((count * own).mean())
    error_of_ratio = np.sqrt(2.0 * squares) / expected * noisy / variance
    return Assignment(ratio, (ratio - 1.0) / float(error_of_ratio), _disagreement(fit, mixed))


def _disagreement(fit: LeastSquares, mixed: Mixed) -> float:
    own = mixed.worth - mixed.worth.mean()
    other = fit.item - fit.item.mean()
    spread = float(own.std())
    slope = float(np.corrcoef(own, other)[0, 1]) * spread / float(other.std())
    return float(np.sqrt(((own - slope * other) ** 2).mean())) / spread
