from __future__ import annotations

from panel.scoring.design import Design
from panel.scoring.uncertainty.stability import leave_one_expert_out, stability


def test_the_scenario_that_takes_one_out_is_named() -> None:
    found = stability(
        {"A", "B"},
        {"mean": lambda: {"A", "B"}, "trimmed": lambda: {"A", "C"}, "rank": lambda: None},
    )

    assert found.removed_by == {"B": ("trimmed",)}
    assert found.added_by == {"C": ("trimmed",)}
    assert found.members == {"A": 2, "B": 1, "C": 1}
    assert found.safe == {"A"}
    assert (found.scenarios, found.without_result) == (2, ("rank",))


def best(design: Design) -> set[str] | None:
    """The application with the highest mean."""
    means = {name: design.y[design.application == i].mean() for i, name in enumerate(design.applications)}
    return {max(means, key=lambda name: means[name])}


def test_each_expert_is_left_out_in_turn() -> None:
    design = Design.from_arrays(["A", "A", "B", "B"], ["E", "F", "E", "F"], [90, 40, 60, 60])

    found = leave_one_expert_out(design, best)

    assert found.stability.base == {"A"}
    assert found.stability.removed_by == {"A": ("E",)}
    assert found.unscored == {}


def test_who_is_alone_leaves_applications_without_a_score() -> None:
    design = Design.from_arrays(["A", "B"], ["E", "F"], [1, 2])

    found = leave_one_expert_out(design, best)

    assert found.unscored == {"E": ("A",), "F": ("B",)}


def test_without_the_only_expert_there_is_no_result() -> None:
    found = leave_one_expert_out(Design.from_arrays(["A", "B"], ["E", "E"], [1, 2]), best)

    assert found.stability.without_result == ("E",)
