"""What the flags rest on."""

from __future__ import annotations

from dataclasses import replace

from panel.rules.flags.facts import Facts
from tests.flagging import POLICY, acts, opened, sheet


def test_a_sheet_is_traced_to_the_entry_that_sealed_it_last() -> None:
    trail = acts(("sheet.submit", "E1/S01", 0), ("sheet.submit", "E1/S01", 9))
    facts = opened([sheet("E1", "S01", 9000), sheet("E1", "S02", 9000)], acts=trail)
    assert facts.entries(facts.sealed) == (101,)


def test_refused_acts_are_not_among_those_that_were_done() -> None:
    (act,) = acts(("round.stage", "2026", 0, {"stage": "scoring"}))
    assert Facts(policy=POLICY, acts=[act]).began("scoring") == 100
    assert Facts(policy=POLICY, acts=[replace(act, ok=False)]).began("scoring") is None
