"""F8: experts who differ on what can be looked up."""

from __future__ import annotations

from collections.abc import Iterator

from panel.rules.flags.facts import Facts, Flag, Rule, What
from panel.rules.flags.sheets import by_application


def find(facts: Facts) -> Iterator[Flag]:
    """One flag for each application and objective unit with more than one value."""
    for number, sheets in by_application(facts).items():
        for unit in facts.policy.flags.objective:
            points = {sheet.expert: sheet.points[unit] for sheet in sheets if unit in sheet.points}
            if len(set(points.values())) > 1:
                yield Flag(
                    rule=Rule.OBJECTIVE,
                    what=What.DIFFERS,
                    people=tuple(points),
                    applications=(number,),
                    numbers={"least": min(points.values()), "most": max(points.values())},
                    entries=facts.entries(sheets),
                )
