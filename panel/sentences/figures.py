"""Money and days inside a sentence, exact and in the reader's language."""

from __future__ import annotations

from datetime import date

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
