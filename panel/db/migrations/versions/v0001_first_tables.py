"""The first tables."""

from __future__ import annotations

from alembic import op
from sqlmodel import SQLModel

import panel.audit.tables
import panel.tables  # noqa: F401 - registers the tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table with its checks and triggers."""
    SQLModel.metadata.create_all(op.get_bind())
