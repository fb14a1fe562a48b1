"""The analysis (评审分析) as a page shows it: words, pictures and tables of every track."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from panel.language import _, current
from panel.queries.analyses import AnalysedTrack, AnalysisView
from panel.queries.results import PlaceView
from panel.rules.analyses import MEAN, OFFICIAL
from panel.rules.criteria import Policy
from panel.rules.reasons import Reason
from panel.rules.rounding import text
from panel.rules.scenarios import ADVICE
from panel.scoring.agreement.intraclass import harmonic
from panel.scoring.experts.findings import Code
from panel.scoring.models.rasch import Rasch
from panel.scoring.uncertainty.stability import Stability
from panel.sentences import agreement, analyses, summaries
from panel.sentences import manners as manner_words
from panel.sentences.summaries import Summary
from panel.vocabulary import term
from panel.web.pictures.agreements import Curve, Gauge, curve, gauges
from panel.web.pictures.chances import Bars, bars
from panel.web.pictures.manners import Manners, manners
from panel.web.pictures.slopes import Listed, Slopes, slopes
from panel.web.pictures.strips import Given, Strips, strips

_BY_SCORE = (Reason.SELECTED, Reason.BELOW_CAP, Reason.TIE_LOST)

MOST_ROWS = 60
"""A picture shows so many applications, those around the cut; the workbook has all."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a scenario would do to the list; None where it gives no result."""

    scenario: str
    out: tuple[str, ...] | None
    taken: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Board:
    """One track on the page. `shown`: the places in its pictures; `left_out`: how many are not."""

    one: AnalysedTrack
    summary: Summary
    shown: tuple[PlaceView, ...]
    left_out: int
    strips: Strips
    slopes: Slopes | None
    bars: Bars | None
    manners: Manners | None
    gauges: tuple[Gauge, ...]
    curve: Curve | None
    experts: float
    findings: tuple[str, ...]
    favour: str
    structure: tuple[str, ...]
    criteria: Mapping[str, str]
    """The names of the criteria by id."""
    rasch: Rasch | None
    no_rasch: str
    """Why there is no rating-scale model where the scale is one of a few grades."""
    by_rule: tuple[str, ...]
    without_expert: tuple[Change, ...]
    by_method: tuple[Change, ...]


def context(view: AnalysisView) -> dict[str, object]:
    """What the page of the analysis needs."""
    return {
        "view": view,
        "boards": boards(view),
        "caveat": summaries.caveat(),
        "scenario": summaries.scenario,
        "model": analyses.model,
        "measure": agreement.name,
        "meaning": agreement.meaning,
    }


def boards(view: AnalysisView) -> tuple[Board, ...]:
    """Every track with scores."""
    return tuple(_board(view.result.policy, one) for one in view.tracks)


def _board(policy: Policy, one: AnalysedTrack) -> Board:
    found, statistics = one.found, one.found.statistics
    order = found.orders[OFFICIAL]
    numbers = [number for number in order.numbers if number in found.chances]
    shown = _around_the_cut(one.places, order.seated)
    experts = harmonic(statistics.design.per_application)
    comparable = any(manner.leniency is not None for manner in found.manners.values())

    names = {each.id: each.name.in_(current()) for each in policy.track(found.track).criteria}

    return Board(
        one=one,
        summary=summaries.summary(found),
        shown=shown,
        left_out=len(one.places) - len(shown),
        strips=_strips(policy, one, shown),
        slopes=_slopes(policy, one, shown) if len(order.numbers) > 1 else None,
        bars=bars(numbers, order.numbers[: order.seated], found.chances) if numbers else None,
        manners=manners(found.manners) if comparable else None,
        gauges=gauges({**statistics.agreement, **statistics.study.icc}),
        curve=curve(statistics.study.steps, experts),
        experts=experts,
        findings=tuple(summaries.finding(each, names) for each in statistics.diagnosis.findings),
        favour=manner_words.favour(found.favour) if found.favour else "",
        structure=summaries.structure(found),
        criteria=names,
        rasch=found.grades if isinstance(found.grades, Rasch) else None,
        no_rasch=analyses.refusal(found.grades) if isinstance(found.grades, str) else "",
        by_rule=tuple(
            _("{number}（{reason}）").format(number=each.number, reason=term(each.place.reason))
            for each in shown
            if each.place.reason not in _BY_SCORE
        ),
        without_expert=_changes(found.without_expert),
        by_method=_changes(found.by_method),
    )


def _around_the_cut(places: Sequence[PlaceView], seated: int) -> tuple[PlaceView, ...]:
    start = max(0, min(seated - MOST_ROWS // 2, len(places) - MOST_ROWS))
    return tuple(places[start : start + MOST_ROWS])


def _strips(policy: Policy, one: AnalysedTrack, shown: Sequence[PlaceView]) -> Strips:
    places = policy.places
    scale = 10**places
    given = [
        Given(
            number=each.number,
            totals={sheet.expert: sheet.total / 100 for sheet in each.counted},
            mean=each.figures.raw_mean / scale if each.figures else None,
            official=each.place.official / scale
            if policy.in_points and each.place.official is not None
            else None,
            text="–" if each.place.official is None else text(each.place.official, places),
            selected=each.place.selected,
        )
        for each in shown
    ]
    noted = {
        (finding.experts[0], finding.application)
        for finding in one.found.statistics.diagnosis.findings
        if finding.code in (Code.OUTLIER, Code.SLIP)
    }
    return strips(given, noted)


def _slopes(policy: Policy, one: AnalysedTrack, shown: Sequence[PlaceView]) -> Slopes:
    """By the plain mean where that is not the official score, by the official score, by the advice."""
    within = {each.number for each in shown}
    figures = {each.number: each for each in one.places}
    written = {
        MEAN: {n: text(p.figures.raw_mean, policy.places) for n, p in figures.items() if p.figures},
        OFFICIAL: {
            n: text(p.place.official, policy.places)
            for n, p in figures.items()
            if p.place.official is not None
        },
        ADVICE: {n: f"{score:.{policy.places}f}" for n, score in one.found.advised.items()},
    }
    titles = {MEAN: _("原始均分"), OFFICIAL: _("最终得分"), ADVICE: _("参考得分")}
    orders = []
    for name, order in one.found.orders.items():
        if name == MEAN == policy.method:
            continue
        seated = sum(number in within for number in order.numbers[: order.seated])
        numbers = tuple(number for number in order.numbers if number in within)
        orders.append(Listed(titles[name], numbers, seated, written[name]))
    return slopes(orders, one.found.undecided)


def _changes(found: Stability) -> tuple[Change, ...]:
    """Every scenario that gave a result with what it changes, then those that gave none."""
    effects = {name: (out, taken) for names, out, taken in summaries.effects(found) for name in names}
    return tuple(
        Change(name, *(effects.get(name, ((), ())) if name not in found.without_result else (None, None)))
        for name in found.names
    )
