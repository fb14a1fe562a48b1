"""A ZIP of material: its files by their own names, and every hostile archive refused."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile

import pytest

from panel.documents import archive_sandbox, archives
from panel.documents.archive_sandbox import ArchiveFault, ArchiveLimits, RefusedArchive, answered
from panel.errors import InvalidInput
from tools import hostile
from tools.hostile import Hostile, zipped

GOOD = zipped({"材料/S01_申报报告.pdf": b"%PDF-1", "__MACOSX/._S01": b"x", "S01_照片.jpg": b"\xff\xd8"})


@pytest.mark.parametrize("one", hostile.ARCHIVES, ids=[one.name for one in hostile.ARCHIVES])
def test_a_hostile_archive_is_refused_for_what_it_is(one: Hostile) -> None:
    with pytest.raises(RefusedArchive) as refused:
        archive_sandbox.unpack(hostile.made(one), ArchiveLimits())
    assert refused.value.fault in one.faults
    assert archives.problem(one.name, refused.value).remedy


def test_files_come_out_under_their_own_names_without_folders_and_litter() -> None:
    assert archives.unpack("材料.zip", GOOD) == (
        ("S01_申报报告.pdf", b"%PDF-1"),
        ("S01_照片.jpg", b"\xff\xd8"),
    )


def test_names_as_chinese_windows_writes_them_are_read() -> None:
    name = "S01_申报报告.pdf".encode("gb18030")
    data = zipped({"x" * len(name): b"%PDF-"}).replace(b"x" * len(name), name)
    assert archive_sandbox.unpack(data, ArchiveLimits()) == [("S01_申报报告.pdf", b"%PDF-")]


def test_a_name_that_is_no_old_one_stays_as_it_is() -> None:
    part = zipfile.ZipInfo("S01_申报.pdf")
    assert archive_sandbox._name(part) == "S01_申报.pdf"


def test_a_refusal_names_the_file_at_which_the_reason_lies() -> None:
    with pytest.raises(InvalidInput) as refused:
        archives.unpack("材料.zip", zipped({"../S01_a.pdf": b"x"}))
    (problem,) = refused.value.problems
    assert problem.where == "../S01_a.pdf"
    assert problem.remedy.startswith("文件名中含有路径")


def test_an_archive_larger_than_allowed_is_not_even_handed_on() -> None:
    with pytest.raises(InvalidInput) as refused:
        archives.unpack("材料.zip", GOOD, ArchiveLimits(file_bytes=10))
    assert refused.value.problems[0].where == "材料.zip"


@pytest.mark.parametrize("fails", [subprocess.TimeoutExpired("child", 1), -9])
def test_a_child_that_fails_is_never_taken_as_an_answer(
    fails: int | Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        if isinstance(fails, Exception):
            raise fails
        return subprocess.CompletedProcess(command, fails, stdout=b'{"files": []}\n')

    monkeypatch.setattr("panel.documents.children.subprocess.run", run)
    with pytest.raises(InvalidInput):
        archives.unpack("材料.zip", GOOD)


def test_a_child_without_memory_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(archive_sandbox, "_check", exhausted)
    assert json.loads(b"".join(answered(GOOD, ArchiveLimits()))) == {"fault": "too_heavy", "name": ""}


def test_the_child_answers_names_and_sizes_and_then_the_files(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.setattr(archive_sandbox, "confine", lambda *_limits: None)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(GOOD)))
    archive_sandbox.main("{}")
    head, _, body = capfdbinary.readouterr().out.partition(b"\n")
    assert json.loads(head)["files"] == [["S01_申报报告.pdf", 6], ["S01_照片.jpg", 2]]
    assert body == b"%PDF-1\xff\xd8"


def test_every_fault_has_its_sentence() -> None:
    assert set(archives._REMEDIES) == set(ArchiveFault)
