"""The look (版式) of a workbook to be filled in: a sheet of notes, then one sheet for each form."""

from __future__ import annotations

import datetime
import io
import math
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter

from panel.documents.forms import NOTES, Column, Form

CREATED = datetime.datetime(2026, 1, 1)  # noqa: DTZ001 - the file format knows no zone
"""Fixed, so that the same content gives the same bytes."""

Value = str | int | float | datetime.date | None
_BLANK_ROWS = 40
_WIDE = 200
"""Above this sum of widths a form is printed on A3, three pages across."""

_LEGEND = "表头带 * 的列必填；有下拉列表的列请从列表中选择。选中单元格可看到填写要求。"

_INK, _BAND, _HEAD, _PALE, _LINE, _GREY = "#1B2A41", "#1F3F6E", "#DCE6F2", "#F4F7FB", "#B8C4D6", "#5B6B82"
_FONT = "微软雅黑"
_HEADER_ROW = 2


@dataclass(frozen=True, slots=True)
class Guide:
    """What stands on the notes sheet: a title, what the workbook is for, and rules for filling it in."""

    title: str
    lines: tuple[str, ...]


def write(guide: Guide, forms: Sequence[Form], rows: Mapping[str, Sequence[Mapping[str, Value]]]) -> bytes:
    """The workbook of these forms, filled with `rows`; the same content gives the same bytes."""
    out = io.BytesIO()
    # No text that somebody typed may become a formula, a link or a number.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": guide.title, "created": CREATED})
        book.set_size(2400, 1400)
        writer = _Writer(book)
        places = writer.notes(guide, forms)
        for form in forms:
            writer.form(form, rows.get(form.name, ()), places)
    return out.getvalue()


Places = Mapping[tuple[str, ...], str]
"""Where on the notes sheet the terms of a drop-down stand."""


class _Writer:
    """Writes the sheets of one workbook in one look."""

    def __init__(self, book: Any) -> None:
        self._book = book
        base = {"font_name": _FONT, "font_size": 10.5, "font_color": _INK, "valign": "vcenter"}
        boxed = base | {"border": 1, "border_color": _LINE, "text_wrap": True}
        self._formats: dict[str, Any] = {
            name: book.add_format(properties)
            for name, properties in {
                "title": base
                | {"font_size": 16, "bold": True, "font_color": "white", "bg_color": _BAND, "indent": 1},
                "group": boxed
                | {"bold": True, "align": "center", "bg_color": _PALE, "font_color": _GREY, "font_size": 9.5},
                "required": boxed | {"bold": True, "align": "center", "bg_color": _HEAD},
                "header": boxed | {"align": "center", "bg_color": _PALE},
                "line": base | {"text_wrap": True},
                "heading": base
                | {"bold": True, "font_size": 12, "font_color": _BAND, "bottom": 2, "bottom_color": _BAND},
                "cell": boxed | {"indent": 1},
                "legend": boxed | {"bg_color": _PALE, "font_color": _GREY, "font_size": 9.5, "indent": 1},
                "centred": boxed | {"align": "center"},
                "named": boxed | {"bold": True, "bg_color": _PALE, "align": "center"},
                "ruled": {"border": 1, "border_color": _LINE},
                "text": base | {"num_format": "@", "text_wrap": True, "indent": 1},
                "centre": base | {"num_format": "@", "text_wrap": True, "align": "center"},
                "money": base | {"num_format": "#,##0.00", "indent": 1, "align": "right"},
                "whole": base | {"num_format": "0", "align": "center"},
                "date": base | {"num_format": "yyyy-mm-dd", "align": "center"},
            }.items()
        }

    # The notes

    def notes(self, guide: Guide, forms: Sequence[Form]) -> Places:
        """The first sheet: how to fill in, every column, every term of the drop-downs."""
        sheet = self._book.add_worksheet(NOTES)
        sheet.hide_gridlines(2)
        sheet.set_tab_color(_GREY)
        for column, width in enumerate((16, 24, 8, 78)):
            sheet.set_column(column, column, width)
        sheet.set_row(0, 36)
        sheet.merge_range(0, 0, 0, 3, guide.title, self._formats["title"])
        row = 2
        for place, line in enumerate(guide.lines, start=1):
            sheet.merge_range(row, 0, row, 3, f"{place}. {line}", self._formats["line"])
            sheet.set_row(row, _height(line, 120))
            row += 1
        row = self._explained(sheet, row + 1, forms)
        places = self._terms(sheet, row + 1, forms)
        self._page(sheet, landscape=True, repeat=None)
        return places

    def _explained(self, sheet: Any, row: int, forms: Sequence[Form]) -> int:
        self._heading(sheet, row, "各列说明")
        for at, name in enumerate(("工作表", "列", "必填", "填写要求")):
            sheet.write_string(row + 1, at, name, self._formats["required"])
        row += 2
        for form in forms:
            for column in form.columns:
                marks = (column.name, "必填" if column.required else "", column.hint)
                for at, text in enumerate(marks, start=1):
                    sheet.write_string(row, at, text, self._formats["centred" if at == 2 else "cell"])
                sheet.set_row(row, max(_height(column.name, 22), _height(column.hint, 76)))
                row += 1
            self._beside(sheet, row - len(form.columns), row - 1, form.name)
        return row

    def _terms(self, sheet: Any, row: int, forms: Sequence[Form]) -> Places:
        self._heading(sheet, row, "下拉选项")
        row += 1
        places: dict[tuple[str, ...], str] = {}
        for form in forms:
            for column in form.columns:
                if not column.choices or column.choices in places:
                    continue
                first = row
                for term in column.choices:
                    sheet.write_blank(row, 2, None, self._formats["cell"])
                    sheet.write_string(row, 3, term, self._formats["cell"])
                    sheet.set_row(row, _height(term, 78))
                    row += 1
                self._beside(sheet, first, row - 1, form.name)
                sharing = [other.name for other in form.columns if other.choices == column.choices]
                self._beside(sheet, first, row - 1, column.name + ("等" if sharing[1:] else ""), at=1)
                places[column.choices] = f"={NOTES}!$D${first + 1}:$D${row}"
        return places

    def _beside(self, sheet: Any, first: int, last: int, text: str, at: int = 0) -> None:
        """One name beside all the lines that belong to it."""
        if first == last:
            sheet.write_string(first, at, text, self._formats["named"])
        else:
            sheet.merge_range(first, at, last, at, text, self._formats["named"])

    def _heading(self, sheet: Any, row: int, text: str) -> None:
        sheet.merge_range(row, 0, row, 3, text, self._formats["heading"])
        sheet.set_row(row, 24)

    # A form

    def form(self, form: Form, rows: Sequence[Mapping[str, Value]], places: Places) -> None:
        """One sheet: title, groups, headers, then the rows and as many blank ones as one may want."""
        sheet = self._book.add_worksheet(form.name)
        sheet.hide_gridlines(2)
        sheet.set_tab_color(_BAND)
        last = len(form.columns) - 1
        sheet.set_row(0, 34)
        for at in range(last + 1):
            sheet.write_blank(0, at, None, self._formats["title"])
        sheet.write_string(0, 0, form.title, self._formats["title"])
        self._groups(sheet, form)
        sheet.set_row(_HEADER_ROW, max(_height(c.header, c.width) for c in form.columns) + 6)
        for at, column in enumerate(form.columns):
            style = "required" if column.required else "header"
            sheet.set_column(at, at, column.width, self._formats[column.style])
            sheet.write_string(_HEADER_ROW, at, column.header, self._formats[style])
            self._validation(sheet, at, column, places)
        sheet.freeze_panes(_HEADER_ROW + 1, 1)
        for number, row in enumerate(rows, start=_HEADER_ROW + 1):
            self._row(sheet, number, form, row)
        end = _HEADER_ROW + max(len(rows), _BLANK_ROWS)
        ruled = {"type": "formula", "criteria": "=TRUE", "format": self._formats["ruled"]}
        sheet.conditional_format(_HEADER_ROW + 1, 0, end, last, ruled)
        wide = sum(column.width for column in form.columns) > _WIDE
        self._page(sheet, form.landscape, repeat=_HEADER_ROW, across=3 if wide else 1)
        sheet.print_area(0, 0, _HEADER_ROW + max(len(rows), 15), last)

    def _groups(self, sheet: Any, form: Form) -> None:
        """Neighbouring columns of one group share a band above their headers."""
        sheet.set_row(1, 18)
        if not any(column.group for column in form.columns):
            sheet.merge_range(1, 0, 1, len(form.columns) - 1, _LEGEND, self._formats["legend"])
            return
        start = 0
        for at in range(1, len(form.columns) + 1):
            group = form.columns[start].group
            if at < len(form.columns) and form.columns[at].group == group:
                continue
            if at - start > 1:
                sheet.merge_range(1, start, 1, at - 1, group, self._formats["group"])
            else:
                sheet.write_string(1, start, group, self._formats["group"])
            start = at

    def _row(self, sheet: Any, number: int, form: Form, row: Mapping[str, Value]) -> None:
        height = _height("", 1)
        for at, column in enumerate(form.columns):
            value, style = row.get(column.name), self._formats[column.style]
            if value is None or value == "":
                sheet.write_blank(number, at, None, style)
            elif isinstance(value, datetime.date):
                sheet.write_datetime(number, at, value, style)
            elif isinstance(value, str):
                sheet.write_string(number, at, value, style)
                height = max(height, _height(value, column.width - 2))
            else:
                sheet.write_number(number, at, value, style)
        sheet.set_row(number, height)

    def _validation(self, sheet: Any, at: int, column: Column, places: Places) -> None:
        rule: dict[str, Any] = {
            "validate": "any",
            "input_title": column.name[:32],
            "input_message": column.hint[:255],
        }
        if column.choices:
            rule |= {
                "validate": "list",
                "source": places[column.choices],
                "error_title": "请从列表中选择",
                "error_message": "请从下拉列表中选择一项。",
            }
        sheet.data_validation(_HEADER_ROW + 1, at, 1999, at, rule)

    def _page(self, sheet: Any, landscape: bool, repeat: int | None, across: int = 1) -> None:
        sheet.set_paper(9 if across == 1 else 8)  # A4, A3
        if landscape:
            sheet.set_landscape()
        sheet.fit_to_pages(across, 0)
        sheet.set_margins(0.4, 0.4, 0.5, 0.6)
        sheet.set_footer("&L&A&R第 &P 页，共 &N 页")
        if repeat is not None:
            sheet.repeat_rows(0, repeat)
        if across > 1:
            sheet.repeat_columns(0)


def _height(text: str, width: float) -> float:
    """How high a row must be for a text in a column: a Chinese character is two columns wide."""
    lines = 0
    for line in text.split("\n"):
        columns = sum(2.1 if unicodedata.east_asian_width(c) in "WF" else 1.1 for c in line)
        lines += max(1, math.ceil(columns / width))
    return 16.5 * lines + 5
