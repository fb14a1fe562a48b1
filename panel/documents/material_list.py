"""The list of names that files of material have by the template, as a workbook."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

import xlsxwriter

from panel.documents.printouts import FONT
from panel.language import _

_WIDTHS = (14, 34, 44, 58)


def made(applications: Iterable[tuple[str, str, Sequence[str]]]) -> bytes:
    """One row for each paper of each application (number, unit, papers), and how it is named."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet(_("文件命名"))
    text = book.add_format({"font_name": FONT, "font_size": 10})
    head = book.add_format(
        {"font_name": FONT, "font_size": 10, "bold": True, "bg_color": "#E9F0FA", "bottom": 1}
    )
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 0)
    sheet.set_paper(9)  # A4
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.write_row(0, 0, [_("申报编号"), _("申报单位"), _("材料"), _("文件名（PDF、JPG 或 PNG）")], head)
    row = 1
    for number, unit, papers in applications:
        for paper in papers:
            sheet.write_row(row, 0, [number, unit, paper, f"{number}_{paper}.pdf"], text)
            row += 1
    book.close()
    return out.getvalue()
