"""Files of material for tests: made once, and read in this process, where a test is not about the reading."""

from __future__ import annotations

import tempfile
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import typst

from panel.documents import page_sandbox, pages
from panel.documents.pages import LIMITS, Leaves
from panel.documents.shelves import Shelf, file_digest
from panel.services.office import Office
from tools.hostile import picture, zipped

FONTS = Path(str(distribution("zhplot").locate_file("zhplot/fonts")))
PICTURE = picture("PNG", (300, 400))
UNIT = "甲单位"
"""The short name of the unit behind `tests.world.PROJECT`."""


@cache
def pdf(*texts: str) -> bytes:
    """A PDF with these pages of typst text."""
    source = (
        '#set page(paper: "a5")\n#set text(font: "Noto Sans SC", size: 12pt)\n'
        + "\n#pagebreak()\n".join(text or "#sym.space" for text in texts)
    )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "main.typ"
        file.write_text(source, encoding="utf-8")
        made: Any = typst.compile(file, font_paths=[FONTS], ignore_system_fonts=True)
    return bytes(made)


@cache
def read(data: bytes) -> tuple[Leaves, tuple[bytes, ...]]:
    """A file as the reader reads it, without a process of its own."""
    head, images = page_sandbox.read(data, LIMITS)
    return pages.leaves(head), tuple(images)


def known(office: Office, *files: bytes) -> None:
    """Put files on the shelf as if the same bytes had been read before: no process is started for them."""
    for data in files:
        Shelf(office.settings.home).put(file_digest(data), data, *read(data))


def packed(**files: bytes) -> bytes:
    """A ZIP of files; names are written S01_x__pdf, since an argument has no dot."""
    return zipped({name.replace("__", "."): data for name, data in files.items()})
