"""What is on record about the sheets of a round: each expert's order, and conflicts that were judged."""

from __future__ import annotations

import pytest

from panel import tables
from panel.queries import circumstances, conflicts
from panel.rules.circumstances import NOTHING
from panel.rules.conflicts import ConflictCode, Reach, Strength
from tests.world import World


def test_a_round_without_sheets_has_none(world: World) -> None:
    round_id = world.round_()
    with world.office.reading() as session:
        assert circumstances.of_round(session, round_id) == NOTHING


def test_every_sheet_has_its_place_in_its_experts_order(world: World) -> None:
    round_id = world.scoring_round(experts=2)
    with world.office.reading() as session:
        found = circumstances.of_round(session, round_id)
    assert found.order == (
        (("E1", "P01"), 2),
        (("E1", "S01"), 1),
        (("E2", "P01"), 2),
        (("E2", "S01"), 1),
    )
    assert found.conflicted == frozenset()


@pytest.mark.parametrize(
    ("reach", "target", "facts", "expected"),
    [
        (Reach.APPLICATION, "P01", "{}", {("E2", "P01")}),
        (Reach.UNIT, "", "{}", {("E2", "P01"), ("E2", "S01")}),
        (Reach.ROUND, "", "{}", set()),
        (Reach.APPLICATION, "P01", f'{{"{conflicts.STRENGTH}":"{Strength.CHECK}"}}', set()),
    ],
)
def test_a_stated_conflict_counts_and_a_hint_does_not(
    world: World, reach: Reach, target: str, facts: str, expected: set[tuple[str, str]]
) -> None:
    round_id = world.scoring_round(experts=2)
    with world.store() as session:
        second = session.get_one(tables.Expert, 2)
        unit = session.get_one(tables.Application, 1).unit
        assert second.number == "E2"
        session.add(
            tables.Conflict(
                round_id=round_id,
                expert_id=second.id,
                code=ConflictCode.PAST_EMPLOYER,
                reach=reach,
                target=unit if reach is Reach.UNIT else target,
                facts=facts,
                known_at=world.clock(),
            )
        )
    with world.office.reading() as session:
        assert circumstances.of_round(session, round_id).conflicted == expected
