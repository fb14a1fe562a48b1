"""Comma-separated values as columns: what stands in a file, before anybody asks what it means."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from panel.errors import InvalidInput, Problem
from panel.language import _

ROWS = 50_000
"""Rows taken at a time."""

SHOWN = 80
"""Characters of a faulty value that are shown."""

Codes = NDArray[np.intp]


class _Names(dict[str, int]):
    """Numbers texts in the order in which they come."""

    def __missing__(self, text: str) -> int:
        self[text] = found = len(self)
        return found


@dataclass(frozen=True, eq=False)
class Column:
    """A column: its different texts, trimmed, and which of them each row has."""

    name: str
    texts: tuple[str, ...]
    codes: Codes


@dataclass(frozen=True, eq=False)
class Table:
    """The known columns of a file by name, its header, and its lines for whoever looks for one."""

    columns: Mapping[str, Column]
    header: tuple[str, ...]
    lines: Lines

    def fault(self, column: Column, code: int, remedy: str) -> InvalidInput:
        """What is wrong with a text, at the first row that has it."""
        return self.at(int(np.argmax(column.codes == code)), column, remedy)

    def at(self, row: int, column: Column, remedy: str) -> InvalidInput:
        """What is wrong in a column of a row."""
        where = _("第 {line} 行，{column} 列").format(line=self.lines.line(row), column=column.name)
        return refused(where, column.texts[column.codes[row]], remedy)


def read(data: bytes, known: Sequence[str], needed: Sequence[str]) -> Table:
    """Read a text file with one header line, delimited by comma, semicolon or tab.

    Raises
    ------
    InvalidInput
        It is no such text, lacks a needed column, has one twice, or rows of another width.
    """
    text = _decoded(data)
    delimiter, header = _header(text, known, needed)
    lines = Lines(text, delimiter)
    return Table(_columns(lines, [name for name in known if name in header], header), header, lines)


def refused(where: str, value: str, remedy: str) -> InvalidInput:
    """One fault of the input."""
    return InvalidInput(Problem(where, value[:SHOWN], remedy))


def _decoded(data: bytes) -> str:
    """UTF-8 with or without a mark, UTF-16 with one, else GB 18030."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    if b"\0" in data or data.startswith(b"PK\x03\x04"):
        raise refused(_("文件"), "", _("不是文本文件；请在表格软件中另存为 CSV（UTF-8）"))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        broken = error
    try:
        return data.decode("gb18030")
    except UnicodeDecodeError:
        line = data.count(b"\n", 0, broken.start) + 1
        where = _("第 {line} 行").format(line=line)
        raise refused(where, "", _("文字编码无法识别；请另存为 CSV（UTF-8）")) from None


def _header(text: str, known: Sequence[str], needed: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """The delimiter, and the names of the columns in small letters."""
    first = next((line for line in io.StringIO(text, newline=None) if line.strip(" ,;\t\r\n")), "")
    if not first:
        raise refused(_("文件"), "", _("是空的；第一行应为列名 {names}").format(names=", ".join(needed)))
    delimiter = max(",;\t", key=first.count)
    row = next(Lines(text, delimiter).all_rows(), (0, []))[1]
    header = tuple(name.strip().lower() for name in row)
    for name in needed:
        if name not in header:
            remedy = _("缺少列 {name}；第一行应有列名 {names}，以逗号、分号或制表符分隔")
            where = _("第 {line} 行").format(line=1)
            raise refused(where, first.strip(), remedy.format(name=name, names=", ".join(needed)))
    for name in known:
        if header.count(name) > 1:
            raise refused(_("第 {line} 行").format(line=1), name, _("列名重复，请只保留一列"))
    return delimiter, header


class Lines:
    """The rows of the file, each with its line, for whoever looks for one."""

    def __init__(self, text: str, delimiter: str) -> None:
        self._text, self._delimiter = text, delimiter

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Every row but the header and blank ones, with the line on which it ends."""
        return islice(self.all_rows(), 1, None)

    def all_rows(self) -> Iterator[tuple[int, list[str]]]:
        """The same with the header."""
        reader = csv.reader(io.StringIO(self._text, newline=""), delimiter=self._delimiter, strict=True)
        try:
            for row in reader:
                if any(map(str.strip, row)):
                    yield reader.line_num, row
        except csv.Error as error:
            where = _("第 {line} 行").format(line=reader.line_num)
            remedy = _("引号不配对或格式有误（{why}）").format(why=error)
            raise refused(where, "", remedy) from None

    def line(self, number: int) -> int:
        """The line of a row, counted from 0."""
        return next(islice(self.rows(), number, None))[0]


def _columns(lines: Lines, names: Sequence[str], header: tuple[str, ...]) -> dict[str, Column]:
    """Take columns over, different texts once."""
    places = {name: header.index(name) for name in names}
    texts = {name: _Names() for name in places}
    codes: dict[str, list[Codes]] = {name: [] for name in places}
    rows = lines.rows()
    width = len(header)
    while some := list(islice(rows, ROWS)):
        for line, row in some:
            if len(row) != width and not _mended(row, width):
                where = _("第 {line} 行").format(line=line)
                remedy = _("有 {found} 个字段，应为 {width} 个").format(found=len(row), width=width)
                raise refused(where, ", ".join(row), remedy)
        for name, place in places.items():
            known = texts[name]
            found = [known[row[place]] for _line, row in some]
            codes[name].append(np.array(found, dtype=np.intp))
    if not codes[names[0]]:
        raise refused(_("文件"), "", _("只有列名，没有评分"))
    return {name: _trimmed(name, texts[name], np.concatenate(codes[name])) for name in places}


def _mended(row: list[str], width: int) -> bool:
    """Spreadsheets leave empty cells at the end of a row out, or add some."""
    row.extend([""] * (width - len(row)))
    while len(row) > width and not row[-1].strip():
        row.pop()
    return len(row) == width


def _trimmed(name: str, texts: Mapping[str, int], codes: Codes) -> Column:
    known = _Names()
    place = np.array([known[text.strip()] for text in texts], dtype=np.intp)
    return Column(name, tuple(known), place[codes])
