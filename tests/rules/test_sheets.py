"""What a sheet still lacks, where its bands lie, and how a comment is kept."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.rules.applications import Track
from panel.rules.criteria import BandName, Unit
from panel.rules.policies import read_policy
from panel.rules.sheets import Given, Lack, clean_comment, lack, missing, spans

_FILE = Path(__file__).parents[2] / "config" / "criteria.toml"
POLICY = read_policy(_FILE.read_text(encoding="utf-8"), str(_FILE))
STUDIO = POLICY.track(Track.STUDIO)
S1 = STUDIO.unit("S1")
S6 = STUDIO.unit("S6")
REASON = "十五个字的评语用来说明这个分数的理由"


def test_a_unit_without_points_lacks_its_score() -> None:
    assert lack(S1, Given()) is Lack.SCORE
    assert lack(S1, Given(None, REASON)) is Lack.SCORE


@pytest.mark.parametrize(
    ("points", "wanted"),
    [(1750, Lack.COMMENT), (1800, None), (2800, None), (2850, Lack.COMMENT), (3000, Lack.COMMENT)],
)
def test_low_and_very_high_scores_call_for_a_reason(points: int, wanted: Lack | None) -> None:
    # Below 60 % of 30 is below 18; from 95 % on is from 28.5 on.
    assert lack(S1, Given(points)) is wanted
    assert lack(S1, Given(points, REASON)) is None


def test_a_reason_must_be_long_enough_without_blanks_around_it() -> None:
    assert lack(S1, Given(3000, "字" * 14)) is Lack.COMMENT
    assert lack(S1, Given(3000, "字" * 14 + "   ")) is Lack.COMMENT
    assert lack(S1, Given(3000, "字" * 15)) is None


def test_everything_that_is_missing_is_named_in_the_order_of_the_sheet() -> None:
    given = {"S1": Given(2000), "S2": Given(100), "S4": Given(1600), "S6": Given(1000, REASON)}
    assert [(one.unit.id, one.lack) for one in missing(STUDIO.units(), given)] == [
        ("S2", Lack.COMMENT),
        ("S3", Lack.SCORE),
        ("S5", Lack.SCORE),
    ]


def test_the_bands_of_thirty_points() -> None:
    # 90, 80 and 60 % of 30 in half points: 27-30, 24-26.5, 18-23.5, 0-17.5; a tap begins in the middle.
    assert [(span.band.name, span.low, span.high, span.start) for span in spans(S1)] == [
        (BandName.EXCELLENT, 2700, 3000, 2850),
        (BandName.GOOD, 2400, 2650, 2500),
        (BandName.FAIR, 1800, 2350, 2050),
        (BandName.POOR, 0, 1750, 850),
    ]


def test_a_band_without_a_legal_score_is_left_out() -> None:
    tiny = Unit("T", S1.name, 50, S1.scale)  # half a point in half points: nothing or all of it
    assert [(span.band.name, span.low, span.high) for span in spans(tiny)] == [
        (BandName.EXCELLENT, 50, 50),
        (BandName.POOR, 0, 0),
    ]


@given(st.integers(1, 10_000))
def test_every_legal_score_lies_in_exactly_one_span_and_in_its_band(points: int) -> None:
    unit = Unit("U", S1.name, points, S1.scale)
    found = spans(unit)
    for value in range(0, points + 1, unit.scale.step):
        inside = [span for span in found if span.low <= value <= span.high]
        assert [span.band for span in inside] == [unit.band_of(value)]
    assert all(unit.legal(span.start) and span.low <= span.start <= span.high for span in found)


def test_a_comment_is_kept_composed_with_plain_line_ends_and_without_control_characters() -> None:
    assert clean_comment("  e\u0301tude\r\n二\r三\x00\x07\ud800\t四 ") == "étude\n二\n三\t四"


@given(st.text())
def test_cleaning_twice_changes_nothing_more(written: str) -> None:
    once = clean_comment(written)
    assert clean_comment(once) == once
    assert unicodedata.is_normalized("NFC", once)
