"""The states of a score sheet (评分表)."""

from __future__ import annotations

from enum import StrEnum


class SheetState(StrEnum):
    """Where a sheet stands; a void one is kept and not counted."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    VOID = "void"
