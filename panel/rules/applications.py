"""What an application (申报) says, as plain values that every rule reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Track(StrEnum):
    """The two lists of the programme (Art. 4)."""

    STUDIO = "studio"
    PROJECT = "project"


class OccupationState(StrEnum):
    """How the occupation stands in the national classification (Art. 2 and Art. 7(1)2)."""

    LISTED = "listed"
    UNLISTED = "unlisted"
    NO_STANDARD = "no_standard"


class CertificateLevel(StrEnum):
    """The master's certificate, lowest first; `TECHNICIAN` is the rule for listed occupations."""

    NONE = "none"
    JUNIOR = "junior"
    INTERMEDIATE = "intermediate"
    SENIOR = "senior"
    TECHNICIAN = "technician"
    SENIOR_TECHNICIAN = "senior_technician"


class EmploymentKind(StrEnum):
    """How a team member is employed; only formal staff count (Art. 7(2)5)."""

    FORMAL = "formal"
    DISPATCHED = "dispatched"
    PART_TIME = "part_time"
    REHIRED = "rehired"


class ProjectKind(StrEnum):
    """The five kinds of project (Art. 7(3))."""

    TRAINING = "training"
    STANDARDS = "standards"
    PROCESS = "process"
    EXCHANGE = "exchange"
    OTHER = "other"


class BudgetCategory(StrEnum):
    """What the money may be spent on (Art. 15)."""

    EQUIPMENT = "equipment"
    RESEARCH = "research"
    EXCHANGE = "exchange"
    TRAINING = "training"


class Material(StrEnum):
    """The papers an application consists of (Art. 9): M for studios, J for projects."""

    M1_FORM = "M1"
    M2_REPORT = "M2"
    M3_LICENCE = "M3"
    M4A_IDENTITY = "M4a"
    M4B_RECORD = "M4b"
    M4C_RULES = "M4c"
    M4D_PREMISES = "M4d"
    M5_TRUTH = "M5"
    J1_PLAN = "J1"
    J2_PROPOSAL = "J2"
    J3_BANK = "J3"
    J4_TRUTH = "J4"


REQUIRED_MATERIALS: Mapping[Track, tuple[Material, ...]] = {
    track: tuple(m for m in Material if m.startswith(prefix))
    for track, prefix in ((Track.STUDIO, "M"), (Track.PROJECT, "J"))
}


@dataclass(frozen=True, slots=True)
class Member:
    """One person of the team besides the master."""

    name: str
    employment: EmploymentKind


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """One line of the budget; the amount in fen."""

    category: BudgetCategory
    item: str
    amount_fen: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Application:
    """One application as it was handed in.

    `number` is the office's own (S01, P10 …). A project names in `linked_studio` the studio that brings it:
    an application of the same round, or an existing studio. `master_key` is the keyed hash of the master's
    ID number, whose last four characters alone are kept in clear. Project fields are empty for a studio.
    Money in fen.
    """

    number: str
    track: Track
    unit: str
    unit_code: str
    address: str
    in_district: bool
    master_name: str
    occupation: str
    occupation_state: OccupationState
    certificate: CertificateLevel
    linked_studio: str = ""
    parent_unit: str = ""
    branch: str = ""
    master_key: str = ""
    master_last4: str = ""
    exception: str = ""
    title: str = ""
    kind: ProjectKind | None = None
    months: int | None = None
    total_fen: int | None = None
    subsidy_fen: int | None = None
    summary: str = ""
    team: tuple[Member, ...] = ()
    budget: tuple[BudgetLine, ...] = ()
    materials: frozenset[Material] = frozenset()
    statements: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Studio:
    """A studio recognised in an earlier round (已认定工作室), as the office's register has it."""

    number: str
    unit: str
    unit_code: str
    master_name: str
    occupation: str
    running: bool
    parent_unit: str = ""
    branch: str = ""
    master_key: str = ""
    master_last4: str = ""
