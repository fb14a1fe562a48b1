"""Parses an uploaded workbook in a process of its own: `python -m panel.documents.sandbox`.

A hostile file may exhaust memory or time; here it takes down nothing but this process, which holds no
secret, cannot write a file, and is killed at its limits. The workbook comes in by standard input; one JSON
object goes out: the cells, or the name of one fault. The words for people are chosen by the caller.
"""

from __future__ import annotations

import contextlib
import datetime
import io
import itertools
import json
import os
import sys
import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from panel.documents.children import confine

MIB = 1024 * 1024
EXCEL_ROWS = 1_048_576
UNSAFE = 3
"""The exit code of a child that may not read at all."""
LONGEST_TEXT = 10_000
"""Longer texts are cut here; every reader refuses texts long before."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a workbook may cost."""

    file_bytes: int = 20 * MIB
    inflated_bytes: int = 100 * MIB
    ratio: int = 50
    parts: int = 1_000
    sheets: int = 20
    rows: int = 2_000
    columns: int = 50
    characters: int = 10_000_000
    memory_bytes: int = 512 * MIB
    seconds: int = 20


class Fault(StrEnum):
    """Why a file is not taken."""

    EMPTY = "empty"
    FILE_TOO_BIG = "file_too_big"
    ENCRYPTED = "encrypted"
    OLD_EXCEL = "old_excel"
    TEXT = "text"
    NOT_EXCEL = "not_excel"
    OTHER_OFFICE = "other_office"
    BROKEN = "broken"
    BOMB = "bomb"
    ENTITIES = "entities"
    MACROS = "macros"
    EXTERNAL_LINKS = "external_links"
    EMBEDDED = "embedded"
    TOO_MANY_SHEETS = "too_many_sheets"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY_COLUMNS = "too_many_columns"
    TOO_SLOW = "too_slow"
    TOO_HEAVY = "too_heavy"


class Refused(Exception):
    """The file is not taken, and in which sheet the reason lies where it lies in one."""

    def __init__(self, fault: Fault, sheet: str = "") -> None:
        super().__init__(fault)
        self.fault = fault
        self.sheet = sheet


_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_FORBIDDEN_PARTS: Mapping[str, Fault] = {
    "xl/vbaproject": Fault.MACROS,
    "xl/macrosheets/": Fault.MACROS,
    "xl/externallinks/": Fault.EXTERNAL_LINKS,
    "xl/connections": Fault.EXTERNAL_LINKS,
    "xl/querytables/": Fault.EXTERNAL_LINKS,
    "xl/embeddings/": Fault.EMBEDDED,
    "xl/activex/": Fault.EMBEDDED,
    "xl/ctrlprops/": Fault.EMBEDDED,
}


def check_kind(data: bytes, limits: Limits) -> None:
    """Refuse what is no zip archive at all, by what it is instead."""
    if not data:
        raise Refused(Fault.EMPTY)
    if len(data) > limits.file_bytes:
        raise Refused(Fault.FILE_TOO_BIG)
    if data.startswith(_OLE):
        raise Refused(Fault.ENCRYPTED if _ENCRYPTED_STREAM in data else Fault.OLD_EXCEL)
    if not data.startswith(_ZIP):
        raise Refused(Fault.TEXT if _is_text(data) else Fault.NOT_EXCEL)


def _is_text(data: bytes) -> bool:
    sample = data[:4096]
    if b"\0" in sample or sample.startswith(b"%PDF"):
        return False
    for encoding in ("utf-8", "gb18030"):
        # A character may be cut at the end of the sample.
        with contextlib.suppress(UnicodeDecodeError):
            sample[: len(sample) - len(sample) % 4].decode(encoding)
            return True
    return False


def check_archive(archive: zipfile.ZipFile, size: int, limits: Limits) -> None:
    """Refuse bombs, encryption and active content by the archive's directory, before anything is inflated."""
    parts = archive.infolist()
    names = [part.filename.lower() for part in parts]
    if len(parts) > limits.parts or len(set(names)) < len(names) or _overlap(parts):
        raise Refused(Fault.BOMB)
    inflated = sum(part.file_size for part in parts)
    if inflated > limits.inflated_bytes or inflated > limits.ratio * size:
        raise Refused(Fault.BOMB)
    if any(part.flag_bits & 1 for part in parts):
        raise Refused(Fault.ENCRYPTED)
    if "xl/workbook.xml" not in names or "[content_types].xml" not in names:
        raise Refused(Fault.OTHER_OFFICE)
    for name, (prefix, fault) in itertools.product(names, _FORBIDDEN_PARTS.items()):
        if name.startswith(prefix):
            raise Refused(fault)
    if b"macroEnabled" in archive.read("[Content_Types].xml"):
        raise Refused(Fault.MACROS)


def _overlap(parts: Sequence[zipfile.ZipInfo]) -> bool:
    """Whether two entries share compressed bytes: a small bomb that no ratio of a single entry shows."""
    spans = sorted((part.header_offset, part.header_offset + part.compress_size) for part in parts)
    return any(end > start for (_, end), (start, _) in itertools.pairwise(spans))


def parse(data: bytes, limits: Limits = Limits()) -> list[dict[str, Any]]:
    """The cells of every sheet: {"name", "rows": [[row, [[column, kind, value], …]], …]}."""
    check_kind(data, limits)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            check_archive(archive, len(data), limits)
        return list(_sheets(data, limits))
    except (Refused, MemoryError):
        raise
    except Exception as error:  # a hostile file may make a library fail in any way
        raise Refused(Fault.ENTITIES if _forbidden_xml(error) else Fault.BROKEN) from error


def _forbidden_xml(error: BaseException | None) -> bool:
    """Whether defusedxml refused something; openpyxl wraps its errors in others."""
    while error and not type(error).__module__.startswith("defusedxml"):
        error = error.__cause__
    return error is not None


def _sheets(data: bytes, limits: Limits) -> Iterator[dict[str, Any]]:
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl names what it leaves out: styles, extensions
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
        if len(book.worksheets) > limits.sheets:
            raise Refused(Fault.TOO_MANY_SHEETS)
        characters = 0
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # what a file says of its own size is not believed
            rows = []
            for row in _rows(sheet, limits):
                rows.append(row)
                # One text of the file may stand in any number of cells: small there, endless here.
                characters += sum(len(text) for _, _, text in row[1])
                if characters > limits.characters:
                    raise Refused(Fault.BOMB)
            yield {"name": sheet.title, "rows": rows}


def _rows(sheet: Any, limits: Limits) -> Iterator[list[Any]]:
    for number, row in enumerate(sheet.iter_rows(max_row=EXCEL_ROWS), start=1):
        cells = [_cell(place, cell) for place, cell in enumerate(row, start=1) if cell.value is not None]
        if cells and number > limits.rows:
            raise Refused(Fault.TOO_MANY_ROWS, sheet.title)
        if cells and cells[-1][0] > limits.columns:
            raise Refused(Fault.TOO_MANY_COLUMNS, sheet.title)
        if cells:
            yield [number, cells]


def _cell(place: int, cell: Any) -> list[Any]:
    """One cell as place, kind and text: s text, n number, b yes or no, d date, f formula, e error."""
    value, kind = cell.value, cell.data_type
    if kind in ("f", "e"):
        return [place, kind, str(value)[:40] if isinstance(value, str) else ""]
    if isinstance(value, bool):
        return [place, "b", str(value)]
    if isinstance(value, datetime.date):
        return [place, "d", value.isoformat()]
    if isinstance(value, int | float):
        return [place, "n", repr(value)]
    return [place, "s", str(value)[:LONGEST_TEXT]]


def answer(data: bytes, limits: Limits) -> dict[str, Any]:
    """What goes back to the caller."""
    try:
        return {"sheets": parse(data, limits)}
    except Refused as refused:
        return {"fault": refused.fault.value, "sheet": refused.sheet}
    except MemoryError:
        return {"fault": Fault.TOO_HEAVY.value, "sheet": ""}


def reads_safely() -> bool:
    """Whether openpyxl reads XML through defusedxml; a broken installation must not read at all."""
    import openpyxl

    return bool(openpyxl.DEFUSEDXML) and not openpyxl.LXML


def main(argument: str) -> None:
    """The child: limits from the command line, workbook from standard input, answer to standard output."""
    for name in ("numpy", "PIL"):  # openpyxl would load them, for nothing and for much memory
        sys.modules[name] = None  # type: ignore[assignment]
    os.environ["OPENPYXL_LXML"] = "False"  # else it would read with lxml, which is here for other documents
    limits = Limits(**json.loads(argument))
    confine(limits.memory_bytes, limits.seconds)
    if not reads_safely():
        sys.exit(UNSAFE)
    result = answer(sys.stdin.buffer.read(), limits)
    sys.stdout.buffer.write(json.dumps(result).encode())


if __name__ == "__main__":
    main(sys.argv[1])
