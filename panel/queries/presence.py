"""Who is signed in now, and how the trail stands: signed up to where, and last verified when and by whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from panel import tables
from panel.audit import checkpoints, read
from panel.audit.events import TrailVerified
from panel.audit.read import Filter
from panel.queries.names import Names
from panel.rules.permissions import Role
from panel.vocabulary import term


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody with a session that goes on; `acted_at` and `entry` are of the newest entry."""

    id: str
    name: str
    role: str
    devices: int
    acted_at: datetime | None
    entry: int | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How the trail stands; nothing of `verified_…` where nobody has verified it yet."""

    size: int
    signed: int
    verified_at: datetime | None = None
    verified_by: str = ""
    verified_size: int = 0
    damages: int = 0
    entry: int | None = None

    @property
    def unsigned(self) -> int:
        """How many entries no signed checkpoint covers yet."""
        return max(self.size - self.signed, 0)


def present(session: Session, now: datetime) -> list[Present]:
    """Everybody who is signed in, the one who acted last first."""
    rows = session.exec(
        select(tables.Account.id, tables.Account.name, tables.Account.role, tables.SignIn.id)
        .join(tables.SignIn, col(tables.SignIn.account_id) == col(tables.Account.id))
        .where(
            col(tables.SignIn.ended_at).is_(None),
            col(tables.SignIn.expires_at) > now,
            col(tables.Account.disabled).is_(False),
        )
    ).all()
    found = []
    for id_, name, role in sorted({(id_, name, role) for id_, name, role, _session in rows}):
        actor = f"u-{id_}"
        newest = read.page(session, Filter(actor=actor), limit=1)
        found.append(
            Present(
                id=actor,
                name=name,
                role=term(Role(role)),
                devices=sum(row[0] == id_ for row in rows),
                acted_at=newest[0].at if newest else None,
                entry=newest[0].index if newest else None,
            )
        )
    return sorted(found, key=lambda one: -1 if one.entry is None else one.entry, reverse=True)


def standing(session: Session) -> Standing:
    """How the trail stands now."""
    length, signed = read.size(session), checkpoints.newest_size(session) or 0
    verified = read.page(session, Filter(act=TrailVerified.act), limit=1)
    if not verified:
        return Standing(length, signed)
    newest = verified[0]
    return Standing(
        size=length,
        signed=signed,
        verified_at=newest.at,
        verified_by=Names(session).actor(newest.actor),
        verified_size=int(newest.data.get("size", 0)),
        damages=int(newest.data.get("damages", 0)),
        entry=newest.index,
    )
