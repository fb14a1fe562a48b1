"""Blind codes tell nothing, and every expert has an order of their own."""

from __future__ import annotations

import re
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.errors import RuleBroken
from panel.rules.applications import Track
from panel.rules.assignments import CODES, DIGITS, LETTERS, blind_codes, order

KEY = b"a key that stays with the office"
NUMBERS = [f"P{n:02}" for n in range(1, 41)]
TRACKS = {f"S{n:02}": Track.STUDIO for n in range(1, 7)} | {f"P{n:02}": Track.PROJECT for n in range(1, 15)}

number_lists = st.lists(st.from_regex(r"[SP][0-9]{1,4}", fullmatch=True), max_size=60, unique=True)


def test_a_code_reads_letter_digit_letter_digit_without_what_is_mistaken() -> None:
    for code in blind_codes(KEY, "2026", NUMBERS).values():
        assert re.fullmatch(f"[{LETTERS}][{DIGITS}][{LETTERS}][{DIGITS}]", code)
    assert not set("BGILOSUZ01") & set(LETTERS + DIGITS)


@given(number_lists, st.binary(min_size=16, max_size=32))
def test_no_code_stands_twice_in_a_round(numbers: list[str], key: bytes) -> None:
    codes = blind_codes(key, "2026", numbers)
    assert set(codes) == set(numbers)
    assert len(set(codes.values())) == len(numbers)
    assert codes == blind_codes(key, "2026", reversed(numbers))


def test_three_thousand_applications_have_three_thousand_codes() -> None:
    # Among 20,736 codes some 200 of 3,000 meet: each of these took another.
    assert len(set(blind_codes(KEY, "2026", (f"P{n}" for n in range(3000))).values())) == 3000


def test_codes_change_with_the_key_and_with_the_round() -> None:
    codes = blind_codes(KEY, "2026", NUMBERS)
    for other in (blind_codes(b"another", "2026", NUMBERS), blind_codes(KEY, "2027", NUMBERS)):
        assert sum(codes[number] == other[number] for number in NUMBERS) <= 1


def test_the_codes_do_not_follow_the_numbers() -> None:
    codes = blind_codes(KEY, "2026", NUMBERS)
    places = [sorted(codes.values()).index(codes[number]) for number in NUMBERS]
    distance = sum((a - b) ** 2 for a, b in enumerate(places))
    # Spearman: 1 - 6d/(n^3 - n); with n = 40 chance keeps it within 3.3 / sqrt(39) = 0.53.
    assert abs(1 - 6 * distance / (40**3 - 40)) < 0.53


def test_codes_once_given_stay() -> None:
    first = blind_codes(KEY, "2026", NUMBERS[:10])
    later = blind_codes(KEY, "2026", NUMBERS, kept={**first, "P41": "A2A2"})
    assert {number: later[number] for number in first} == first
    assert len(set(later.values())) == 41


def test_when_all_codes_are_given_out_the_next_is_refused() -> None:
    every = [a + b + c + d for a in LETTERS for b in DIGITS for c in LETTERS for d in DIGITS]
    assert len(every) == CODES == 20_736
    kept = {f"P{n}": code for n, code in enumerate(every)}
    assert blind_codes(KEY, "2026", kept, kept=kept) == kept
    with pytest.raises(RuleBroken, match="用完"):
        blind_codes(KEY, "2026", ["Q1"], kept=kept)


@given(
    st.binary(min_size=1, max_size=32),
    st.text(max_size=5),
    st.dictionaries(st.text(max_size=4), st.sampled_from(Track)),
)
def test_an_order_holds_every_application_once_studios_first(
    seed: bytes, expert: str, tracks: dict[str, Track]
) -> None:
    queue = order(seed, expert, tracks)
    assert sorted(queue) == sorted(tracks)
    assert queue == order(seed, expert, dict(reversed(tracks.items())))
    kinds = [tracks[number] for number in queue]
    assert kinds == sorted(kinds, key=[Track.STUDIO, Track.PROJECT].index)


@given(st.sampled_from(sorted(TRACKS)))
def test_an_application_taken_away_moves_no_other(number: str) -> None:
    fewer = {name: track for name, track in TRACKS.items() if name != number}
    assert order(b"seed", "E1", fewer) == tuple(n for n in order(b"seed", "E1", TRACKS) if n != number)


def test_experts_and_rounds_have_different_orders() -> None:
    assert len({order(b"seed", f"E{n}", TRACKS) for n in range(9)}) == 9
    assert order(b"seed", "E1", TRACKS) != order(b"other", "E1", TRACKS)


def test_no_application_stands_early_or_late_for_everybody() -> None:
    projects = {number: track for number, track in TRACKS.items() if track is Track.PROJECT}
    orders = [order(b"seed", f"E{n}", projects) for n in range(400)]
    for number in projects:
        # 14 places: mean 6.5, standard error sqrt((14^2 - 1) / 12 / 400) = 0.20; four of these.
        assert abs(mean(queue.index(number) for queue in orders) - 6.5) < 0.8
