"""The flags of a real round: found in its trail, with scores only after opening."""

from __future__ import annotations

import pytest

from panel.queries import flags, rounds
from panel.queries.flags import RuleView
from panel.rules.flags.facts import NEED_SCORES, Rule
from panel.services import sheets
from panel.services.office import Office
from tests.opened import CODE, Opened
from tests.world import World

PERCENTS = {"S01": [90, 80, 70, 80, 90], "P01": [60, 70, 80, 70, 60]}


@pytest.fixture
def scored(world: World) -> Opened:
    """Every sheet sealed and nothing opened."""
    return Opened(world, PERCENTS).sealed()


def found(office: Office) -> dict[Rule, RuleView]:
    with office.reading() as session:
        round_ = rounds.by_code(session, CODE)
        assert round_ is not None
        policy = office.policy_named(session, round_.policy_digest)
        several = flags.of_round(session, policy, round_)
        assert flags.count(session, policy, round_) == sum(len(one.flags or ()) for one in several)
    return {one.rule: one for one in several}


def test_before_opening_only_what_shows_no_score_is_asked(scored: Opened, office: Office) -> None:
    rules = found(office)
    assert {rule for rule, one in rules.items() if one.flags is None} == NEED_SCORES
    # Nobody was drawn: all five experts were put in by hand.
    assert len(rules[Rule.INTERVENTION].flags or ()) == 5
    assert rules[Rule.CRITERIA].flags == ()
    assert rules[Rule.UNREAD].flags == ()


def test_after_opening_straight_lines_show_with_their_entries(scored: Opened, office: Office) -> None:
    scored.unsealed()
    rules = found(office)
    assert all(one.flags is not None for one in rules.values())
    comments = rules[Rule.COMMENTS].flags or ()
    assert comments
    assert all(flag.sentence.endswith("请核实。") and flag.entries for flag in comments)


def test_a_new_act_is_seen_at_once(scored: Opened, office: Office) -> None:
    before = len(found(office)[Rule.INTERVENTION].flags or ())
    sheets.return_sheet(
        office,
        scored.secretary,
        round_code=CODE,
        expert_number="E1",
        application_number="S01",
        reason="专家申请更正。",
    )
    after = found(office)[Rule.INTERVENTION].flags or ()
    assert len(after) == before + 1
    assert "E1" in after[0].sentence + after[-1].sentence
