"""Time as the application sees it: aware UTC inside, the office's own zone on paper."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]
"""Anything that answers the present moment in aware UTC."""

OFFICE_ZONE = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The present moment, in aware UTC."""
    return datetime.now(UTC)


def running_from(start: datetime, real: Clock = now) -> Clock:
    """A clock that reads `start` now and runs on (the demonstration lives in its round's own dates)."""
    shift = start - real()
    return lambda: real() + shift


def office_date(moment: datetime) -> date:
    """The calendar day of a moment in the office's zone."""
    return moment.astimezone(OFFICE_ZONE).date()


def stamp(moment: datetime) -> str:
    """The moment as the audit trail writes it: ISO 8601, UTC, microseconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def from_stamp(text: str) -> datetime:
    """The moment that `stamp` wrote."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not UTC:
        raise ValueError(f"{text!r} is not a moment in UTC")
    return moment


def later(moment: datetime, *, minutes: float = 0, days: float = 0) -> datetime:
    """`moment` moved forward."""
    return moment + timedelta(minutes=minutes, days=days)
