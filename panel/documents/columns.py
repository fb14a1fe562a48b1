"""Comma-separated values as columns: what stands in a file, before anybody asks what it means."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from panel.errors import InvalidInput, Problem
from panel.language import _

ROWS = 1_000
"""Rows taken at a time."""

SHOWN = 80
"""Characters of a faulty value that are shown."""

Codes = NDArray[np.intp]

if TYPE_CHECKING:
    from _csv import Reader


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
    row = next(Lines(text, delimiter).rows())[1]
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
    """The rows of the file, and the line of any of them for whoever looks for one."""

    def __init__(self, text: str, delimiter: str) -> None:
        self._text, self._delimiter = text, delimiter

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Every row that is not blank, the header first, with the line on which it ends."""
        reader = self._reader()
        with _well_formed(reader):
            for row in reader:
                if _filled(row):
                    yield reader.line_num, row

    def chunks(self, width: int) -> Iterator[list[list[str]]]:
        """The same rows without the header, all of one width, many at a time: a million take a second."""
        reader = self._reader()
        with _well_formed(reader):
            next(filter(_filled, reader))
            before = 0
            while some := list(islice(reader, ROWS)):
                odd = [at for at, row in enumerate(some) if len(row) != width or not row[0].strip()]
                blank = {at for at in odd if not _filled(some[at])}
                for at in odd:
                    if at not in blank and not _mended(some[at], width):
                        raise self._wrong_width(before + at - sum(one < at for one in blank), width)
                kept = [row for at, row in enumerate(some) if at not in blank] if blank else some
                before += len(kept)
                yield kept

    def line(self, number: int) -> int:
        """The line of a row, counted from 0 without the header."""
        return self._row(number)[0]

    def _row(self, number: int) -> tuple[int, list[str]]:
        return next(islice(self.rows(), number + 1, None))

    def _wrong_width(self, number: int, width: int) -> InvalidInput:
        line, row = self._row(number)
        remedy = _("有 {found} 个字段，应为 {width} 个").format(found=len(row), width=width)
        return refused(_("第 {line} 行").format(line=line), self._delimiter.join(row), remedy)

    def _reader(self) -> Reader:
        return csv.reader(io.StringIO(self._text, newline=""), delimiter=self._delimiter, strict=True)


@contextmanager
def _well_formed(reader: Reader) -> Iterator[None]:
    """Say where quotation marks do not match."""
    try:
        yield
    except csv.Error as error:
        where = _("第 {line} 行").format(line=reader.line_num)
        raise refused(where, "", _("引号不配对或格式有误（{why}）").format(why=error)) from None


def _filled(row: Sequence[str]) -> bool:
    return any(map(str.strip, row))


def _mended(row: list[str], width: int) -> bool:
    """Spreadsheets leave empty cells at the end of a row out, or add some."""
    row.extend([""] * (width - len(row)))
    while len(row) > width and not row[-1].strip():
        row.pop()
    return len(row) == width


def _columns(lines: Lines, names: Sequence[str], header: tuple[str, ...]) -> dict[str, Column]:
    """Take columns over, different texts once."""
    places = {name: header.index(name) for name in names}
    texts = {name: _Names() for name in places}
    codes: dict[str, list[Codes]] = {name: [np.zeros(0, dtype=np.intp)] for name in places}
    for some in lines.chunks(len(header)):
        columns = list(zip(*some, strict=True))
        for name, place in places.items() if columns else ():
            found = np.fromiter(map(texts[name].__getitem__, columns[place]), np.intp, len(some))
            codes[name].append(found)
    if not any(texts.values()):
        raise refused(_("文件"), "", _("只有列名，没有评分"))
    return {name: _trimmed(name, texts[name], np.concatenate(codes[name])) for name in places}


def _trimmed(name: str, texts: Mapping[str, int], codes: Codes) -> Column:
    known = _Names()
    place = np.array([known[text.strip()] for text in texts], dtype=np.intp)
    return Column(name, tuple(known), place[codes])
