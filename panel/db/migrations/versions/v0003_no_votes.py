"""Ties on which nobody may vote."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from panel.db.append_only import statements

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the table with its triggers."""
    op.create_table(
        "no_votes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("track", AutoString(), nullable=False),
        sa.Column("tie", AutoString(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("track IN ('studio', 'project')", name="track_known"),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("round_id", "tie"),
    )
    op.create_index(op.f("ix_no_votes_round_id"), "no_votes", ["round_id"], unique=False)
    for statement in statements("no_votes", None, op.get_context().dialect.name):
        op.execute(statement)
