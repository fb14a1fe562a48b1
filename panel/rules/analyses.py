"""The analysis of a result (评审分析): advice beside the official scores, under the rules that really decide.

It changes nothing. Everything follows from the policy, the inputs of the result and the circumstances on
record, with fixed random numbers, so that the same result always has the same analysis.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from panel.rules import manners
from panel.rules.applications import Track
from panel.rules.circumstances import NOTHING, Circumstances
from panel.rules.criteria import Policy, TrackPolicy
from panel.rules.manners import Favour, Manner
from panel.rules.places import Outcome
from panel.rules.reasons import Reason
from panel.rules.results import CountedSheet, Inputs, Result, compute, counted
from panel.rules.scenarios import ADVICE, Outcomes, by_each_method, compared, undecided, without_each_expert
from panel.scoring.analysis import Analysis, analyse_all
from panel.scoring.design import Design
from panel.scoring.models.rasch import Rasch, Refusal
from panel.scoring.models.ratings import FEWEST, MOST
from panel.scoring.question import Question
from panel.scoring.sheets import Sheets
from panel.scoring.uncertainty.chances import GREY
from panel.scoring.uncertainty.stability import Stability

MEAN, OFFICIAL = "mean", "official"

_DECIDED_BY_SCORE = (Reason.SELECTED, Reason.BELOW_CAP, Reason.TIE_LOST, Reason.STUDIO_NOT_SELECTED)
"""The outcomes between which higher scores decide; whoever has another one is out in every draw."""


@dataclass(frozen=True, slots=True)
class Chance:
    """How likely an application is to be selected, and between which ranks it lies in nine draws of ten."""

    selected: float
    rank_low: int
    rank_high: int
    expected_rank: float

    @property
    def grey(self) -> bool:
        """Whether chance decides: neither clearly in nor clearly out."""
        low, high = GREY
        return low < self.selected < high


@dataclass(frozen=True, slots=True)
class Order:
    """The scored applications from the first to the last: those with a seat, then the others."""

    numbers: tuple[str, ...]
    seated: int


@dataclass(frozen=True, slots=True)
class TrackAnalysis:
    """What was found about one track; `advised` in points."""

    track: Track
    statistics: Analysis
    advised: Mapping[str, float]
    chances: Mapping[str, Chance]
    manners: Mapping[str, Manner]
    favour: Favour | None
    grades: Rasch | Refusal | None
    """The rating-scale model; None on a scale that is not one of a few grades."""
    without_expert: Stability
    by_method: Stability
    undecided: frozenset[str]
    """Those whose tie waits for a vote: no scenario is held against them."""
    orders: Mapping[str, Order]
    """By the plain mean, as things are (`OFFICIAL`), and by the advised score, as far as they exist."""

    @property
    def grey(self) -> tuple[str, ...]:
        """The applications near the cut, the likeliest first."""
        found = [number for number, chance in self.chances.items() if chance.grey]
        return tuple(sorted(found, key=lambda number: (-self.chances[number].selected, number)))


def analyse(policy: Policy, inputs: Inputs, known: Circumstances = NOTHING) -> dict[Track, TrackAnalysis]:
    """The analysis of the result that `inputs` have under `policy`, for the tracks with scores."""
    base = compute(policy, inputs)
    questions = [
        _question(policy, inputs, known, base, track) for track in policy.tracks if track in base.comparisons
    ]
    if not questions:
        return {}
    found = {Track(name): one for name, one in analyse_all(questions).items()}
    advised = {track: _advised(one) for track, one in found.items()}
    every = {number: score for scores in advised.values() for number, score in scores.items()}
    methods = by_each_method(policy, inputs, base, every)
    without = compared(policy, base.outcome, without_each_expert(policy, inputs, base))
    others = {name: outcome for name, outcome in methods.items() if name != policy.method}
    by_method = compared(policy, base.outcome, others)
    return {
        track: TrackAnalysis(
            track=track,
            statistics=one,
            advised=advised[track],
            chances=_chances(one),
            manners=manners.manners(one),
            favour=manners.favour(one),
            grades=one.rasch if graded(policy.track(track)) else None,
            without_expert=without[track],
            by_method=by_method[track],
            undecided=undecided(base.outcome, track),
            orders=_orders(methods, base, track),
        )
        for track, one in found.items()
    }


def _orders(methods: Outcomes, base: Result, track: Track) -> dict[str, Order]:
    outcomes = {MEAN: methods[MEAN], OFFICIAL: base.outcome, ADVICE: methods[ADVICE]}
    return {name: _order(outcome, track) for name, outcome in outcomes.items() if outcome is not None}


def _order(outcome: Outcome, track: Track) -> Order:
    scored = [place for place in outcome.places if place.track is track and place.official is not None]
    seated = [place.application for place in scored if place.selected]
    reserve = [number for number in outcome.reserve[track] if number not in seated]
    others = [place for place in scored if place.application not in (*seated, *reserve)]
    others.sort(key=lambda place: (-(place.official or 0), place.application))
    return Order((*seated, *reserve, *(place.application for place in others)), len(seated))


def graded(rules: TrackPolicy) -> bool:
    """Whether all criteria are scored in the same few grades, which need not lie equally far apart.

    Only then does a rating-scale model say more than the points do.
    """
    grades = {criterion.points // rules.step + 1 for criterion in rules.criteria}
    return len(grades) == 1 and FEWEST <= grades.pop() <= MOST


def _question(policy: Policy, inputs: Inputs, known: Circumstances, base: Result, track: Track) -> Question:
    sheets = counted(inputs, track)
    rules = policy.track(track)
    criteria = {unit.id: criterion.id for criterion in rules.criteria for unit in criterion.units()}
    of_round = {entry.number for entry in inputs.entries if entry.track is Track.STUDIO}
    return Question(
        design=_design(sheets),
        name=track.value,
        sheets=_by_criterion(sheets, criteria),
        top=rules.cap,
        needs={
            entry.number: entry.linked_studio
            for entry in inputs.entries
            if entry.track is Track.PROJECT is track and entry.linked_studio in of_round
        },
        barred=frozenset(
            place.application
            for place in base.outcome.places
            if place.track is track and place.reason not in _DECIDED_BY_SCORE
        ),
        order=dict(known.order),
        affiliated=known.conflicted,
    )


def _design(sheets: list[CountedSheet]) -> Design:
    return Design.from_arrays(
        [sheet.application for sheet in sheets],
        [sheet.expert for sheet in sheets],
        [sum(sheet.items.values()) / 100 for sheet in sheets],
    )


def _by_criterion(sheets: list[CountedSheet], criteria: Mapping[str, str]) -> Sheets:
    cells: dict[tuple[str, str, str], int] = {}
    for sheet in sheets:
        for unit, points in sheet.items.items():
            key = sheet.expert, sheet.application, criteria[unit]
            cells[key] = cells.get(key, 0) + points
    return Sheets.from_records((*key, Fraction(points, 100)) for key, points in cells.items())


def _advised(found: Analysis) -> dict[str, float]:
    return dict(zip(found.design.applications, found.advice.score.tolist(), strict=True))


def _chances(found: Analysis) -> dict[str, Chance]:
    drawn = found.chances
    if drawn is None:
        return {}
    columns = (drawn.selected, drawn.rank_low, drawn.rank_high, drawn.expected_rank)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return {number: Chance(*row) for number, row in zip(drawn.applications, rows, strict=True)}
