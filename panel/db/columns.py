"""Column helpers shared by all tables: closed vocabularies as CHECKs, ranges, optimistic versions."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint


def one_of(column: str, values: type[StrEnum], *, or_empty: bool = False) -> CheckConstraint:
    """The column holds a member of `values` (or, where allowed, nothing)."""
    allowed = [f"'{value}'" for value in values] + (["''"] if or_empty else [])
    return CheckConstraint(f"{column} IN ({', '.join(allowed)})", name=f"{column}_known")


def at_least(column: str, least: int) -> CheckConstraint:
    """The column is not below `least`."""
    return CheckConstraint(f"{column} >= {least}", name=f"{column}_at_least_{least}")


def foreign(*columns: str, to: str) -> ForeignKeyConstraint:
    """A compound foreign key onto columns of the same names in another table."""
    return ForeignKeyConstraint(list(columns), [f"{to}.{column}" for column in columns])


def versioned(table: type[Any]) -> type[Any]:
    """Class decorator: every update names the version it read, and a stale one is refused by the database."""
    table.__mapper__.version_id_col = table.__table__.c.version
    return table
