"""Who sits on the panel of a round (评审专家组成员)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from panel.db.columns import Versioned


class Panelist(Versioned, SQLModel, table=True):
    """An expert on the panel of a round; `draw_id` is empty for one who was selected by hand."""

    __tablename__ = "panelists"
    __table_args__ = (UniqueConstraint("round_id", "expert_id"),)

    id: int = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="rounds.id", index=True)
    expert_id: int = Field(foreign_key="experts.id", index=True)
    draw_id: int | None = Field(default=None, foreign_key="draws.id")
    selected_because: str = ""
    chair: bool = False
    absent: bool = False
    absent_because: str = ""
    pledged_at: datetime | None = None
    pledge_digest: str = ""
    version: int = 1
