"""The course of a round as the trail tells it: when sheets were written, and which."""

from __future__ import annotations

import pytest

from panel.audit.events import Event, Said, ScoreSaved, SheetReturned, SheetSubmitted
from panel.queries import stages
from panel.rules.steps import Step
from tests.opened import Opened
from tests.world import World

SAVED, SEALED = ScoreSaved(unit="S1"), SheetSubmitted(c="c" * 64, manner="paper", signature="d" * 64)
RETURNED = SheetReturned(reason=Said("请补充说明"))
LATE = "批次 2026 的评分表在评分结束以后未经退回被改动过"
OUTSIDE = "批次 2026 的评分表在评分环节以外被改动过"


def faults(opened: Opened, *acts: tuple[Event, str]) -> list[tuple[int, str]]:
    """What is found when these entries follow, past the services; by how many entries before the last."""
    with opened.office.change(opened.secretary, SheetReturned) as change:
        entries = [change.record(act, subject=sheet, round_id=opened.round_id) for act, sheet in acts]
    with opened.office.reading() as session:
        return [(entries[-1].index - found.index, found.what) for found in stages.faults(session)]


@pytest.mark.parametrize(
    ("acts", "found"),
    [
        ([(SAVED, "E1/S01"), (SEALED, "E1/S01")], []),
        ([(RETURNED, "E4/S01"), (SAVED, "E4/S01")], []),
        ([(SAVED, "E2/S01"), (SAVED, "E1/S01")], [(1, LATE)]),
        ([(SEALED, "E3/S01")], [(0, LATE)]),
        ([(SEALED, "E1/S01"), (SAVED, "E1/S01")], [(0, LATE)]),
    ],
)
def test_after_the_closing_only_what_was_returned_since_is_written(
    world: World, acts: list[tuple[Event, str]], found: list[tuple[int, str]]
) -> None:
    assert faults(Opened(world, {"S01": [80] * 5}).returned(), *acts) == found


def test_after_the_opening_nothing_is_written_or_returned(world: World) -> None:
    opened = Opened(world, {"S01": [80] * 5}).returned()
    opened.step(Step.OPEN_SEALS, "没有交回")
    assert faults(opened, (SAVED, "E1/S01"), (RETURNED, "E4/S01")) == [(1, OUTSIDE)]
