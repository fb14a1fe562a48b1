"""Writes the first migration anew from the tables: `python -m tools.first_migration`.

Only until the first release: from then on every change of a table is a migration of its own, and
tests/db/test_migrations.py finds what was forgotten.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from sqlalchemy import create_engine
from sqlmodel import SQLModel

import panel.audit.tables
import panel.tables  # noqa: F401 - registers the tables
from panel.db.append_only import FIXED, INSERT_ONLY

FILE = Path(__file__).parents[1] / "panel" / "db" / "migrations" / "versions" / "v0001_first_tables.py"

_TEXT = '''"""The first tables."""

# ruff: noqa: E501 - a check is as long as its vocabulary

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from panel.db.append_only import fixed_statements, statements

revision = "0001"
down_revision = None

INSERT_ONLY = {insert_only!r}
FIXED = {fixed!r}


def upgrade() -> None:
    """Create every table with its checks, indexes and triggers."""
    _tables()
    dialect = op.get_context().dialect.name
    for table, counter in INSERT_ONLY.items():
        for statement in statements(table, counter, dialect):
            op.execute(statement)
    for table, column in FIXED.items():
        for statement in fixed_statements(table, column, dialect):
            op.execute(statement)


def _tables() -> None:
    {tables}
'''


def page() -> str:
    """The whole file, not yet formatted."""
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"user_module_prefix": ""})
        operations = produce_migrations(context, SQLModel.metadata).upgrade_ops
    engine.dispose()
    assert operations is not None
    tables = render_python_code(operations, user_module_prefix="")
    # Written as SQLite says it; PostgreSQL compares a yes or no with no number.
    tables = tables.replace("sa.text('ok IS 0')", "sa.column('ok', sa.Boolean()).is_(False)")
    lines = [line for line in tables.splitlines() if not line.lstrip().startswith("#")]
    return _TEXT.format(insert_only=INSERT_ONLY, fixed=FIXED, tables="\n".join(lines).strip())


if __name__ == "__main__":
    FILE.write_text(page(), encoding="utf-8")
    subprocess.run(  # noqa: S603 - our own interpreter and file
        [sys.executable, "-m", "ruff", "format", "--quiet", str(FILE)], check=True
    )
