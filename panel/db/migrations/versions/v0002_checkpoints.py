"""Checkpoints over the trail, and the cosignatures of witnesses below them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from panel.db.append_only import rising_statements, statements

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create both tables with their triggers."""
    op.create_table(
        "audit_checkpoint",
        sa.Column("size", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("size"),
    )
    op.create_table(
        "audit_cosignature",
        sa.Column("idx", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("idx"),
    )
    op.create_index(op.f("ix_audit_cosignature_size"), "audit_cosignature", ["size"], unique=False)
    dialect = op.get_context().dialect.name
    for statement in (
        *statements("audit_checkpoint", None, dialect),
        *rising_statements("audit_checkpoint", "size", dialect),
        *statements("audit_cosignature", "idx", dialect),
    ):
        op.execute(statement)
