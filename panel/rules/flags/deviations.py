"""F2: totals far from what the others gave the same application."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median

from panel.rules.flags.facts import Facts, Flag, Rule, Sealed, What
from panel.rules.flags.sheets import by_application, by_expert
from panel.rules.rounding import half_up

_NORMAL = Fraction(14826, 10_000)
"""What makes the median of absolute deviations a standard deviation, were they normal."""


@dataclass(frozen=True, slots=True)
class _Far:
    """A sheet that is too far from the middle: how far, in the unit of its limit."""

    sheet: Sealed
    middle: Fraction
    far: Fraction


def find(facts: Facts) -> Iterator[Flag]:
    """For every expert one flag for what is far from means, and one for what is far only from medians."""
    fields = by_application(facts)
    for sheets in by_expert(facts).values():
        from_mean = _sorted(_from_mean(facts, sheet, fields[sheet.application]) for sheet in sheets)
        near = [sheet for sheet in sheets if all(one.sheet is not sheet for one in from_mean)]
        from_median = _sorted(_from_median(facts, sheet, fields[sheet.application]) for sheet in near)
        yield from _flag(facts, What.FAR_FROM_MEAN, from_mean, facts.policy.flags.deviation_percent, 0)
        yield from _flag(facts, What.FAR_FROM_MEDIAN, from_median, facts.policy.flags.robust_z, 2)


def _sorted(found: Iterator[_Far | None]) -> list[_Far]:
    """What was found, the farthest first."""
    return sorted((one for one in found if one), key=lambda one: -one.far)


def _from_mean(facts: Facts, sheet: Sealed, sheets: Sequence[Sealed]) -> _Far | None:
    mean = Fraction(sum(one.total for one in sheets), len(sheets))
    percent = abs(sheet.total - mean) * 100 / mean if mean else Fraction(0)
    return _Far(sheet, mean, percent) if percent > facts.policy.flags.deviation_percent else None


def _from_median(facts: Facts, sheet: Sealed, sheets: Sequence[Sealed]) -> _Far | None:
    flags = facts.policy.flags
    middle = median([Fraction(one.total) for one in sheets])
    spread = median([abs(one.total - middle) for one in sheets]) * _NORMAL
    if len(sheets) < flags.robust_min_sheets or not spread:
        return None
    z = abs(sheet.total - middle) / spread
    return _Far(sheet, middle, z) if z * 100 > flags.robust_z else None


def _flag(facts: Facts, what: What, several: Sequence[_Far], limit: int, places: int) -> Iterator[Flag]:
    for farthest in several[:1]:
        yield Flag(
            rule=Rule.DEVIATION,
            what=what,
            people=(farthest.sheet.expert,),
            applications=tuple(one.sheet.application for one in several),
            numbers={
                "sheets": len(several),
                "far": half_up(farthest.far, places),
                "points": farthest.sheet.total,
                "middle": half_up(farthest.middle, 0),
                "limit": limit,
            },
            entries=facts.entries([one.sheet for one in several]),
        )
