"""Rankings (名次) with the inputs they came from, the ballots of named votes, and ties nobody may vote on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from panel.db.append_only import insert_only
from panel.db.columns import one_of
from panel.rules.applications import Track


class Ranking(SQLModel, table=True):
    """One computation over both tracks; the final one is marked in the round's audit trail and here."""

    __tablename__ = "rankings"

    id: int = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="rounds.id", index=True)
    method: str
    policy_digest: str
    inputs: str = Field(sa_type=Text)
    """Canonical JSON of everything that the computation read."""
    input_digest: str
    result_digest: str
    result: str = Field(sa_type=Text)
    """Canonical JSON of the whole outcome."""
    computed_at: datetime
    final: bool = False


class Ballot(SQLModel, table=True):
    """One person's vote in a named vote on a tie; `chair` marks the chair's decision on equal votes."""

    __tablename__ = "ballots"
    __table_args__ = (
        UniqueConstraint("round_id", "tie", "expert_id", "chair"),
        one_of("track", Track),
    )

    id: int = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="rounds.id", index=True)
    track: str
    tie: str
    """The tied applications, in order, separated by blanks."""
    expert_id: int = Field(foreign_key="experts.id")
    choice: str
    """The application voted for; for the chair, all that were level, best first, separated by blanks."""
    reason: str = Field(sa_type=Text)
    chair: bool = False
    recorded_at: datetime


class NoVote(SQLModel, table=True):
    """A tie on which nobody may vote, since every present expert is recused from some of it."""

    __tablename__ = "no_votes"
    __table_args__ = (UniqueConstraint("round_id", "tie"), one_of("track", Track))

    id: int = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="rounds.id", index=True)
    track: str
    tie: str
    """The tied applications, in order, separated by blanks."""
    reason: str = Field(sa_type=Text)
    recorded_at: datetime


insert_only(Ballot.__table__)  # type: ignore[attr-defined]
insert_only(NoVote.__table__)  # type: ignore[attr-defined]
