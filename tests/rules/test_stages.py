"""The stages of a round, as the regulation's procedure runs through them."""

from __future__ import annotations

from itertools import pairwise

from panel.rules.stages import ORDER, Stage, following, reached


def test_a_round_goes_from_setup_to_archive_in_six_stages() -> None:
    assert [str(stage) for stage in ORDER] == ["setup", "scoring", "closed", "opened", "final", "archived"]


def test_each_stage_is_followed_by_the_next_and_the_last_by_none() -> None:
    assert all(following(stage) is after for stage, after in pairwise(ORDER))
    assert following(Stage.ARCHIVED) is None


def test_a_stage_has_reached_itself_and_all_before() -> None:
    assert reached(Stage.SETUP, Stage.SETUP)
    assert reached(Stage.OPENED, Stage.SCORING)
    assert not reached(Stage.CLOSED, Stage.OPENED)
