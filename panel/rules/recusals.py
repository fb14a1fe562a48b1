"""Recusals (回避): what a decided recusal hides, and what becomes of sheets when it comes late."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from panel.errors import RuleBroken
from panel.language import _
from panel.rules.applicants import Applicant, applicants, normalised
from panel.rules.applications import Application, Studio
from panel.rules.conflicts import Reach
from panel.rules.stages import Stage, reached


@dataclass(frozen=True, slots=True)
class Recusal:
    """One decision in force: `target` is an application's number, a unit's name, or empty for the round."""

    expert: str
    reach: Reach
    target: str = ""


Hidden = frozenset[tuple[str, str]]
"""Pairs of expert and application: whatever stands here, that expert neither sees nor scores."""


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What a recusal does to work already begun.

    The sheets in `void` are excluded from every computation and no longer open to their expert, but they
    are kept as they are, with their commitments, for the inspector. `recompute`: the scores were already
    open, so standings and ranking have to be made anew.
    """

    late: bool
    void: tuple[str, ...]
    recompute: bool


def hidden(
    recusals: Iterable[Recusal], applications: Iterable[Application], studios: Iterable[Studio] = ()
) -> Hidden:
    """What the recusals in force hide; that of a unit covers its studios and the projects they bring."""
    units = applicants(applications, studios)
    return frozenset((recusal.expert, number) for recusal in recusals for number in _covered(recusal, units))


def without_effect(
    recusals: Iterable[Recusal], applications: Iterable[Application], studios: Iterable[Studio] = ()
) -> tuple[Recusal, ...]:
    """The recusals that cover nothing any more, say because a unit's name was corrected."""
    units = applicants(applications, studios)
    return tuple(recusal for recusal in recusals if not any(_covered(recusal, units)))


def aftermath(stage: Stage, covered: Collection[str], begun: Iterable[str]) -> Aftermath:
    """What follows for one expert from a recusal decided at `stage`.

    `covered` are the applications it hides from the expert, `begun` those on which the expert has a sheet,
    draft or submitted. After the result is final the way is an objection, not a recusal.
    """
    if reached(stage, Stage.FINAL):
        raise RuleBroken("recusal_after_final", _("结果已确认，不能再作出回避决定；请按异议程序处理。"))
    void = tuple(number for number in begun if number in covered)
    return Aftermath(
        late=reached(stage, Stage.SCORING), void=void, recompute=bool(void) and reached(stage, Stage.OPENED)
    )


def _covered(recusal: Recusal, units: Iterable[Applicant]) -> Iterator[str]:
    for unit in units:
        for application in unit.applications:
            if _covers(recusal, unit, application):
                yield application.number


def _covers(recusal: Recusal, unit: Applicant, application: Application) -> bool:
    if recusal.reach is Reach.APPLICATION:
        return application.number == recusal.target
    return recusal.reach is Reach.ROUND or normalised(recusal.target) in unit.names
