"""Scores in a file of comma-separated values: one row per score, checked to the last cell, a million rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from panel.documents import columns
from panel.documents.columns import Codes, Column, Table, refused
from panel.documents.numbers import number
from panel.language import _
from panel.scoring.records import Records

LARGEST = 512 * 1024 * 1024
"""Bytes of a file that is read: some ten million rows."""

NEEDED = ("application", "expert", "score")
COLUMNS = (*NEEDED, "criterion", "order", "affiliated", "topic")
ONLY = "total"
"""What the criterion is called where there is no such column, or nothing in it."""

LONGEST = 200
"""Characters of a name."""

YES = frozenset({"1", "true", "yes", "y", "x", "是"})
NO = frozenset({"", "0", "false", "no", "n", "否"})


@dataclass(frozen=True, eq=False)
class Scores:
    """What a file holds: the scores, how many rows were blank, and which columns were not understood."""

    records: Records
    rows: int
    blank: int
    ignored: tuple[str, ...]


def read_file(file: Path) -> Scores:
    """Read the scores of a file.

    Raises
    ------
    InvalidInput
        It cannot be used, with line, column, value and remedy of the first fault.
    """
    try:
        size = file.stat().st_size
        if size > LARGEST:
            raise refused(file.name, f"{size:,}", _("文件过大，请拆分为多次分析"))
        data = file.read_bytes()
    except OSError as error:
        raise refused(str(file), "", _("无法读取文件：{why}").format(why=error.strerror)) from None
    return read(data)


def read(data: bytes) -> Scores:
    """Read the scores of a file's bytes; errors as of `read_file`."""
    table = columns.read(data, COLUMNS, NEEDED)
    return _Reader(table).read(tuple(name for name in table.header if name and name not in COLUMNS))


@dataclass(frozen=True, eq=False)
class _Reader:
    """Checks the columns and makes records of them."""

    table: Table

    def read(self, ignored: tuple[str, ...]) -> Scores:
        """The scores."""
        application, expert, score = (self.table.columns[name] for name in NEEDED)
        criterion = self._criterion(score.codes.size)
        for column in (application, expert, criterion):
            self._named(column)
        values = self._numbers(score)
        self._once(application, expert, criterion)
        there = np.array([value is not None for value in values])[score.codes]
        if not there.any():
            raise refused("score", "", _("没有任何评分"))
        records = Records.of(
            (application.texts, expert.texts, criterion.texts),
            (application.codes[there], expert.codes[there], criterion.codes[there]),
            *_different(values, score.codes[there]),
        )
        records = replace(
            records,
            topic=self._topic(there),
            order=self._order(there),
            affiliated=self._affiliated(there),
        )
        return Scores(records, there.size, int((~there).sum()), ignored)

    def _criterion(self, rows: int) -> Column:
        column = self.table.columns.get("criterion")
        if column is None or column.texts == ("",):
            return Column("criterion", (ONLY,), np.zeros(rows, dtype=np.intp))
        return column

    def _named(self, column: Column) -> None:
        for code, text in enumerate(column.texts):
            if not text:
                raise self.table.fault(column, code, _("不能为空"))
            if len(text) > LONGEST:
                raise self.table.fault(column, code, _("过长，最多 {count} 个字符").format(count=LONGEST))

    def _numbers(self, column: Column) -> list[Fraction | None]:
        found: list[Fraction | None] = []
        for code, text in enumerate(column.texts):
            value = number(text) if text else None
            if isinstance(value, str):
                raise self.table.fault(column, code, value)
            found.append(value)
        return found

    def _once(self, *columns: Column) -> None:
        """No cell twice: compared as one number, of which there are fewer than rows cubed."""
        key = np.zeros(columns[0].codes.size, dtype=np.intp)
        for column in columns:
            key = np.unique(key * len(column.texts) + column.codes, return_inverse=True)[1]
        order = np.argsort(key, kind="stable")
        again = np.flatnonzero(np.diff(key[order]) == 0)
        if again.size:
            first, second = sorted(int(row) for row in order[again[0] : again[0] + 2])
            cell = " / ".join(column.texts[column.codes[second]] for column in columns)
            remedy = _("与第 {line} 行重复；每位专家对每份申报的每项指标只能有一个评分")
            where = _("第 {line} 行，{column} 列").format(
                line=self.table.lines.line(second), column=" / ".join(column.name for column in columns)
            )
            raise refused(where, cell, remedy.format(line=self.table.lines.line(first)))

    def _topic(self, there: NDArray[np.bool_]) -> dict[str, str] | None:
        column = self.table.columns.get("topic")
        if column is None or column.texts == ("",):
            return None
        application = self.table.columns["application"]
        self._same(column, application.codes, there, _("同一申报的主题前后不一"))
        codes = zip(application.codes[there].tolist(), column.codes[there].tolist(), strict=True)
        found = {application.texts[a]: column.texts[t] for a, t in set(codes)}
        for code in {code for code, text in enumerate(column.texts) if not text}:
            if (column.codes[there] == code).any():
                raise self.table.fault(column, code, _("缺少主题；请为每份申报填写主题，或去掉这一列"))
        return found

    def _order(self, there: NDArray[np.bool_]) -> dict[tuple[str, str], float] | None:
        """When each sheet was begun: the first of its rows counts."""
        column = self.table.columns.get("order")
        if column is None:
            return None
        numbers = self._numbers(column)
        found: dict[tuple[str, str], float] = {}
        for sheet, code in self._of_sheets(column, there):
            value = numbers[code]
            if value is not None:
                found[sheet] = min(float(value), found.get(sheet, float(value)))
        return found or None

    def _affiliated(self, there: NDArray[np.bool_]) -> frozenset[tuple[str, str]]:
        """The sheets of which any row is flagged."""
        column = self.table.columns.get("affiliated")
        if column is None:
            return frozenset()
        flags = [text.lower() in YES for text in column.texts]
        for code, text in enumerate(column.texts):
            if text.lower() not in YES | NO:
                raise self.table.fault(column, code, _("应为 1 或 0"))
        return frozenset(sheet for sheet, code in self._of_sheets(column, there) if flags[code])

    def _of_sheets(self, column: Column, there: NDArray[np.bool_]) -> Iterator[tuple[tuple[str, str], int]]:
        """Expert and application of every row, and the code of what a column says there."""
        application, expert = self.table.columns["application"], self.table.columns["expert"]
        rows = zip(*(one.codes[there].tolist() for one in (expert, application, column)), strict=True)
        return (((expert.texts[e], application.texts[a]), code) for e, a, code in rows)

    def _same(self, column: Column, key: Codes, there: NDArray[np.bool_], remedy: str) -> None:
        rows = np.flatnonzero(there)
        found = np.unique(key[rows], return_index=True, return_inverse=True)
        first, inverse = found[1], found[2]
        other = np.flatnonzero(column.codes[rows] != column.codes[rows][first][inverse])
        if other.size:
            row = int(rows[other[0]])
            raise self.table.at(row, column, remedy)


def _different(values: Sequence[Fraction | None], codes: Codes) -> tuple[list[Fraction], Codes]:
    """Equal numbers written differently (7, 7.0) are one; blanks are gone."""
    known: dict[Fraction, int] = {}
    place = np.array(
        [0 if value is None else known.setdefault(value, len(known)) for value in values], dtype=np.intp
    )
    return list(known), place[codes]
