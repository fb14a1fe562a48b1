"""The two workbooks that come in."""

from __future__ import annotations

from enum import StrEnum


class ImportKind(StrEnum):
    """What a workbook holds."""

    APPLICATIONS = "applications"
    EXPERTS = "experts"
