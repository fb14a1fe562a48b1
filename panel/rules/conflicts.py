"""Conflicts of interest (利益冲突): the facts that speak against an expert; a recusal is decided by a person.

The numbers C1 to C16 are those of the domain study, section 6. Found from data: C1, C2, C9, C12, and what
is on file or declared as a relation; C4, C8, C15 and C16 are stated by the office.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from panel.rules.applicants import (
    Applicant,
    Person,
    applicants,
    head,
    is_branch_of,
    normalised,
    normalised_code,
    person_name,
)
from panel.rules.applications import Application, Studio
from panel.rules.experts import Expert, Relation, RelationKind


class ConflictCode(StrEnum):
    """The kinds of conflict."""

    SAME_UNIT = "C1"
    PAST_EMPLOYER = "C2"
    BOARD = "C3"
    CONTROLLER = "C4"
    FAMILY = "C5"
    SUPERVISOR = "C6"
    ECONOMIC = "C7"
    MISCONDUCT = "C8"
    OWN_APPLICATION = "C9"
    HELPED = "C10"
    DISPUTE = "C11"
    HOLDING_GROUP = "C12"
    CONSULTANT = "C13"
    SHARED_WORK = "C14"
    APPLICANT_REQUEST = "C15"
    OFFICE = "C16"
    OTHER = "other"


class Reach(StrEnum):
    """What a conflict, and the recusal after it, covers; a unit means its studios and their projects."""

    APPLICATION = "application"
    UNIT = "unit"
    ROUND = "round"


class Strength(StrEnum):
    """Whether the data say it, or only hint at it and somebody has to look."""

    STATED = "stated"
    CHECK = "check"


class Basis(StrEnum):
    """How the two sides were matched: the value of `rests_on["basis"]`."""

    UNIT_CODE = "unit_code"
    UNIT_NAME = "unit_name"
    BRANCH = "branch"
    EMPLOYER_IS_PARENT = "employer_is_parent"
    EMPLOYER_IS_CHILD = "employer_is_child"
    SHARED_PARENT = "shared_parent"
    IDENTITY = "identity"
    PERSON_NAME = "person_name"
    APPLICATION = "application"
    PARENT_UNIT = "parent_unit"


@dataclass(frozen=True, slots=True)
class Conflict:
    """One conflict: whose, how far it reaches, towards what, and the facts it rests on.

    `target` is an application's number, a unit's name as the application writes it, or empty for the round.
    Facts are raw; dates are YYYY-MM-DD.
    """

    expert: str
    reach: Reach
    target: str
    code: ConflictCode
    strength: Strength
    rests_on: Mapping[str, str]


CODE_OF: Mapping[RelationKind, ConflictCode] = {
    RelationKind.TEACHER: ConflictCode.SHARED_WORK,
    RelationKind.COAUTHOR: ConflictCode.SHARED_WORK,
    RelationKind.FAMILY: ConflictCode.FAMILY,
    RelationKind.BOARD: ConflictCode.BOARD,
    RelationKind.ECONOMIC: ConflictCode.ECONOMIC,
    RelationKind.CONSULTANT: ConflictCode.CONSULTANT,
    RelationKind.HELPED: ConflictCode.HELPED,
    RelationKind.DISPUTE: ConflictCode.DISPUTE,
    RelationKind.SUPERVISOR: ConflictCode.SUPERVISOR,
    RelationKind.OTHER: ConflictCode.OTHER,
}

LOOKS_BACK = frozenset(
    {ConflictCode.BOARD, ConflictCode.DISPUTE, ConflictCode.CONSULTANT, ConflictCode.SHARED_WORK}
)
"""Relations that count for some years only. They bear no date, so the conflict names the first day."""


def found(
    experts: Iterable[Expert],
    applications: Iterable[Application],
    studios: Iterable[Studio],
    *,
    closing_date: date,
    employment_years: int,
    relation_years: int,
) -> tuple[Conflict, ...]:
    """Every conflict that the data show, expert by expert; years count back from the closing date."""
    units = applicants(applications, studios)
    employed_since = years_before(closing_date, employment_years)
    related_since = years_before(closing_date, relation_years)
    conflicts: list[Conflict] = []
    for expert in experts:
        for unit in units:
            conflicts += _employment(expert, unit, employed_since)
            conflicts += _persons(expert, unit)
        for relation in expert.relations:
            conflicts += _related(expert.number, relation, units, related_since)
    return tuple(conflicts)


def declared(
    expert: str,
    relation: Relation,
    applications: Iterable[Application],
    studios: Iterable[Studio],
    *,
    closing_date: date,
    relation_years: int,
) -> tuple[Conflict, ...]:
    """What follows when an expert declares a relation towards a unit, a person or an application."""
    units = applicants(applications, studios)
    return tuple(_related(expert, relation, units, years_before(closing_date, relation_years)))


def years_before(day: date, years: int) -> date:
    """The first day that still counts; of a 29 February, the 28th where the year has no 29th."""
    year = day.year - years
    return date(year, day.month, min(day.day, calendar.monthrange(year, day.month)[1]))


# Units


def _employment(expert: Expert, unit: Applicant, since: date) -> Iterator[Conflict]:
    """Works there or in the same group now, or worked there within the look-back, its first day included."""
    current = _same_unit(expert.employer, expert.employer_code, unit)
    group = _same_group(expert, unit)
    if current:
        facts = {"basis": current.value, "employer": expert.employer}
        yield _towards_unit(expert, unit, ConflictCode.SAME_UNIT, facts)
    elif group:
        facts = {"basis": group.value, "employer": expert.employer, "employer_parent": expert.employer_parent}
        yield _towards_unit(expert, unit, ConflictCode.HOLDING_GROUP, facts)
    for job in expert.employments:
        basis = _same_unit(job.unit, "", unit)
        if not basis or (job.until and job.until < since) or (current and not job.until):
            continue
        facts = {"basis": basis.value, "employer": job.unit, "counts_since": since.isoformat()}
        facts |= {"until": job.until.isoformat()} if job.until else {}
        code = ConflictCode.PAST_EMPLOYER if job.until else ConflictCode.SAME_UNIT
        yield _towards_unit(expert, unit, code, facts)


def _towards_unit(expert: Expert, unit: Applicant, code: ConflictCode, facts: Mapping[str, str]) -> Conflict:
    rests_on = {**facts, "unit": unit.unit}
    return Conflict(expert.number, Reach.UNIT, unit.unit, code, Strength.STATED, rests_on)


def _same_unit(name: str, code: str, unit: Applicant) -> Basis | None:
    """Whether that name or code is the legal unit itself, or a branch of it."""
    if code and normalised_code(code) in unit.codes:
        return Basis.UNIT_CODE
    plain = head(name)
    if not plain:
        return None
    if {plain, normalised(name)} & unit.names:
        return Basis.UNIT_NAME
    if any(is_branch_of(plain, own) or is_branch_of(own, plain) for own in unit.names):
        return Basis.BRANCH
    return None


def _same_group(expert: Expert, unit: Applicant) -> Basis | None:
    employer, parent = normalised(expert.employer), normalised(expert.employer_parent)
    if employer in unit.parents:
        return Basis.EMPLOYER_IS_PARENT
    if parent and parent in unit.names:
        return Basis.EMPLOYER_IS_CHILD
    if parent and parent in unit.parents:
        return Basis.SHARED_PARENT
    return None


# People


def _persons(expert: Expert, unit: Applicant) -> Iterator[Conflict]:
    """Who applies judges no application of the round; a name alone is only a reason to look."""
    same = [person for person in unit.people if _same_person(expert, person)]
    identified = [person for person in same if person.key and person.key == expert.identity_key]
    if identified:
        yield _applies(expert, unit, identified[0], Basis.IDENTITY, Strength.STATED)
        return
    if expert.identity_key and any(person.key for person in same):
        # The master of that name is somebody else: another ID number is on file.
        same = [person for person in same if not person.is_master]
    if same:
        works_there = _same_unit(expert.employer, expert.employer_code, unit)
        strength = Strength.STATED if works_there else Strength.CHECK
        yield _applies(expert, unit, same[0], Basis.PERSON_NAME, strength)


def _same_person(expert: Expert, person: Person) -> bool:
    if person.key and person.key == expert.identity_key:
        return True
    return person_name(person.name) == person_name(expert.name)


def _applies(expert: Expert, unit: Applicant, person: Person, basis: Basis, strength: Strength) -> Conflict:
    facts = {
        "basis": basis.value,
        "person": person.name,
        "role": "master" if person.is_master else "member",
        "unit": unit.unit,
        "applications": ", ".join(application.number for application in unit.applications),
    }
    return Conflict(expert.number, Reach.ROUND, "", ConflictCode.OWN_APPLICATION, strength, facts)


# Relations on file or declared


def _related(expert: str, relation: Relation, units: Iterable[Applicant], since: date) -> Iterator[Conflict]:
    code = CODE_OF[relation.kind]
    facts = {"relation": relation.kind.value, "towards": relation.towards, "note": relation.note}
    facts |= {"counts_since": since.isoformat()} if code in LOOKS_BACK else {}
    for unit in units:
        for application in unit.applications:
            if _names_application(relation.towards, application):
                rests_on = facts | {"basis": Basis.APPLICATION.value, "unit": unit.unit}
                target = application.number
                yield Conflict(expert, Reach.APPLICATION, target, code, Strength.STATED, rests_on)
        basis = _matched(relation.towards, unit)
        if basis:
            rests_on = facts | {"basis": basis.value, "unit": unit.unit}
            strength = Strength.CHECK if basis is Basis.PARENT_UNIT else Strength.STATED
            yield Conflict(expert, Reach.UNIT, unit.unit, code, strength, rests_on)


def _names_application(towards: str, application: Application) -> bool:
    plain = normalised(towards)
    return bool(plain) and plain in (normalised(application.number), normalised(application.title))


def _matched(towards: str, unit: Applicant) -> Basis | None:
    basis = _same_unit(towards, towards, unit)
    if basis:
        return basis
    if any(person_name(towards) == person_name(person.name) for person in unit.people):
        return Basis.PERSON_NAME
    return Basis.PARENT_UNIT if normalised(towards) in unit.parents else None
