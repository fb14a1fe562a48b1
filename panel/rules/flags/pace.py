"""F5: sheets filled faster than they can be read, and bursts of saves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

from panel.rules.flags.facts import Act, Facts, Flag, Rule, What
from panel.rules.rounding import half_up

_MINUTE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class _Filled:
    """One sheet as it was filled: seconds for each of its units, and the entry that sealed it."""

    application: str
    seconds: Fraction
    entry: int


def find(facts: Facts) -> Iterator[Flag]:
    """At most one flag of each form for every expert."""
    by_expert: defaultdict[str, list[Act]] = defaultdict(list)
    for act in facts.of("sheet.read", "sheet.save", "sheet.submit"):
        by_expert[act.expert].append(act)
    for expert, acts in by_expert.items():
        yield from _quick(facts, expert, acts)
        yield from _burst(facts, expert, [act for act in acts if act.act == "sheet.save"])


def _quick(facts: Facts, expert: str, acts: Sequence[Act]) -> Iterator[Flag]:
    limit = facts.policy.flags.seconds_per_unit
    filled = _filled(acts)
    quick = [sheet for sheet in filled if sheet.seconds < limit]
    if quick:
        yield Flag(
            rule=Rule.PACE,
            what=What.QUICK,
            people=(expert,),
            applications=tuple(sorted(sheet.application for sheet in quick)),
            numbers={
                "sheets": len(quick),
                "of": len(filled),
                "seconds": half_up(min(sheet.seconds for sheet in quick), 0),
                "limit": limit,
            },
            entries=tuple(sheet.entry for sheet in quick),
        )


def _filled(acts: Sequence[Act]) -> list[_Filled]:
    """Every sheet that was filled and sealed, timed from when its page was opened, else from its first save.

    The time up to the first save counts only where the opening is on record. A sheet that was given back
    is timed by its first sealing.
    """
    by_sheet: defaultdict[str, list[Act]] = defaultdict(list)
    for act in acts:
        by_sheet[act.application].append(act)
    found = []
    for application, own in by_sheet.items():
        sealed = next((at for at, act in enumerate(own) if act.act == "sheet.submit"), 0)
        saved = {act.data["unit"] for act in own[:sealed] if act.act == "sheet.save"}
        units = len(saved) if own[0].act == "sheet.read" else len(saved) - 1
        if units > 0:
            time = own[sealed].at - own[0].at
            seconds = Fraction(int(time / timedelta(milliseconds=1)), 1000 * units)
            found.append(_Filled(application, seconds, own[sealed].index))
    return found


def _burst(facts: Facts, expert: str, saves: Sequence[Act]) -> Iterator[Flag]:
    """The fullest minute, if it is fuller than the limit."""
    limit = facts.policy.flags.saves_per_minute
    fullest: Sequence[Act] = ()
    first = 0
    for last, act in enumerate(saves):
        while act.at - saves[first].at >= _MINUTE:
            first += 1
        if last - first + 1 > len(fullest):
            fullest = saves[first : last + 1]
    if len(fullest) > limit:
        yield Flag(
            rule=Rule.PACE,
            what=What.BURST,
            people=(expert,),
            numbers={"saves": len(fullest), "limit": limit},
            entries=tuple(act.index for act in fullest),
        )
