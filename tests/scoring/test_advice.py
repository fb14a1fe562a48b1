from __future__ import annotations

import numpy as np
import pytest

from panel.scoring.advice import advice_score
from panel.scoring.design import Design, Floats
from tests.scoring.models.golden import call, golden


def test_on_complete_data_it_keeps_the_order_of_the_means_where_experts_are_alike() -> None:
    design, expected = golden("sf1979")

    found = advice_score(design)

    means = [expected["raw_mean"][a] for a in design.applications]
    assert np.argsort(found.score).tolist() == np.argsort(means).tolist()
    assert found.fit is not None


def test_a_wild_expert_counts_for_less() -> None:
    g = np.random.Generator(np.random.PCG64(5))
    quality = g.normal(60, 8, 40)
    scores = quality[:, None] + g.normal(0, 3, (40, 7))
    scores[:, 6] += g.normal(0, 25, 40)
    names, experts = np.meshgrid([f"A{i:02}" for i in range(40)], [f"E{j}" for j in range(7)], indexing="ij")
    design = Design.from_arrays(names.ravel().tolist(), experts.ravel().tolist(), scores.ravel())

    found = advice_score(design)

    assert found.model == "expert_variances"
    error_of_advice = np.std(found.score - quality)
    assert error_of_advice < 0.7 * np.std(scores.mean(axis=1) - quality)


def test_where_experts_saw_sets_of_one_quality_the_design_decides_for_least_squares() -> None:
    design, quality = by_topic(11)

    found = advice_score(design)

    assert found.model == "least_squares"
    assert found.assignment is not None
    assert found.assignment.by_quality
    assert np.corrcoef(found.score, quality)[0, 1] > 0.8


def test_topics_explain_what_would_else_look_like_an_assignment_by_quality() -> None:
    design, _ = by_topic(11)
    topic = [name[:2] for name in design.applications]

    found = advice_score(design, topic)

    assert found.model in ("mixed", "expert_variances")
    assert found.fit is not None
    assert found.fit.topic is not None


def by_topic(seed: int) -> tuple[Design, Floats]:
    """Ten topics of very unlike quality, each read by its own twelve experts and now and then by another."""
    g = np.random.Generator(np.random.PCG64(seed))
    topics, each = 10, 40
    quality = np.concatenate([g.normal(60 + 20 * (t % 5), 4, each) for t in range(topics)])
    severity = g.normal(0, 6, 12 * topics)
    applications, experts, scores = [], [], []
    for i, q in enumerate(quality):
        t = i // each
        own = g.choice(np.arange(12 * t, 12 * t + 12), 3, replace=False)
        chosen = {*own.tolist(), int(g.integers(12 * topics))}
        for j in sorted(chosen):
            applications.append(f"T{t}-{i:03}")
            experts.append(f"E{j:03}")
            scores.append(q + severity[j] + g.normal(0, 4))
    return Design.from_arrays(applications, experts, scores), quality


@pytest.mark.parametrize(
    ("applications", "experts", "scores", "model"),
    [
        (["A", "B"], ["E", "E"], [1, 2], "least_squares"),
        (["A", "B"], ["E", "F"], [1, 2], "mean"),
    ],
)
def test_where_nothing_can_be_estimated_it_says_what_it_is(
    applications: list[str], experts: list[str], scores: list[float], model: str
) -> None:
    found = advice_score(Design.from_arrays(applications, experts, scores))

    assert (found.model, found.fit, found.assignment) == (model, None, None)
    assert found.score.tolist() == [1, 2]


def test_a_constant_expert_and_an_application_of_one_score_do_no_harm() -> None:
    design = call(30, 6, 3)
    y = np.where(design.expert == 2, 50.0, design.y)
    constant = Design(design.applications, design.experts, design.application, design.expert, y)
    single = constant.where((constant.application != 0) | (constant.expert == constant.expert[0]))
    assert single is not None

    assert np.isfinite(advice_score(single).score).all()
