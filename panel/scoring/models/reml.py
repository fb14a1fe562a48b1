"""Restricted maximum likelihood over the variance ratios: average information, kept inside the boundary.

The residual variance is profiled out. A ratio on its way below zero is set to zero exactly, and freed again
if the likelihood rises inside; a zero that stays is a result like any other.

References
----------
Patterson, H. D., Thompson, R. (1971). Recovery of inter-block information when block sizes are unequal.
Biometrika 58(3), 545-554.
Gilmour, A. R., Thompson, R., Cullis, B. R. (1995). Average information REML: an efficient algorithm for
variance parameter estimation in linear mixed models. Biometrics 51(4), 1440-1450.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from panel.scoring.design import Floats
from panel.scoring.models.conjugate import NotConverged
from panel.scoring.models.equations import Equations
from panel.scoring.models.state import Sides, State

Make = Callable[[Equations, Floats], State]

STEPS = 100
HALVINGS = 30
LAST = 1e-7
"""A step that promises less, and `FAST` times less than the one before, is the last: it hits the mark."""

FAST = 0.01
NOISE = 1e-10
"""Relative rounding error of the criterion: a step that changes less than this is not judged by it."""


@dataclass(frozen=True, eq=False)
class Point:
    """Everything that follows from the variance ratios."""

    state: State

    @cached_property
    def _sides(self) -> Sides:
        e = self.state.equations
        return self.state.inverse(
            np.column_stack((e.d, e.y_eliminated)), np.column_stack((e.x_kept, e.y_kept))
        )

    @cached_property
    def xx(self) -> float:
        """x' H^-1 x; its inverse times the residual variance is the variance of the intercept."""
        return float(self._sides.eliminated[:, 0].sum())

    @cached_property
    def intercept(self) -> float:
        """The generalised least-squares mean."""
        return float(self._sides.eliminated[:, 1].sum()) / self.xx

    def _by_factor(self, sides: Sides, column: int) -> list[Floats]:
        return [sides.eliminated[:, column], *self.state.split(sides.kept[:, column])]

    @cached_property
    def sensitivity(self) -> list[Floats]:
        """Z_f' H^-1 x for each factor."""
        return self._by_factor(self._sides, 0)

    @cached_property
    def scores(self) -> list[Floats]:
        """Z_f' H^-1 (y - x b) for each factor: the effects are the ratio times these."""
        of_y = self._by_factor(self._sides, 1)
        return [y - self.intercept * x for x, y in zip(self.sensitivity, of_y, strict=True)]

    @cached_property
    def effects(self) -> list[Floats]:
        """Best linear unbiased predictions for each factor."""
        return [ratio * score for ratio, score in zip(self.state.ratios, self.scores, strict=True)]

    @cached_property
    def rss(self) -> float:
        """(y - x b)' H^-1 (y - x b)."""
        # Not y'y less what is explained: near perfect agreement nothing but rounding would be left of that.
        e = self.state.equations
        rest = e.y - self.intercept
        for factor, effect in zip((e.eliminated, *e.kept), self.effects, strict=True):
            rest -= effect[factor.level]
        drawn = sum(float(u @ t) for u, t in zip(self.effects, self.scores, strict=True))
        return max(float((e.w * rest) @ rest) + drawn, np.finfo(float).tiny)

    @property
    def residual_variance(self) -> float:
        """The profiled residual variance."""
        return self.rss / (self.state.equations.n - 1)

    @cached_property
    def criterion(self) -> float | None:
        """-2 log restricted likelihood with its constants; None where no determinant is computed."""
        e = self.state.equations
        determinant = self.state.log_determinant
        if determinant is None:
            return None
        spread = -float(np.log(self.state.shrunk).sum()) + determinant - e.log_weights
        scale = (e.n - 1) * (1.0 + float(np.log(2.0 * np.pi * self.residual_variance)))
        return spread + float(np.log(self.xx)) + scale

    @cached_property
    def slope(self) -> Floats:
        """Derivatives of the criterion by the ratios, shape (F,)."""
        lost = np.array([x @ x for x in self.sensitivity]) / self.xx
        explained = np.array([t @ t for t in self.scores]) / self.residual_variance
        found: Floats = self.state.traces() - lost - explained
        return found

    def curvature(self) -> Floats:
        """Average information about the ratios, shape (F, F): positive semi-definite."""
        e = self.state.equations
        scores = self.scores
        columns = [(e.d * scores[0], e.back @ scores[0])]
        for block, score in zip(e.blocks, scores[1:], strict=True):
            columns.append((e.cross[:, block] @ score, e.inner[:, block] @ score))
        sides = self.state.inverse(*(np.column_stack(side) for side in zip(*columns, strict=True)))
        products = [self._by_factor(sides, column) for column in range(len(scores))]
        raw = np.array([[t @ p for t, p in zip(scores, column, strict=True)] for column in products])
        with_x = np.array([x @ t for x, t in zip(self.sensitivity, scores, strict=True)])
        length = np.array([t @ t for t in scores])
        variance = self.residual_variance
        found: Floats = (raw + raw.T) / 2 - np.outer(with_x, with_x) / self.xx
        found /= variance
        found -= np.outer(length / variance, length / variance) / (e.n - 1)
        return found


def maximise(equations: Equations, start: Floats, make: Make, tolerance: float) -> tuple[Point, int]:
    """Find the ratios of greatest restricted likelihood.

    Parameters
    ----------
    equations : Equations
    start : float64 array, shape (F,)
        First ratios, positive.
    make : callable
        `Exact` or `Iterative`.
    tolerance : float
        Stops when a further step would lower the criterion by no more than about this.

    Returns
    -------
    The point, and the number of steps.

    Raises
    ------
    NotConverged
    """
    point = Point(make(equations, start))
    promised = np.inf
    for step in range(STEPS):
        ratios = point.state.ratios
        free = (ratios > 0) | (point.slope < 0)
        if not free.any():
            return point, step
        direction, decrement = _newton(point, free)
        if decrement <= tolerance:
            return point, step
        following = _descend(point, direction, make)
        if following is None:
            return point, step
        if decrement <= LAST and decrement <= FAST * promised:
            return following, step + 1
        point, promised = following, decrement
    raise NotConverged(f"the variances were not found in {STEPS} steps")


def _newton(point: Point, free: np.ndarray) -> tuple[Floats, float]:
    """The step of Newton's method over the free ratios, and what it promises."""
    slope = point.slope[free]
    matrix = point.curvature()[np.ix_(free, free)]
    scale = np.sqrt(np.maximum(np.diag(matrix), np.finfo(float).tiny))
    matrix = matrix / np.outer(scale, scale) + 1e-9 * np.eye(scale.size)
    part = -np.linalg.solve(matrix, slope / scale) / scale
    direction = np.zeros_like(point.state.ratios)
    direction[free] = part
    # Towards the boundary only what lies before it counts.
    reach = np.maximum(direction, -point.state.ratios)
    return direction, float(-(reach @ np.where(free, point.slope, 0.0)))


def _descend(point: Point, direction: Floats, make: Make) -> Point | None:
    """The first of ever shorter steps that does not raise the criterion; None if none does."""
    ratios = point.state.ratios
    for halving in range(HALVINGS):
        moved = np.clip(ratios + 0.5**halving * direction, 0.0, 10.0 * (ratios + 1.0))
        following = Point(make(point.state.equations, moved))
        if point.criterion is None or following.criterion is None:
            return following
        if following.criterion <= point.criterion + NOISE * max(1.0, abs(point.criterion)):
            return following
    return None
