"""The look (版式) of a workbook that is handed out: sheets written from the top down, to be printed on A4."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import xlsxwriter
from xlsxwriter.chart import Chart
from xlsxwriter.format import Format
from xlsxwriter.utility import quote_sheetname, xl_range, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet


@dataclass(frozen=True, slots=True)
class Formula:
    """A number that the office program can work out again: `text` without typed words, and its value now."""

    text: str
    value: float | int


Cell: TypeAlias = str | float | int | Formula | None
"""Text, a number, a formula of our own, or nothing."""

INK, BAND, HEAD, PALE, LINE, GREY = "#1B2A41", "#1F3F6E", "#DCE6F2", "#F4F7FB", "#B8C4D6", "#5B6B82"
RED = "#B93214"
FONT = "微软雅黑"
_SHEET_NAME = 31
_LINE_HEIGHT = 17
_CHART_WIDTH, _ROW_PIXELS = 900, 20


class Styles:
    """The formats of one workbook, each made once."""

    def __init__(self, book: xlsxwriter.Workbook, places: int) -> None:
        self.book = book
        self.places = places
        self._made: dict[tuple[tuple[str, Any], ...], Format] = {}
        self._names: set[str] = set()

    def of(self, **what: Any) -> Format:
        """The format of these properties; text is marked as text, so that editing makes no formula of it."""
        key = tuple(sorted(what.items()))
        if key not in self._made:
            base = {"font_name": FONT, "font_size": 10, "font_color": INK, "valign": "vcenter"}
            self._made[key] = self.book.add_format(base | what)
        return self._made[key]

    def text(self, **what: Any) -> Format:
        """A bordered cell of text."""
        shown = {"text_wrap": True, "border": 1, "border_color": LINE, "quote_prefix": True}
        return self.of(**shown | ({} if "align" in what else {"indent": 1}) | what)

    def figure(self, number_format: str = "0", **what: Any) -> Format:
        """A bordered cell with a number."""
        shown = {"num_format": number_format, "align": "right", "border": 1, "border_color": LINE}
        return self.of(**shown | what)

    @property
    def score(self) -> str:
        """How official scores are shown."""
        return "0." + "0" * self.places if self.places else "0"

    def sheet(self, title: str, widths: Sequence[float]) -> Sheet:
        """A new worksheet, to be printed on A4 across."""
        tab, tries = title[:_SHEET_NAME], 1
        while tab.casefold() in self._names:
            tries += 1
            tab = f"{title[: _SHEET_NAME - 5]} ({tries})"
        self._names.add(tab.casefold())
        worksheet = self.book.add_worksheet(tab)
        worksheet.hide_gridlines(2)
        worksheet.set_landscape()
        worksheet.set_paper(9)
        worksheet.set_margins(left=0.45, right=0.45, top=0.55, bottom=0.6)
        worksheet.fit_to_pages(1, 0)
        for column, width in enumerate(widths):
            worksheet.set_column(column, column, width)
        return Sheet(self, worksheet, tuple(widths))


@dataclass(slots=True)
class Sheet:
    """One worksheet, written from the top down."""

    styles: Styles
    worksheet: Worksheet
    widths: tuple[float, ...]
    row: int = 0

    def title(self, words: str, below: Iterable[tuple[str, bool]] = ()) -> None:
        """The heading, and lines under it (true: a line that asks for attention)."""
        heading = self.styles.of(bold=True, font_size=16, font_color=BAND)
        self._line(words, heading, 30)
        for line, urgent in below:
            look = self.styles.of(font_color=RED, bold=True) if urgent else self.styles.of(font_color=GREY)
            self._line(line, look, 18)
        self.gap(6)

    def head(self, columns: Sequence[str]) -> None:
        """The names of the columns; repeated on every printed page and kept in view."""
        look = self.styles.text(bold=True, bg_color=HEAD, align="center")
        self._set_height(max(24.0, _LINE_HEIGHT * self._lines(columns) + 6))
        for column, words in enumerate(columns):
            self.worksheet.write_string(self.row, column, words, look)
        self.worksheet.repeat_rows(self.row)
        self.row += 1
        self.worksheet.freeze_panes(self.row, 0)

    def band(self, words: str) -> None:
        """A line across that begins a part."""
        self._across(
            words, self.styles.of(bold=True, font_color="#FFFFFF", bg_color=BAND, font_size=11, indent=1), 22
        )

    def rule(self, words: str) -> None:
        """The cut line across."""
        look = self.styles.of(
            bold=True, font_color=BAND, bg_color=PALE, align="center", top=5, top_color=BAND
        )
        self._across(words, look, 20)

    def note(self, words: str) -> None:
        """A remark under a table."""
        self._line(words, self.styles.of(font_color=GREY), 18)

    def gap(self, height: float = 10) -> None:
        """Some room."""
        self._set_height(height)
        self.row += 1

    def cells(self, values: Sequence[Cell], looks: Sequence[Format]) -> None:
        """One row; its height follows the longest text."""
        self._set_height(max(20.0, _LINE_HEIGHT * self._lines(values) + 4))
        for column, (value, look) in enumerate(zip(values, looks, strict=True)):
            if value is None:
                self.worksheet.write_blank(self.row, column, None, look)
            elif isinstance(value, str):
                self.worksheet.write_string(self.row, column, value, look)
            elif isinstance(value, Formula):
                self.worksheet.write_formula(self.row, column, value.text, look, value.value)
            else:
                self.worksheet.write_number(self.row, column, value, look)
        self.row += 1

    def reference(self, column: int) -> str:
        """A cell of the next row as other sheets refer to it."""
        cell = xl_rowcol_to_cell(self.row, column, row_abs=True, col_abs=True)
        return f"{quote_sheetname(self.worksheet.get_name())}!{cell}"

    def cell(self, column: int) -> str:
        """A cell of the next row."""
        return str(xl_rowcol_to_cell(self.row, column))

    def across(self, first: int, last: int, row: int | None = None) -> str:
        """Cells from column to column, of the next row or of a certain one."""
        return str(xl_range(self.row if row is None else row, first, self.row if row is None else row, last))

    def chart(self, made: Chart, height: int) -> None:
        """A chart of so many pixels under what is there."""
        width = sum(int(column * 7 + 5) for column in self.widths)
        made.set_size({"width": min(width, _CHART_WIDTH), "height": height})
        self.worksheet.insert_chart(self.row, 0, made, {"object_position": 2, "x_offset": 2, "y_offset": 4})
        for _row in range(-(-(height + 8) // _ROW_PIXELS)):
            self.gap(_ROW_PIXELS * 0.75)

    def chart_beside(self, made: Chart, first: int, column: int) -> None:
        """A chart at the right of the rows since `first`, from that column on."""
        made.set_size({"width": 620, "height": (self.row - first) * 27 - 6})
        self.worksheet.insert_chart(
            first, column, made, {"object_position": 2, "x_offset": 12, "y_offset": 4}
        )

    def finish(self, words: str) -> None:
        """The foot of every printed page."""
        self.worksheet.set_footer(f"&L&8{words.replace('&', '&&')}&R&8&P / &N")

    def _across(self, words: str, look: Format, height: float) -> None:
        self._set_height(height)
        self.worksheet.merge_range(self.row, 0, self.row, len(self.widths) - 1, "", look)
        self.worksheet.write_string(self.row, 0, words, look)
        self.row += 1

    def _line(self, words: str, look: Format, height: float) -> None:
        self._set_height(height)
        self.worksheet.write_string(self.row, 0, words, look)
        self.row += 1

    def _set_height(self, height: float) -> None:
        self.worksheet.set_row(self.row, min(height, 400))

    def _lines(self, values: Sequence[Cell]) -> int:
        pairs = zip(values, self.widths, strict=True)
        return max((_lines(value, width) for value, width in pairs if isinstance(value, str)), default=1)


def _lines(text: str, width: float) -> int:
    """How many lines a text takes in a column; a Chinese character counts as two."""
    return sum(max(1, math.ceil(_columns(line) * 1.06 / (width - 1))) for line in text.split("\n"))


def _columns(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in line)
