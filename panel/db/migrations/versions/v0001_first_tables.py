"""The first tables."""

# ruff: noqa: E501 - a check is as long as its vocabulary

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from panel.db.append_only import fixed_statements, statements

revision = "0001"
down_revision = None

INSERT_ONLY = {
    "audit_log": "idx",
    "audit_node": None,
    "audit_text": None,
    "ballots": None,
    "submissions": None,
    "saves": None,
}
FIXED = {"accounts": "role"}


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
    op.create_table(
        "audit_log",
        sa.Column("idx", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("act", AutoString(), nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("actor", AutoString(), nullable=False),
        sa.Column("round_id", AutoString(), nullable=False),
        sa.Column("subject", AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("idx"),
    )
    op.create_index("audit_log_by_act", "audit_log", ["act", "idx"], unique=False)
    op.create_index("audit_log_by_actor", "audit_log", ["actor", "idx"], unique=False)
    op.create_index("audit_log_by_round", "audit_log", ["round_id", "idx"], unique=False)
    op.create_index("audit_log_by_subject", "audit_log", ["subject", "idx"], unique=False)
    op.create_index(
        "audit_log_refused",
        "audit_log",
        ["idx"],
        unique=False,
        sqlite_where=sa.column("ok", sa.Boolean()).is_(False),
        postgresql_where=sa.column("ok", sa.Boolean()).is_(False),
    )
    op.create_table(
        "audit_node",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "position"),
    )
    op.create_table(
        "audit_text",
        sa.Column("digest", AutoString(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "experts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", AutoString(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("employer", AutoString(), nullable=False),
        sa.Column("employer_code", AutoString(), nullable=False),
        sa.Column("employer_parent", AutoString(), nullable=False),
        sa.Column("title", AutoString(), nullable=False),
        sa.Column("specialities", AutoString(), nullable=False),
        sa.Column("identity_key", AutoString(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("number"),
    )
    op.create_table(
        "rounds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", AutoString(), nullable=False),
        sa.Column("title", AutoString(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("stage", AutoString(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("policy_digest", AutoString(), nullable=False),
        sa.Column("blind_key", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "stage IN ('setup', 'scoring', 'closed', 'opened', 'final', 'archived')", name="stage_known"
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code"),
    )
    op.create_table(
        "sign_in_attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", AutoString(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("sign_in_attempts_by_key", "sign_in_attempts", ["key", "at"], unique=False)
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login", AutoString(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("role", AutoString(), nullable=False),
        sa.Column("expert_id", sa.Integer(), nullable=True),
        sa.Column("password_hash", AutoString(), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(role = 'expert') = (expert_id IS NOT NULL)", name="only_experts_are_experts"),
        sa.CheckConstraint(
            "role IN ('expert', 'secretary', 'inspector', 'administrator')", name="role_known"
        ),
        sa.ForeignKeyConstraint(
            ["expert_id"],
            ["experts.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("expert_id"),
        sa.UniqueConstraint("login"),
    )
    op.create_table(
        "applications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("number", AutoString(), nullable=False),
        sa.Column("track", AutoString(), nullable=False),
        sa.Column("linked_studio", AutoString(), nullable=False),
        sa.Column("unit", AutoString(), nullable=False),
        sa.Column("unit_code", AutoString(), nullable=False),
        sa.Column("parent_unit", AutoString(), nullable=False),
        sa.Column("branch", AutoString(), nullable=False),
        sa.Column("address", AutoString(), nullable=False),
        sa.Column("in_district", sa.Boolean(), nullable=False),
        sa.Column("master_name", AutoString(), nullable=False),
        sa.Column("master_key", AutoString(), nullable=False),
        sa.Column("master_last4", AutoString(length=4), nullable=False),
        sa.Column("occupation", AutoString(), nullable=False),
        sa.Column("occupation_state", AutoString(), nullable=False),
        sa.Column("certificate", AutoString(), nullable=False),
        sa.Column("exception", sa.Text(), nullable=False),
        sa.Column("title", AutoString(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=True),
        sa.Column("total_fen", sa.BigInteger(), nullable=True),
        sa.Column("subsidy_fen", sa.BigInteger(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("materials", AutoString(), nullable=False),
        sa.Column("blind_code", AutoString(), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "certificate IN ('none', 'junior', 'intermediate', 'senior', 'technician', 'senior_technician')",
            name="certificate_known",
        ),
        sa.CheckConstraint(
            "kind IN ('training', 'standards', 'process', 'exchange', 'other', '')", name="kind_known"
        ),
        sa.CheckConstraint(
            "occupation_state IN ('listed', 'unlisted', 'no_standard')", name="occupation_state_known"
        ),
        sa.CheckConstraint("track IN ('studio', 'project')", name="track_known"),
        sa.CheckConstraint("months >= 1", name="months_at_least_1"),
        sa.CheckConstraint("subsidy_fen >= 0", name="subsidy_fen_at_least_0"),
        sa.CheckConstraint("total_fen >= 0", name="total_fen_at_least_0"),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["rounds.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("round_id", "blind_code"),
        sa.UniqueConstraint("round_id", "number"),
    )
    op.create_index(op.f("ix_applications_round_id"), "applications", ["round_id"], unique=False)
    op.create_table(
        "ballots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("track", AutoString(), nullable=False),
        sa.Column("tie", AutoString(), nullable=False),
        sa.Column("expert_id", sa.Integer(), nullable=False),
        sa.Column("choice", AutoString(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("chair", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("track IN ('studio', 'project')", name="track_known"),
        sa.ForeignKeyConstraint(
            ["expert_id"],
            ["experts.id"],
        ),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["rounds.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("round_id", "tie", "expert_id", "chair"),
    )
    op.create_index(op.f("ix_ballots_round_id"), "ballots", ["round_id"], unique=False)
    op.create_table(
        "conflicts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("expert_id", sa.Integer(), nullable=False),
        sa.Column("code", AutoString(), nullable=False),
        sa.Column("reach", AutoString(), nullable=False),
        sa.Column("target", AutoString(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("declared", sa.Boolean(), nullable=False),
        sa.Column("known_at", UTCDateTime(), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.CheckConstraint("reach IN ('application', 'unit', 'round')", name="reach_known"),
        sa.ForeignKeyConstraint(
            ["expert_id"],
            ["experts.id"],
        ),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["rounds.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_conflicts_expert_id"), "conflicts", ["expert_id"], unique=False)
    op.create_index(op.f("ix_conflicts_round_id"), "conflicts", ["round_id"], unique=False)
    op.create_table(
        "draws",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("pool", sa.Text(), nullable=False),
        sa.Column("excluded", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("digest", AutoString(), nullable=False),
        sa.Column("seed", AutoString(), nullable=False),
        sa.Column("prepared_at", UTCDateTime(), nullable=False),
        sa.Column("held_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("size >= 1", name="size_at_least_1"),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["rounds.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("round_id", "attempt"),
    )
    op.create_index(op.f("ix_draws_round_id"), "draws", ["round_id"], unique=False)
    op.create_table(
        "employments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("expert_id", sa.Integer(), nullable=False),
        sa.Column("unit", AutoString(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["expert_id"],
            ["experts.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_employments_expert_id"), "employments", ["expert_id"], unique=False)
    op.create_table(
        "imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("file_name", AutoString(), nullable=False),
        sa.Column("digest", AutoString(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", UTCDateTime(), nullable=False),
        sa.Column("applied_at", UTCDateTime(), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("problems", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('applications', 'experts')", name="kind_known"),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["rounds.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_imports_round_id"), "imports", ["round_id"], unique=False)
    op.create_table(
        "rankings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("method", AutoString(), nullable=False),
        sa.Column("policy_digest", AutoString(), nullable=False),
        sa.Column("inputs", sa.Text(), nullable=False),
        sa.Column("input_digest", AutoString(), nullable=False),
        sa.Column("result_digest", AutoString(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("computed_at", UTCDateTime(), nullable=False),
        sa.Column("final", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["rounds.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_rankings_round_id"), "rankings", ["round_id"], unique=False)
    op.create_table(
        "relations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("expert_id", sa.Integer(), nullable=False),
        sa.Column("kind", AutoString(), nullable=False),
        sa.Column("towards", AutoString(), nullable=False),
        sa.Column("note", AutoString(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('teacher', 'family', 'coauthor', 'board', 'economic', 'consultant', 'helped', 'dispute', 'supervisor', 'other')",
            name="kind_known",
        ),
        sa.ForeignKeyConstraint(
            ["expert_id"],
            ["experts.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_relations_expert_id"), "relations", ["expert_id"], unique=False)
    op.create_table(
        "studios",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("number", AutoString(), nullable=False),
        sa.Column("unit", AutoString(), nullable=False),
        sa.Column("unit_code", AutoString(), nullable=False),
        sa.Column("parent_unit", AutoString(), nullable=False),
        sa.Column("branch", AutoString(), nullable=False),
        sa.Column("master_name", AutoString(), nullable=False),
        sa.Column("master_key", AutoString(), nullable=False),
        sa.Column("master_last4", AutoString(length=4), nullable=False),
        sa.Column("occupation", AutoString(), nullable=False),
        sa.Column("running", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["rounds.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("round_id", "number"),
    )
    op.create_index(op.f("ix_studios_round_id"), "studios", ["round_id"], unique=False)
    op.create_table(
        "activation_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", AutoString(), nullable=False),
        sa.Column("issued_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("used_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code_hash"),
    )
    op.create_index(op.f("ix_activation_codes_account_id"), "activation_codes", ["account_id"], unique=False)
    op.create_table(
        "budget_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("category", AutoString(), nullable=False),
        sa.Column("item", AutoString(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("note", AutoString(), nullable=False),
        sa.CheckConstraint(
            "category IN ('equipment', 'research', 'exchange', 'training')", name="category_known"
        ),
        sa.CheckConstraint("amount_fen >= 0", name="amount_fen_at_least_0"),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["applications.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_budget_lines_application_id"), "budget_lines", ["application_id"], unique=False)
    op.create_table(
        "clearances",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("field", AutoString(), nullable=False),
        sa.Column("word", AutoString(), nullable=False),
        sa.Column("text_digest", AutoString(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("cleared_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("word <> ''", name="word_given"),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["applications.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("application_id", "field", "word", "text_digest"),
    )
    op.create_index(op.f("ix_clearances_application_id"), "clearances", ["application_id"], unique=False)
    op.create_table(
        "eligibility",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("verdict", AutoString(), nullable=False),
        sa.Column("article", AutoString(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("findings", AutoString(), nullable=False),
        sa.Column("decided_by", AutoString(), nullable=False),
        sa.Column("decided_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "verdict IN ('accepted', 'incomplete', 'refused', 'vetoed')", name="verdict_known"
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["applications.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_eligibility_application_id"), "eligibility", ["application_id"], unique=False)
    op.create_table(
        "members",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("name", AutoString(), nullable=False),
        sa.Column("employment", AutoString(), nullable=False),
        sa.CheckConstraint(
            "employment IN ('formal', 'dispatched', 'part_time', 'rehired')", name="employment_known"
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["applications.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_members_application_id"), "members", ["application_id"], unique=False)
    op.create_table(
        "panelists",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("expert_id", sa.Integer(), nullable=False),
        sa.Column("draw_id", sa.Integer(), nullable=True),
        sa.Column("selected_because", AutoString(), nullable=False),
        sa.Column("chair", sa.Boolean(), nullable=False),
        sa.Column("absent", sa.Boolean(), nullable=False),
        sa.Column("absent_because", AutoString(), nullable=False),
        sa.Column("pledged_at", UTCDateTime(), nullable=True),
        sa.Column("pledge_digest", AutoString(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["draw_id"],
            ["draws.id"],
        ),
        sa.ForeignKeyConstraint(
            ["expert_id"],
            ["experts.id"],
        ),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["rounds.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("round_id", "expert_id"),
    )
    op.create_index(op.f("ix_panelists_expert_id"), "panelists", ["expert_id"], unique=False)
    op.create_index(op.f("ix_panelists_round_id"), "panelists", ["round_id"], unique=False)
    op.create_table(
        "proposals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("step", AutoString(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=True),
        sa.Column("proposed_as", AutoString(), nullable=False),
        sa.Column("proposed_at", UTCDateTime(), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["proposed_by"],
            ["accounts.id"],
        ),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["rounds.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_proposals_round_id"), "proposals", ["round_id"], unique=False)
    op.create_table(
        "recusals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("expert_id", sa.Integer(), nullable=False),
        sa.Column("conflict_id", sa.Integer(), nullable=True),
        sa.Column("recused", sa.Boolean(), nullable=False),
        sa.Column("reach", AutoString(), nullable=False),
        sa.Column("target", AutoString(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("decided_by", AutoString(), nullable=False),
        sa.Column("decided_at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("reach IN ('application', 'unit', 'round')", name="reach_known"),
        sa.ForeignKeyConstraint(
            ["conflict_id"],
            ["conflicts.id"],
        ),
        sa.ForeignKeyConstraint(
            ["expert_id"],
            ["experts.id"],
        ),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["rounds.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_recusals_expert_id"), "recusals", ["expert_id"], unique=False)
    op.create_index(op.f("ix_recusals_round_id"), "recusals", ["round_id"], unique=False)
    op.create_table(
        "sheets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("expert_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", AutoString(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("void_because", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('draft', 'submitted', 'void')", name="state_known"),
        sa.CheckConstraint("position >= 1", name="position_at_least_1"),
        sa.CheckConstraint("revision >= 1", name="revision_at_least_1"),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["applications.id"],
        ),
        sa.ForeignKeyConstraint(
            ["expert_id"],
            ["experts.id"],
        ),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["rounds.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("expert_id", "application_id"),
    )
    op.create_index(op.f("ix_sheets_application_id"), "sheets", ["application_id"], unique=False)
    op.create_index(op.f("ix_sheets_expert_id"), "sheets", ["expert_id"], unique=False)
    op.create_index(op.f("ix_sheets_round_id"), "sheets", ["round_id"], unique=False)
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", AutoString(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("began_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("ip", AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_index(op.f("ix_sign_ins_account_id"), "sign_ins", ["account_id"], unique=False)
    op.create_table(
        "statements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("criterion", AutoString(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["applications.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("application_id", "criterion"),
    )
    op.create_index(op.f("ix_statements_application_id"), "statements", ["application_id"], unique=False)
    op.create_table(
        "saves",
        sa.Column("expert_id", sa.Integer(), nullable=False),
        sa.Column("key", AutoString(length=64), nullable=False),
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("request_digest", AutoString(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("saved_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["expert_id"],
            ["experts.id"],
        ),
        sa.ForeignKeyConstraint(
            ["sheet_id"],
            ["sheets.id"],
        ),
        sa.PrimaryKeyConstraint("expert_id", "key"),
    )
    op.create_table(
        "scores",
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("unit", AutoString(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.CheckConstraint("points IS NULL OR points BETWEEN 0 AND 10000", name="points_in_range"),
        sa.ForeignKeyConstraint(
            ["sheet_id"],
            ["sheets.id"],
        ),
        sa.PrimaryKeyConstraint("sheet_id", "unit"),
    )
    op.create_table(
        "submissions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("items", sa.Text(), nullable=False),
        sa.Column("commitment", AutoString(), nullable=False),
        sa.Column("submitted_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sheet_id"],
            ["sheets.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("sheet_id", "revision"),
    )
    op.create_index(op.f("ix_submissions_sheet_id"), "submissions", ["sheet_id"], unique=False)
