"""Tables and lines of a report, a hundred columns wide, without anything a terminal would obey."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from math import isfinite

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from panel.language import _

WIDTH = 100
SHOWN = 60
"""Rows of a table that are printed; everything is in the output of --json."""


class Report:
    """What is printed."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def heading(self, text: str) -> None:
        """Begin a section."""
        self._console.print()
        self._console.print(Text(text, style="bold"))

    def line(self, text: str, style: str = "") -> None:
        """Print a paragraph."""
        self._console.print(Text(safe(text), style=style))

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[str]], left: int = 1) -> None:
        """Print a table: so many columns on the left, the others, numbers, on the right."""
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="")
        for number, name in enumerate(columns):
            table.add_column(Text(name), justify="left" if number < left else "right", overflow="fold")
        every = list(rows)
        for row in every[:SHOWN]:
            table.add_row(*(Text(safe(cell)) for cell in row))
        self._console.print(table)
        if len(every) > SHOWN:
            more = _("另有 {count} 行未显示；--json 输出全部。")
            self.line(more.format(count=len(every) - SHOWN), style="dim")


def safe(text: str) -> str:
    """Names as they are, but for characters that would steer a terminal or hide: these as escapes."""
    return "".join(
        char if char == "\n" or unicodedata.category(char)[0] != "C" else ascii(char)[1:-1] for char in text
    )


def figure(value: float | None, places: int = 2) -> str:
    """A number for people; a dash for what is not defined."""
    if value is None or not isfinite(value):
        return "–"
    if value and not 1e-3 <= abs(value) < 1e7:
        return f"{value:.{places}e}"
    return f"{value:z.{places}f}"


def some(names: Sequence[str], most: int = 12) -> str:
    """Names in a row, cut short with their number."""
    listed = _("、").join(names[:most])
    return listed if len(names) <= most else _("{names} 等 {count} 个").format(names=listed, count=len(names))
