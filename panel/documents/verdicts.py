"""The outcome of an application (结论) in a word or two, as tables show it."""

from __future__ import annotations

from panel.language import _
from panel.queries.results import PlaceView, ResultView
from panel.vocabulary import term


def verdict(view: ResultView, one: PlaceView) -> str:
    """The outcome in a word or two."""
    if any(one.number in tie.pending.applications for tie in view.ties):
        return _("并列待定")
    words = term(one.place.reason)
    if one.promoted:
        return _("{verdict}（递补）").format(verdict=words)
    if one.reserve:
        return _("{verdict}（递补第 {turn} 位）").format(verdict=words, turn=one.reserve)
    return words
