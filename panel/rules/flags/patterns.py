"""F6 and F11: points or comments that look filled in without looking."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations

from panel.rules.flags.facts import Facts, Flag, Rule, Sealed, What
from panel.rules.flags.sheets import by_expert


def find(facts: Facts) -> Iterator[Flag]:
    """Straight lines, rows that repeat, and two experts with the same points."""
    experts = by_expert(facts)
    for expert, sheets in experts.items():
        yield from _straight(facts, expert, sheets)
        yield from _same_rows(facts, expert, sheets)
    for one, other in combinations(sorted(experts), 2):
        yield from _together(facts, experts[one], experts[other])


def copied(facts: Facts) -> Iterator[Flag]:
    """Experts all of whose comments stand elsewhere word for word, in their own sheets or another's."""
    limit = facts.policy.flags.copied_comments
    written = Counter(comment for sheet in facts.counted() for comment in sheet.comments)
    for expert, sheets in by_expert(facts).items():
        own = [comment for sheet in sheets for comment in sheet.comments]
        if len(own) >= limit and all(written[comment] > 1 for comment in own):
            yield Flag(
                rule=Rule.COMMENTS,
                what=What.COPIED,
                people=(expert,),
                applications=tuple(sheet.application for sheet in sheets if sheet.comments),
                numbers={"comments": len(own), "different": len(set(own)), "limit": limit},
                entries=facts.entries([sheet for sheet in sheets if sheet.comments]),
            )


def _straight(facts: Facts, expert: str, sheets: Sequence[Sealed]) -> Iterator[Flag]:
    limit = facts.policy.flags.straight_sheets
    straight = [sheet for sheet in sheets if is_straight(facts, sheet)]
    if len(straight) >= limit:
        yield _flag(facts, What.STRAIGHT, (expert,), straight, {"of": len(sheets), "limit": limit})


def is_straight(facts: Facts, sheet: Sealed) -> bool:
    """Whether one share of the points, rounded to the step, gives every score of a sheet."""
    track = next(
        track
        for track in facts.policy.tracks.values()
        if {unit.id for unit in track.units()} >= sheet.points.keys()
    )
    half = Fraction(track.step, 2)
    parts = [(points, track.unit(unit).points) for unit, points in sheet.points.items()]
    low = max((points - half) / most for points, most in parts)
    high = min((points + half) / most for points, most in parts)
    return len(parts) > 1 and low <= high


def _same_rows(facts: Facts, expert: str, sheets: Sequence[Sealed]) -> Iterator[Flag]:
    limit = facts.policy.flags.same_rows
    rows: defaultdict[tuple[tuple[str, int], ...], list[Sealed]] = defaultdict(list)
    for sheet in sheets:
        rows[tuple(sorted(sheet.points.items()))].append(sheet)
    for same in rows.values():
        if len(same) >= limit:
            yield _flag(facts, What.SAME_ROWS, (expert,), same, {"limit": limit})


def _together(facts: Facts, one: Sequence[Sealed], other: Sequence[Sealed]) -> Iterator[Flag]:
    limit = facts.policy.flags.same_rows
    theirs = {sheet.application: sheet.points for sheet in other}
    same = [sheet for sheet in one if theirs.get(sheet.application) == sheet.points]
    if len(same) >= limit:
        common = sum(sheet.application in theirs for sheet in one)
        experts = (one[0].expert, other[0].expert)
        yield _flag(facts, What.SAME_AS_OTHER, experts, same, {"of": common, "limit": limit})


def _flag(
    facts: Facts, what: What, experts: tuple[str, ...], sheets: Sequence[Sealed], numbers: dict[str, int]
) -> Flag:
    return Flag(
        rule=Rule.PATTERN,
        what=what,
        people=experts,
        applications=tuple(sorted(sheet.application for sheet in sheets)),
        numbers={"sheets": len(sheets), **numbers},
        entries=facts.entries(sheets),
    )
