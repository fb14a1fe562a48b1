"""F8: experts who differ on what can be looked up."""

from __future__ import annotations

from collections.abc import Iterator

from panel.rules.flags.facts import Facts, Flag, Rule, What
from panel.rules.flags.sheets import by_application


def find(facts: Facts) -> Iterator[Flag]:
    """One flag for each application and objective unit on which the points lie too far apart."""
    for number, sheets in by_application(facts).items():
        for unit in facts.policy.flags.objective:
            points = {sheet.expert: sheet.points[unit] for sheet in sheets if unit in sheet.points}
            limit = facts.policy.flags.objective_points
            if points and max(points.values()) - min(points.values()) > limit:
                yield Flag(
                    rule=Rule.OBJECTIVE,
                    what=What.DIFFERS,
                    people=tuple(points),
                    applications=(number,),
                    units=(unit,),
                    numbers={
                        "experts": len(points),
                        "least": min(points.values()),
                        "most": max(points.values()),
                        "limit": limit,
                    },
                    entries=facts.entries(sheets),
                )
