"""The forms (填报表格) of a workbook: described once by their columns, and written and read by them."""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, TypeVar

import xlsxwriter

from panel.documents import cells
from panel.documents.workbooks import Cell, Sheet
from panel.errors import InvalidInput, Problem
from panel.language import _

CREATED = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC).replace(tzinfo=None)
"""Fixed, so that the same content gives the same bytes."""

NOTES = "填写说明"
Value = str | int | float | datetime.date | None
_T = TypeVar("_T")
_HEADER_SEARCH = 10
_BLANK_ROWS = 40


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its header, what may stand in it, and how wide and in which form it is written."""

    name: str
    width: float
    hint: str
    required: bool = False
    choices: tuple[str, ...] = ()
    style: str = "text"
    secret: bool = False
    group: str = ""

    @property
    def header(self) -> str:
        """The header as it stands in the sheet; the star means that the cell must be filled in."""
        return f"{self.name}*" if self.required else self.name


@dataclass(frozen=True, slots=True)
class Form:
    """One sheet of a workbook; its first column is never left empty in a filled row."""

    name: str
    title: str
    columns: tuple[Column, ...]
    optional: bool = False
    landscape: bool = True

    def column(self, name: str) -> Column:
        """The column of that name."""
        return next(column for column in self.columns if column.name == name)


# Reading


@dataclass(slots=True)
class Findings:
    """The problems found so far in one workbook."""

    problems: list[Problem] = field(default_factory=list)

    def add(self, where: str, value: str, remedy: str) -> None:
        """One more, with a value short enough to be shown."""
        self.problems.append(Problem(where, value if len(value) <= 60 else value[:60] + "…", remedy))

    def stop_if_any(self) -> None:
        """Nothing is taken from a workbook with any problem."""
        if self.problems:
            raise InvalidInput(*self.problems)


@dataclass(frozen=True, slots=True)
class Row:
    """One filled row of a form: problems go to `findings`, and something of the right type comes back."""

    form: Form
    number: int
    cells: Mapping[str, Cell]
    findings: Findings

    def where(self, column: str = "") -> str:
        """The place in words: sheet, row and, where it is one cell, column."""
        place = _("{sheet} 第{row}行").format(sheet=self.form.name, row=self.number)
        return f"{place} “{column}”" if column else place

    def filled(self, column: str) -> bool:
        """Whether anything stands in the cell."""
        return column in self.cells

    def get(self, column: str, read: Callable[[Cell], _T], otherwise: _T) -> _T:
        """The cell as `read` takes it; `otherwise` when it is empty or wrong."""
        plan = self.form.column(column)
        if column not in self.cells:
            if plan.required:
                self.problem(column, _("必填。") + plan.hint)
            return otherwise
        try:
            return read(self.cells[column])
        except cells.Wrong as wrong:
            self.problem(column, str(wrong))
            return otherwise

    def choice(self, column: str, values: Mapping[str, _T], otherwise: _T) -> _T:
        """One of the terms that the drop-down offers."""
        known = {cells.compact(term): value for term, value in values.items()}

        def read(cell: Cell) -> _T:
            try:
                return known[cells.compact(cells.raw(cell))]
            except KeyError:
                raise cells.Wrong(
                    _("请从下拉列表中选择：{terms}。").format(terms="、".join(values))
                ) from None

        return self.get(column, read, otherwise)

    def problem(self, column: str, remedy: str) -> None:
        """What is wrong with a cell; a secret value is shown by its last four characters."""
        cell = self.cells.get(column)
        value = cell.value if cell and cell.kind != "f" else ""
        self.findings.add(
            self.where(column), cells.masked(value) if self.form.column(column).secret else value, remedy
        )


def read(sheets: Sequence[Sheet], forms: Sequence[Form], findings: Findings) -> dict[str, list[Row]]:
    """The filled rows of every form; sheets and columns that the template does not know are problems."""
    names = {cells.compact(form.name): form for form in forms}
    rows: dict[str, list[Row]] = {form.name: [] for form in forms}
    seen: set[str] = set()
    for sheet in sheets:
        form = names.get(cells.compact(sheet.name))
        if form:
            seen.add(form.name)
            rows[form.name] = list(_rows(sheet, form, findings))
        elif sheet.rows and cells.compact(sheet.name) != NOTES:
            expected = "、".join(form.name for form in forms)
            remedy = _("模板中没有这张工作表，请删除；模板的工作表为：{names}。").format(names=expected)
            findings.add(_("工作表“{name}”").format(name=sheet.name), "", remedy)
    for form in forms:
        if form.name not in seen and not form.optional:
            remedy = _("缺少这张工作表。请使用模板，不要删除或改名。")
            findings.add(_("工作表“{name}”").format(name=form.name), "", remedy)
    return rows


def _rows(sheet: Sheet, form: Form, findings: Findings) -> Iterator[Row]:
    header = _header_row(sheet, form)
    if header is None:
        remedy = _("找不到表头（应有“{first}”一列）。请使用模板填写。").format(first=form.columns[0].name)
        findings.add(_("工作表“{name}”").format(name=form.name), "", remedy)
        return
    columns = _columns(sheet, form, header, findings)
    for number, line in sheet.rows.items():
        if number <= header:
            continue
        filled = {at: cell for at, cell in line.items() if cell.kind != "s" or cell.value.strip()}
        for at in filled.keys() - columns.keys():
            where = _("{sheet} 第{row}行第{column}列").format(sheet=form.name, row=number, column=at)
            findings.add(where, filled[at].value, _("这一列没有表头。请删去，或移到模板的列中。"))
        known = {columns[at]: cell for at, cell in filled.items() if at in columns}
        if known:
            yield Row(form, number, known, findings)


def _header_row(sheet: Sheet, form: Form) -> int | None:
    """The first row near the top that has the first column's header in any place."""
    first = cells.compact(form.columns[0].name)
    for number, line in sheet.rows.items():
        if number <= _HEADER_SEARCH and first in {_name(cell) for cell in line.values()}:
            return number
    return None


def _name(cell: Cell) -> str:
    return cells.compact(cell.value).rstrip("*")


def _columns(sheet: Sheet, form: Form, header: int, findings: Findings) -> dict[int, str]:
    """Column number -> the form's name of it."""
    known = {cells.compact(column.name): column for column in form.columns}
    found: dict[int, str] = {}
    for at, cell in sheet.rows[header].items():
        if not _name(cell):
            continue
        column = known.get(_name(cell))
        where = _("{sheet} 第{row}行（表头）").format(sheet=form.name, row=header)
        if column is None:
            expected = "、".join(column.name for column in form.columns)
            remedy = _("模板中没有这一列，请删去；应有的列为：{names}。").format(names=expected)
            findings.add(where, cell.value, remedy)
        elif column.name in found.values():
            findings.add(where, cell.value, _("这一列出现了两次，请只保留一列。"))
        else:
            found[at] = column.name
    for column in form.columns:
        if column.required and column.name not in found.values():
            remedy = _("缺少这一列。请使用模板，不要删改表头。")
            findings.add(
                _("{sheet} 第{row}行（表头）").format(sheet=form.name, row=header), column.name, remedy
            )
    return found


def unique(
    rows: Sequence[Row], column: str, taken: Mapping[str, Row] = MappingProxyType({})
) -> dict[str, Row]:
    """The rows by their number; a number that stands twice is a problem of the later row."""
    found: dict[str, Row] = {}
    for row in rows:
        number = row.get(column, cells.number, "")
        first = found.get(number) or taken.get(number)
        if number and first:
            row.problem(column, _("编号重复，已用于{place}。").format(place=first.where()))
        # Without a number of its own the row is still read, for its other problems.
        found[f"?{row.number}" if first or not number else number] = row
    return found


# Writing

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
                "line": base | {"text_wrap": True, "valign": "top"},
                "heading": base
                | {"bold": True, "font_size": 12, "font_color": _BAND, "bottom": 2, "bottom_color": _BAND},
                "cell": boxed | {"valign": "top"},
                "centred": boxed | {"valign": "top", "align": "center"},
                "ruled": {"border": 1, "border_color": _LINE},
                "text": base | {"num_format": "@", "text_wrap": True, "valign": "top"},
                "centre": base | {"num_format": "@", "text_wrap": True, "valign": "top", "align": "center"},
                "money": base | {"num_format": "#,##0.00", "valign": "top"},
                "whole": base | {"num_format": "0", "valign": "top", "align": "center"},
                "date": base | {"num_format": "yyyy-mm-dd", "valign": "top", "align": "center"},
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
            sheet.set_row(row, 18 * (1 + len(line) // 68))
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
                marks = (form.name, column.name, "必填" if column.required else "", column.hint)
                for at, text in enumerate(marks):
                    sheet.write_string(row, at, text, self._formats["centred" if at == 2 else "cell"])
                sheet.set_row(row, 18 * (1 + len(column.hint) // 40))
                row += 1
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
                    for at, text in enumerate((form.name, column.name, "", term)):
                        sheet.write_string(row, at, text, self._formats["cell"])
                    row += 1
                places[column.choices] = f"={NOTES}!$D${first + 1}:$D${row}"
        return places

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
        sheet.set_row(_HEADER_ROW, 18 * max(1 + len(c.header) * 2.1 // c.width for c in form.columns))
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
        self._page(sheet, form.landscape, repeat=_HEADER_ROW)
        sheet.print_area(0, 0, _HEADER_ROW + max(len(rows), 15), last)

    def _groups(self, sheet: Any, form: Form) -> None:
        """Neighbouring columns of one group share a band above their headers."""
        sheet.set_row(1, 18)
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
        lines = 1
        for at, column in enumerate(form.columns):
            value, style = row.get(column.name), self._formats[column.style]
            if value is None or value == "":
                sheet.write_blank(number, at, None, style)
            elif isinstance(value, datetime.date):
                sheet.write_datetime(number, at, value, style)
            elif isinstance(value, str):
                sheet.write_string(number, at, value, style)
                lines = max(lines, 1 + int(len(value) * 2.05 // column.width))
            else:
                sheet.write_number(number, at, value, style)
        sheet.set_row(number, 17 * lines + 4)

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

    def _page(self, sheet: Any, landscape: bool, repeat: int | None) -> None:
        sheet.set_paper(9)
        if landscape:
            sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(0.4, 0.4, 0.5, 0.6)
        sheet.set_footer("&L&A&R第 &P 页，共 &N 页")
        if repeat is not None:
            sheet.repeat_rows(0, repeat)
