"""Native charts (图表) of the analysis in the result workbook, each of cells of the sheet it stands on."""

from __future__ import annotations

from math import ceil
from typing import Any, Literal

from xlsxwriter.chart import Chart
from xlsxwriter.utility import quote_sheetname, xl_range_abs

from panel.documents.printouts import BAND, FONT, GREY, LINE, Sheet
from panel.language import _

MOST_DRAWN = 60
"""A chart of more rows cannot be read."""

_GRID = {"visible": True, "line": {"color": LINE, "width": 0.5}}
Kind = Literal["bar", "column", "line"]


def chances(sheet: Sheet, first: int, last: int) -> None:
    """The chance of selection in column 6 of these rows."""
    chart = _begun(sheet, "bar", _("入选的可能性"))
    chart.add_series(_series(sheet, first, last, 6) | {"fill": {"color": BAND}, "gap": 60})
    chart.set_y_axis({"reverse": True, "num_font": _font(9)})
    chart.set_x_axis({"min": 0, "max": 1, "num_format": "0%", "num_font": _font(9), "major_gridlines": _GRID})
    sheet.chart(chart, 90 + 22 * (last - first + 1))


def leniency(sheet: Sheet, first: int, last: int, reach: float) -> None:
    """How lenient each expert was, in column 3, with half the width of the interval in column 4.

    `reach`: how far from zero the intervals go.
    """
    limit = max(1, ceil(reach))
    half = f"={quote_sheetname(sheet.worksheet.get_name())}!{xl_range_abs(first, 4, last, 4)}"
    bars = {"type": "custom", "plus_values": half, "minus_values": half, "line": {"color": GREY}}
    chart = _begun(sheet, "column", _("宽严（分），线段为 {level} 区间").format(level="95%"))
    chart.add_series(
        _series(sheet, first, last, 3) | {"fill": {"color": BAND}, "gap": 120, "y_error_bars": bars}
    )
    chart.set_x_axis({"label_position": "low", "num_font": _font(9)})
    chart.set_y_axis({"min": -limit, "max": limit, "num_font": _font(9), "major_gridlines": _GRID})
    sheet.chart(chart, 280)


def reliability(sheet: Sheet, first: int, last: int) -> None:
    """How reliable the mean of so many experts is, in column 1."""
    marker = {"type": "circle", "size": 5, "fill": {"color": BAND}, "border": {"color": BAND}}
    chart = _begun(sheet, "line", _("专家人数与平均分的可靠程度"))
    chart.add_series(_series(sheet, first, last, 1) | {"line": {"color": BAND, "width": 2}, "marker": marker})
    chart.set_x_axis({"num_font": _font(9)})
    chart.set_y_axis(
        {"min": 0, "max": 1, "num_format": "0.0", "num_font": _font(9), "major_gridlines": _GRID}
    )
    sheet.chart_beside(chart, first, 2)


def _begun(sheet: Sheet, kind: Kind, title: str) -> Chart:
    chart = sheet.styles.book.add_chart({"type": kind})
    assert chart is not None
    chart.set_title({"name": title, "name_font": _font(12, bold=True)})
    chart.set_legend({"none": True})
    return chart


def _series(sheet: Sheet, first: int, last: int, column: int) -> dict[str, Any]:
    """The values of a column, by the names in the first."""
    name = sheet.worksheet.get_name()
    return {"categories": [name, first, 0, last, 0], "values": [name, first, column, last, column]}


def _font(size: int, *, bold: bool = False) -> dict[str, Any]:
    return {"name": FONT, "size": size, "bold": bold, "color": GREY}
