"""All rules together; those that would show scores wait for the opening."""

from __future__ import annotations

from panel.rules.flags.facts import NEED_SCORES, Facts, Rule
from panel.rules.flags.finding import find
from tests.flagging import POLICY, opened, share, sheet


def test_before_opening_nothing_that_needs_scores_is_asked() -> None:
    found = find(Facts(policy=POLICY, stored_policy=POLICY.digest))
    assert list(found) == list(Rule)
    assert {rule for rule, flags in found.items() if flags is None} == NEED_SCORES
    assert {rule.value for rule in NEED_SCORES} == {"F1", "F2", "F3", "F4", "F6", "F8", "F11"}


def test_after_opening_every_rule_answers() -> None:
    found = find(opened([sheet("E1", f"S0{n}", share(80)) for n in range(1, 4)]))
    assert None not in found.values()
    assert [rule.value for rule, flags in found.items() if flags] == ["F6"]
