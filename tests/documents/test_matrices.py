"""The formulas of the result workbook, worked out again without an office program: they give the result."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from shutil import copy
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from panel.audit import read
from panel.documents import results as document
from panel.queries import analyses
from tests.opened import CODE, Opened, tighter, world_on

HEAD = read.Head(77, "ab" * 32)
# The means of S01 and S02 end in a half of the last place, and three sheets are missing.
PERCENTS = {
    "S01": [90, 80, 70, 80, 90, 80, 80],
    "S02": [80, 80, 70, 70, 90, 60, 70],
    "S03": [60, 70, 80, 70, 60, 90, 70],
    "P01": [90, 90, 80, 70, 90, 80, 90],
}
NUMBER = int | float | Fraction
HOLES = [("E1", "S02"), ("E7", "S02"), ("E3", "S03")]


class Calculator:
    """The few functions that the workbook uses, from the cells as they stand."""

    def __init__(self, book: Workbook) -> None:
        self.book = book

    def value(self, sheet: str, cell: str) -> Any:
        """A cell's number or text; a formula is worked out."""
        content = self.book[sheet][cell.replace("$", "")].value
        if not (isinstance(content, str) and content.startswith("=")):
            return content
        return self.formula(sheet, content[1:])

    def formula(self, sheet: str, text: str) -> Any:
        """Work it out."""
        if reference := re.fullmatch(r"(?:'([^']+)'!)?(\$?[A-Z]+\$?[0-9]+)", text):
            return self.value(reference[1] or sheet, reference[2])
        if rounded := re.fullmatch(r"ROUND\((.+),([0-9])\)", text):
            return self.rounded(self.formula(sheet, rounded[1]), int(rounded[2]))
        ranges = re.findall(r"[A-Z]+[0-9]+:[A-Z]+[0-9]+", text)
        cells = [self.value(sheet, cell.coordinate) for cell in self.book[sheet][ranges[0]][0]]
        numbers = [Fraction(str(one)) for one in cells if isinstance(one, NUMBER)]
        shape = re.sub(r"[A-Z]+[0-9]+:[A-Z]+[0-9]+", "R", text)
        mean = sum(numbers, Fraction(0)) / len(numbers)
        if shape == "AVERAGE(R)-SUMPRODUCT(ISNUMBER(R)*R)/COUNT(R)":
            effects = [self.value(sheet, cell.coordinate) for cell in self.book[sheet][ranges[2]][0]]
            pairs = zip(cells, effects, strict=True)
            counted = [Fraction(effect) for one, effect in pairs if isinstance(one, NUMBER)]
            return mean - sum(counted, Fraction(0)) / len(counted)
        return {
            "SUM(R)": sum(numbers, Fraction(0)),
            "COUNT(R)": len(numbers),
            "AVERAGE(R)": mean,
            "(SUM(R)-MAX(R)-MIN(R))/(COUNT(R)-2)": (sum(numbers) - max(numbers) - min(numbers))
            / Fraction(max(len(numbers) - 2, 1)),
        }[shape]

    @staticmethod
    def rounded(value: Fraction, places: int) -> Fraction:
        """Half away from zero, as spreadsheets round."""
        exact = Decimal(value.numerator) / Decimal(value.denominator)
        return Fraction(exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


@pytest.fixture(scope="module", params=["adjusted", "mean", "trimmed", "standard"])
def data(
    request: pytest.FixtureRequest, sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, bytes]]:
    """The workbook of one round by this method; on one database only, since it is read already."""
    folder = tmp_path_factory.mktemp("round")
    world = world_on(f"sqlite:///{copy(sqlite_file, folder)}", folder)
    free = {"pass_mark": "0", "floors": "{}"} if request.param == "standard" else {}
    tighter(world.office, method=f'"{request.param}"', trimmed_min_sheets="5", **free)
    Opened(world, PERCENTS, hand=7).opened(without=HOLES)
    with world.office.reading() as session:
        found = analyses.of_round(session, world.office.policy, CODE)
        assert found is not None
        yield request.param, document.write(found, HEAD)
    world.office.engine.dispose()


def test_every_formula_gives_the_value_that_stands_beside_it(data: tuple[str, bytes]) -> None:
    _method, content = data
    formulas = openpyxl.load_workbook(io.BytesIO(content))
    values = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    calculator, count = Calculator(formulas), 0
    for sheet in formulas.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    expected = values[sheet.title][cell.coordinate].value
                    found = calculator.value(sheet.title, cell.coordinate)
                    assert float(found) == pytest.approx(expected, abs=1e-9), cell.coordinate
                    count += 1
    assert count > 50


def test_the_official_score_is_a_formula_where_a_spreadsheet_can_form_it(data: tuple[str, bytes]) -> None:
    method, content = data
    sheet = openpyxl.load_workbook(io.BytesIO(content))["汇总"]
    row = next(row for row in sheet.iter_rows() if row[0].value == "S01")
    start = {"adjusted": "=ROUND(ROUND(AVERAGE(", "mean": "=K", "trimmed": "=L"}.get(method)
    official = row[12].value
    assert str(official).startswith(start) if start else isinstance(official, float | int)
    assert str(row[2].value).startswith("='专家 E1'!$")


def test_two_sheets_have_no_trimmed_mean(sqlite_file: Path, tmp_path: Path) -> None:
    world = world_on(f"sqlite:///{copy(sqlite_file, tmp_path)}", tmp_path)
    tighter(world.office, quorum="2")
    pairs = [(f"E{n}", "S01") for n in (3, 4, 5)]
    Opened(world, {"S01": [80, 90], "S02": [70] * 5}).opened(without=pairs)
    with world.office.reading() as session:
        found = analyses.of_round(session, world.office.policy, CODE)
        assert found is not None
        content = document.write(found, HEAD)
    world.office.engine.dispose()
    sheet = openpyxl.load_workbook(io.BytesIO(content), data_only=True)["汇总"]
    row = next(row for row in sheet.iter_rows() if row[0].value == "S01")
    assert [cell.value for cell in row][7:10] == [2, 85, "–"]
