"""The rules of a cut: which are none."""

from __future__ import annotations

import pytest

from panel.rules.candidates import TrackRules
from panel.rules.criteria import NAMED_VOTE


def test_the_rungs_are_the_ladder_without_the_vote_at_its_end() -> None:
    assert TrackRules(3, 60_00, {}, ("S1", "S2", NAMED_VOTE), 5).rungs == ("S1", "S2")
    assert TrackRules(0, 0, {}, (NAMED_VOTE,), 0).rungs == ()


@pytest.mark.parametrize(("cap", "ladder"), [(-1, (NAMED_VOTE,)), (3, ()), (3, ("S1", "S2"))])
def test_a_negative_cap_and_a_ladder_without_a_vote_at_its_end_are_refused(
    cap: int, ladder: tuple[str, ...]
) -> None:
    with pytest.raises(ValueError, match="not a rule to cut by"):
        TrackRules(cap, 0, {}, ladder, 5)
