"""Wrong PINs on devices that an account was never opened on, counted apart."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the count."""
    op.add_column("accounts", sa.Column("pin_strangers", sa.Integer(), nullable=True))
