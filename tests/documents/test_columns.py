from __future__ import annotations

import pytest

from panel.documents import columns
from panel.documents.columns import ROWS, Table
from panel.errors import InvalidInput

KNOWN, NEEDED = ("name", "score", "note"), ("name", "score")


def read(text: str, encoding: str = "utf-8") -> Table:
    return columns.read(text.encode(encoding), KNOWN, NEEDED)


def texts(table: Table, name: str) -> list[str]:
    column = table.columns[name]
    return [column.texts[code] for code in column.codes]


def refusal(data: bytes) -> str:
    with pytest.raises(InvalidInput) as refused:
        columns.read(data, KNOWN, NEEDED)
    return str(refused.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_what_spreadsheets_save_is_read(encoding: str, delimiter: str, end: str) -> None:
    rows = [["Name ", "score", "other"], ["项目一", " 5", "x"], ["项目二", "6", ""]]
    table = read(end.join(delimiter.join(row) for row in rows) + end, encoding)

    assert texts(table, "name") == ["项目一", "项目二"]
    assert texts(table, "score") == ["5", "6"]
    assert table.header == ("name", "score", "other")
    assert table.columns.keys() == {"name", "score"}


def test_blank_lines_and_empty_cells_at_the_end_are_no_matter() -> None:
    table = read("\n,,\nname,score,note\n\nA,5\n,,\nB,6,x,,\n")

    assert texts(table, "name") == ["A", "B"]
    assert texts(table, "note") == ["", "x"]
    assert [table.lines.line(row) for row in (0, 1)] == [5, 7]


def test_quoted_cells_may_hold_delimiters_and_lines() -> None:
    table = read('name,score\n"A, or\nB",5\nC,6\n')

    assert texts(table, "name") == ["A, or\nB", "C"]
    assert table.lines.line(1) == 4


def test_long_files_are_read_in_pieces() -> None:
    table = read("name,score\n" + "".join(f"A{row},1\n" for row in range(2 * ROWS + 1)))

    assert texts(table, "name")[-1] == f"A{2 * ROWS}"
    assert table.columns["score"].texts == ("1",)


def test_a_fault_names_line_column_value_and_remedy() -> None:
    table = read("name,score\nA,5\n\nB,x\n")
    fault = table.fault(table.columns["score"], 1, "must be better")

    assert str(fault) == "第 4 行，score 列: 'x' must be better"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "是空的"),
        (b"\n , \n", "是空的"),
        (b"name,score\n", "没有评分"),
        (b"name,score\n\n,\n", "没有评分"),
        (b"name,note\nA,5\n", "缺少列 score"),
        (b"name,score,score\nA,5,6\n", "列名重复"),
        (b"name,score\nA,5\nB,6,7,8\n", "第 3 行: 'B,6,7,8' 有 4 个字段，应为 2 个"),
        (b"name,score\n\nA,5\n,,\nB,6,7\n", "第 5 行"),
        (b'name,score\nA,"5\n', "引号"),
        (b'name,score\nA,"5"6\n', "第 2 行"),
        (b"PK\x03\x04rest", "不是文本文件"),
        (b"name,score\nA,\x005\n", "不是文本文件"),
        (b"name,score\nA,5\nB,\xff\xff\n", "第 3 行"),
    ],
)
def test_what_is_no_table_is_refused_with_its_line(data: bytes, said: str) -> None:
    assert said in refusal(data)


def test_a_long_faulty_value_is_cut() -> None:
    assert len(refusal(b"name,score\n" + b"A," * 500 + b"\n")) < 200
