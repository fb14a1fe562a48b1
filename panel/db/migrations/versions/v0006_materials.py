"""Files of material, their pages, and the reviews of pages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from panel.db.append_only import statements

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the tables with their triggers."""
    op.create_table(
        "material_batches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("file_name", AutoString(), nullable=False),
        sa.Column("digest", AutoString(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("settled_at", UTCDateTime(), nullable=True),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("problems", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_material_batches_round_id"), "material_batches", ["round_id"], unique=False)
    _files()
    _pages()
    for statement in statements("material_reviews", None, op.get_context().dialect.name):
        op.execute(statement)


def _files() -> None:
    op.create_table(
        "material_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("material", AutoString(), nullable=False),
        sa.Column("title", AutoString(), nullable=False),
        sa.Column("file_name", AutoString(), nullable=False),
        sa.Column("digest", AutoString(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("added_at", UTCDateTime(), nullable=True),
        sa.Column("removed_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("kind IN ('pdf', 'jpg', 'png')", name="kind_known"),
        sa.CheckConstraint(
            "material IN ('M1', 'M2', 'M3', 'M4a', 'M4b', 'M4c', 'M4d', 'M5', 'J1', 'J2', 'J3', 'J4', '')",
            name="material_known",
        ),
        sa.CheckConstraint("pages >= 1", name="pages_at_least_1"),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"]),
        sa.ForeignKeyConstraint(["batch_id"], ["material_batches.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("application_id", "place"),
    )
    for column in ("application_id", "batch_id"):
        op.create_index(op.f(f"ix_material_files_{column}"), "material_files", [column], unique=False)


def _pages() -> None:
    op.create_table(
        "material_pages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("look", AutoString(), nullable=False),
        sa.CheckConstraint("look IN ('no_text', 'pictures', '')", name="look_known"),
        sa.ForeignKeyConstraint(["file_id"], ["material_files.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("file_id", "number"),
    )
    op.create_index(op.f("ix_material_pages_file_id"), "material_pages", ["file_id"], unique=False)
    op.create_table(
        "material_reviews",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("boxes", sa.Text(), nullable=False),
        sa.Column("words", AutoString(), nullable=False),
        sa.Column("reviewed_by", AutoString(), nullable=False),
        sa.Column("reviewed_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["page_id"], ["material_pages.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("page_id", "version"),
    )
    op.create_index(op.f("ix_material_reviews_page_id"), "material_reviews", ["page_id"], unique=False)
