from __future__ import annotations

from collections.abc import Collection

from panel.scoring.design import Design
from panel.scoring.models.least_squares import least_squares
from panel.scoring.uncertainty.stability import leave_one_expert_out, stability


def best(design: Design) -> Collection[str] | None:
    """The best by least squares; nothing where there is no single list."""
    if not design.connected:
        return None
    item = least_squares(design).item
    return {design.applications[int(item.argmax())]}


def test_the_scenario_that_takes_an_application_out_is_named() -> None:
    found = stability(
        {"A", "B"}, {"median": lambda: {"A", "B"}, "trimmed": lambda: ["A", "C"], "none": lambda: None}
    )

    assert found.base == {"A", "B"}
    assert found.members == {"A": 2, "B": 1, "C": 1}
    assert found.removed_by == {"B": ("trimmed",)}
    assert found.added_by == {"C": ("trimmed",)}
    assert found.safe == {"A"}
    assert (found.scenarios, found.without_result) == (2, ("none",))


def test_the_expert_on_whom_a_place_hangs_is_named() -> None:
    # Means 6, 7 and 5: B leads by the 15 of expert G alone.
    scores = {"A": (6, 6, 6), "B": (3, 3, 15), "C": (5, 5, 5)}
    design = Design.from_arrays(
        [name for name in scores for _ in "EFG"], list("EFG") * 3, [y for row in scores.values() for y in row]
    )

    found = leave_one_expert_out(design, best)

    assert found.stability.base == {"B"}
    assert found.stability.removed_by == {"B": ("G",)}
    assert found.stability.added_by == {"A": ("G",)}
    assert found.unscored == {}


def test_an_application_that_only_the_left_out_expert_scored_is_named() -> None:
    design = Design.from_arrays(list("AABBC"), list("EFEFF"), [1, 2, 3, 4, 9])

    found = leave_one_expert_out(design, best)

    assert found.unscored == {"F": ("C",)}


def test_an_expert_without_whom_there_is_no_list_is_named() -> None:
    bridge = Design.from_arrays(list("AABB"), list("EFFG"), [1, 2, 3, 4])
    alone = Design.from_arrays(["A"], ["E"], [1])

    assert leave_one_expert_out(bridge, best).stability.without_result == ("F",)
    assert leave_one_expert_out(alone, best).stability.without_result == ("E",)
