"""Unpacks an uploaded ZIP in a process of its own: `python -m panel.documents.archive_sandbox`.

Names, sizes and structure are checked by the directory before anything is inflated, and inflating stops at
what the directory said. Out goes one line of JSON, then the files one after the other.
"""

from __future__ import annotations

import io
import itertools
import json
import re
import stat
import sys
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from panel.documents.children import confine
from panel.documents.page_sandbox import MIB


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """What an archive may cost."""

    file_bytes: int = 100 * MIB
    entry_bytes: int = 20 * MIB
    inflated_bytes: int = 300 * MIB
    ratio: int = 100
    entries: int = 300
    name: int = 120
    memory_bytes: int = 1_024 * MIB
    seconds: int = 20


class ArchiveFault(StrEnum):
    """Why an archive, or one file in it, is not taken."""

    EMPTY = "empty"
    FILE_TOO_BIG = "file_too_big"
    NOT_ZIP = "not_zip"
    BROKEN = "broken"
    NO_FILES = "no_files"
    TOO_MANY = "too_many"
    OVERLAP = "overlap"
    BOMB = "bomb"
    ENCRYPTED = "encrypted"
    PATH = "path"
    NAME = "name"
    DOUBLE = "double"
    LINK = "link"
    ENTRY_TOO_BIG = "entry_too_big"
    TOO_SLOW = "too_slow"
    TOO_HEAVY = "too_heavy"


class RefusedArchive(Exception):
    """The archive is not taken, and at which file the reason lies where it lies at one."""

    def __init__(self, fault: ArchiveFault, name: str = "") -> None:
        super().__init__(fault)
        self.fault = fault
        self.name = name


_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_JUNK = re.compile(r"(^|/)(__MACOSX/.*|\.DS_Store|Thumbs\.db|desktop\.ini)$", re.IGNORECASE)
_UTF8 = 0x800


def check_kind(data: bytes, limits: ArchiveLimits) -> None:
    """Refuse what is no zip archive at all."""
    if not data:
        raise RefusedArchive(ArchiveFault.EMPTY)
    if len(data) > limits.file_bytes:
        raise RefusedArchive(ArchiveFault.FILE_TOO_BIG)
    if not data.startswith(_ZIP):
        raise RefusedArchive(ArchiveFault.NOT_ZIP)


def unpack(data: bytes, limits: ArchiveLimits) -> list[tuple[str, bytes]]:
    """The files of an archive by their own names, without the folders they lie in."""
    check_kind(data, limits)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = [part for part in archive.infolist() if not part.is_dir()]
            _check(parts, len(data), limits)
            named = [(name, part) for part in parts if not _JUNK.search(name := _name(part))]
            _check_names([name for name, _part in named], limits)
            if not named:
                raise RefusedArchive(ArchiveFault.NO_FILES)
            return [(name.rsplit("/", 1)[-1], _inflated(archive, part, name)) for name, part in named]
    except (RefusedArchive, MemoryError):
        raise
    except Exception as error:  # a hostile file may make a library fail in any way
        raise RefusedArchive(ArchiveFault.BROKEN) from error


def _check(parts: Sequence[zipfile.ZipInfo], size: int, limits: ArchiveLimits) -> None:
    if len(parts) > limits.entries:
        raise RefusedArchive(ArchiveFault.TOO_MANY)
    spans = sorted((part.header_offset, part.header_offset + part.compress_size) for part in parts)
    if any(end > start for (_, end), (start, _) in itertools.pairwise(spans)):
        raise RefusedArchive(ArchiveFault.OVERLAP)
    for part in parts:
        _check_part(part, limits)
    if sum(part.file_size for part in parts) > min(limits.inflated_bytes, limits.ratio * size):
        raise RefusedArchive(ArchiveFault.BOMB)


def _check_part(part: zipfile.ZipInfo, limits: ArchiveLimits) -> None:
    name = part.filename
    if part.flag_bits & 1:
        raise RefusedArchive(ArchiveFault.ENCRYPTED, name)
    if stat.S_ISLNK(part.external_attr >> 16):
        raise RefusedArchive(ArchiveFault.LINK, name)
    if part.file_size > limits.entry_bytes:
        raise RefusedArchive(ArchiveFault.ENTRY_TOO_BIG, name)
    if part.file_size > limits.ratio * max(part.compress_size, 1):
        raise RefusedArchive(ArchiveFault.BOMB, name)


def _name(part: zipfile.ZipInfo) -> str:
    """A file's name as its maker wrote it: without the mark for UTF-8 it is what Chinese Windows writes."""
    if "\0" in part.orig_filename:
        raise RefusedArchive(ArchiveFault.NAME, part.filename)
    if part.flag_bits & _UTF8:
        return part.filename
    try:
        raw = part.filename.encode("cp437")
    except UnicodeEncodeError:
        return part.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RefusedArchive(ArchiveFault.NAME, part.filename)


def _check_names(names: Sequence[str], limits: ArchiveLimits) -> None:
    """A name is a place below the archive and nowhere else; two files of one name would be one of them."""
    for name in names:
        folders = name.split("/")
        if "\\" in name or name.startswith("/") or ".." in folders or re.match(r"[A-Za-z]:", name):
            raise RefusedArchive(ArchiveFault.PATH, name)
        if len(folders[-1]) > limits.name:
            raise RefusedArchive(ArchiveFault.NAME, name)
    last = [name.rsplit("/", 1)[-1].casefold() for name in names]
    double = next((name for name in last if last.count(name) > 1), None)
    if double is not None:
        raise RefusedArchive(ArchiveFault.DOUBLE, double)


def _inflated(archive: zipfile.ZipFile, part: zipfile.ZipInfo, name: str) -> bytes:
    with archive.open(part) as stream:
        data = stream.read(part.file_size + 1)
    if len(data) != part.file_size:
        raise RefusedArchive(ArchiveFault.BROKEN, name)
    return data


def answered(data: bytes, limits: ArchiveLimits) -> Iterator[bytes]:
    """What goes back to the caller: the names and sizes, then the files."""
    files: list[tuple[str, bytes]] = []
    try:
        files = unpack(data, limits)
        head: object = {"files": [[name, len(content)] for name, content in files]}
    except RefusedArchive as refused:
        head = {"fault": refused.fault.value, "name": refused.name[:200]}
    except MemoryError:
        head = {"fault": ArchiveFault.TOO_HEAVY.value, "name": ""}
    yield json.dumps(head).encode() + b"\n"
    for _, content in files:
        yield content


def main(argument: str) -> None:
    """The child: limits from the command line, the archive from standard input, the files to its output."""
    limits = ArchiveLimits(**json.loads(argument))
    confine(limits.memory_bytes, limits.seconds)
    sys.stdout.buffer.writelines(answered(sys.stdin.buffer.read(), limits))


if __name__ == "__main__":
    main(sys.argv[1])
