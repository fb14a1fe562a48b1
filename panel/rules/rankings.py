"""Who is selected in a round, and why: both tracks together, because projects hang on studios (Art. 4).

One reason a place, the first of these that applies:

1. withdrawn, vetoed: what was decided about the application itself, once it was a candidate;
2. linked_studio_refused: its studio was refused, vetoed or withdrawn, which bars the project whatever else
   was found about it, so this comes before a refusal of its own;
3. refused;
4. too_few_sheets, not_connected, no_spread: there is no result to compare;
5. studio_not_selected: the linked fall, before the cut and whatever the score;
6. below_pass_mark, then below_floor: a cap is an upper limit, never filled up;
7. selected, tie_lost, below_cap: the cut.

A project of an existing studio never falls. While a tie at the studio cut waits for its vote, none of the
undecided studios has a seat, so their projects fall for the time being and the outcome is provisional.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from panel.errors import RuleBroken
from panel.language import _
from panel.rules.applications import Track
from panel.rules.candidates import Candidate, Standing, TrackRules
from panel.rules.cuts import TrackResult, cut_track
from panel.rules.places import Outcome, Place
from panel.rules.reasons import Fall, LinkedStudioRefused, Reason, StudioNotSelected
from panel.rules.votes import NamedVote

_OUT_BEFORE_SCORING = (Reason.WITHDRAWN, Reason.VETOED, Reason.REFUSED)


def rank(
    candidates: Iterable[Candidate],
    rules: Mapping[Track, TrackRules],
    votes: Iterable[NamedVote] = (),
    existing_studios: Collection[str] = (),
) -> Outcome:
    """The outcome of a round, whatever the order of its input; `existing_studios` by number."""
    everyone = _by_number(candidates)
    recorded = _by_tie(votes)
    field = {track: [c for c in everyone.values() if c.track is track] for track in Track}
    studios = cut_track(Track.STUDIO, field[Track.STUDIO], rules[Track.STUDIO], {}, recorded)
    falls = _falls(field[Track.PROJECT], studios, existing_studios)
    projects = cut_track(Track.PROJECT, field[Track.PROJECT], rules[Track.PROJECT], falls, recorded)
    unsure = any(isinstance(fall, StudioNotSelected) and fall.provisional for fall in falls.values())
    pending = (studios.pending, projects.pending and replace(projects.pending, provisional=unsure))
    return Outcome(
        places=studios.places + projects.places,
        cuts={Track.STUDIO: studios.cut, Track.PROJECT: projects.cut},
        reserve={Track.STUDIO: studios.reserve, Track.PROJECT: projects.reserve},
        pending=tuple(tie for tie in pending if tie),
    )


def _by_number(candidates: Iterable[Candidate]) -> dict[str, Candidate]:
    found: dict[str, Candidate] = {}
    for candidate in candidates:
        if found.setdefault(candidate.application, candidate) is not candidate:
            raise ValueError(f"{candidate.application} is there twice")
    return found


def _by_tie(votes: Iterable[NamedVote]) -> dict[frozenset[str], NamedVote]:
    found: dict[frozenset[str], NamedVote] = {}
    for vote in votes:
        if found.setdefault(vote.tie, vote) is not vote:
            raise ValueError(f"two votes on the tie of {sorted(vote.tie)}")
    return found


def _falls(
    projects: Collection[Candidate], studios: TrackResult, existing: Collection[str]
) -> dict[str, Fall]:
    """The projects that go with their studio, each with the reason."""
    places = {place.application: place for place in studios.places}
    undecided = studios.pending.applications if studios.pending else ()
    falls: dict[str, Fall] = {}
    for project in projects:
        studio = places.get(project.linked_studio)
        if not project.linked_studio or project.linked_studio in existing:
            continue
        if studio:
            falls |= _fall(project, studio, undecided)
        elif project.standing is Standing.ACCEPTED:
            message = _("项目 {project} 的所属工作室 {studio} 既非本批次申报，也非已认定工作室，请先更正。")
            raise RuleBroken(
                "studio_unknown",
                message.format(project=project.application, studio=project.linked_studio),
                "4",
            )
    return falls


def _fall(project: Candidate, studio: Place, undecided: Collection[str]) -> dict[str, Fall]:
    if studio.selected:
        return {}
    if studio.reason in _OUT_BEFORE_SCORING:
        return {project.application: LinkedStudioRefused(studio.application, studio.reason)}
    provisional = studio.application in undecided
    return {project.application: StudioNotSelected(studio.application, studio.reason, provisional)}
