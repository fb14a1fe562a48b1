from __future__ import annotations

import numpy as np
import pytest

from panel.scoring.design import Design
from panel.scoring.models.assignment import Assignment, assignment
from panel.scoring.models.least_squares import least_squares
from panel.scoring.models.mixed import mixed
from tests.scoring.designs import simulated


def by_topic(n: int = 300, m: int = 60, seed: int = 1) -> tuple[Design, np.ndarray]:
    """Experts see their own of three topics, which differ by 10 points, and now and then another."""
    rng = np.random.default_rng(seed)
    topic, field = np.arange(n) % 3, np.arange(m) % 3
    j = []
    for own in topic:
        weight = np.where(field == own, 1.0, 0.02)
        j.append(np.sort(rng.choice(m, 4, replace=False, p=weight / weight.sum())))
    experts, i = np.concatenate(j), np.repeat(np.arange(n), 4)
    quality = 10.0 * topic + rng.normal(0, 6, n)
    y = 50 + quality[i] + rng.normal(0, 5, m)[experts] + rng.normal(0, 5, i.size)
    return Design.from_arrays([f"A{k:03}" for k in i], [f"E{k:02}" for k in experts], y), topic


def of(design: Design, topic: np.ndarray | None = None) -> Assignment | None:
    fit = mixed(design)
    assert fit is not None
    return assignment(least_squares(design), fit, topic)


def test_random_assignment_has_a_ratio_near_one() -> None:
    found = of(simulated(300, 60, 4))

    assert found is not None
    assert found.ratio == pytest.approx(1, abs=0.5)
    assert abs(found.z) < 3
    assert not found.by_quality
    assert found.disagreement < 0.2


def test_assignment_by_topic_is_noticed_and_topics_explain_it() -> None:
    design, topic = by_topic()
    found, within = of(design), of(design, topic)

    assert found is not None
    assert within is not None
    assert found.by_quality
    assert found.ratio > 5
    assert not within.by_quality


def test_it_is_not_asked_where_it_says_nothing() -> None:
    assert of(simulated(40, 7, 5)) is None  # a few experts who saw mostly the same
    rng = np.random.default_rng(1)
    noise = simulated(300, 60, 4)
    noise.y[:] = rng.normal(0, 1, noise.y.size)
    level = least_squares(noise)
    noise.y[:] -= level.item[noise.application]
    assert of(noise) is None  # applications do not differ
