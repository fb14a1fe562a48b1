"""PINs and their locks, devices, and signatures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from panel.db.append_only import statements

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add what an account and a session need, and create the tables of signatures with their triggers."""
    op.add_column("accounts", sa.Column("pin_failures", sa.Integer(), nullable=True))
    op.add_column("accounts", sa.Column("pin_locked_at", UTCDateTime(), nullable=True))
    op.add_column("accounts", sa.Column("devices", sa.Integer(), nullable=True))
    op.add_column("sign_ins", sa.Column("device", AutoString(), nullable=True))
    op.add_column("sign_ins", sa.Column("locked_at", UTCDateTime(), nullable=True))
    op.add_column("sign_ins", sa.Column("ended_because", AutoString(), nullable=True))
    op.create_table(
        "signatures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("expert_id", sa.Integer(), nullable=False),
        sa.Column("purpose", AutoString(), nullable=False),
        sa.Column("document", AutoString(), nullable=False),
        sa.Column("manner", AutoString(), nullable=False),
        sa.Column("strokes", sa.Text(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("digest", AutoString(), nullable=False),
        sa.Column("signed_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("manner IN ('drawn', 'typed', 'paper')", name="manner_known"),
        sa.CheckConstraint("purpose IN ('pledge', 'sheet')", name="purpose_known"),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"]),
        sa.ForeignKeyConstraint(["expert_id"], ["experts.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("round_id", "expert_id", "document"),
    )
    op.create_index(op.f("ix_signatures_round_id"), "signatures", ["round_id"], unique=False)
    op.create_index(op.f("ix_signatures_expert_id"), "signatures", ["expert_id"], unique=False)
    op.create_table(
        "signature_filings",
        sa.Column("signature_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("filed_by", AutoString(), nullable=False),
        sa.Column("filed_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["signature_id"], ["signatures.id"]),
        sa.PrimaryKeyConstraint("signature_id"),
    )
    for table in ("signatures", "signature_filings"):
        for statement in statements(table, None, op.get_context().dialect.name):
            op.execute(statement)
