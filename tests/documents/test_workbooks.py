"""Opening a workbook through the child process: cells, or one sentence that says what is wrong."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from panel.documents.sandbox import Fault, Limits, Refused
from panel.documents.workbooks import Cell, open_safely, problem
from panel.errors import InvalidInput
from tests.documents.workshop import repacked, simple

GOOD = simple({"甲": [["a", 1], [], ["b"]], "乙": []})


def sentence(data: bytes, limits: Limits = Limits()) -> str:  # noqa: B008
    with pytest.raises(InvalidInput) as wrong:
        open_safely(data, limits)
    (found,) = wrong.value.problems
    return str(found)


def test_cells_by_row_and_column() -> None:
    first, second = open_safely(GOOD)
    assert first.name == "甲"
    assert first.rows == {1: {1: Cell("s", "a"), 2: Cell("n", "1")}, 3: {1: Cell("s", "b")}}
    assert (second.name, second.rows) == ("乙", {})


def test_every_fault_has_a_sentence_of_its_own() -> None:
    sentences = [problem(Refused(fault, "甲")).remedy for fault in Fault]
    assert len(set(sentences)) == len(Fault)
    assert all(re.search(r"[请已]", text) and "{" not in text for text in sentences)


def test_faults_before_and_in_the_child() -> None:
    assert sentence(b"") == "文件: 文件是空的（0 字节）。请重新保存后再上传。"
    assert sentence(repacked(GOOD, {"xl/vbaProject.bin": b"x"})).startswith("文件: 文件含有宏。")
    assert sentence(simple({"甲": [["x"] * 51]})) == "工作表“甲”: 内容超出第 50 列。请删去模板以外的列。"
    assert sentence(simple({"甲": [[1]] * 2001})).startswith("工作表“甲”: 内容超出第 2000 行。")
    assert sentence(bytes(21), Limits(file_bytes=20)).startswith("文件: 文件超过 0 MB。")


def test_a_child_that_takes_too_long_is_killed() -> None:
    assert sentence(GOOD, Limits(seconds=0)).startswith("文件: 读取超过 0 秒，已停止。")


def test_a_child_that_takes_too_much_memory_is_stopped() -> None:
    big = repacked(GOOD, {"xl/sharedStrings.xml": _many_strings(150_000)})
    assert open_safely(big)
    if sys.platform == "linux":  # macOS lets no process limit its own memory
        assert sentence(big, Limits(memory_bytes=40 * 1024 * 1024)).startswith("文件: 读取所需内存超过限度")


def test_a_child_that_dies_without_a_word_is_taken_as_too_heavy() -> None:
    # One megabyte holds no interpreter: it cannot even say what it lacks.
    if sys.platform == "linux":
        assert sentence(GOOD, Limits(memory_bytes=1024 * 1024)).startswith("文件: 读取所需内存超过限度")


def _many_strings(count: int) -> bytes:
    items = "".join(f"<si><t>{n:x}</t></si>" for n in range(count))
    return f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{items}</sst>'.encode()


def test_the_child_gets_no_secret_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, str] = {}

    def run(command: list[str], *, env: dict[str, str], **_: object) -> None:
        seen.update(env)
        raise InterruptedError

    monkeypatch.setenv("PANEL_SECRET_KEY", "not for the child")
    monkeypatch.setattr("panel.documents.workbooks.subprocess.run", run)
    with pytest.raises(InterruptedError):
        open_safely(GOOD)
    assert seen
    assert "not for the child" not in seen.values()


@pytest.mark.parametrize(("code", "raised"), [(3, RuntimeError), (-9, InvalidInput), (1, InvalidInput)])
def test_a_child_that_fails_is_never_taken_as_an_answer(
    code: int, raised: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        return subprocess.CompletedProcess(command, code, stdout=b'{"sheets": []}')

    monkeypatch.setattr("panel.documents.workbooks.subprocess.run", run)
    with pytest.raises(raised):
        open_safely(GOOD)
