"""The analysis (评审分析) beside the newest result of a round, computed once for the same result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from sqlmodel import Session

from panel.queries import circumstances, results
from panel.queries.results import PlaceView, ResultView, TrackView
from panel.rules import analyses
from panel.rules.analyses import TrackAnalysis
from panel.rules.applications import Track
from panel.rules.circumstances import NOTHING, Circumstances
from panel.rules.criteria import Policy
from panel.rules.results import Inputs

KEPT = 8
"""Analyses that a process keeps. One follows from what is on record alone, so that nothing is stored."""


@dataclass(frozen=True, slots=True)
class AnalysedTrack:
    """One track as it ended, and what was found about its scores."""

    view: TrackView
    found: TrackAnalysis

    @property
    def places(self) -> tuple[PlaceView, ...]:
        """Those with sheets that count: in the order of the result, then those without a score."""
        by_number = {one.number: one for one in self.view.scored}
        ranked = [by_number.pop(number) for number in self.found.orders[analyses.OFFICIAL].numbers]
        return (*ranked, *by_number.values())


@dataclass(frozen=True, slots=True)
class AnalysisView:
    """The newest result of a round with its analysis; `tracks` are those with scores."""

    result: ResultView
    tracks: tuple[AnalysedTrack, ...]


@dataclass(frozen=True, slots=True)
class _Basis:
    """What an analysis follows from, told apart by its digests and the circumstances."""

    policy_digest: str
    input_digest: str
    known: Circumstances
    policy: Policy = field(compare=False, repr=False)
    inputs: Inputs = field(compare=False, repr=False)


def of_round(session: Session, policy: Policy, code: str) -> AnalysisView | None:
    """The analysis beside the newest result; None while there is no result."""
    view = results.of_round(session, policy, code)
    return None if view is None else beside(view, circumstances.of_round(session, view.round_.id))


def beside(view: ResultView, known: Circumstances = NOTHING) -> AnalysisView:
    """The analysis of this result."""
    current = view.current
    found = _analysed(_Basis(current.policy_digest, current.input_digest, known, view.policy, current.inputs))
    return AnalysisView(
        view, tuple(AnalysedTrack(track, found[track.track]) for track in view.tracks if track.track in found)
    )


@lru_cache(maxsize=KEPT)
def _analysed(basis: _Basis) -> Mapping[Track, TrackAnalysis]:
    return analyses.analyse(basis.policy, basis.inputs, basis.known)
