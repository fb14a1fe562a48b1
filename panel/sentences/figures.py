"""Money, days and moments inside a sentence, exact and in the reader's language."""

from __future__ import annotations

from datetime import date, datetime

from panel.clock import OFFICE_ZONE
from panel.language import SOURCE, current


def yuan(fen: int) -> str:
    """68,000 元, or 26,800.50 元."""
    whole, rest = divmod(fen, 100)
    text = f"{whole:,}.{rest:02d}" if rest else f"{whole:,}"
    return f"{text} 元" if current() == SOURCE else f"CNY {text}"


def day(value: date) -> str:
    """2026年9月18日, or 18 September 2026."""
    if current() == SOURCE:
        return f"{value.year}年{value.month}月{value.day}日"
    return f"{value.day} {value:%B %Y}"


def moment(value: datetime) -> str:
    """The day and the minute, in the office's zone."""
    local = value.astimezone(OFFICE_ZONE)
    return f"{day(local.date())} {local:%H:%M}"


def percent(share: float) -> str:
    """A share in whole per cent; never 0 % or 100 % of what was only counted in a sample of draws."""
    if share < 0.01:
        return "<1%"
    if share > 0.99:
        return ">99%"
    return f"{share * 100:.0f}%"


def signed(value: float | None, places: int = 2) -> str:
    """A difference with its sign, a true minus; an en dash where there is none."""
    if value is None:
        return "–"
    text = f"{abs(value):.{places}f}"
    if not float(text):
        return text
    return ("+" if value > 0 else "−") + text


def plain(value: float | None, places: int = 2) -> str:
    """A number; an en dash where there is none."""
    return "–" if value is None else f"{value:.{places}f}".replace("-", "−")
