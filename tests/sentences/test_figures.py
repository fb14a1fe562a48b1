"""Money and days as they stand in a sentence."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from panel.language import speaking
from panel.sentences import figures
from panel.sentences.figures import day, moment, yuan


@pytest.mark.parametrize(
    ("fen", "written"),
    [(6_800_000, "68,000 元"), (5, "0.05 元"), (2_680_050, "26,800.50 元"), (0, "0 元")],
)
def test_money_is_exact(fen: int, written: str) -> None:
    assert yuan(fen) == written


def test_the_reader_s_language() -> None:
    assert day(date(2026, 9, 18)) == "2026年9月18日"
    with speaking("en"):
        assert (yuan(6_800_000), day(date(2026, 9, 18))) == ("CNY 68,000", "18 September 2026")


def test_a_moment_is_told_in_the_office_s_zone() -> None:
    evening = datetime(2026, 9, 18, 16, 3, 5, tzinfo=UTC)  # already the 19th in Beijing
    assert moment(evening) == "2026年9月19日 00:03"
    with speaking("en"):
        assert moment(evening) == "19 September 2026 00:03"


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "<1%"),
        (0.009, "<1%"),
        (0.01, "1%"),
        (0.476, "48%"),
        (0.99, "99%"),
        (0.991, ">99%"),
        (1.0, ">99%"),
    ],
)
def test_a_counted_share_is_never_called_certain(share: float, text: str) -> None:
    assert figures.percent(share) == text


@pytest.mark.parametrize(
    ("value", "text"), [(1.234, "+1.23"), (-8.25, "−8.25"), (0.001, "0.00"), (-0.001, "0.00"), (None, "–")]
)
def test_a_difference_has_its_sign(value: float | None, text: str) -> None:
    assert figures.signed(value) == text


@pytest.mark.parametrize(("value", "text"), [(0.5, "0.50"), (-0.4, "−0.40"), (None, "–")])
def test_a_number_that_is_not_there_is_a_dash(value: float | None, text: str) -> None:
    assert figures.plain(value) == text
