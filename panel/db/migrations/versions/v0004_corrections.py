"""What corrections changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from panel.db.append_only import fixed_statements

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the table with its triggers."""
    op.create_table(
        "corrections",
        sa.Column("entry", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"]),
        sa.PrimaryKeyConstraint("entry"),
    )
    op.create_index(op.f("ix_corrections_application_id"), "corrections", ["application_id"], unique=False)
    for statement in fixed_statements("corrections", "said", op.get_context().dialect.name):
        op.execute(statement)
