"""F3: an expert without whose sheets others would be selected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from panel.rules import results
from panel.rules.flags.facts import Facts, Flag, Rule, What
from panel.rules.flags.sheets import by_expert
from panel.rules.places import Outcome


def find(facts: Facts) -> Iterator[Flag]:
    """One flag for each such expert: who would come in and who would go out."""
    inputs = facts.inputs
    if inputs is None:
        return
    own = by_expert(facts)
    whole = results.compute(facts.policy, inputs).outcome
    for expert in sorted({sheet.expert for sheet in inputs.sheets}):
        rest = tuple(sheet for sheet in inputs.sheets if sheet.expert != expert)
        without = results.compute(facts.policy, replace(inputs, sheets=rest)).outcome
        unsure = _undecided(whole) | _undecided(without)
        now, then = _selected(whole) - unsure, _selected(without) - unsure
        if now != then:
            yield Flag(
                rule=Rule.DECISIVE,
                what=What.DECIDES,
                people=(expert,),
                applications=tuple(sorted(now ^ then)),
                numbers={
                    "out": len(now - then),
                    "in": len(then - now),
                    "sheets": len(inputs.sheets) - len(rest),
                },
                entries=facts.entries(own.get(expert, [])),
            )


def _undecided(outcome: Outcome) -> set[str]:
    """Who is in a tie that waits for its vote: without an expert, a tie says nothing of that expert."""
    return {number for tie in outcome.pending for number in tie.applications}


def _selected(outcome: Outcome) -> set[str]:
    return {place.application for place in outcome.places if place.selected}
