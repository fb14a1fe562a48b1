"""The rows of the audit trail; only this package may touch them."""

from __future__ import annotations

from sqlalchemy import Index, LargeBinary, Text
from sqlmodel import Field, SQLModel

from panel.db.append_only import insert_only, rising


class AuditEntry(SQLModel, table=True):
    """One entry: the verbatim canonical JSON, its leaf hash, and copies of some fields to search by."""

    __tablename__ = "audit_log"

    idx: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    body: str = Field(sa_type=Text)
    leaf: bytes = Field(sa_type=LargeBinary)
    act: str
    ok: bool
    actor: str
    round_id: str
    subject: str

    __table_args__ = (
        Index("audit_log_by_round", "round_id", "idx"),
        Index("audit_log_by_act", "act", "idx"),
        Index("audit_log_by_actor", "actor", "idx"),
        Index("audit_log_by_subject", "subject", "idx"),
    )


class AuditNode(SQLModel, table=True):
    """One complete subtree above the leaves."""

    __tablename__ = "audit_node"

    level: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    hash: bytes = Field(sa_type=LargeBinary)


class AuditText(SQLModel, table=True):
    """Words that an entry refers to by their digest."""

    __tablename__ = "audit_text"

    digest: str = Field(primary_key=True)
    text: str = Field(sa_type=Text)


class AuditCheckpoint(SQLModel, table=True):
    """A signed note over the first `size` entries, verbatim."""

    __tablename__ = "audit_checkpoint"

    size: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    note: str = Field(sa_type=Text)


class AuditCosignature(SQLModel, table=True):
    """A witness's signature line under the checkpoint of that size, as it came in."""

    __tablename__ = "audit_cosignature"

    idx: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    size: int = Field(index=True)
    line: str = Field(sa_type=Text)


ENTRIES = AuditEntry.__table__  # type: ignore[attr-defined]
NODES = AuditNode.__table__  # type: ignore[attr-defined]
TEXTS = AuditText.__table__  # type: ignore[attr-defined]
CHECKPOINTS = AuditCheckpoint.__table__  # type: ignore[attr-defined]
COSIGNATURES = AuditCosignature.__table__  # type: ignore[attr-defined]

# Refusals are few and looked for often: an index over them alone.
Index(
    "audit_log_refused",
    ENTRIES.c.idx,
    sqlite_where=ENTRIES.c.ok.is_(False),
    postgresql_where=ENTRIES.c.ok.is_(False),
)

insert_only(ENTRIES, counter="idx")
insert_only(NODES)
insert_only(TEXTS)
insert_only(CHECKPOINTS)
rising(CHECKPOINTS, "size")
insert_only(COSIGNATURES, counter="idx")
