"""All flags of a round, rule by rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from panel.rules.flags import (
    access,
    deviations,
    influence,
    interventions,
    leanings,
    objective,
    pace,
    patterns,
    reading,
    revisions,
    trail,
)
from panel.rules.flags.facts import NEED_SCORES, Facts, Flag, Rule

_RULES: Mapping[Rule, Callable[[Facts], Iterator[Flag]]] = {
    Rule.CHANGED: revisions.find,
    Rule.DEVIATION: deviations.find,
    Rule.DECISIVE: influence.find,
    Rule.LEANING: leanings.find,
    Rule.PACE: pace.find,
    Rule.PATTERN: patterns.find,
    Rule.UNREAD: reading.find,
    Rule.OBJECTIVE: objective.find,
    Rule.INTERVENTION: interventions.find,
    Rule.SIGN_IN: access.find,
    Rule.COMMENTS: patterns.copied,
    Rule.EARLY_LOOK: access.early,
    Rule.CRITERIA: interventions.criteria,
    Rule.TRAIL: trail.find,
}


def find(facts: Facts) -> Mapping[Rule, tuple[Flag, ...] | None]:
    """What each rule found; None where it may not be asked yet, since scores would show."""
    return {
        rule: None if rule in NEED_SCORES and not facts.opened else tuple(found(facts))
        for rule, found in _RULES.items()
    }
