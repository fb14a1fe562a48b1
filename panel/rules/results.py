"""The result of a round: from sheets to official scores to places, the same again from the same inputs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from fractions import Fraction
from math import ceil
from typing import Any

from panel.rules.applications import Track
from panel.rules.candidates import Candidate, Standing, TrackRules
from panel.rules.criteria import NAMED_VOTE, Policy, TrackPolicy
from panel.rules.places import Outcome, Place
from panel.rules.rankings import rank
from panel.rules.rounding import half_up
from panel.rules.votes import Ballot, NamedVote
from panel.scoring.matrix import ScoreMatrix
from panel.scoring.official.methods import official
from panel.scoring.official.results import OfficialScores, Options

Items = Mapping[str, int]
"""Points in hundredths by the unit that was scored."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One application as it enters the computation."""

    number: str
    track: Track
    linked_studio: str
    standing: Standing


@dataclass(frozen=True, slots=True)
class CountedSheet:
    """One valid sheet."""

    expert: str
    application: str
    items: Items


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything that the result depends on besides the policy."""

    entries: tuple[Entry, ...]
    sheets: tuple[CountedSheet, ...]
    existing_studios: tuple[str, ...] = ()
    votes: tuple[NamedVote, ...] = ()

    def plain(self) -> dict[str, Any]:
        """The inputs as plain data in one fixed order, for the digest and the archive."""
        return {
            "entries": [asdict(entry) for entry in sorted(self.entries, key=lambda e: e.number)],
            "existing_studios": sorted(self.existing_studios),
            "sheets": [
                {"application": s.application, "expert": s.expert, "items": dict(s.items)}
                for s in sorted(self.sheets, key=lambda s: (s.application, s.expert))
            ],
            "votes": [
                asdict(vote)
                | {
                    "tie": sorted(vote.tie),
                    "ballots": [asdict(ballot) for ballot in sorted(vote.ballots, key=lambda b: b.expert)],
                }
                for vote in sorted(self.votes, key=lambda v: sorted(v.tie))
            ],
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Inputs:
        """What `plain` wrote."""
        return cls(
            entries=tuple(
                Entry(e["number"], Track(e["track"]), e["linked_studio"], Standing(e["standing"]))
                for e in plain["entries"]
            ),
            sheets=tuple(CountedSheet(s["expert"], s["application"], s["items"]) for s in plain["sheets"]),
            existing_studios=tuple(plain["existing_studios"]),
            votes=tuple(_vote(vote) for vote in plain["votes"]),
        )


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one scored application, scaled by the policy's places; `criteria` by criterion."""

    sheets: int
    raw_mean: int
    official: int | None
    criteria: Mapping[str, int]
    totals: Mapping[str, int]
    """Each expert's total, in hundredths of a point."""
    unscaled: bool = False
    """Whether the official method found no scale for its values."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How the scores of one track compare.

    `effects`: how lenient (positive) or severe (negative) each expert was, scaled. `parts`: the groups of
    applications that share experts; more than one, and there is no single list. `notes`: what a reader of
    the list must be told (see `panel.scoring`). `residual`: what float64 left of the equations, in hundredths
    of a point; empty where the scores are exact. `left_out`: the experts whose values the method cannot use.
    """

    effects: Mapping[str, int]
    parts: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()
    residual: str = ""
    left_out: tuple[str, ...] = ()

    @property
    def connected(self) -> bool:
        """Whether there is a single list."""
        return len(self.parts) == 1

    def plain(self) -> dict[str, Any]:
        """As plain data; without `left_out` where nobody is, as results from before that field have it."""
        whole: dict[str, Any] = _plain(asdict(self))
        return whole if self.left_out else {key: part for key, part in whole.items() if key != "left_out"}


@dataclass(frozen=True, slots=True)
class Result:
    """The whole result; `comparisons` for the tracks in which anything was scored."""

    method: str
    places: int
    outcome: Outcome
    figures: Mapping[str, Figures]
    comparisons: Mapping[Track, Comparison] = field(default_factory=dict)

    def place(self, application: str) -> Place:
        """The place of an application; KeyError when it did not take part."""
        return self.outcome.place(application)

    def plain(self) -> dict[str, Any]:
        """The result as plain data, for the digest and the archive."""
        return {
            "method": self.method,
            "places": [
                {
                    "application": place.application,
                    "track": place.track,
                    "official": place.official,
                    "rank": place.rank,
                    "position": place.position,
                    "selected": place.selected,
                    "reason": place.reason,
                    "facts": _plain(asdict(place.facts)),
                }
                for place in sorted(self.outcome.places, key=lambda p: p.application)
            ],
            "figures": {
                number: {"sheets": f.sheets, "raw_mean": f.raw_mean, "criteria": dict(f.criteria)}
                for number, f in sorted(self.figures.items())
            },
            "comparisons": {track: comparison.plain() for track, comparison in self.comparisons.items()},
        }


def compute(policy: Policy, inputs: Inputs) -> Result:
    """The result of `inputs` under `policy`: nothing else is read, so anybody can compute it again."""
    scored: dict[str, Figures] = {}
    comparisons: dict[Track, Comparison] = {}
    for track, rules in policy.tracks.items():
        sheets = counted(inputs, track)
        if not sheets:
            continue
        totals = _scores(policy, sheets, lambda items: sum(items.values()))
        by_criterion = {
            criterion.id: _scores(policy, sheets, _criterion_total(rules, criterion.id))
            for criterion in rules.criteria
        }
        comparisons[track] = _comparison(policy, totals)
        given = _totals(sheets)
        for number in totals.counts:
            scored[number] = _figures(policy, number, totals, by_criterion, given[number])
    outcome = places(policy, inputs, scored, comparisons)
    return Result(policy.method, policy.places, outcome, scored, comparisons)


def places(
    policy: Policy,
    inputs: Inputs,
    scored: Mapping[str, Figures],
    comparisons: Mapping[Track, Comparison],
) -> Outcome:
    """The places that these figures give under the rules of the cut."""
    apart = {track for track, comparison in comparisons.items() if not comparison.connected}
    return rank(
        [
            _candidate(entry, scored.get(entry.number), connected=entry.track not in apart)
            for entry in inputs.entries
        ],
        {
            track: _with_rungs(track_rules(policy, track), comparisons.get(track), scored)
            for track in policy.tracks
        },
        inputs.votes,
        inputs.existing_studios,
    )


def track_rules(policy: Policy, track: Track) -> TrackRules:
    """What the cut of a track needs, in the scale of the official scores."""
    rules = policy.track(track)
    # A trimmed mean of fewer sheets than may be trimmed is no score: that is below the quorum, too.
    quorum = max(policy.quorum, policy.trimmed_min_sheets) if policy.method == "trimmed" else policy.quorum
    return TrackRules(
        cap=rules.cap,
        pass_mark=_scaled(Fraction(rules.pass_mark, 100), policy.places) if rules.pass_mark else None,
        floors={
            criterion: _scaled(Fraction(rules.criterion(criterion).points * percent, 10_000), policy.places)
            for criterion, percent in rules.floors.items()
        },
        ladder=rules.ladder,
        quorum=quorum,
    )


def _with_rungs(
    rules: TrackRules, comparison: Comparison | None, scored: Mapping[str, Figures]
) -> TrackRules:
    """The ladder without the rungs on which an application that has a score has no value.

    A method with a scale of its own can lack one for a criterion that none of its experts told apart.
    """
    listed = {number for part in comparison.parts for number in part} if comparison else set()
    values = [scored[number].criteria for number in listed if scored[number].official is not None]
    rungs = tuple(rung for rung in rules.rungs if all(rung in criteria for criteria in values))
    return replace(rules, ladder=(*rungs, NAMED_VOTE))


def _scaled(value: Fraction, places: int) -> int:
    """A limit in the scale of the scores; a finer limit is not softened by rounding it down."""
    scale: int = 10**places
    return ceil(value * scale)


def counted(inputs: Inputs, track: Track) -> list[CountedSheet]:
    """The sheets that count in a track: those of accepted applications."""
    admitted = {e.number for e in inputs.entries if e.track is track and e.standing is Standing.ACCEPTED}
    return [sheet for sheet in inputs.sheets if sheet.application in admitted]


def _criterion_total(rules: TrackPolicy, criterion_id: str) -> Callable[[Items], int]:
    units = [unit.id for unit in rules.criterion(criterion_id).units()]
    return lambda items: sum(items[unit] for unit in units)


def _scores(policy: Policy, sheets: Iterable[CountedSheet], total: Callable[[Items], int]) -> OfficialScores:
    matrix = ScoreMatrix.from_records([(s.expert, s.application, total(s.items)) for s in sheets])
    return official(policy.method, matrix, Options(min_sheets=policy.trimmed_min_sheets))


def _totals(sheets: Iterable[CountedSheet]) -> dict[str, dict[str, int]]:
    """What each application got, by expert."""
    found: dict[str, dict[str, int]] = {}
    for sheet in sheets:
        found.setdefault(sheet.application, {})[sheet.expert] = sum(sheet.items.values())
    return found


def _comparison(policy: Policy, totals: OfficialScores) -> Comparison:
    return Comparison(
        effects={expert: half_up(effect / 100, policy.places) for expert, effect in totals.effects.items()},
        parts=tuple(part.applications for part in totals.components),
        notes=totals.notes,
        residual="" if totals.exact else f"{totals.residual:.3g}",
        left_out=totals.left_out,
    )


def _figures(
    policy: Policy,
    number: str,
    totals: OfficialScores,
    by_criterion: Mapping[str, OfficialScores],
    given: Mapping[str, int],
) -> Figures:
    # Points are computed in hundredths; an index has no hundredths.
    unit = 100 if totals.unit == "points" else 1
    score = totals.scores[number]
    values = {criterion: scores.scores[number] for criterion, scores in by_criterion.items()}
    return Figures(
        sheets=totals.counts[number],
        raw_mean=half_up(totals.raw_means[number] / 100, policy.places),
        official=None if score is None else half_up(score / unit, policy.places),
        criteria={
            c: half_up(value / unit, policy.places) for c, value in values.items() if value is not None
        },
        totals=given,
        unscaled=totals.reasons.get(number) == "no_spread",
    )


def _candidate(entry: Entry, figures: Figures | None, *, connected: bool) -> Candidate:
    return Candidate(
        application=entry.number,
        track=entry.track,
        linked_studio=entry.linked_studio if entry.track is Track.PROJECT else "",
        standing=entry.standing,
        official=figures.official if figures else None,
        criteria=figures.criteria if figures else {},
        sheets=figures.sheets if figures else 0,
        connected=connected,
        scaled=not (connected and figures and figures.unscaled),
    )


def _vote(plain: Mapping[str, Any]) -> NamedVote:
    return NamedVote(
        tie=frozenset(plain["tie"]),
        ballots=tuple(Ballot(**ballot) for ballot in plain["ballots"]),
        chair=plain["chair"],
        chair_order=tuple(plain["chair_order"]),
        chair_reason=plain["chair_reason"],
    )


def _plain(value: Any) -> Any:
    """Tuples as lists, so that what is stored reads back equal to what was computed."""
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value
