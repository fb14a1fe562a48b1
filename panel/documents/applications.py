"""The workbook of applications (申报汇总表): the template an office fills in, and the reader that takes it back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from panel.rules.applications import Application, Studio, Track

Criteria = Mapping[Track, Sequence[tuple[str, str]]]
"""What is judged, as the policy names it: track -> (criterion id, Chinese name) in order."""


@dataclass(frozen=True, slots=True)
class ImportedApplication:
    """One application as read. The service hashes `master_id` and sets `master_key`; the raw number goes no further."""

    application: Application
    master_id: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ImportedStudio:
    """One existing studio as read; `master_id` is empty where the register has none."""

    studio: Studio
    master_id: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class IntakeApplications:
    """All that one workbook of applications says, in the order of its rows."""

    applications: tuple[ImportedApplication, ...]
    studios: tuple[ImportedStudio, ...] = ()


def template(criteria: Criteria) -> bytes:
    """The empty workbook, ready to be filled in."""
    return write(criteria, IntakeApplications(()))


def write(criteria: Criteria, intake: IntakeApplications) -> bytes:
    """The workbook filled with `intake`."""
    raise NotImplementedError


def read(data: bytes, criteria: Criteria, known_studios: Collection[str] = ()) -> IntakeApplications:
    """Everything in the workbook, or `InvalidInput` with every problem found in it.

    `known_studios` are the numbers of studios already on the register, to which a project may refer
    without the workbook listing them again.
    """
    raise NotImplementedError
