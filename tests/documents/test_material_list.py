"""The list of file names is a workbook of texts, one row for each paper."""

from __future__ import annotations

import io

import openpyxl

from panel.documents.material_list import made


def test_each_paper_has_its_row_and_its_name() -> None:
    book = openpyxl.load_workbook(io.BytesIO(made([("S01", "=甲单位", ["申报报告", "申报表"])])))
    (sheet,) = book.worksheets
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[1:] == [
        ("S01", "=甲单位", "申报报告", "S01_申报报告.pdf"),
        ("S01", "=甲单位", "申报表", "S01_申报表.pdf"),
    ]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} == {"s"}


def test_it_is_printed_on_a4_with_its_head_on_every_page() -> None:
    (sheet,) = openpyxl.load_workbook(io.BytesIO(made([("S01", "甲单位", ["申报报告"])]))).worksheets
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
    fitting = sheet.sheet_properties.pageSetUpPr
    assert fitting is not None
    assert (sheet.print_title_rows, fitting.fitToPage) == ("$1:$1", True)
