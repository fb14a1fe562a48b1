"""Column helpers shared by all tables: closed vocabularies as CHECKs, ranges, optimistic versions."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import declared_attr


def one_of(column: str, values: type[StrEnum], *, or_empty: bool = False) -> CheckConstraint:
    """The column holds a member of `values` (or, where allowed, nothing)."""
    allowed = [f"'{value}'" for value in values] + (["''"] if or_empty else [])
    return CheckConstraint(f"{column} IN ({', '.join(allowed)})", name=f"{column}_known")


def at_least(column: str, least: int) -> CheckConstraint:
    """The column is not below `least`."""
    return CheckConstraint(f"{column} >= {least}", name=f"{column}_at_least_{least}")


class Versioned:
    """A row whose updates name the `version` they read and count on; a stale one finds no row to change."""

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805 - called with the class
        return {"version_id_col": cls.__table__.c.version}  # type: ignore[attr-defined]
