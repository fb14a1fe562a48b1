"""Generalizability: where the variance of scores comes from, and how many experts a result needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from math import ceil

import numpy as np

from panel.scoring.agreement.anova import ratio
from panel.scoring.design import Floats
from panel.scoring.units import Unit


@dataclass(frozen=True)
class Components:
    """Variance components of a study by expected mean squares.

    Attributes
    ----------
    mean_squares, variances : mapping of effect to float
        Effects are p (applications), r (experts), c (criteria), their interactions pr, pc, rc and prc; nested
        r_in_c and pr_in_c where every criterion has experts of its own. Squared unit of the scores; an
        estimate below zero is set to zero and named in `below_zero`.
    nested : bool
    """

    mean_squares: Mapping[str, float]
    variances: Mapping[str, float]
    below_zero: tuple[str, ...]
    nested: bool


@dataclass(frozen=True)
class Dependability:
    """Coefficients of a decision study: `relative` (E rho^2) for order, `absolute` (Phi) for scores."""

    relative: float | None
    absolute: float | None


def crossed(table: Floats) -> Components | None:
    """Analyse applications by experts by criteria, all crossed.

    Parameters
    ----------
    table : float64 array, shape (applications, experts, criteria)
        No holes; criteria on comparable scales.

    Returns
    -------
    Components or None
        None with fewer than two applications, experts or criteria.

    References
    ----------
    Brennan, R. L. (2001). Generalizability Theory. Springer, chapter 3.
    """
    if min(table.shape) < 2:
        return None
    unit = Unit.of(table.ravel())
    y = unit.standard(table)
    size = dict(zip("prc", y.shape, strict=True))
    effects = ("p", "r", "c", "pr", "pc", "rc", "prc")
    ms = {effect: _mean_square(y, effect, size) for effect in effects}
    found = {effect: _component(effect, ms, size) for effect in effects}
    return _components(ms, found, unit, nested=False)


def nested(table: Floats) -> Components | None:
    """Analyse applications by experts nested in criteria: every criterion has its own experts.

    Parameters
    ----------
    table : float64 array, shape (applications, criteria, experts per criterion)
        No holes.

    Returns
    -------
    Components or None
        Effects p, c, r_in_c, pc and pr_in_c; None with fewer than two of anything.

    References
    ----------
    Brennan, R. L. (2001). Generalizability Theory. Springer, table 3.2: the design p x (R:T).
    """
    if min(table.shape) < 2:
        return None
    unit = Unit.of(table.ravel())
    y = unit.standard(table)
    n, c, r = y.shape
    size = {"p": n, "c": c, "r": r}
    y = y - y.mean()
    by_p, by_c = y.mean(axis=(1, 2)), y.mean(axis=(0, 2))
    by_pc, by_cr = y.mean(axis=2), y.mean(axis=0)
    inner = by_pc - by_p[:, None] - by_c
    left = y - by_pc[:, :, None] - by_cr + by_c[:, None]
    ms = {
        "p": c * r * _squares(by_p) / (n - 1),
        "c": n * r * _squares(by_c) / (c - 1),
        "r_in_c": n * _squares(by_cr - by_c[:, None]) / (c * (r - 1)),
        "pc": r * _squares(inner) / ((n - 1) * (c - 1)),
        "pr_in_c": _squares(left) / (c * (n - 1) * (r - 1)),
    }
    found = {
        "p": (ms["p"] - ms["pc"]) / (size["c"] * size["r"]),
        "c": (ms["c"] - ms["r_in_c"] - ms["pc"] + ms["pr_in_c"]) / (n * r),
        "r_in_c": (ms["r_in_c"] - ms["pr_in_c"]) / n,
        "pc": (ms["pc"] - ms["pr_in_c"]) / r,
        "pr_in_c": ms["pr_in_c"],
    }
    return _components(ms, found, unit, nested=True)


def decide(found: Components, experts: int, criteria: int) -> Dependability:
    """Return how dependable the mean over so many experts (per criterion, if nested) and criteria is.

    Experts and criteria count as samples of those that might have been used.
    """
    v = found.variances
    cells = experts * criteria
    if found.nested:
        relative = v["pc"] / criteria + v["pr_in_c"] / cells
        absolute = relative + v["c"] / criteria + v["r_in_c"] / cells
    else:
        relative = v["pr"] / experts + v["pc"] / criteria + v["prc"] / cells
        absolute = relative + v["r"] / experts + v["c"] / criteria + v["rc"] / cells
    return Dependability(ratio(v["p"], v["p"] + relative), ratio(v["p"], v["p"] + absolute))


def decide_with_these_criteria(found: Components, experts: int, criteria: int) -> Dependability:
    """Return the same with the criteria fixed, as a policy fixes them: only experts are a sample."""
    v = found.variances
    inner, mixed, own = ("pr_in_c", "r_in_c", 0.0) if found.nested else ("prc", "rc", v["r"] / experts)
    true = v["p"] + v["pc"] / criteria
    relative = v[inner] / (experts * criteria) + (0.0 if found.nested else v["pr"] / experts)
    absolute = relative + own + v[mixed] / (experts * criteria)
    return Dependability(ratio(true, true + relative), ratio(true, true + absolute))


def experts_needed(single: float | None, target: float = 0.8) -> int | None:
    """Return how many experts bring the absolute coefficient of their mean to `target` (Spearman-Brown).

    Parameters
    ----------
    single : float or None
        The coefficient of one expert: ICC2_1, or `decide_with_these_criteria` with one expert.
    target : float
        Between 0 and 1.

    Returns
    -------
    int or None
        None if a single expert's coefficient is not above zero: then no number suffices.
    """
    if single is None or single <= 0:
        return None
    if single >= target:
        return 1
    # Guarded against 5.000000000001 becoming 6.
    return ceil(target * (1 - single) / (single * (1 - target)) - 1e-9)


def _mean_square(y: Floats, effect: str, size: Mapping[str, int]) -> float:
    """Sum of squares of an interaction by inclusion and exclusion of marginal means, over its freedom."""
    total = np.zeros([size[f] if f in effect else 1 for f in "prc"])
    centred = y - y.mean()
    for count in range(1, len(effect) + 1):
        for part in combinations(effect, count):
            axes = tuple(k for k, f in enumerate("prc") if f not in part)
            sign = (-1) ** (len(effect) - count)
            total = total + sign * (centred.mean(axis=axes, keepdims=True) if axes else centred)
    others = float(np.prod([size[f] for f in "prc" if f not in effect]))
    freedom = float(np.prod([size[f] - 1 for f in effect]))
    return others * _squares(total) / freedom


def _component(effect: str, ms: Mapping[str, float], size: Mapping[str, int]) -> float:
    """Expected mean squares turned round: alternate over the effects that contain this one."""
    others = [f for f in "prc" if f not in effect]
    total = 0.0
    for count in range(len(others) + 1):
        for more in combinations(others, count):
            name = "".join(f for f in "prc" if f in effect or f in more)
            total += (-1) ** count * ms[name]
    return total / float(np.prod([size[f] for f in others]))


def _components(
    ms: Mapping[str, float], found: Mapping[str, float], unit: Unit, *, nested: bool
) -> Components:
    return Components(
        mean_squares={effect: unit.variance(square) for effect, square in ms.items()},
        variances={effect: unit.variance(variance) for effect, variance in found.items()},
        below_zero=tuple(effect for effect, variance in found.items() if variance < 0),
        nested=nested,
    )


def _squares(x: Floats) -> float:
    return float((x**2).sum())
