"""Signatures (签名) of experts, and the paper ones that came in: never changed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from panel.db.append_only import insert_only
from panel.db.columns import one_of
from panel.rules.signatures import Manner, Purpose


class Signature(SQLModel, table=True):
    """How an expert signed the document of this digest: a pledge's texts, or a sealed sheet's commitment."""

    __tablename__ = "signatures"
    __table_args__ = (
        UniqueConstraint("round_id", "expert_id", "document"),
        one_of("manner", Manner),
        one_of("purpose", Purpose),
    )

    id: int = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="rounds.id", index=True)
    expert_id: int = Field(foreign_key="experts.id", index=True)
    purpose: str
    document: str
    manner: str
    strokes: str = Field(default="[]", sa_type=Text)
    """JSON: each stroke the x and y of its points, whole numbers."""
    name: str = ""
    digest: str
    signed_at: datetime


class SignatureFiling(SQLModel, table=True):
    """A print signed by hand that came in: who recorded it, and where it lies."""

    __tablename__ = "signature_filings"

    signature_id: int = Field(foreign_key="signatures.id", primary_key=True)
    words: str = Field(sa_type=Text)
    filed_by: str
    filed_at: datetime


insert_only(Signature.__table__)  # type: ignore[attr-defined]
insert_only(SignatureFiling.__table__)  # type: ignore[attr-defined]
