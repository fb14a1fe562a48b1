"""Figures against seats: who is surely in, who is equal at the line, who is surely out."""

from __future__ import annotations

from panel.rules.seats import Split, best_first, competition_ranks, split


def test_all_figures_apart_leave_nobody_at_the_line() -> None:
    assert split({"A": 9, "B": 8, "C": 7}, 2) == Split(frozenset("AB"), frozenset(), frozenset("C"))


def test_equal_figures_that_all_have_a_seat_are_in() -> None:
    assert split({"A": 9, "B": 9, "C": 7}, 2) == Split(frozenset("AB"), frozenset(), frozenset("C"))


def test_equal_figures_across_the_last_seat_are_level() -> None:
    expected = Split(frozenset("A"), frozenset("BC"), frozenset("D"))
    assert split({"A": 9, "B": 8, "C": 8, "D": 7}, 2) == expected


def test_all_equal_are_all_level() -> None:
    assert split({"A": 8, "B": 8, "C": 8}, 2) == Split(frozenset(), frozenset("ABC"), frozenset())


def test_figures_are_written_best_first_and_equal_ones_by_number() -> None:
    assert best_first({"C": 8, "B": 8, "A": 7}) == (("B", 8), ("C", 8), ("A", 7))


def test_ranks_count_as_in_competitions() -> None:
    assert competition_ranks({"A": 70, "B": 80, "C": 80, "D": 90}) == {"D": 1, "B": 2, "C": 2, "A": 4}
    assert competition_ranks({}) == {}
