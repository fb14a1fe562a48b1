"""How many of the truly best applications each way of scoring finds, on simulated calls of known truth.

    python -m benchmarks.recovery [--replicates 200] [--conferences 20] [--only NAME]

Every scenario is simulated many times; printed is the share of the true top K among the K best of each
method, with its difference to the plain mixed model and the standard error of that paired difference. Exit
status 1 when the advice of the engine is worse than the best other method by more than two standard errors.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from panel.scoring.advice import advice_score
from panel.scoring.design import Design, Floats, Indices, sums
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
    rng: np.random.Generator, n: int, m: int, *, missing: float, erratic: bool, scales: float, wild: float
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
    for row in np.flatnonzero(there.sum(axis=1) < 2):
        there[row, rng.choice(m, 2, replace=False)] = True
    base = CENTRE + severity + scale * (quality[:, None] + taste)
    sheets = base[..., None] + noise[:, None] * rng.standard_normal((n, m, CRITERIA))
    sheets[rng.random((n, m)) < wild] += rng.choice([-45.0, 45.0])
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
    for row in range(n):
        near = np.where(field == topic[row], 1.0, 0.005 if topics else 1.0)
        chosen[row] = rng.choice(m, k, replace=False, p=near / near.sum())
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
    return sums(d.application, d.y, d.shape[0]) / d.per_application


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
    off = d.y - (sums(d.expert, d.y, d.shape[1]) / d.per_expert)[d.expert]
    if scaled:
        sd = np.sqrt(sums(d.expert, off**2, d.shape[1]) / np.maximum(d.per_expert - 1, 1))
        off = off / np.where(sd > 0, sd, np.inf)[d.expert]
    return sums(d.application, off, d.shape[0]) / d.per_application


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


@dataclass(frozen=True)
class Scenario:
    """A kind of call, how many are selected, and which methods do not fit it."""

    name: str
    top: int
    draw: Callable[[np.random.Generator], Call]
    large: bool = False


def _panel(n: int, m: int, **kind: float) -> Callable[[np.random.Generator], Call]:
    full = {"missing": 0.0, "erratic": False, "scales": 0.25, "wild": 0.0} | kind
    return lambda rng: panel_call(
        rng,
        n,
        m,
        missing=full["missing"],
        erratic=bool(full["erratic"]),
        scales=full["scales"],
        wild=full["wild"],
    )


SCENARIOS = (
    Scenario("40x7, one erratic", 10, _panel(40, 7, erratic=True)),
    Scenario("40x7, equal scale", 10, _panel(40, 7, scales=0.0)),
    Scenario("20x5", 3, _panel(20, 5)),
    Scenario("40x7, one sheet in 25 wild", 10, _panel(40, 7, wild=0.04)),
    Scenario("20x5, one sheet in 25 wild", 3, _panel(20, 5, wild=0.04)),
    Scenario("40x7, 20 % missing, one erratic", 10, _panel(40, 7, missing=0.2, erratic=True)),
    Scenario("40x7, 50 % missing, equal scale", 10, _panel(40, 7, missing=0.5, scales=0.0)),
    Scenario("2,000x4 of 300, at random", 200, lambda rng: conference(rng, 2000, 300, 4, 0), large=True),
    Scenario("2,000x4 of 300, by topic", 200, lambda rng: conference(rng, 2000, 300, 4, 20), large=True),
)
REFERENCE, JUDGED = "mixed", "advice"


def found(score: Floats, truth: Floats, top: int) -> float:
    """Share of the true top among the `top` best scores; ties in the order of the input."""
    best, true = np.argsort(-score, kind="stable")[:top], np.argsort(-truth, kind="stable")[:top]
    return np.intersect1d(best, true).size / top


def run(scenario: Scenario, replicates: int) -> bool:
    """Simulate, print one line for each method, and say whether the advice holds its own."""
    shares: dict[str, list[float]] = {name: [] for name in METHODS}
    for replicate in range(replicates):
        call = scenario.draw(np.random.default_rng([replicate, scenario.top, len(scenario.name)]))
        if not call.design.connected:
            continue
        for name, method in METHODS.items():
            shares[name].append(found(method(call), call.truth, scenario.top))
    table = {name: np.array(share) for name, share in shares.items()}
    print(f"\n{scenario.name}, top {scenario.top}, {table[JUDGED].size} calls")
    held = True
    for name, share in table.items():
        to_mixed, error = compared(share, table[REFERENCE])
        print(f"  {name:24} {share.mean():.3f}   {to_mixed:+.3f} +- {error:.3f}", flush=True)
        behind, noise = compared(share, table[JUDGED])
        held &= behind <= 2.0 * noise + 1e-9
    return held


def compared(one: NDArray[np.float64], other: NDArray[np.float64]) -> tuple[float, float]:
    """Mean difference and its standard error, call by call."""
    off = one - other
    return float(off.mean()), float(off.std(ddof=1) / np.sqrt(off.size))


def main() -> int:
    """Run all scenarios."""
    words = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    words.add_argument("--replicates", type=int, default=200)
    words.add_argument("--conferences", type=int, default=20)
    words.add_argument("--only", default="", help="part of a scenario's name")
    given = words.parse_args()
    chosen = [scenario for scenario in SCENARIOS if given.only in scenario.name]
    held = [run(one, given.conferences if one.large else given.replicates) for one in chosen]
    print("\nThe advice finds as many as any method, within noise." if all(held) else "\nMissed.")
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
