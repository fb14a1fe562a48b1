"""F1: a sealed sheet that was sealed again with other points."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from panel.rules import results
from panel.rules.flags.facts import Facts, Flag, Rule, Sealed, What


def find(facts: Facts) -> Iterator[Flag]:
    """One flag for every change between two revisions of a sheet: by how much, and whether it decides."""
    by_sheet: defaultdict[tuple[str, str], list[Sealed]] = defaultdict(list)
    for sheet in facts.sealed:
        by_sheet[sheet.expert, sheet.application].append(sheet)
    for revisions in by_sheet.values():
        for before, after in pairwise(revisions):
            if before.points != after.points:
                yield _flag(facts, before, after)


def _flag(facts: Facts, before: Sealed, after: Sealed) -> Flag:
    subject = f"{after.expert}/{after.application}"
    return Flag(
        rule=Rule.CHANGED,
        what=What.CHANGED_ACROSS if after.counted and _decides(facts, before) else What.CHANGED,
        people=(after.expert,),
        applications=(after.application,),
        numbers={
            "before": before.total,
            "after": after.total,
            "revision": after.revision,
            "units": sum(after.points[unit] != points for unit, points in before.points.items()),
        },
        entries=tuple(
            act.index for act in facts.of("sheet.return", "sheet.submit") if act.subject == subject
        ),
    )


def _decides(facts: Facts, before: Sealed) -> bool:
    """Whether others would be selected with the points of before."""
    if facts.inputs is None:
        return False
    sheets = tuple(
        replace(sheet, items=before.points)
        if (sheet.expert, sheet.application) == (before.expert, before.application)
        else sheet
        for sheet in facts.inputs.sheets
    )
    then = results.compute(facts.policy, replace(facts.inputs, sheets=sheets))
    return _selected(then) != _selected(results.compute(facts.policy, facts.inputs))


def _selected(result: results.Result) -> set[str]:
    return {place.application for place in result.outcome.places if place.selected}
