"""What the child process refuses, by directory and by content, and what it makes of cells."""

from __future__ import annotations

import io
import json
import os
import struct
import subprocess
import sys
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.documents.sandbox import Fault, Limits, Refused, answer, check_archive, parse, reads_safely
from tests.documents.workshop import part, repacked, simple

GOOD = simple({"甲": [["a", 1]]})
SHEET = "xl/worksheets/sheet1.xml"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def fault_of(data: bytes, limits: Limits = Limits()) -> Fault:  # noqa: B008
    with pytest.raises(Refused) as refused:
        parse(data, limits)
    return refused.value.fault


def sheet_xml(rows: str, dimension: str = "A1") -> bytes:
    return (
        '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f'<dimension ref="{dimension}"/><sheetData>{rows}</sheetData></worksheet>'
    ).encode()


def with_sheet(rows: str, dimension: str = "A1") -> bytes:
    return repacked(GOOD, {SHEET: sheet_xml(rows, dimension)})


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", Fault.EMPTY),
        (OLE + bytes(600), Fault.OLD_EXCEL),
        (OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"), Fault.ENCRYPTED),
        ("编号,单位\nS01,甲".encode(), Fault.TEXT),
        ("编号,单位\nS01,甲".encode("gb18030"), Fault.TEXT),
        ("评审专家，编号一二三四五".encode() * 500, Fault.TEXT),
        (b"%PDF-1.7\nsome text", Fault.NOT_EXCEL),
        (b"\x89PNG\r\n\x1a\n\0\0\0", Fault.NOT_EXCEL),
        (b"\xff\xff\xff\xff\xff\xff\xff\xff", Fault.NOT_EXCEL),
        (GOOD[:200], Fault.BROKEN),
        (GOOD[: len(GOOD) // 2], Fault.BROKEN),
        (GOOD[:-10], Fault.BROKEN),
    ],
    ids=[
        "empty",
        "xls",
        "encrypted",
        "csv",
        "csv-gbk",
        "long-text",
        "pdf",
        "png",
        "noise",
        "cut",
        "half",
        "tail",
    ],
)
def test_what_is_no_workbook_is_named(data: bytes, fault: Fault) -> None:
    assert fault_of(data) is fault


def test_a_file_above_the_limit_is_not_even_unpacked() -> None:
    assert fault_of(GOOD, Limits(file_bytes=len(GOOD) - 1)) is Fault.FILE_TOO_BIG
    assert parse(GOOD, Limits(file_bytes=len(GOOD)))


def test_other_archives_are_not_workbooks() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
        archive.writestr("[Content_Types].xml", "<t/>")
    assert fault_of(out.getvalue()) is Fault.OTHER_OFFICE


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("xl/vbaProject.bin", Fault.MACROS),
        ("xl/macrosheets/sheet1.xml", Fault.MACROS),
        ("xl/externalLinks/externalLink1.xml", Fault.EXTERNAL_LINKS),
        ("xl/connections.xml", Fault.EXTERNAL_LINKS),
        ("xl/queryTables/queryTable1.xml", Fault.EXTERNAL_LINKS),
        ("xl/embeddings/oleObject1.bin", Fault.EMBEDDED),
        ("xl/activeX/activeX1.xml", Fault.EMBEDDED),
        ("xl/ctrlProps/ctrlProp1.xml", Fault.EMBEDDED),
    ],
)
def test_active_content_is_refused(name: str, fault: Fault) -> None:
    assert fault_of(repacked(GOOD, {name: b"x"})) is fault


def test_a_macro_workbook_is_known_by_its_type() -> None:
    types = part(GOOD, "[Content_Types].xml").replace(
        b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    )
    assert fault_of(repacked(GOOD, {"[Content_Types].xml": types})) is Fault.MACROS


def test_what_inflates_too_far_is_a_bomb() -> None:
    assert fault_of(repacked(GOOD, {"xl/media/a.bin": bytes(5_000_000)})) is Fault.BOMB  # above fifty times
    heavy = repacked(GOOD, {"xl/media/a.bin": os.urandom(60_000)})
    assert fault_of(heavy, Limits(inflated_bytes=60_000)) is Fault.BOMB


def test_too_many_or_repeated_parts_are_a_bomb() -> None:
    assert fault_of(GOOD, Limits(parts=3)) is Fault.BOMB
    out = io.BytesIO(GOOD)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("XL/worksheets/sheet1.xml", "<a/>")  # the same name on many systems
    assert fault_of(out.getvalue()) is Fault.BOMB


def test_parts_that_share_their_bytes_are_a_bomb() -> None:
    first, second = zipfile.ZipInfo("a"), zipfile.ZipInfo("b")
    first.header_offset, first.compress_size = 0, 500
    second.header_offset, second.compress_size = 100, 500
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        archive.filelist += [first, second]
        with pytest.raises(Refused) as refused:
            check_archive(archive, len(GOOD), Limits())
    assert refused.value.fault is Fault.BOMB


def test_one_text_in_endless_cells_is_a_bomb() -> None:
    data = simple({"a": [["字" * 1000] * 40] * 3})
    assert parse(data, Limits(characters=120_000))
    assert fault_of(data, Limits(characters=119_999)) is Fault.BOMB


def test_an_encrypted_part_is_refused() -> None:
    data = bytearray(GOOD)
    at = data.rfind(b"PK\x01\x02")
    flags = struct.unpack_from("<H", data, at + 8)[0]
    struct.pack_into("<H", data, at + 8, flags | 1)
    assert fault_of(bytes(data)) is Fault.ENCRYPTED


def test_entities_are_refused() -> None:
    bomb = (
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row r="1"><c r="A1" t="inlineStr"><is><t>&b;</t></is></c></row></sheetData></worksheet>'
    )
    assert fault_of(repacked(GOOD, {SHEET: bomb.encode()})) is Fault.ENTITIES


def test_a_cell_in_the_last_corner_costs_nothing_and_is_refused() -> None:
    far = with_sheet('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', "A1:XFD1048576")
    assert fault_of(far) is Fault.TOO_MANY_ROWS
    wide = with_sheet('<row r="1"><c r="XFD1"><v>1</v></c></row>')
    assert fault_of(wide) is Fault.TOO_MANY_COLUMNS


def test_the_last_permitted_cell_is_read_and_the_next_is_not() -> None:
    limits = Limits(rows=3, columns=2)
    assert parse(simple({"a": [[], [], ["", "x"]]}), limits)[0]["rows"] == [[3, [[2, "s", "x"]]]]
    assert fault_of(simple({"a": [[], [], [], ["x"]]}), limits) is Fault.TOO_MANY_ROWS
    assert fault_of(simple({"a": [["", "", "x"]]}), limits) is Fault.TOO_MANY_COLUMNS


def test_formatted_but_empty_cells_far_away_do_no_harm() -> None:
    data = with_sheet(
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="9000"><c r="ZZ9000" s="0"/></row>', "A1:XFD1048576"
    )
    assert parse(data)[0]["rows"] == [[1, [[1, "n", "1"]]]]


def test_too_many_sheets_are_refused() -> None:
    assert fault_of(simple({"a": [], "b": [], "c": []}), Limits(sheets=2)) is Fault.TOO_MANY_SHEETS


def test_every_kind_of_cell_comes_out_with_its_kind() -> None:
    out = io.BytesIO()
    import xlsxwriter

    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("甲")
        days = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_string(0, 0, "=1+1")
        sheet.write_number(0, 1, 26800.5)
        sheet.write_boolean(0, 2, True)
        sheet.write_datetime(0, 3, datetime(2026, 9, 18), days)  # noqa: DTZ001
        sheet.write_formula(0, 4, "=1+1", None, 2)
        sheet.write_string(0, 5, "长" * 20_000)
    cells = parse(out.getvalue())[0]["rows"][0][1]
    assert cells[:4] == [
        [1, "s", "=1+1"],
        [2, "n", "26800.5"],
        [3, "b", "True"],
        [4, "d", datetime.combine(date(2026, 9, 18), datetime.min.time()).isoformat()],
    ]
    assert cells[4] == [5, "f", "=1+1"]
    assert len(cells[5][2]) == 10_000


def test_an_error_of_excel_and_an_array_formula_keep_their_kind() -> None:
    rows = (
        '<row r="1"><c r="A1" t="e"><v>#REF!</v></c>'
        '<c r="B1"><f t="array" ref="B1:B2">SUM(A1:A2)</f><v>0</v></c></row>'
    )
    assert parse(with_sheet(rows))[0]["rows"] == [[1, [[1, "e", "#REF!"], [2, "f", ""]]]]


def test_wild_xml_is_broken_not_a_crash() -> None:
    assert fault_of(with_sheet('<row r="x"><c r="A1"><v>1</v></c></row>')) is Fault.BROKEN
    assert fault_of(with_sheet('<row r="1"><c r="A1" t="s"><v>99</v></c></row>')) is Fault.BROKEN
    assert fault_of(repacked(GOOD, {"xl/workbook.xml": b"<not"})) is Fault.BROKEN


def test_the_answer_names_the_fault_and_its_sheet() -> None:
    assert answer(simple({"甲": [["", "x"]]}), Limits(columns=1)) == {
        "fault": "too_many_columns",
        "sheet": "甲",
    }
    assert answer(GOOD, Limits()) == {
        "sheets": [{"name": "甲", "rows": [[1, [[1, "s", "a"], [2, "n", "1"]]]]}]
    }


def test_want_of_memory_is_a_fault_like_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(data: bytes, limits: Limits) -> None:
        raise MemoryError

    monkeypatch.setattr("panel.documents.sandbox.check_kind", exhausted)
    assert answer(GOOD, Limits()) == {"fault": "too_heavy", "sheet": ""}


def test_without_defusedxml_nothing_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openpyxl.LXML", False)  # as the child has it, see below
    assert reads_safely()
    for name, value in (("LXML", True), ("DEFUSEDXML", False)):
        with monkeypatch.context() as patch:
            patch.setattr(f"openpyxl.{name}", value)
            assert not reads_safely()


def test_the_child_is_confined(tmp_path: Path) -> None:
    # A child of these limits can neither write a file nor take much memory.
    probe = (
        "import sys, pathlib\n"
        "from panel.documents.children import confine\n"
        "confine(256 * 1024 * 1024, 20)\n"
        "try:\n    pathlib.Path(sys.argv[1]).write_text('x')\n"
        "except OSError: print('no file')\n"
        "try:\n    bytearray(400 * 1024 * 1024)\n"
        "except MemoryError: print('no memory')\n"
    )
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n" + probe,
            str(tmp_path / "x"),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    expected = "no file\nno memory\n" if sys.platform == "linux" else "no file\n"
    assert done.stdout == expected, done.stderr


def test_the_child_speaks_json() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "panel.documents.sandbox", json.dumps({"rows": 5})],
        input=GOOD,
        capture_output=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert json.loads(done.stdout) == answer(GOOD, Limits(rows=5))


@given(st.data())
def test_a_damaged_workbook_is_read_or_refused_and_nothing_else(data: st.DataObject) -> None:
    damaged = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 8))):
        damaged[data.draw(st.integers(0, len(GOOD) - 1))] = data.draw(st.integers(0, 255))
    assert answer(bytes(damaged), Limits()).keys() & {"sheets", "fault"}


@given(st.binary(max_size=400))
def test_any_sheet_is_read_or_refused_and_nothing_else(content: bytes) -> None:
    assert answer(repacked(GOOD, {SHEET: sheet_xml("") + content}), Limits()).keys() & {"sheets", "fault"}
    assert answer(b"PK\x03\x04" + content, Limits())["fault"] == "broken"
