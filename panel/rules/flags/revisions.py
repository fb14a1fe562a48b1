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
            flag = _flag(facts, before, after)
            if flag:
                yield flag


def _flag(facts: Facts, before: Sealed, after: Sealed) -> Flag | None:
    if before.points == after.points:
        return None
    decides = after.counted and _decides(facts, before)
    limit = facts.policy.flags.changed_points
    if not decides and abs(after.total - before.total) < limit:
        return None
    return Flag(
        rule=Rule.CHANGED,
        what=What.CHANGED_ACROSS if decides else What.CHANGED,
        people=(after.expert,),
        applications=(after.application,),
        numbers={
            "before": before.total,
            "after": after.total,
            "by": after.total - before.total,
            "revision": after.revision,
            "changed": sum(after.points[unit] != points for unit, points in before.points.items()),
        },
        entries=_entries(facts, after),
    )


def _entries(facts: Facts, after: Sealed) -> tuple[int, ...]:
    """The sealing before, the return, and the sealing after."""
    subject = f"{after.expert}/{after.application}"
    acts = [act for act in facts.of("sheet.return", "sheet.submit") if act.subject == subject]
    sealings = [number for number, act in enumerate(acts) if act.act == "sheet.submit"]
    if len(sealings) < after.revision:
        return tuple(act.index for act in acts)
    return tuple(act.index for act in acts[sealings[after.revision - 2] : sealings[after.revision - 1] + 1])


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
