"""F8: experts who differ on what can be looked up."""

from __future__ import annotations

from panel.rules.flags import objective
from tests.flagging import limits, opened, share, sheet


def test_different_points_on_an_objective_criterion_are_a_flag() -> None:
    sheets = [
        sheet("E1", "S01", share(80)),
        sheet("E2", "S01", {**share(80), "S2": 1500}),
        sheet("E1", "S02", share(70)),
        sheet("E2", "S02", share(70)),
    ]
    (flag,) = objective.find(opened(sheets, policy=limits(objective=("S2", "P2"))))
    assert flag.applications == ("S01",)
    assert flag.units == ("S2",)
    assert flag.numbers == {"experts": 2, "least": 1200, "most": 1500, "limit": 0}
    allowed = limits(objective=("S2", "P2"), objective_points=300)
    assert list(objective.find(opened(sheets, policy=allowed))) == []
    narrower = limits(objective=("S2", "P2"), objective_points=299)
    assert len(list(objective.find(opened(sheets, policy=narrower)))) == 1
    assert list(objective.find(opened(sheets))) == []
