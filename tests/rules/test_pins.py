"""The PIN of six digits."""

from __future__ import annotations

import pytest

from panel.rules import pins


@pytest.mark.parametrize("typed", ["280619", "28 06 19", "２８０６１９", " 280619 "])
def test_six_digits_are_a_pin_however_they_are_typed(typed: str) -> None:
    assert pins.is_pin(typed)
    assert pins.plain(typed) == "280619"


@pytest.mark.parametrize("typed", ["", "28061", "2806191", "28061a", "correct horse battery", "٢٨٠٦١٩"])
def test_anything_else_is_a_password(typed: str) -> None:
    assert not pins.is_pin(typed)


@pytest.mark.parametrize(
    "typed",
    [
        *("000000", "999999", "123456", "234567", "987654", "086420", "135791", "890123"),  # even steps
        *("121212", "112211", "477447", "100000"),  # two digits
        *("123123", "908908", "123321", "907709"),  # one half twice, or mirrored
        *("112233", "449911"),  # pairs
        "１２３４５６",
    ],
)
def test_what_is_tried_first_is_trivial(typed: str) -> None:
    assert pins.trivial(typed)


@pytest.mark.parametrize("typed", ["280619", "739205", "112234", "123457", "102030", "900817"])
def test_others_are_not(typed: str) -> None:
    assert not pins.trivial(typed)


def test_most_pins_can_be_chosen_and_a_guesser_has_no_chance() -> None:
    easy = sum(pins.trivial(f"{number:06}") for number in range(0, 1_000_000, 7))
    assert easy < 0.01 * 1_000_000 / 7
    assert pins.TRIES / (1_000_000 - 10_000) < 1e-5
