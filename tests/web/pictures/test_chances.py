"""Chances: those around the cut, with the grey area shaded."""

from __future__ import annotations

from panel.rules.analyses import Chance
from panel.web.pictures.chances import BESIDE, around_the_cut, bars

NUMBERS = [f"P{n:02}" for n in range(1, 31)]


def chances(**given: float) -> dict[str, Chance]:
    return {n: Chance(given.get(n, 0.0), k, k + 2, k + 0.5) for k, n in enumerate(NUMBERS, 1)}


def test_only_those_around_the_cut_are_drawn() -> None:
    found = bars(NUMBERS, NUMBERS[:10], chances())
    assert [row.number for row in found.rows] == NUMBERS[10 - BESIDE : 10 + BESIDE]
    assert found.left_out == 30 - 2 * BESIDE
    assert [row.selected for row in found.rows] == [True] * BESIDE + [False] * BESIDE


def test_who_is_near_the_cut_is_drawn_wherever_it_stands() -> None:
    shown = around_the_cut(NUMBERS, NUMBERS[:10], chances(P02=0.8, P29=0.2, P30=0.1))
    assert shown == ("P02", *NUMBERS[10 - BESIDE : 10 + BESIDE], "P29")


def test_bars_and_whiskers_follow_their_axes() -> None:
    found = bars(["P01", "P02"], ["P01"], chances(P01=0.75, P02=0.25))
    first, second = found.rows
    assert first.end == found.shares.at(0.75)
    assert found.shade == (found.shares.at(0.1), found.shares.at(0.9))
    assert first.low == found.ranks.at(1)
    assert first.middle == found.ranks.at(1.5)
    assert first.high == found.ranks.at(3)
    assert first.y < (found.cut or 0) < second.y
