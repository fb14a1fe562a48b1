"""PDFs set by typst from a template of ours and plain data: PDF/A-2a, PDF/UA-1, the same bytes each time.

What people wrote comes in as JSON and is never read as markup. A character that the font lacks is spelled out
before; whatever else the compiler warns of is an error.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path

import segno
import typst

from panel.documents.fonts import folder, legible

Plain = str | int | bool | None | Mapping[str, "Plain"] | Sequence["Plain"]

_TEMPLATES = Path(__file__).with_name("typst")
_STANDARDS: list[typst.PDFStandard] = ["a-2a", "ua-1"]
_INK = "#16233c"


class Unsettable(ValueError):
    """The compiler warned of something: a PDF that might lack a part is not handed out."""


def pdf(template: str, data: Mapping[str, Plain], at: datetime) -> bytes:
    """The document of a template for this data, dated `at`."""
    made, warnings = typst.compile_with_warnings(
        (_TEMPLATES / f"{template}.typ").read_bytes(),
        font_paths=_fonts(),
        format="pdf",
        pdf_standards=_STANDARDS,
        sys_inputs={"data": json.dumps(_legible(data), ensure_ascii=False)},
        timestamp=at.replace(microsecond=0),  # a PDF tells no more
    )
    if warnings or not isinstance(made, bytes):
        raise Unsettable("; ".join(str(warning.message) for warning in warnings) or template)
    return made


@cache
def _fonts() -> typst.Fonts:
    """The one font: what a machine has besides must not change a document."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder())])


def code_picture(text: str) -> str:
    """A QR code as SVG."""
    code = segno.make(text, error="m", micro=False)
    return code.svg_inline(border=2, omitsize=True, svgclass=None, lineclass=None).replace(
        "<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1
    )


def line_picture(path: str, width: int, height: int) -> str:
    """The path of a drawn line as SVG."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
        f'<path d="{path}" fill="none" stroke="{_INK}" stroke-width="9" stroke-linecap="round" '
        'stroke-linejoin="round"/></svg>'
    )


def _legible(value: Plain) -> Plain:
    if isinstance(value, str):
        return legible(value)
    if isinstance(value, Mapping):
        return {key: _legible(one) for key, one in value.items()}
    if isinstance(value, Sequence):
        return [_legible(one) for one in value]
    return value
