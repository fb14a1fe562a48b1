"""Additive least squares in float64: score = application + expert + error, for any size of design.

The same model as the official method `adjusted`, for what is estimated rather than decided: residuals,
standard errors, diagnostics, and calls with 100,000 applications. For given expert effects s the best
application effect is the mean of y_ij - s_j over its experts; what is left are the equations of the experts,

    A s = b,   A = D - N' C^-1 N,   b_j = sum_i (y_ij - mean_i),

N being the 0/1 incidence (n, m), C and D the diagonal matrices of the numbers of scores per application and
per expert. A small A is solved by Cholesky's method; a large one is never formed: conjugate gradients with
Jacobi's preconditioner need two products with N per step.

References
----------
Yates, F. (1940). The recovery of inter-block information in balanced incomplete block designs. Annals of
Eugenics 10, 317-325.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy.linalg import lapack

from panel.scoring.arrays import sums_of_each
from panel.scoring.components import NotConnected, components_of
from panel.scoring.design import Design, Floats, sums
from panel.scoring.models.conjugate import NotConverged, Solved, conjugate_gradients
from panel.scoring.models.information import DENSE_EXPERTS, Information, expert_equations
from panel.scoring.units import Unit

DIRECT_EXPERTS = 100
"""Up to this many experts the equations are solved directly; above by iteration, which is then faster."""

TOLERANCE = 1e-11
"""The iteration stops when the residual of the equations has fallen to this share of its first size."""

ACCEPTED = 1e-8
"""Largest share of the scores' sum that may be left in the equations, as the residuals say in the end."""

ITERATIONS = 2000
"""More steps than any well-linked design needs (random assignment: about ten)."""


ROUGH = 1e-11
LONELY = 1e-9


@dataclass(frozen=True, eq=False)
class LeastSquares:
    """Least-squares solution of a connected design; everything in the unit of the scores.

    Attributes
    ----------
    design : Design
        What was fitted.
    item : float64 array, shape (n,)
        The adjusted score of each application. On complete data its plain mean.
    expert : float64 array, shape (m,)
        The effect of each expert, positive = lenient; the unweighted sum is zero.
    residuals : float64 array, shape (N,)
        score - item - expert, in the order of the design.
    df : int
        Degrees of freedom of the residuals, N - n - m + 1.
    sigma : float or None
        Residual standard deviation; None if df = 0.
    iterations : int
        Steps of conjugate gradients; 0 if solved directly.
    residual_norm : float
        Largest absolute sum of residuals of one expert, which the exact solution makes zero.
    """

    design: Design
    item: Floats
    expert: Floats
    residuals: Floats
    df: int
    sigma: float | None
    iterations: int
    residual_norm: float

    @cached_property
    def information(self) -> Information:
        """Variances per unit of residual variance: leverages, covariances, effective resistances."""
        return Information(self.design)

    @cached_property
    def expert_se(self) -> Floats | None:
        """Standard error of each expert effect against the mean of all, shape (m,); None if sigma is None.

        Exact up to `DENSE_EXPERTS` experts, above from fixed probes with a relative error below a percent.
        """
        return None if self.sigma is None else self.sigma * np.sqrt(self.information.expert_variance)

    def item_difference_se(self, first: int, second: int) -> float | None:
        """Standard error of item[first] - item[second]; None if sigma is None, or too large to form."""
        if self.sigma is None or self.design.shape[1] > DENSE_EXPERTS:
            return None
        return self.sigma * float(np.sqrt(self.information.item_difference(first, second)))

    @cached_property
    def item_covariance(self) -> Floats | None:
        """Covariance of the adjusted scores, shape (n, n), for panels; None if sigma is None."""
        return None if self.sigma is None else self.sigma**2 * self.information.item_covariance


def least_squares(design: Design) -> LeastSquares:
    """Fit application and expert effects by least squares.

    Parameters
    ----------
    design : Design
        N scores of n applications by m experts, connected. Memory and time grow with N.

    Raises
    ------
    NotConnected
        The design has several components, between which the model says nothing.
    NotConverged
        A large design whose parts hang together so weakly that the equations could not be solved.
    """
    if not design.connected:
        raise NotConnected(components_of(design))
    n, m = design.shape
    unit = Unit.of(design.y)
    y = unit.standard(design.y)
    solved = _solve(design, _right_side(design, y))
    effects = solved.x - solved.x.mean()
    item, residuals = _rest(design, y, effects)
    norm = float(np.abs(sums(design.expert, residuals, m)).max())
    if norm > ACCEPTED * max(1.0, float(np.abs(y).sum())):
        raise NotConverged(f"the equations of {m} experts are left with a residual of {norm:.3g}")
    df = design.y.size - n - m + 1
    sigma = float(unit.spread(np.sqrt(residuals @ residuals / df))) if df > 0 else None
    return LeastSquares(
        design=design,
        item=unit.level(item),
        expert=unit.spread(effects),
        residuals=unit.spread(residuals),
        df=df,
        sigma=sigma,
        iterations=solved.steps,
        residual_norm=unit.size * norm,
    )


class Fits(NamedTuple):
    """Several sets of scores of the same sheets, and what was fitted to each.

    Attributes
    ----------
    design : Design
        The sheets; its own scores play no part.
    y, residuals : float64 arrays, shape (k, N)
    item : float64 array, shape (k, n)
    sigma : float64 array, shape (k, 1)
        0 where the residuals leave no degree of freedom.
    """

    design: Design
    y: Floats
    item: Floats
    residuals: Floats
    sigma: Floats

    @classmethod
    def of(cls, fit: LeastSquares) -> Fits:
        """One fit as a set of one."""
        sigma = np.array([[fit.sigma or 0.0]])
        return cls(fit.design, fit.design.y[None], fit.item[None], fit.residuals[None], sigma)


def least_squares_of_each(design: Design, y: Floats) -> Fits:
    """Fit several sets of scores of about the same size, shape (k, N), to the sheets of one connected design.

    Panels are solved for all sets at once, large designs one after the other, as `least_squares` does.
    """
    n, m = design.shape
    if not design.complete and m > DIRECT_EXPERTS:
        fits = [Fits.of(least_squares(design.scored(one))) for one in y]
        item, residuals, sigma = (np.concatenate(parts) for parts in list(zip(*fits, strict=True))[2:])
        return Fits(design, y, item, residuals, sigma)
    i, j = design.application, design.expert
    level = float(y.mean())
    off = y - level
    mean = sums_of_each(i, off, n) / design.per_application
    b = sums_of_each(j, off - mean[:, i], m)
    effects = b / n if design.complete else _directly(design, b.T).x.T
    effects = effects - effects.mean(axis=1, keepdims=True)
    item = sums_of_each(i, off - effects[:, j], n) / design.per_application
    residuals = off - effects[:, j] - item[:, i]
    df = design.y.size - n - m + 1
    squares = np.einsum("kN,kN->k", residuals, residuals)[:, None]
    return Fits(design, y, item + level, residuals, np.sqrt(squares / df) if df > 0 else 0.0 * squares)


class Rough(NamedTuple):
    """Effects of applications and experts, shapes (n,) and (m,), and residuals, shape (N,)."""

    item: Floats
    expert: Floats
    residuals: Floats


def rough(design: Design, y: Floats) -> Rough | None:
    """Effects of applications and experts and residuals to a few digits, connected or not, to start from.

    Between components the effects mean nothing. None if even that takes too many steps.
    """
    apply, diagonal = expert_equations(design)
    # An expert alone on all his applications has no equation: his effect is taken for zero.
    diagonal = np.where(diagonal > LONELY, diagonal, 1.0)
    found = conjugate_gradients(apply, diagonal, _right_side(design, y), ROUGH, ITERATIONS)
    if found is None:
        return None
    item, residuals = _rest(design, y, found.x)
    return Rough(item, found.x, residuals)


def _right_side(design: Design, y: Floats) -> Floats:
    within = y - _mean_by_application(design, y)[design.application]
    return sums(design.expert, within, design.shape[1])


def _rest(design: Design, y: Floats, effects: Floats) -> tuple[Floats, Floats]:
    """The application effects that fit the expert effects best, and the residuals of both."""
    left = y - effects[design.expert]
    item = _mean_by_application(design, left)
    return item, left - item[design.application]


def _mean_by_application(design: Design, values: Floats) -> Floats:
    return sums(design.application, values, design.shape[0]) / design.per_application


def _solve(design: Design, b: Floats) -> Solved:
    n, m = design.shape
    if design.complete:
        return Solved(b / n, 0)
    if m <= DIRECT_EXPERTS:
        return _directly(design, b)
    found = _iteratively(design, b)
    if found is not None:
        return found
    if m <= DENSE_EXPERTS:
        return _directly(design, b)
    raise NotConverged(f"the equations of {m} experts were not solved in {ITERATIONS} steps: weak links")


def _directly(design: Design, b: Floats) -> Solved:
    """Cholesky's method on A + c 1 1', which is positive definite and has the same solution of sum zero.

    `b` has shape (m,), or (m, k) for k right sides.
    """
    _, solution, failed = lapack.dposv(Information(design).anchored.T, b, lower=1, overwrite_a=1)
    if failed:
        raise NotConverged(f"the equations of {b.shape[0]} experts are singular: weak links")
    return Solved(solution, 0)


def _iteratively(design: Design, b: Floats) -> Solved | None:
    """Conjugate gradients on A s = b; None if the residual is still too large after `ITERATIONS` steps."""
    apply, diagonal = expert_equations(design)
    return conjugate_gradients(apply, diagonal, b - b.mean(), TOLERANCE, ITERATIONS)
