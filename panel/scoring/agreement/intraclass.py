"""Intraclass correlations: the six of Shrout and Fleiss on complete tables, and from variance components."""

from __future__ import annotations

from dataclasses import dataclass

from scipy.stats import f

from panel.scoring.agreement.anova import MeanSquares, mean_squares, ratio
from panel.scoring.design import Design, Indices

LEVEL = 0.95
TAIL = 1 - (1 - LEVEL) / 2
POLE = 1e-12


@dataclass(frozen=True)
class Intraclass:
    """One intraclass correlation with its F test statistic and 95 % limits; None where undefined."""

    value: float | None
    f: float | None
    low: float | None
    high: float | None


NOTHING = Intraclass(None, None, None, None)
NAMES = ("ICC1_1", "ICC2_1", "ICC3_1", "ICC1_k", "ICC2_k", "ICC3_k")
Limits = tuple[float, float]
Bounds = tuple[float | None, float | None]


def intraclass(design: Design) -> dict[str, Intraclass]:
    """Return the six intraclass correlations under the names of Shrout and Fleiss.

    ICC1: every application has experts of its own; ICC2: the same experts for all, a sample, absolute scores;
    ICC3: these very experts, order only. `_1` is one expert's score, `_k` the mean of all k.

    Parameters
    ----------
    design : Design
        n applications by k experts without holes. Values can be negative and are shown as they are.

    Returns
    -------
    dict of name to Intraclass
        All undefined with holes or below two applications and two experts; limits and F also where the
        experts agree perfectly.

    References
    ----------
    Shrout, P. E., Fleiss, J. L. (1979), Psychological Bulletin 86(2), 420-428.
    McGraw, K. O., Wong, S. P. (1996), Psychological Methods 1(1), 30-46 (limits).
    """
    ms = mean_squares(design)
    if ms is None:
        return dict.fromkeys(NAMES, NOTHING)
    b, j, e, w = ms.applications, ms.experts, ms.error, ms.within
    n, k = ms.n, ms.k
    one_way, two_way = ratio(b, w), ratio(b, e)
    first, second, third = _limits_of_1(ms), _limits_of_2(ms), _limits_of_3(ms)
    return {
        "ICC1_1": _with(ratio(b - w, b + (k - 1) * w), one_way, first and _one_of(first, k)),
        "ICC2_1": _with(ratio(b - e, b + (k - 1) * e + k * (j - e) / n), two_way, second),
        "ICC3_1": _with(ratio(b - e, b + (k - 1) * e), two_way, third and _one_of(third, k)),
        "ICC1_k": _with(ratio(b - w, b), one_way, first and _mean_of(first)),
        "ICC2_k": _with(ratio(b - e, b + (j - e) / n), two_way, second and _stepped_up(second, k)),
        "ICC3_k": _with(ratio(b - e, b), two_way, third and _mean_of(third)),
    }


def _with(value: float | None, test: float | None, limits: Bounds | None) -> Intraclass:
    if value is None or limits is None:
        return Intraclass(value, test, None, None)
    return Intraclass(value, test, *limits)


def _limits_of_f(test: float, above: int, below: int) -> Limits:
    """Limits of the ratio of expected mean squares."""
    return test / float(f.ppf(TAIL, above, below)), test * float(f.ppf(TAIL, below, above))


def _limits_of_1(ms: MeanSquares) -> Limits | None:
    test = ratio(ms.applications, ms.within)
    return _limits_of_f(test, ms.n - 1, ms.n * (ms.k - 1)) if test else None


def _limits_of_3(ms: MeanSquares) -> Limits | None:
    test = ratio(ms.applications, ms.error)
    return _limits_of_f(test, ms.n - 1, (ms.n - 1) * (ms.k - 1)) if test else None


def _one_of(limits: Limits, k: int) -> Limits:
    low, high = ((x - 1) / (x + k - 1) for x in limits)
    return low, high


def _mean_of(limits: Limits) -> Limits:
    low, high = (1 - 1 / x for x in limits)
    return low, high


def _stepped_up(limits: Limits, k: int) -> Bounds:
    """Limits of the mean of k; None for one that is not above -1 / (k - 1), the pole of the formula."""
    low, high = (k * x / scale if (scale := 1 + x * (k - 1)) > POLE else None for x in limits)
    return low, high


def _limits_of_2(ms: MeanSquares) -> Limits | None:
    """Limits with Satterthwaite's degrees of freedom for the mixture of expert and error mean squares."""
    b, j, e, n, k = ms.applications, ms.experts, ms.error, ms.n, ms.k
    single = ratio(b - e, b + (k - 1) * e + k * (j - e) / n)
    if single is None or not e or not b:
        return None
    spread = k * single * j / e
    rest = n * (1 + (k - 1) * single) - k * single
    above = (k - 1) * (n - 1) * (spread + rest) ** 2
    freedom = above / ((n - 1) * spread**2 + rest**2)
    low, high = float(f.ppf(TAIL, n - 1, freedom)), float(f.ppf(TAIL, freedom, n - 1))
    mixed = k * j + (k * n - k - n) * e
    return n * (b - low * e) / (low * mixed + n * b), n * (high * b - e) / (mixed + n * high * b)


def harmonic(counts: Indices) -> float:
    """Return the harmonic mean of numbers of scores, each at least 1."""
    return float(counts.size / (1.0 / counts).sum())


def from_components(item: float, expert: float, residual: float, k: float) -> dict[str, float | None]:
    """Return intraclass correlations from variance components, for incomplete designs.

    Parameters
    ----------
    item, expert, residual : float
        Variances of applications, experts and what is left, none below zero; any common unit.
    k : float
        Number of scores behind a result: the harmonic mean of the n_i (`harmonic`).

    Returns
    -------
    dict of name to float or None
        lmm_icc_single_absolute, lmm_icc_k_absolute, lmm_icc_single_consistency, lmm_icc_k_consistency; None
        if all components in question are zero. On complete data without a zero component they are ICC2_1,
        ICC2_k, ICC3_1 and ICC3_k.
    """
    return {
        "lmm_icc_single_absolute": ratio(item, item + expert + residual),
        "lmm_icc_k_absolute": ratio(item, item + (expert + residual) / k),
        "lmm_icc_single_consistency": ratio(item, item + residual),
        "lmm_icc_k_consistency": ratio(item, item + residual / k),
    }
