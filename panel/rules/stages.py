"""The stages of a round (评审环节) and the only ways from one to the next."""

from __future__ import annotations

from enum import StrEnum


class Stage(StrEnum):
    """Where a round stands."""

    SETUP = "setup"
    SCORING = "scoring"
    CLOSED = "closed"
    OPENED = "opened"
    FINAL = "final"
    ARCHIVED = "archived"


ORDER: tuple[Stage, ...] = tuple(Stage)


def following(stage: Stage) -> Stage | None:
    """The next stage, or None after the last: a round never goes back and never skips."""
    place = ORDER.index(stage)
    return ORDER[place + 1] if place + 1 < len(ORDER) else None


def reached(stage: Stage, other: Stage) -> bool:
    """Whether `stage` is `other` or later."""
    return ORDER.index(stage) >= ORDER.index(other)
