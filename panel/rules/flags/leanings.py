"""F4: an expert whose sheets on one unit are all well above the others' and above the expert's own habit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from fractions import Fraction
from statistics import median

from panel.rules.flags.facts import Facts, Flag, Rule, Sealed, What
from panel.rules.flags.sheets import by_application, by_expert
from panel.rules.rounding import half_up


def find(facts: Facts) -> Iterator[Flag]:
    """One flag for each pair of expert and unit; a unit is a studio with its projects."""
    units = _units(facts)
    above = _above(facts)
    for expert, sheets in by_expert(facts).items():
        by_unit: defaultdict[str, list[Sealed]] = defaultdict(list)
        for sheet in sheets:
            if (expert, sheet.application) in above:
                by_unit[units[sheet.application]].append(sheet)
        for own in by_unit.values():
            habit = [
                above[expert, one.application] for many in by_unit.values() if many is not own for one in many
            ]
            flag = _flag(facts, own, habit, above)
            if flag:
                yield flag


def _flag(
    facts: Facts, own: list[Sealed], habit: list[Fraction], above: Mapping[tuple[str, str], Fraction]
) -> Flag | None:
    flags = facts.policy.flags
    if len(own) < flags.pair_min_sheets or not habit:
        return None
    usual = median(habit)
    least = min(above[sheet.expert, sheet.application] - usual for sheet in own)
    if least < flags.pair_points:
        return None
    return Flag(
        rule=Rule.LEANING,
        what=What.LEANS,
        people=(own[0].expert,),
        applications=tuple(sorted(sheet.application for sheet in own)),
        numbers={
            "points": half_up(least, 0),
            "habit": half_up(usual, 0),
            "limit": flags.pair_points,
            "sheets": len(own),
        },
        entries=facts.entries(own),
    )


def _above(facts: Facts) -> dict[tuple[str, str], Fraction]:
    """How far each sheet lies above the mean of the other sheets on its application."""
    found = {}
    for number, sheets in by_application(facts).items():
        whole = sum(sheet.total for sheet in sheets)
        for sheet in sheets:
            if len(sheets) > 1:
                found[sheet.expert, number] = sheet.total - Fraction(whole - sheet.total, len(sheets) - 1)
    return found


def _units(facts: Facts) -> dict[str, str]:
    """The studio to which each application belongs: itself, or the one that a project hangs on."""
    entries = facts.inputs.entries if facts.inputs else ()
    linked = {entry.number: entry.linked_studio or entry.number for entry in entries}
    return {sheet.application: linked.get(sheet.application, sheet.application) for sheet in facts.sealed}
