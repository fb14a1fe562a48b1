"""Dates, figures and money as people read them, in the reader's language."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction

from flask import Flask

from panel.clock import OFFICE_ZONE
from panel.language import SOURCE, current
from panel.rules import rounding
from panel.sentences import figures

FEN_IN_WAN = 1_000_000


def second(value: datetime) -> str:
    """The time of day to the second, in the office's zone."""
    return f"{value.astimezone(OFFICE_ZONE):%H:%M:%S}"


def minute(value: datetime) -> str:
    """The time of day to the minute, in the office's zone."""
    return f"{value.astimezone(OFFICE_ZONE):%H:%M}"


def points(value: int | None, places: int = 2) -> str:
    """A score in hundredths as it is written; an en dash where there is none."""
    return "–" if value is None else rounding.text(value, places)


def short_points(value: int | None) -> str:
    """A score as it was given, without needless zeros."""
    return points(value).rstrip("0").rstrip(".") if value is not None else "–"


def money(fen: int) -> str:
    """3.50 万元 as it is spoken of, rounded to a hundred yuan; CNY 35,000 where the language has no 万."""
    if current() != SOURCE:
        return figures.yuan(fen)
    whole, rest = divmod(rounding.half_up(Fraction(fen, FEN_IN_WAN), 2), 100)
    return f"{whole:,}.{rest:02d} 万元"


def install(app: Flask) -> None:
    """Give templates the filters."""
    app.jinja_env.filters.update(
        day=figures.day,
        moment=figures.moment,
        second=second,
        minute=minute,
        points=points,
        short_points=short_points,
        percent=figures.percent,
        signed=figures.signed,
        figure=figures.plain,
        money=money,
        yuan=figures.yuan,
    )
