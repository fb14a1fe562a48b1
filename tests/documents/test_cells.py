"""Single cells: what people type, and what is refused with which remedy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.documents import cells
from panel.documents.cells import Wrong
from panel.documents.workbooks import Cell
from tests.documents.workshop import IDENTITY, UNIT_CODE


def text(value: str) -> Cell:
    return Cell("s", value)


def figure(value: str) -> Cell:
    return Cell("n", value)


def remedy(read: Callable[..., Any], cell: Cell, **options: Any) -> str:
    with pytest.raises(Wrong) as wrong:
        read(cell, **options)
    return str(wrong.value)


READERS: list[Callable[[Cell], Any]] = [
    lambda cell: cells.prose(cell, 10),
    cells.number,
    cells.money,
    lambda cell: cells.whole(cell, 1, 60),
    cells.yes,
    cells.ticked,
    cells.day,
    cells.identity,
    cells.unit_code,
]


@pytest.mark.parametrize("read", READERS[:5] + READERS[6:])
def test_formulas_and_errors_are_refused_everywhere(read: Callable[[Cell], Any]) -> None:
    assert remedy(read, Cell("f", "=A1")).startswith("不接受公式。")
    assert remedy(read, Cell("e", "#REF!")).startswith("这是 Excel 的错误值。")


@pytest.mark.parametrize(
    ("cell", "fen"),
    [
        (figure("48000"), 4_800_000),
        (figure("26800.5"), 2_680_050),
        (figure("0.30000000000000004"), 30),  # Excel shows fifteen digits of a computed number
        (figure("19.99"), 1999),
        (figure("100000000.07"), 10_000_000_007),
        (figure("1e5"), 10_000_000),
        (text("48,000.00"), 4_800_000),
        (text(" ２６８００．５０ 元 "), 2_680_050),
        (text("¥12"), 1200),
        (text("0"), 0),
    ],
)
def test_money_in_yuan_becomes_fen(cell: Cell, fen: int) -> None:
    assert cells.money(cell) == fen


@pytest.mark.parametrize("typed", ["5万元", "-1", "1.005", "1.2.3", "", "=1", "１２３４５６７８９０１２３"])
def test_money_that_is_not_taken(typed: str) -> None:
    assert remedy(cells.money, text(typed)).startswith(("请填写以元为单位的金额", "金额过大"))


@given(st.integers(0, cells.MOST_FEN))
def test_every_amount_survives_the_way_through_excel(fen: int) -> None:
    assert cells.money(figure(repr(fen / 100))) == fen


@pytest.mark.parametrize(
    ("cell", "value"), [(figure("12"), 12), (figure("12.0"), 12), (text("１２"), 12), (text(" 12 "), 12)]
)
def test_whole_numbers(cell: Cell, value: int) -> None:
    assert cells.whole(cell, 1, 60) == value


@pytest.mark.parametrize("typed", ["0", "61", "12.5", "-3", "十二", "1e1", "inf", "12个月", "٣"])
def test_whole_numbers_outside_or_malformed(typed: str) -> None:
    assert remedy(cells.whole, text(typed), least=1, most=60) == "请填写 1 至 60 之间的整数。"


@pytest.mark.parametrize("typed", ["是", "✓", "√", "Y", "１"])
def test_yes(typed: str) -> None:
    assert cells.yes(text(typed))
    assert cells.ticked(text(typed))


def test_no_and_neither() -> None:
    assert not cells.yes(text("否"))
    assert not cells.yes(Cell("b", "False"))
    assert cells.yes(Cell("b", "True"))
    assert remedy(cells.yes, text("大概")) == "请填“是”或“否”。"
    assert remedy(cells.ticked, text("已交")) == "已提交的填“✓”，未提交的留空。"


@pytest.mark.parametrize(
    ("cell", "first", "last"),
    [
        (Cell("d", "2024-03-31T00:00:00"), date(2024, 3, 31), date(2024, 3, 31)),
        (text("2024-03-31"), date(2024, 3, 31), date(2024, 3, 31)),
        (text("2024/3/1"), date(2024, 3, 1), date(2024, 3, 1)),
        (text("2024.3.1"), date(2024, 3, 1), date(2024, 3, 1)),
        (text("２０２４年３月１日"), date(2024, 3, 1), date(2024, 3, 1)),
        (text("2024年2月"), date(2024, 2, 1), date(2024, 2, 29)),
        (text("2023-02"), date(2023, 2, 1), date(2023, 2, 28)),
    ],
)
def test_dates_and_months(cell: Cell, first: date, last: date) -> None:
    assert cells.day(cell) == first
    assert cells.day(cell, end=True) == last


@pytest.mark.parametrize(
    "cell", [figure("45382"), text("2024"), text("2024-13"), text("2024-02-30"), text("至今")]
)
def test_what_is_no_date(cell: Cell) -> None:
    assert remedy(cells.day, cell) == "请填写日期，例如 2024-03-31 或 2024年3月。"


@pytest.mark.parametrize("typed", ["s01", "Ｓ０１", " S01 ", "S\u200b01"])
def test_numbers_of_things_are_written_in_one_way(typed: str) -> None:
    assert cells.number(text(typed)) == "S01"


@pytest.mark.parametrize("typed", ["甲1", "S 01/2", "-", "A" * 21, "?5"])
def test_numbers_of_things_that_are_not_taken(typed: str) -> None:
    assert remedy(cells.number, text(typed)).startswith("编号只用字母、数字")


def test_a_number_typed_as_a_figure_is_the_same_number() -> None:
    assert cells.number(figure("7")) == "7"
    assert cells.number(figure("20260001")) == "20260001"


def test_the_standards_own_examples_pass() -> None:
    # GB 11643-1999, 5; GB 32100-2015, annex A.
    assert cells.identity(text(IDENTITY)) == IDENTITY
    assert cells.identity(text("１１０１０５ 19491231 002x")) == IDENTITY
    assert cells.unit_code(text(UNIT_CODE)) == UNIT_CODE
    assert cells.unit_code(text(UNIT_CODE.lower())) == UNIT_CODE


@pytest.mark.parametrize(
    "code", [IDENTITY[:17], "11010519491331002X", "110105184912310020", "A" * 18, "٣" * 18]
)
def test_identity_numbers_of_the_wrong_form(code: str) -> None:
    assert remedy(cells.identity, text(code)).startswith("请填写 18 位公民身份号码")


@given(st.integers(0, 17), st.sampled_from("0123456789"))
def test_any_single_slip_in_a_code_is_found(place: int, digit: str) -> None:
    for read, good in ((cells.identity, IDENTITY), (cells.unit_code, UNIT_CODE)):
        slipped = good[:place] + digit + good[place + 1 :]
        if slipped != good:
            with pytest.raises(Wrong):
                read(text(slipped))


def test_unit_codes_of_the_wrong_form() -> None:
    assert remedy(cells.unit_code, text("91350100M000100I43")).startswith("统一社会信用代码为 18 位")
    assert remedy(cells.unit_code, text("9135")).startswith("统一社会信用代码为 18 位")


def test_codes_kept_as_figures_have_lost_digits() -> None:
    for read in (cells.identity, cells.unit_code):
        assert remedy(read, figure("1.1010519491231e+17")).startswith("这一格是数值格式")


def test_prose_keeps_its_punctuation_and_loses_what_cannot_be_seen() -> None:
    assert cells.prose(text("  甲公司（虚构） \n 二厂 "), 20) == "甲公司（虚构） 二厂"
    assert cells.prose(text("一。\r\n\r\n 二。\u200b"), 20, lines=True) == "一。\n\n二。"
    assert cells.prose(text("e\u0301"), 1) == "é"
    assert cells.prose(figure("2026.0"), 10) == "2026"
    assert cells.prose(figure("0.0"), 10) == "0"
    assert cells.prose(Cell("d", "2026-09-18T00:00:00"), 10) == "2026-09-18"


def test_prose_that_is_not_taken() -> None:
    assert remedy(cells.prose, text("一二三四"), longest=3) == "共 4 字，超过上限 3 字。请精简。"
    assert remedy(cells.prose, text("一\x07"), longest=3).startswith("含有不可见的控制字符。")


def test_secrets_are_shown_by_their_end() -> None:
    assert cells.masked(IDENTITY) == "…002X"
    assert cells.masked("12") == "12"
