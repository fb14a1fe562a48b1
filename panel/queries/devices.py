"""Devices (设备) on which somebody is signed in, and on which somebody was lately, in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from panel import tables
from panel.rules import devices
from panel.rules.devices import Device, Ending
from panel.rules.pins import TRIES
from panel.rules.stages import Stage

SHOWN = 10
_OVER = (Stage.FINAL, Stage.ARCHIVED)


@dataclass(frozen=True, slots=True)
class DeviceView:
    """One session of an account; it lives as long as nothing ended it."""

    id: int
    device: Device
    ip: str
    began_at: datetime
    live: bool
    locked: bool
    ended_at: datetime | None
    because: Ending | None


@dataclass(frozen=True, slots=True)
class Keyring:
    """What an account may be opened with: whether its PIN is void, and on how many devices at once."""

    account_id: int
    login: str
    allowed: int
    pin: bool
    pin_locked_at: datetime | None
    strangers_out: bool
    """Whether too many wrong PINs have shut out devices that the account was never opened on."""
    active: bool
    disabled: bool
    chair: bool
    """Whether it is the chair's of a round that goes on: then only the administrator issues its card."""


def of_account(session: Session, account_id: int, now: datetime) -> list[DeviceView]:
    """The newest sessions of an account, live ones first."""
    rows = session.exec(
        select(tables.SignIn)
        .where(tables.SignIn.account_id == account_id)
        .order_by(col(tables.SignIn.id).desc())
        .limit(SHOWN)
    )
    found = [
        DeviceView(
            id=row.id,
            device=devices.read(row.device or ""),
            ip=row.ip,
            began_at=row.began_at,
            live=row.ended_at is None and row.expires_at > now,
            locked=row.locked_at is not None,
            ended_at=row.ended_at,
            because=Ending(row.ended_because) if row.ended_because else None,
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: not one.live)


def keyring(session: Session, account_id: int) -> Keyring | None:
    """How an account may be opened."""
    row = session.get(tables.Account, account_id)
    if row is None:
        return None
    return Keyring(
        account_id=row.id,
        login=row.login,
        allowed=row.devices or 1,
        pin=row.pin_failures is not None,
        pin_locked_at=row.pin_locked_at,
        strangers_out=(row.pin_strangers or 0) >= TRIES,
        active=bool(row.password_hash),
        disabled=row.disabled,
        chair=chairs(session, row.expert_id),
    )


def chairs(session: Session, expert_id: int | None) -> bool:
    """Whether the expert chairs a round that goes on."""
    chaired = (
        select(tables.Panelist.id)
        .join(tables.Round, col(tables.Round.id) == col(tables.Panelist.round_id))
        .where(
            tables.Panelist.expert_id == expert_id,
            col(tables.Panelist.chair).is_(True),
            col(tables.Panelist.absent).is_(False),
            col(tables.Round.stage).not_in(_OVER),
        )
    )
    return session.exec(chaired).first() is not None
