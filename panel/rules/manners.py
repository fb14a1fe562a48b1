"""How the experts scored (评分尺度): leniency, spread, agreement and drift of each, in points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scipy.special import stdtrit

from panel.scoring.analysis import Analysis

LEVEL = 0.95
"""Of the intervals."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How one expert scored.

    `leniency`: above zero is lenient; `interval`: half the width of its 95 % interval. `spread`: the standard
    deviation of the expert's scores over that of the median expert. `slope` and `correlation`: against what
    the others gave. `fit`: mean squared residual over its expectation; above 1 is more erratic than usual.
    `drift`: by how much a sheet got more than the one before it in the expert's own order.
    """

    sheets: int
    leniency: float | None
    interval: float | None
    spread: float | None
    slope: float | None
    correlation: float | None
    fit: float | None
    drift: float | None = None


@dataclass(frozen=True, slots=True)
class Favour:
    """How much more the experts gave where a conflict is on record: over `sheets` sheets, effect and half the
    width of its interval; None where that cannot be told from the leniency of the experts."""

    sheets: int
    effect: float | None
    interval: float | None


def manners(found: Analysis) -> dict[str, Manner]:
    """By expert; a figure that the design does not allow is None."""
    named = found.diagnosis.figures.named()
    factor = _factor(found, lost=0)
    counts = dict(zip(found.design.experts, found.design.per_expert.tolist(), strict=True))

    def figure(name: str, expert: str) -> float | None:
        by_expert = named[name]
        assert isinstance(by_expert, Mapping)
        return by_expert[expert]

    def manner(expert: str, sheets: int) -> Manner:
        severity, error = figure("expert_severity", expert), figure("expert_severity_se", expert)
        return Manner(
            sheets=sheets,
            leniency=None if severity is None else -severity,
            interval=None if factor is None or error is None else factor * error,
            spread=figure("expert_spread", expert),
            slope=figure("expert_slope", expert),
            correlation=figure("expert_correlation", expert),
            fit=figure("expert_infit", expert),
            drift=figure("expert_drift", expert),
        )

    return {expert: manner(expert, count) for expert, count in counts.items()}


def favour(found: Analysis) -> Favour | None:
    """What a conflict on record made of the scores; None where no sheet that counts has one."""
    design = found.design
    pairs = zip(design.expert.tolist(), design.application.tolist(), strict=True)
    given = {(design.experts[j], design.applications[i]) for j, i in pairs}
    sheets = len(given.intersection(found.question.affiliated))
    if not sheets:
        return None
    named = found.diagnosis.figures.named()
    effect, error, factor = named["affiliation_effect"], named["affiliation_se"], _factor(found, lost=1)
    if not isinstance(effect, float) or not isinstance(error, float) or factor is None:
        return Favour(sheets, None, None)
    return Favour(sheets, effect, factor * error)


def _factor(found: Analysis, lost: int) -> float | None:
    """Half the width of an interval in standard errors, with the degrees of freedom less those `lost`."""
    df = found.additive.df - lost if found.additive else 0
    return float(stdtrit(df, (1 + LEVEL) / 2)) if df > 0 else None
