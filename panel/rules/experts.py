"""Who an expert (评审专家) is, as plain values that the conflict rules read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class RelationKind(StrEnum):
    """A tie between an expert and a person or unit, on file or declared (domain study, section 6)."""

    TEACHER = "teacher"
    FAMILY = "family"
    COAUTHOR = "coauthor"
    BOARD = "board"
    ECONOMIC = "economic"
    CONSULTANT = "consultant"
    HELPED = "helped"
    DISPUTE = "dispute"
    SUPERVISOR = "supervisor"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Employment:
    """One employer of the last years; `until` is None while it lasts."""

    unit: str
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Relation:
    """A tie that the office has on file: to whom (person or unit), of which kind, and what it rests on."""

    kind: RelationKind
    towards: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Expert:
    """One expert of the pool. `identity_key` is the keyed hash of the ID number, where one is on file."""

    number: str
    name: str
    employer: str
    employer_code: str = ""
    employer_parent: str = ""
    title: str = ""
    specialities: tuple[str, ...] = ()
    employments: tuple[Employment, ...] = ()
    relations: tuple[Relation, ...] = ()
    identity_key: str = ""
