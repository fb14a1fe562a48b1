"""Money and days as they stand in a sentence."""

from __future__ import annotations

from datetime import date

import pytest

from panel.language import speaking
from panel.sentences.figures import day, yuan


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
