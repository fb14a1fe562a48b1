"""How many of the truly best applications each way of scoring finds, on simulated calls of known truth.

    python -m benchmarks.recovery [--replicates 200] [--conferences 20] [--only NAME]

Every scenario is simulated many times; printed is the share of the true top K among the K best of each method,
with its difference to the plain mixed model and the standard error of that paired difference. Exit status 1
when the advice of the engine is worse than the best other method by more than two standard errors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from panel.scoring.advice import advice_score
from panel.scoring.design import Design, Floats, Indices
from panel.scoring.models.expert_variances import expert_variances
from panel.scoring.models.least_squares import least_squares
from panel.scoring.models.mixed import mixed

CRITERIA = 3
CENTRE, QUALITY, SEVERITY, TASTE, NOISE = 62.0, 8.0, 6.0, 5.0, 6.0


@dataclass(frozen=True, eq=False)
class Call:
    """A simulated call: the scores, the truth, and the topic of each application."""

    design: Design
    truth: Floats
    topic: Indices | None = None


def panel_call(
    rng: np.random.Generator, n: int, m: int, *, missing: float, erratic: bool, scales: float
) -> Call:
    """A panel that sees everything but what is missing; integers 0-100 on three criteria, averaged."""
    quality = rng.normal(0, QUALITY, n)
    severity = rng.normal(0, SEVERITY, m)
    scale = rng.lognormal(0, scales, m)
    taste = rng.normal(0, TASTE, (n, m))
    if erratic:
        taste[:, rng.integers(m)] *= 3
    noise = rng.lognormal(np.log(NOISE), 0.3, m)
    there = rng.random((n, m)) >= missing
    for i in np.flatnonzero(there.sum(axis=1) < 2):
        there[i, rng.choice(m, 2, replace=False)] = True
    base = CENTRE + severity + scale * (quality[:, None] + taste)
    sheets = base[..., None] + noise[:, None] * rng.standard_normal((n, m, CRITERIA))
    total = np.clip(np.round(sheets), 0, 100).mean(axis=2)
    i, j = np.nonzero(there)
    return Call(_design(n, m, i, j, total[i, j]), quality)


def conference(rng: np.random.Generator, n: int, m: int, k: int, topics: int) -> Call:
    """A large call, k experts for each application: at random, or mostly of the application's own topic."""
    topic = rng.integers(max(topics, 1), size=n)
    level = rng.normal(0, QUALITY / 2, max(topics, 1)) if topics else np.zeros(1)
    within = QUALITY * np.sqrt(0.75) if topics else QUALITY
    quality = level[topic] + rng.normal(0, within, n)
    field = rng.integers(max(topics, 1), size=m)
    chosen = np.empty((n, k), dtype=np.intp)
    for i in range(n):
        near = np.where(field == topic[i], 1.0, 0.005 if topics else 1.0)
        chosen[i] = rng.choice(m, k, replace=False, p=near / near.sum())
    severity = rng.normal(0, SEVERITY, m)
    scale = rng.lognormal(0, 0.25, m)
    noise = rng.lognormal(np.log(NOISE), 0.3, m)
    i, j = np.repeat(np.arange(n), k), chosen.ravel()
    base = CENTRE + severity[j] + scale[j] * (quality[i] + rng.normal(0, TASTE, i.size))
    sheets = base[:, None] + noise[j][:, None] * rng.standard_normal((i.size, CRITERIA))
    total = np.clip(np.round(sheets), 0, 100).mean(axis=1)
    used = np.unique(j, return_inverse=True)[1]
    return Call(_design(n, int(used.max()) + 1, i, used, total), quality, topic if topics else None)


def _design(n: int, m: int, i: Indices, j: Indices, y: Floats) -> Design:
    order = np.lexsort((j, i))
    names = tuple(f"A{k:05}" for k in range(n)), tuple(f"E{k:05}" for k in range(m))
    return Design(*names, i[order], j[order], y[order])


def raw(call: Call) -> Floats:
    """Plain means."""
    d = call.design
    return np.bincount(d.application, d.y) / d.per_application


def trimmed(call: Call) -> Floats:
    """Means without one highest and one lowest where there are five scores or more."""
    table = np.sort(call.design.dense(), axis=1)
    count = call.design.per_application
    high = np.take_along_axis(table, (count - 1)[:, None], axis=1)[:, 0]
    kept = (np.nansum(table, axis=1) - table[:, 0] - high) / np.maximum(count - 2, 1)
    return np.where(count >= 5, kept, raw(call))


def centred(call: Call, scaled: bool = False) -> Floats:
    """Means of the scores less their expert's mean, with `scaled` divided by the expert's deviation."""
    d = call.design
    off = d.y - (np.bincount(d.expert, d.y) / d.per_expert)[d.expert]
    if scaled:
        sd = np.sqrt(np.bincount(d.expert, off**2) / np.maximum(d.per_expert - 1, 1))
        off = off / np.where(sd > 0, sd, np.inf)[d.expert]
    return np.bincount(d.application, off) / d.per_application


def blup(call: Call, topics: bool = False) -> Floats:
    """The plain mixed model, with `topics` that with a topic effect."""
    fit = mixed(call.design, call.topic if topics else None)
    assert fit is not None
    return fit.worth


def own_variances(call: Call) -> Floats:
    """The mixed model with residual variances per expert."""
    fit = expert_variances(call.design)
    assert fit is not None
    return fit.mixed.worth


Method = Callable[[Call], Floats]
METHODS: Mapping[str, Method] = {
    "raw mean": raw,
    "trimmed": trimmed,
    "expert-centred": centred,
    "z-score": partial(centred, scaled=True),
    "least squares": lambda call: least_squares(call.design).item,
    "mixed": blup,
    "expert variances": own_variances,
    "mixed with topic": partial(blup, topics=True),
    "advice, topic unknown": lambda call: advice_score(call.design).score,
    "advice": lambda call: advice_score(call.design, call.topic).score,
}
