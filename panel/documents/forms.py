"""The forms (填报表格) of a workbook: described once by their columns, read here and written by `layouts`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeVar

from panel.documents import cells
from panel.documents.workbooks import Cell, Sheet
from panel.errors import InvalidInput, Problem
from panel.language import _, between

NOTES = "填写说明"
_T = TypeVar("_T")
_HEADER_SEARCH = 10


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its header, what may stand in it, and how wide and in which form it is written.

    A workbook is Chinese, as the regulation is; a hint is marked for the catalogue, since problems repeat it.
    """

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
                self.problem(column, _("必填。") + between() + _(plan.hint))
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
                    _("请从下拉列表中选择：{terms}。").format(terms=_("、").join(values))
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
    """The filled rows of every form; sheets and columns unlike the template end it."""
    names = {cells.compact(form.name): form for form in forms}
    rows: dict[str, list[Row]] = {form.name: [] for form in forms}
    seen: set[str] = set()
    for sheet in sheets:
        form = names.get(cells.compact(sheet.name))
        if form:
            seen.add(form.name)
            rows[form.name] = list(_rows(sheet, form, findings))
        elif sheet.rows and cells.compact(sheet.name) != NOTES:
            expected = _("、").join(form.name for form in forms)
            remedy = _("模板中没有这张工作表，请删除；模板的工作表为：{names}。").format(names=expected)
            findings.add(_("工作表“{name}”").format(name=sheet.name), "", remedy)
    for form in forms:
        if form.name not in seen and not form.optional:
            remedy = _("缺少这张工作表。请使用模板，不要删除或改名。")
            findings.add(_("工作表“{name}”").format(name=form.name), "", remedy)
    findings.stop_if_any()
    return rows


def _rows(sheet: Sheet, form: Form, findings: Findings) -> Iterator[Row]:
    header = _header_row(sheet, form)
    if header is None:
        remedy = _("找不到表头（应有“{first}”一列）。请使用模板填写。").format(first=form.columns[0].name)
        findings.add(_("工作表“{name}”").format(name=form.name), "", remedy)
        return
    columns = _columns(sheet, form, header, findings)
    headed = {at for at, cell in sheet.rows[header].items() if _name(cell)}
    for number, line in sheet.rows.items():
        if number <= header:
            continue
        filled = {at: cell for at, cell in line.items() if cell.kind != "s" or cell.value.strip()}
        for at in filled.keys() - headed:
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
            expected = _("、").join(column.name for column in form.columns)
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
