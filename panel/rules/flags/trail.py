"""F14: a clock that was set back, and damage that a verification found."""

from __future__ import annotations

from collections.abc import Iterator

from panel.rules.flags.facts import Facts, Flag, Rule, What


def find(facts: Facts) -> Iterator[Flag]:
    """One flag for each step of the clock, and for each verification that found something."""
    limit = facts.policy.flags.clock_seconds
    for act in facts.of("log.clock", "watch.verify"):
        clock = act.act == "log.clock"
        number = int(act.data.get("seconds" if clock else "damages", 0))
        if number >= (limit if clock else 1):
            yield Flag(
                rule=Rule.TRAIL,
                what=What.CLOCK if clock else What.DAMAGE,
                numbers={"seconds": number, "limit": limit} if clock else {"damages": number},
                entries=(act.index,),
            )
