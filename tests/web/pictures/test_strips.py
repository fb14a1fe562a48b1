"""Dot strips: a row an application, a dot an expert, no dot hidden under another."""

from __future__ import annotations

from panel.web.pictures.strips import NEAR, Given, cut_between, strips


def given(number: str, *totals: float, selected: bool = False, official: float | None = None) -> Given:
    named = {f"E{n}": total for n, total in enumerate(totals, 1)}
    mean = sum(totals) / len(totals) if totals else None
    return Given(number, named, mean, official, "–", selected)


def test_rows_stand_in_the_given_order_with_the_cut_between() -> None:
    found = strips([given("S02", 90, 80, selected=True), given("S01", 70, 60)])
    assert [row.given.number for row in found.rows] == ["S02", "S01"]
    assert found.rows[0].y < (found.cut or 0) < found.rows[1].y
    assert found.height > found.rows[-1].y


def test_dots_lie_where_the_axis_has_their_totals() -> None:
    (row,) = strips([given("S01", 60, 80, 70, official=75.0)]).rows
    axis = strips([given("S01", 60, 80, 70, official=75.0)]).axis
    assert [(dot.expert, dot.total, dot.x) for dot in row.dots] == [
        ("E1", 60, axis.at(60)),
        ("E3", 70, axis.at(70)),
        ("E2", 80, axis.at(80)),
    ]
    assert row.mean == axis.at(70)
    assert row.official == axis.at(75)


def test_equal_totals_are_moved_apart() -> None:
    (row,) = strips([given("S01", 80, 80, 80, 60)]).rows
    together = [dot for dot in row.dots if dot.total == 80]
    assert len({dot.x for dot in together}) == 1
    assert len({dot.y for dot in together}) == 3
    crowd = strips([given("S01", 80, 80, 80, 80, 60)]).rows[0]  # a fourth has no place of its own
    assert max(sum(d.y == y and d.total == 80 for d in crowd.dots) for y in {d.y for d in crowd.dots}) == 2


def test_dots_far_apart_stay_on_the_line() -> None:
    (row,) = strips([given("S01", 60, 70, 80)]).rows
    assert {dot.y for dot in row.dots} == {row.y}
    assert all(b.x - a.x >= NEAR for a, b in zip(row.dots, row.dots[1:], strict=False))


def test_sheets_to_check_are_marked() -> None:
    found = strips([given("S01", 60, 70), given("S02", 60, 70)], {("E2", "S01")})
    assert [(row.given.number, dot.expert) for row in found.rows for dot in row.dots if dot.noted] == [
        ("S01", "E2")
    ]
    assert found.noted
    assert not strips([given("S01", 60)]).noted


def test_an_application_without_figures_has_an_empty_row() -> None:
    (row,) = strips([given("S01")]).rows
    assert (row.dots, row.mean, row.official) == ((), None, None)


def test_there_is_no_line_where_all_are_on_one_side() -> None:
    assert cut_between([True, True], 10, 20) is None
    assert cut_between([False, False], 10, 20) is None
    assert cut_between([True, False, False], 10, 20) == 30
