"""`adjusted`: additive least-squares correction for severe and lenient experts, the default official method.

The model is y_ij = q_i + s_j + error: the value that expert j gave to application i is the score of the
application plus the effect of the expert. q and s minimise the sum of squared errors over the values that
exist, and the effects sum to zero, unweighted, over the experts with at least one value.

For given s the best q_i is the mean of y_ij - s_j over the experts of i. Put into the equations of the
experts, this leaves m equations in s alone (the intra-block equations of an incomplete block design):

    A s = b    with    A = D - sum_i c_i c_i' / n_i    and    b_j = sum_i (y_ij - mean_i),

c_i being the 0/1 vector of the experts of application i, n_i their number, D the diagonal matrix of the
experts' numbers of values, and the sum in b_j running over the applications of j. In a connected design A has
rank m - 1, with A 1 = 0 and 1'b = 0, so that (A + 1 1') s = b has one solution, the one with sum zero, and
its matrix is positive definite: no pivoting, no special cases.

References
----------
Yates, F. (1940). The recovery of inter-block information in balanced incomplete block designs. Annals of
Eugenics 10, 317-325.
John, J. A., Williams, E. R. (1995). Cyclic and Computer Generated Designs, 2nd ed. Chapman & Hall.
Bareiss, E. H. (1968). Sylvester's identity and multistep integer-preserving Gaussian elimination. Mathematics
of Computation 22, 565-578.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import numpy as np

from panel.errors import PanelError
from panel.scoring.components import NotConnected, components
from panel.scoring.matrix import ScoreMatrix
from panel.scoring.official.results import Fit, Method, Options

EXACT_EXPERTS = 30
"""Up to this many experts, holes or not, the equations are solved in exact rationals."""

REFINEMENTS = 3
"""How often a large panel is solved in float64: once, then against the exact residual that was left."""

RESIDUAL_LIMIT = 1e-20
"""Largest residual accepted after refinement, as a share of the largest value: far below `PLACES`."""

PLACES = 9
"""Decimals kept of a float64 solution: what lies beyond is noise, and noise must not unmake an exact half."""


class Unsolved(PanelError):
    """The float64 solution of a large panel does not satisfy its equations well enough to be a result."""


@dataclass(frozen=True)
class Adjusted:
    """Additive least-squares solution of a connected design.

    Attributes
    ----------
    scores : mapping of application to Fraction, length n
        q_i, in the unit of the matrix; not clipped to the scale, not rounded to the places of the policy.
    effects : mapping of expert to Fraction, length m
        s_j, same unit, positive = lenient. Their sum is zero (to the last kept decimal if not `exact`).
    exact : bool
        True: exact rationals. False: float64, refined, `PLACES` decimals kept.
    residual : float
        Largest absolute residual of the expert equations with the stated effects, same unit; 0 if exact.
    """

    scores: Mapping[str, Fraction]
    effects: Mapping[str, Fraction]
    exact: bool
    residual: float


@dataclass(frozen=True)
class _Solution:
    """Effects in the order of the experts, as numerators over one denominator times that of the matrix."""

    numerators: list[int]
    denominator: int

    def effects(self, matrix: ScoreMatrix) -> dict[str, Fraction]:
        """The effects by expert, in the unit of the matrix."""
        common = self.denominator * matrix.denominator
        return {
            expert: Fraction(numerator, common)
            for expert, numerator in zip(matrix.experts, self.numerators, strict=True)
        }


def adjusted(matrix: ScoreMatrix) -> Adjusted:
    """Fit application scores and expert effects by additive least squares.

    On complete data the scores are exactly the plain means. Adding a constant to all values of one expert
    moves all scores by one and the same amount (that constant / m), whichever applications the expert saw.

    Parameters
    ----------
    matrix : ScoreMatrix
        m experts, n applications, connected.

    Raises
    ------
    NotConnected
        The design has several components; between them the model says nothing, and nothing is invented.
    Unsolved
        More than `EXACT_EXPERTS` experts with holes, and a residual above `RESIDUAL_LIMIT` x largest value.
    """
    parts = components(matrix)
    if len(parts) > 1:
        raise NotConnected(parts)
    if len(matrix.experts) > EXACT_EXPERTS and not matrix.complete:
        return _adjusted_in_floats(matrix)
    found = _solve_complete(matrix) if matrix.complete else _solve_exactly(matrix)
    return Adjusted(_exact_scores(matrix, found), found.effects(matrix), exact=True, residual=0.0)


def _scores(matrix: ScoreMatrix, effects: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """Return q_i, the mean of y_ij - s_j over the experts of application i."""
    return {
        application: sum((y - effects[expert] for expert, y in row.items()), Fraction(0)) / len(row)
        for application, row in matrix.rows.items()
    }


def _residuals(matrix: ScoreMatrix, effects: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """Return b - A s: for each expert the exact sum of y_ij - q_i - s_j. With all effects zero this is b."""
    scores = _scores(matrix, effects)
    left = _zero(matrix)
    for application, row in matrix.rows.items():
        for expert, y in row.items():
            left[expert] += y - scores[application] - effects[expert]
    return left


def _zero(matrix: ScoreMatrix) -> dict[str, Fraction]:
    return dict.fromkeys(matrix.experts, Fraction(0))


def _solve_complete(matrix: ScoreMatrix) -> _Solution:
    """Without holes A s = n s for effects of sum zero, so that s = b / n, for any number of experts."""
    m, n = len(matrix.experts), len(matrix.applications)
    return _Solution(_right_side(matrix, m), m * n)


def _solve_exactly(matrix: ScoreMatrix) -> _Solution:
    """Solve (A + 1 1') s = b in integers, both sides brought to a common denominator first."""
    index = {expert: j for j, expert in enumerate(matrix.experts)}
    common = lcm(*matrix.counts.values())
    left = [[common] * len(index) for _ in index]
    for row in matrix.rows.values():
        seen = [index[expert] for expert in row]
        share = common // len(row)
        for j in seen:
            cells = left[j]
            cells[j] += common
            for k in seen:
                cells[k] -= share
    system = [[*cells, value] for cells, value in zip(left, _right_side(matrix, common), strict=True)]
    return _eliminate(system)


def _right_side(matrix: ScoreMatrix, common: int) -> list[int]:
    """Return b, times a multiple of all n_i and times the denominator of the matrix."""
    b = dict.fromkeys(matrix.experts, 0)
    for row, values in zip(matrix.rows.values(), matrix.numerators.values(), strict=True):
        mean = sum(values) * (common // len(values))
        for expert, y in zip(row, values, strict=True):
            b[expert] += y * common - mean
    return list(b.values())


def _exact_scores(matrix: ScoreMatrix, found: _Solution) -> dict[str, Fraction]:
    """Return what `_scores` returns, with one fraction for each application."""
    effect = dict(zip(matrix.experts, found.numerators, strict=True))
    whole, common = found.denominator, matrix.denominator * found.denominator
    return {
        application: Fraction(
            sum(values) * whole - sum(effect[expert] for expert in matrix.rows[application]),
            common * len(values),
        )
        for application, values in matrix.numerators.items()
    }


def _eliminate(rows: list[list[int]]) -> _Solution:
    """Solve the integer system [M | v] by fraction-free Gauss-Jordan elimination; M is positive definite.

    Every intermediate number is a minor of [M | v], so all divisions are exact; every pivot is a leading
    principal minor of M, so none is zero. At the end each diagonal cell is det M.
    """
    before = 1
    for k in range(len(rows)):
        pivot_row = rows[k]
        pivot = pivot_row[k]
        for j, row in enumerate(rows):
            if j != k:
                rows[j] = [(pivot * x - row[k] * y) // before for x, y in zip(row, pivot_row, strict=True)]
        before = pivot
    return _Solution([row[-1] for row in rows], before)


def _adjusted_in_floats(matrix: ScoreMatrix) -> Adjusted:
    """Solve (A + 1 1') s = b in float64, refine against the exact residual, and refuse a bad solution.

    The stated residual is that of the kept decimals, so that it is the same number on every machine.
    """
    here = matrix.present.astype(np.float64)
    left = np.diag(here.sum(axis=1)) - (here / here.sum(axis=0)) @ here.T + 1.0
    effects = _zero(matrix)
    residuals = _residuals(matrix, effects)
    for _ in range(REFINEMENTS):
        step = np.linalg.solve(left, np.array([float(value) for value in residuals.values()]))
        effects = {
            expert: effect + Fraction(float(change))
            for (expert, effect), change in zip(effects.items(), step, strict=True)
        }
        residuals = _residuals(matrix, effects)
    left_over = _largest(residuals)
    if left_over > RESIDUAL_LIMIT * max(_largest(row) for row in matrix.rows.values()):
        raise Unsolved(f"the equations of {len(effects)} experts are left with a residual of {left_over:.3g}")
    stated = _cut(effects)
    residual = _largest(_residuals(matrix, stated))
    return Adjusted(_cut(_scores(matrix, effects)), stated, exact=False, residual=residual)


def _largest(numbers: Mapping[str, Fraction]) -> float:
    return float(max(abs(number) for number in numbers.values()))


def _cut(numbers: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """Keep the nearest `PLACES` decimals. The policy's rounding is another step, done once, in the rules."""
    return {name: Fraction(round(number * 10**PLACES), 10**PLACES) for name, number in numbers.items()}


def _fit(matrix: ScoreMatrix, _options: Options) -> Fit:
    result = adjusted(matrix)
    return Fit(
        scores=result.scores,
        effects=result.effects,
        exact=result.exact,
        residual=result.residual,
        notes=() if result.exact else ("float64",),
    )


METHOD = Method("adjusted", _fit)
