"""The workbook of experts (专家库): the template an office fills in, and the reader that takes it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from panel.rules.experts import Expert


@dataclass(frozen=True, slots=True)
class ImportedExpert:
    """One expert as read; `identity` is the raw ID number, or empty. The service hashes it into `identity_key`."""

    expert: Expert
    identity: str = field(default="", repr=False)


def template() -> bytes:
    """The empty workbook, ready to be filled in."""
    return write(())


def write(experts: Sequence[ImportedExpert]) -> bytes:
    """The workbook filled with `experts`."""
    raise NotImplementedError


def read(data: bytes) -> tuple[ImportedExpert, ...]:
    """Every expert in the workbook, or `InvalidInput` with every problem found in it."""
    raise NotImplementedError
