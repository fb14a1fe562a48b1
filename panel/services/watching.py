"""Watching (监察查看): what an inspector looks at is itself recorded, and nothing else is."""

from __future__ import annotations

from panel.audit.events import ApplicationRead, EntryRead, Event, FlagsRead, LogWatched, RoundRead
from panel.rules.permissions import Action
from panel.services.office import Actor, Office


def log(office: Office, actor: Actor) -> None:
    """Record that the trail was opened; what then appears on the open page is not recorded again."""
    _note(office, actor, LogWatched(), "log")


def entry(office: Office, actor: Actor, index: int) -> None:
    """Record that one entry was opened."""
    _note(office, actor, EntryRead(), str(index))


def round_(office: Office, actor: Actor, round_id: int, code: str) -> None:
    """Record that a round was opened."""
    _note(office, actor, RoundRead(), code, round_id)


def flags(office: Office, actor: Actor, round_id: int, code: str) -> None:
    """Record that the flags of a round were opened."""
    _note(office, actor, FlagsRead(), code, round_id)


def application(office: Office, actor: Actor, round_id: int, number: str) -> None:
    """Record that an application was opened, with the names in it."""
    _note(office, actor, ApplicationRead(), number, round_id)


def _note(office: Office, actor: Actor, event: Event, subject: str, round_id: int | None = None) -> None:
    with office.change(actor, type(event)) as change:
        change.permit(Action.WATCH)
        change.record(event, subject=subject, round_id=round_id)
