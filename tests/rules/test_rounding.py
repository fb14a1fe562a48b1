"""Rounding half away from zero, and points between paper and hundredths."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.rules.rounding import half_up, parse_points, text

places = st.integers(0, 4)


@pytest.mark.parametrize(
    ("value", "at", "expected"),
    [
        (Fraction("87.245"), 2, 8725),
        (Fraction("87.2449999"), 2, 8724),
        (Fraction("2.5"), 0, 3),  # the built-in round gives 2
        (Fraction("3.5"), 0, 4),
        (Fraction("-2.5"), 0, -3),
        (Fraction("-2.4"), 0, -2),
        (Fraction(2, 3), 4, 6667),
        (Fraction(1, 200), 2, 1),
        (Fraction("2.675"), 2, 268),  # a float would hold 2.67499999… and give 267
        (7, 2, 700),
        (0, 3, 0),
    ],
)
def test_a_half_goes_away_from_zero(value: Fraction | int, at: int, expected: int) -> None:
    assert half_up(value, at) == expected


@given(st.fractions(min_value=-1000, max_value=1000, max_denominator=10**6), places)
def test_rounding_agrees_with_the_decimal_module(value: Fraction, at: int) -> None:
    with localcontext(
        prec=60
    ):  # a quotient of such numbers that is no tie stays off the tie by far more than 1e-50
        quotient = Decimal(value.numerator) / Decimal(value.denominator)
        expected = quotient.quantize(Decimal(1).scaleb(-at), rounding=ROUND_HALF_UP).scaleb(at)
    assert half_up(value, at) == int(expected)


@given(st.integers(-(10**7), 10**7), places)
def test_every_tie_agrees_with_the_decimal_module(count: int, at: int) -> None:
    tie = Decimal(2 * count + 1).scaleb(-at) / 2
    expected = tie.quantize(Decimal(1).scaleb(-at), rounding=ROUND_HALF_UP).scaleb(at)
    assert half_up(Fraction(tie), at) == int(expected)


@pytest.mark.parametrize(
    ("scaled", "at", "expected"),
    [
        (8725, 2, "87.25"),
        (8700, 2, "87.00"),
        (5, 2, "0.05"),
        (-5, 2, "-0.05"),
        (-8725, 2, "-87.25"),
        (0, 2, "0.00"),
        (87, 0, "87"),
        (-87, 0, "-87"),
        (872501, 4, "87.2501"),
    ],
)
def test_a_scaled_number_is_written_with_all_its_places(scaled: int, at: int, expected: str) -> None:
    assert text(scaled, at) == expected


@given(st.integers(-(10**9), 10**9), places)
def test_what_is_written_has_the_value(scaled: int, at: int) -> None:
    assert Decimal(text(scaled, at)) == Decimal(scaled).scaleb(-at)


@pytest.mark.parametrize(
    ("written", "hundredths"),
    [
        ("87.25", 8725),
        ("87.5", 8750),
        ("87", 8700),
        ("0", 0),
        ("0.05", 5),
        (" 9.5 ", 950),
        ("８７．５", 8750),  # typed with a Chinese input method
        ("　30", 3000),  # with an ideographic space
        ("999999.99", 99999999),
    ],
)
def test_points_are_read_as_typed(written: str, hundredths: int) -> None:
    assert parse_points(written) == hundredths


@pytest.mark.parametrize(
    "written",
    [
        *(
            "",
            " ",
            ".",
            ".5",
            "5.",
            "5.125",
            "-1",
            "+1",
            "1e2",
            "1_0",
            "0x1",
            "nan",
            "inf",
            "1,5",
            "1 0",
            "08",
        ),
        *("八", "5²", "½", "①", "٣", "𝟓", "8。5", "−1", "1000000", "9" * 5000, "5\x00", "5\n6"),
    ],
)
def test_anything_else_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=rf"^{re.escape(written)}\Z"):
        parse_points(written)


@given(st.integers(0, 99_999_999))
def test_points_survive_being_written_and_read(hundredths: int) -> None:
    assert parse_points(text(hundredths, 2)) == hundredths


@given(st.integers(0, 99_999_999))
def test_full_width_points_mean_the_same(hundredths: int) -> None:
    wide = text(hundredths, 2).translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789."})
    assert parse_points(wide) == hundredths


@given(st.text(max_size=8))
def test_no_text_gives_anything_but_points_or_a_refusal(written: str) -> None:
    try:
        hundredths = parse_points(written)
    except ValueError:
        return
    assert hundredths >= 0
