"""Findings: what deserves a look, with its number and the limit it passed, many tests allowed for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from panel.scoring.design import Floats

RATE = 0.02
"""Share of false findings that is accepted among all findings of one kind; there are some fifteen kinds."""


class Code(StrEnum):
    """What kind of thing to check."""

    SEVERE = "severe"
    LENIENT = "lenient"
    NARROW = "narrow"
    WIDE = "wide"
    FLAT = "flat"
    LOW_SLOPE = "low_slope"
    DISAGREES = "disagrees"
    ERRATIC = "erratic"
    PREDICTABLE = "predictable"
    HALO = "halo"
    OUTLIER = "outlier"
    SLIP = "slip"
    DRIFT = "drift"
    AFFILIATION = "affiliation"
    IDENTICAL = "identical"
    TOGETHER = "together"


@dataclass(frozen=True)
class Finding:
    """One request to check.

    Attributes
    ----------
    code : Code
    experts : tuple of str
        Whom it is about: one, a pair, or nobody in particular.
    value, threshold : float
        The figure, and where it would have become a finding; in the unit of the figure.
    p : float or None
        Probability of such a value when nothing is wrong, before allowing for the number of tests; None for
        what needs no test.
    application, criterion : str
        The sheet or cell in question, else empty.
    """

    code: Code
    experts: tuple[str, ...]
    value: float
    threshold: float
    p: float | None
    application: str = ""
    criterion: str = ""


def cutoff(p: Floats, rate: float = RATE) -> float:
    """Return the largest probability that counts after Benjamini and Hochberg.

    Parameters
    ----------
    p : float64 array
        One probability per test; NaN for one that was not made.
    rate : float
        Accepted share of false findings.

    Returns
    -------
    float
        At least rate / number of tests: where a single finding would have been made. 0 without tests.

    References
    ----------
    Benjamini, Y., Hochberg, Y. (1995). Controlling the false discovery rate. Journal of the Royal Statistical
    Society B 57(1), 289-300.
    """
    made = np.sort(p[~np.isnan(p)])
    if not made.size:
        return 0.0
    steps = rate * np.arange(1, made.size + 1) / made.size
    passed = np.flatnonzero(made <= steps)
    return float(steps[passed[-1]]) if passed.size else float(steps[0])
