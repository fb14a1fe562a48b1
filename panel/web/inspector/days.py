"""The entries of the trail under the days on which they were written."""

from __future__ import annotations

from datetime import date
from itertools import groupby

from panel.clock import office_date
from panel.queries.trail import EntryView


def by_day(entries: tuple[EntryView, ...]) -> list[tuple[date, list[EntryView]]]:
    """The entries by the office's calendar day; one that cannot be read stands with its neighbour."""
    days: list[tuple[date, EntryView]] = []
    for view in entries:
        day = days[-1][0] if days and not view.readable else office_date(view.at)
        days.append((day, view))
    return [(day, [view for _day, view in several]) for day, several in groupby(days, lambda one: one[0])]
