"""The sentences of the lower layers as the inspector's templates call them: `words.finding(…)`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from panel.language import _
from panel.queries.blockers import Blocker
from panel.queries.conflicts import ConflictView
from panel.rules.eligibility import Finding
from panel.sentences import articles, blockers, conflicts, durations, entries, events, findings


def lasting(time: timedelta) -> str:
    """How long something lasted."""
    return durations.lasting(time)


def blocker(one: Blocker) -> str:
    """What stands in the way of the next step."""
    return blockers.sentence(one.code, one.items)


def blocker_detail(one: Blocker) -> str:
    """What it is about."""
    return blockers.detail(one.code, one.items)


def finding(one: Finding) -> str:
    """One finding on an application."""
    return findings.sentence(one)


def conflict(one: ConflictView) -> str:
    """What a conflict rests on."""
    return conflicts.sentence(one.code, one.facts, one.strength)


def article(code: str) -> str:
    """An article as people cite it."""
    return articles.article(code)


def act_title(act: str) -> str:
    """The name of an act."""
    return events.title(act)


def columns(fields: Iterable[str]) -> str:
    """Fields of an application by the names of their columns."""
    return _("、").join(map(entries.column, fields))
