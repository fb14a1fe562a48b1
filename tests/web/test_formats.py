"""Dates and figures as people read them, in the office's zone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from panel.language import speaking
from panel.web import formats

EVENING = datetime(2026, 9, 18, 16, 3, 5, tzinfo=UTC)  # already the 19th in Beijing


def test_the_time_of_day() -> None:
    assert (formats.second(EVENING), formats.minute(EVENING)) == ("00:03:05", "00:03")


@pytest.mark.parametrize(
    ("value", "places", "expected"),
    [(8725, 2, "87.25"), (0, 2, "0.00"), (10000, 2, "100.00"), (None, 2, "–")],
)
def test_a_score_is_written_in_full(value: int | None, places: int, expected: str) -> None:
    assert formats.points(value, places) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(2450, "24.5"), (2400, "24"), (8725, "87.25"), (0, "0"), (10000, "100"), (None, "–")],
)
def test_a_score_is_written_as_it_was_given(value: int | None, expected: str) -> None:
    assert formats.short_points(value) == expected


@pytest.mark.parametrize(
    ("fen", "chinese", "english"),
    [
        (3_500_000, "3.50 万元", "CNY 35,000"),
        (6_804_999, "6.80 万元", "CNY 68,049.99"),
        (6_805_000, "6.81 万元", "CNY 68,050"),  # half of a hundred yuan goes up
        (2_500_000_000, "2,500.00 万元", "CNY 25,000,000"),
        (0, "0.00 万元", "CNY 0"),
    ],
)
def test_money_is_spoken_of_in_ten_thousands_where_the_language_has_them(
    fen: int, chinese: str, english: str
) -> None:
    assert formats.money(fen) == chinese
    with speaking("en"):
        assert formats.money(fen) == english
