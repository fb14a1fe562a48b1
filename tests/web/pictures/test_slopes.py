"""Rank slopes: one line an application from column to column, and who crosses the cut."""

from __future__ import annotations

from panel.web.pictures.slopes import BESIDE, Listed, slopes


def listed(order: str, seated: int) -> Listed:
    numbers = tuple(order.split())
    return Listed(order, numbers, seated, dict.fromkeys(numbers, "80.00"))


def test_who_crosses_the_cut_is_told_by_direction() -> None:
    found = slopes([listed("A B C", 2), listed("A C B", 2)])
    crossing = {line.number: line.crosses for line in found.lines}
    assert crossing == {"A": "", "B": "out", "C": "in"}
    assert set(found.crossing) == {"B", "C"}
    assert next(line.number for line in found.lines) == "A"  # what crosses is drawn on top
    assert not found.same


def test_who_waits_for_a_vote_crosses_nothing() -> None:
    found = slopes([listed("A B C", 2), listed("A C B", 2)], {"B"})
    assert found.crossing == ("C",)


def test_equal_orders_are_the_same() -> None:
    assert slopes([listed("A B", 1), listed("A B", 1), listed("A B", 1)]).same


def test_every_column_has_its_own_cut() -> None:
    left, right = slopes([listed("A B C", 2), listed("A B C", 1)]).columns
    assert (left.cut or 0) > (right.cut or 0) > 0
    assert slopes([listed("A B", 2), listed("A B", 0)]).columns[0].cut is None


def test_who_is_missing_in_a_column_has_no_line_there() -> None:
    found = slopes([listed("A B C", 1), listed("A B", 1)])
    assert {line.number for line in found.lines} == {"A", "B"}
    assert [point.score for point in found.columns[0].points] == ["80.00"] * 3


def test_lines_keep_off_the_words_of_the_middle_column_and_end_on_their_row() -> None:
    found = slopes([listed("A B", 1), listed("B A", 1), listed("B A", 1)])
    first, middle, last = (column.x for column in found.columns)
    ends = {(line.x1, line.x2) for line in found.lines}
    assert ends == {(first, middle - BESIDE), (middle + BESIDE, last)}
    for line in found.lines:
        left, right = found.columns[:2] if line.x1 == first else found.columns[1:]
        rows = [next(p.y for p in column.points if p.number == line.number) for column in (left, right)]
        assert [line.y1, line.y2] == rows
