"""Eligibility (资格审查): what the data alone say about an application, article by article.

Nothing here decides. A finding says what was found and what it proposes; the secretary gives the verdict.
"""

from __future__ import annotations

import calendar
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import combinations

from panel.rules.applicants import branch_site, normalised, person_name, split_remark, unit_keys
from panel.rules.applications import (
    REQUIRED_MATERIALS,
    Application,
    CertificateLevel,
    EmploymentKind,
    OccupationState,
    Studio,
    Track,
)


class Verdict(StrEnum):
    """The secretary's decision on an application: 受理, 补正, 不予受理, 一票否决."""

    ACCEPTED = "accepted"
    INCOMPLETE = "incomplete"
    REFUSED = "refused"
    VETOED = "vetoed"


class Weight(StrEnum):
    """What a finding proposes: not to admit, to have something completed or put right, or to take note."""

    BARS = "bars"
    COMPLETES = "completes"
    WARNS = "warns"


class FindingCode(StrEnum):
    """What can be found."""

    MASTER_TWICE = "master_twice"
    MASTER_NAMESAKE = "master_namesake"
    OCCUPATION_TWICE = "occupation_twice"
    OCCUPATION_UNCLEAR = "occupation_unclear"
    BRANCH_SITES = "branch_sites"
    BRANCH_OUTSIDE = "branch_outside"
    UNIT_OUTSIDE = "unit_outside"
    TEAM_TOO_SMALL = "team_too_small"
    CERTIFICATE_TOO_LOW = "certificate_too_low"
    STUDIO_WITHOUT_PROJECT = "studio_without_project"
    PROJECT_WITHOUT_STUDIO = "project_without_studio"
    STUDIO_NOT_RUNNING = "studio_not_running"
    PROJECT_UNIT_DIFFERS = "project_unit_differs"
    PROJECT_MASTER_DIFFERS = "project_master_differs"
    PROJECTS_TOO_MANY = "projects_too_many"
    MATERIALS_MISSING = "materials_missing"
    FIGURES_MISSING = "figures_missing"
    SUBSIDY_TOO_HIGH = "subsidy_too_high"
    SUBSIDY_ABOVE_TOTAL = "subsidy_above_total"
    BUDGET_DOES_NOT_ADD_UP = "budget_does_not_add_up"
    OUTSOURCED = "outsourced"
    PERIOD_TOO_LONG = "period_too_long"
    ENDS_AFTER_VALIDITY = "ends_after_validity"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: on which application, what it proposes, by which article, and the facts it rests on.

    `facts` are raw: numbers of other applications, names, amounts in fen, dates as YYYY-MM-DD, and lists
    joined by ", ".
    """

    application: str
    code: FindingCode
    weight: Weight
    article: str
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Limits:
    """The numbers of the policy. `starts_on` is the day from which a project's months are counted."""

    subsidy_fen: int
    months: int
    formal_members: int
    valid_until: date
    starts_on: date
    projects_per_studio: int = 1
    certificate: CertificateLevel = CertificateLevel.TECHNICIAN


Findings = Mapping[str, tuple[Finding, ...]]

OUTSOURCING = re.compile(r"委托|第三方|外包(?![装裹])|分包(?!装)|(?<![现近当古时年世朝替])代工")
"""Words of handing work on (Art. 12); packaging (外包装, 分包装) and ages (现代工业) are not meant."""

_LEVELS = tuple(CertificateLevel)
_LONGEST_MONTHS = 1200  # far past any validity, and still a date


def findings(applications: Iterable[Application], studios: Iterable[Studio], *, limits: Limits) -> Findings:
    """All findings of a round, by application number; an application without any has an empty tuple.

    What stands between two applications is put on both: the data cannot say which of them has to yield.
    """
    entered, existing = tuple(applications), tuple(studios)
    found: dict[str, list[Finding]] = {application.number: [] for application in entered}
    for finding in _all(entered, existing, limits):
        found[finding.application].append(finding)
    return {number: tuple(several) for number, several in found.items()}


def proposed(found: Iterable[Finding]) -> Verdict:
    """What the findings propose; never final, the secretary decides."""
    several = tuple(found)
    barring = {finding.code for finding in several if finding.weight is Weight.BARS}
    if barring - {FindingCode.OUTSOURCED}:
        return Verdict.REFUSED
    if barring:
        return Verdict.VETOED
    if any(finding.weight is Weight.COMPLETES for finding in several):
        return Verdict.INCOMPLETE
    return Verdict.ACCEPTED


def follows(verdicts: Mapping[str, Verdict], applications: Iterable[Application]) -> Mapping[str, str]:
    """The projects that fall at acceptance because their new studio was not admitted, each with it (Art. 4,
    10).

    They are named whatever their own verdict is; an application without a verdict takes nothing with it.
    """
    entered = tuple(applications)
    out = {a.number for a in entered if verdicts.get(a.number) in (Verdict.REFUSED, Verdict.VETOED)}
    return {a.number: a.linked_studio for a in entered if a.track is Track.PROJECT and a.linked_studio in out}


def _all(applications: Sequence[Application], studios: Sequence[Studio], limits: Limits) -> Iterator[Finding]:
    entering = [application for application in applications if application.track is Track.STUDIO]
    projects = [application for application in applications if application.track is Track.PROJECT]
    yield from _masters(entering, studios)
    yield from _occupations(entering, studios)
    for studio in entering:
        for studio_check in _STUDIO_CHECKS:
            yield from studio_check(studio, limits)
    for project in projects:
        for project_check in _PROJECT_CHECKS:
            yield from project_check(project, limits)
    for application in applications:
        yield from _materials(application)
    yield from _pairing(entering, projects)
    yield from _links(projects, {**{s.number: s for s in studios}, **{a.number: a for a in entering}})
    yield from _projects_per_studio(projects, limits)


# Between applications: Art. 8


def _masters(entering: Sequence[Application], studios: Sequence[Studio]) -> Iterator[Finding]:
    """One master leads one studio (Art. 8): by the ID number; where one is missing, the name is a hint."""
    for one, other in _pairs(entering, studios):
        if one.master_key and one.master_key == other.master_key:
            yield from _on_both(one, other, FindingCode.MASTER_TWICE, Weight.BARS, master=one.master_name)
        elif not (one.master_key and other.master_key) and _same_master(one, other):
            yield from _on_both(one, other, FindingCode.MASTER_NAMESAKE, Weight.WARNS, master=one.master_name)


def _occupations(entering: Sequence[Application], studios: Sequence[Studio]) -> Iterator[Finding]:
    """One studio for an occupation in a unit, or in each of its branches within the district (Art. 8)."""
    for one, other in _pairs(entering, studios):
        if not unit_keys(one) & unit_keys(other):
            continue
        mine, theirs = normalised(one.occupation), normalised(other.occupation)
        if split_remark(mine)[0] != split_remark(theirs)[0]:
            continue
        facts = {"unit": one.unit, "occupation": one.occupation}
        if _site(one) != _site(other):
            yield from _on_both(one, other, FindingCode.BRANCH_SITES, Weight.WARNS, **facts)
        elif mine == theirs:
            yield from _on_both(one, other, FindingCode.OCCUPATION_TWICE, Weight.BARS, **facts)
        else:
            # The same occupation, another 工种 in brackets: whether they are the same is for a person to say.
            yield from _on_both(one, other, FindingCode.OCCUPATION_UNCLEAR, Weight.WARNS, **facts)


def _site(entry: Application | Studio) -> str:
    """The branch that counts by itself, or nothing for the unit.

    A branch outside the district is no site of its own and falls to its unit; existing studios are within it.
    """
    inside = entry.in_district if isinstance(entry, Application) else True
    return branch_site(entry.unit, entry.branch, entry.parent_unit) if entry.branch and inside else ""


def _pairs(
    entering: Sequence[Application], studios: Sequence[Studio]
) -> Iterator[tuple[Application, Application | Studio]]:
    yield from combinations(entering, 2)
    for application in entering:
        for studio in studios:
            yield application, studio


def _on_both(
    one: Application, other: Application | Studio, code: FindingCode, weight: Weight, **facts: str
) -> Iterator[Finding]:
    yield Finding(one.number, code, weight, "8", {"other": other.number, "other_unit": other.unit, **facts})
    if isinstance(other, Application):
        yield Finding(other.number, code, weight, "8", {"other": one.number, "other_unit": one.unit, **facts})


# A studio by itself: Art. 7


def _team(studio: Application, limits: Limits) -> Iterator[Finding]:
    team = [member for member in studio.team if person_name(member.name) != person_name(studio.master_name)]
    formal = sum(member.employment is EmploymentKind.FORMAL for member in team)
    if formal < limits.formal_members:
        facts = {"formal": str(formal), "needed": str(limits.formal_members), "team": str(len(team))}
        yield Finding(studio.number, FindingCode.TEAM_TOO_SMALL, Weight.BARS, "7(2)5", facts)


def _certificate(studio: Application, limits: Limits) -> Iterator[Finding]:
    """原则上: a lower certificate needs a written exception, which somebody has to approve."""
    if studio.occupation_state is not OccupationState.LISTED:
        return
    if _LEVELS.index(studio.certificate) < _LEVELS.index(limits.certificate):
        exception = studio.exception.strip()
        facts = {"certificate": studio.certificate.value, "needed": limits.certificate.value}
        weight = Weight.WARNS if exception else Weight.BARS
        facts |= {"exception": exception} if exception else {}
        yield Finding(studio.number, FindingCode.CERTIFICATE_TOO_LOW, weight, "7(1)2", facts)


def _place(studio: Application, _limits: Limits) -> Iterator[Finding]:
    """The unit is in the district; where a branch is elsewhere, the data do not say where its unit is."""
    if not studio.in_district:
        facts = {"address": studio.address, "unit": studio.unit}
        if studio.branch:
            facts["branch"] = studio.branch
            yield Finding(studio.number, FindingCode.BRANCH_OUTSIDE, Weight.WARNS, "8", facts)
        else:
            yield Finding(studio.number, FindingCode.UNIT_OUTSIDE, Weight.BARS, "7", facts)


# A project by itself: Art. 4, 9, 12, 14, 21


def _figures(project: Application, _limits: Limits) -> Iterator[Finding]:
    figures = {"months": project.months, "total": project.total_fen, "subsidy": project.subsidy_fen}
    missing = [name for name, figure in figures.items() if figure is None]
    if missing:
        facts = {"missing": ", ".join(missing)}
        yield Finding(project.number, FindingCode.FIGURES_MISSING, Weight.COMPLETES, "9(2)1", facts)


def _subsidy(project: Application, limits: Limits) -> Iterator[Finding]:
    """Too much is corrected to the limit and the unit's own money, not refused."""
    if project.subsidy_fen is None:
        return
    asked = {"asked_fen": str(project.subsidy_fen)}
    if project.subsidy_fen > limits.subsidy_fen:
        facts = asked | {"limit_fen": str(limits.subsidy_fen)}
        yield Finding(project.number, FindingCode.SUBSIDY_TOO_HIGH, Weight.COMPLETES, "14", facts)
    if project.total_fen is not None and project.subsidy_fen > project.total_fen:
        facts = asked | {"total_fen": str(project.total_fen)}
        yield Finding(project.number, FindingCode.SUBSIDY_ABOVE_TOTAL, Weight.COMPLETES, "14", facts)


def _budget(project: Application, _limits: Limits) -> Iterator[Finding]:
    lines = sum(line.amount_fen for line in project.budget)
    if project.total_fen is not None and lines != project.total_fen:
        facts = {"lines_fen": str(lines), "total_fen": str(project.total_fen)}
        yield Finding(project.number, FindingCode.BUDGET_DOES_NOT_ADD_UP, Weight.COMPLETES, "9(2)1", facts)


def _outsourced(project: Application, _limits: Limits) -> Iterator[Finding]:
    for line in project.budget:
        word = OUTSOURCING.search(normalised(line.item)) or OUTSOURCING.search(normalised(line.note))
        if word:
            facts = {"item": line.item, "word": word[0], "amount_fen": str(line.amount_fen)}
            yield Finding(project.number, FindingCode.OUTSOURCED, Weight.BARS, "12", facts)


def _period(project: Application, limits: Limits) -> Iterator[Finding]:
    if project.months is None:
        return
    if project.months > limits.months:
        facts = {"months": str(project.months), "normal": str(limits.months)}
        yield Finding(project.number, FindingCode.PERIOD_TOO_LONG, Weight.WARNS, "4", facts)
    ends_on = _months_after(limits.starts_on, min(project.months, _LONGEST_MONTHS))
    if ends_on > limits.valid_until:
        facts = {"ends_on": ends_on.isoformat(), "valid_until": limits.valid_until.isoformat()}
        yield Finding(project.number, FindingCode.ENDS_AFTER_VALIDITY, Weight.WARNS, "21", facts)


def _months_after(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    last = calendar.monthrange(day.year + years, month + 1)[1]
    return date(day.year + years, month + 1, min(day.day, last))


_Check = Callable[[Application, Limits], Iterator[Finding]]
_STUDIO_CHECKS: tuple[_Check, ...] = (_team, _certificate, _place)
_PROJECT_CHECKS: tuple[_Check, ...] = (_figures, _subsidy, _budget, _outsourced, _period)


# Papers, and studios with their projects: Art. 9, 10


def _materials(application: Application) -> Iterator[Finding]:
    missing = [m.value for m in REQUIRED_MATERIALS[application.track] if m not in application.materials]
    if missing:
        article = "9(1)" if application.track is Track.STUDIO else "9(2)"
        facts = {"missing": ", ".join(missing)}
        yield Finding(application.number, FindingCode.MATERIALS_MISSING, Weight.COMPLETES, article, facts)


def _pairing(entering: Sequence[Application], projects: Sequence[Application]) -> Iterator[Finding]:
    brought = {project.linked_studio for project in projects}
    for studio in entering:
        if studio.number not in brought:
            yield Finding(studio.number, FindingCode.STUDIO_WITHOUT_PROJECT, Weight.BARS, "10", {})


def _links(projects: Sequence[Application], known: Mapping[str, Application | Studio]) -> Iterator[Finding]:
    for project in projects:
        studio = known.get(project.linked_studio)
        facts = {"studio": project.linked_studio}
        if studio is None:
            yield Finding(project.number, FindingCode.PROJECT_WITHOUT_STUDIO, Weight.BARS, "10", facts)
            continue
        if isinstance(studio, Studio) and not studio.running:
            yield Finding(project.number, FindingCode.STUDIO_NOT_RUNNING, Weight.BARS, "10", facts)
        if not unit_keys(project) & unit_keys(studio):
            units = facts | {"unit": project.unit, "studio_unit": studio.unit}
            yield Finding(project.number, FindingCode.PROJECT_UNIT_DIFFERS, Weight.BARS, "10", units)
        if not _same_master(project, studio):
            masters = facts | {"master": project.master_name, "studio_master": studio.master_name}
            yield Finding(project.number, FindingCode.PROJECT_MASTER_DIFFERS, Weight.WARNS, "17", masters)


def _same_master(one: Application, other: Application | Studio) -> bool:
    if one.master_key and other.master_key:
        return one.master_key == other.master_key
    return person_name(one.master_name) == person_name(other.master_name)


def _projects_per_studio(projects: Sequence[Application], limits: Limits) -> Iterator[Finding]:
    """The regulation does not say how many; more than the usual number is for the secretary to see."""
    by_studio: defaultdict[str, list[str]] = defaultdict(list)
    for project in projects:
        by_studio[project.linked_studio].append(project.number)
    by_studio.pop("", None)
    for studio, numbers in by_studio.items():
        if len(numbers) > limits.projects_per_studio:
            facts = {"studio": studio, "projects": ", ".join(numbers)}
            for number in numbers:
                yield Finding(number, FindingCode.PROJECTS_TOO_MANY, Weight.WARNS, "4", facts)
