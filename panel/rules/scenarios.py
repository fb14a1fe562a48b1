"""What a selection hangs on (敏感性): the result again without each expert, and by every other method.

The rules that really decide are asked each time: caps, links between tracks, marks, floors and ties. A tie at
the cut takes nobody out who has a seat, and lets nobody in; whoever waits for a vote now neither enters nor
leaves.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import get_args

from panel.rules.applications import Track
from panel.rules.criteria import Method, Policy
from panel.rules.places import Outcome
from panel.rules.reasons import Reason
from panel.rules.results import Inputs, Result, compute, places
from panel.rules.rounding import half_up
from panel.scoring.official.adjusted import Unsolved
from panel.scoring.uncertainty.stability import Stability, stability

ADVICE = "advice"
"""The scenario in which the advised score decides."""

_OUT_BY_SCORE = (Reason.BELOW_PASS_MARK, Reason.BELOW_FLOOR)
_FEWEST_TO_TRIM = 3

Outcomes = Mapping[str, Outcome | None]
"""The result of every scenario; None where it could not be computed."""


def without_each_expert(policy: Policy, inputs: Inputs, base: Result) -> Outcomes:
    """The result without the sheets of one expert, by expert.

    One sheet fewer is expected of every application then: the quorum, and the least number of sheets of a
    trimmed mean, count one less.
    """
    fewer = replace(
        policy,
        quorum=max(1, policy.quorum - 1),
        trimmed_min_sheets=max(_FEWEST_TO_TRIM, policy.trimmed_min_sheets - 1),
    )

    def without(expert: str) -> Outcome | None:
        kept = tuple(sheet for sheet in inputs.sheets if sheet.expert != expert)
        return _again(fewer, replace(inputs, sheets=kept), base, (Reason.TOO_FEW_SHEETS,))

    return {expert: without(expert) for expert in sorted({sheet.expert for sheet in inputs.sheets})}


def by_each_method(policy: Policy, inputs: Inputs, base: Result, advised: Mapping[str, float]) -> Outcomes:
    """The result by every official method, by its name, and by the `advised` score in points."""
    found = {
        name: base.outcome if name == policy.method else _by_method(policy, inputs, base, name)
        for name in get_args(Method)
    }
    return {**found, ADVICE: _by_advice(policy, inputs, base, advised)}


def compared(policy: Policy, base: Outcome, scenarios: Outcomes) -> dict[Track, Stability]:
    """The seats of every scenario beside those of the base, track by track."""
    return {
        track: stability(
            base.selected(track),
            {name: partial(_seats, base, outcome, track) for name, outcome in scenarios.items()},
        )
        for track in policy.tracks
    }


def _by_method(policy: Policy, inputs: Inputs, base: Result, name: Method) -> Outcome | None:
    other = replace(policy, method=name)
    if other.in_points:
        return _again(other, inputs, base, (Reason.TOO_FEW_SHEETS,))
    # Marks and floors are points: whoever they keep out is kept out on a scale without points, too.
    free = {track: replace(rules, pass_mark=0, floors={}) for track, rules in policy.tracks.items()}
    return _again(replace(other, tracks=free), inputs, base, (Reason.TOO_FEW_SHEETS, *_OUT_BY_SCORE))


def _by_advice(policy: Policy, inputs: Inputs, base: Result, advised: Mapping[str, float]) -> Outcome:
    figures = {
        number: replace(one, official=half_up(Fraction(advised[number]), policy.places))
        for number, one in base.figures.items()
        if number in advised
    }
    return places(policy, inputs, figures, base.comparisons)


def _again(policy: Policy, inputs: Inputs, base: Result, out: Collection[Reason]) -> Outcome | None:
    """The places by another policy or other sheets; who is `out` for one of these reasons stays out."""
    try:
        found = compute(policy, inputs)
    except Unsolved:
        return None
    barred = {place.application for place in base.outcome.places if place.reason in out}
    figures = {
        number: replace(one, sheets=0, official=None) if number in barred else one
        for number, one in found.figures.items()
    }
    return places(policy, inputs, figures, found.comparisons)


def _seats(base: Outcome, found: Outcome | None, track: Track) -> frozenset[str] | None:
    """Who has a seat; None if the scenario has no score for somebody who is in the running as things are."""
    if found is None:
        return None
    scored = {place.application for place in found.places if place.official is not None}
    running = {
        place.application
        for place in base.places
        if place.track is track and place.official is not None and place.reason not in _OUT_BY_SCORE
    }
    if running - scored:
        return None
    seats = frozenset(found.selected(track)) | (undecided(found, track) & frozenset(base.selected(track)))
    return seats - undecided(base, track)


def undecided(outcome: Outcome, track: Track) -> frozenset[str]:
    """The applications of a track that wait for a vote."""
    return frozenset(n for tie in outcome.pending if tie.track is track for n in tie.applications)
