"""The archive: opened with care, its JSON canonical."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any, cast

from verifiers.python.report import Unreadable, Wrong

MAX_FILES, MAX_IN_MEMORY, MAX_LOG = 20_000, 256 << 20, 16 << 30
NAME = re.compile(
    r"manifest\.json|log\.jsonl|checkpoints\.jsonl|checkpoint\.txt|keys\.json|README\.(?:zh|en)\.txt"
    r"|policies/[0-9a-f]{64}\.toml|rounds/[0-9]+/(?:round\.json|rules\.json|openings\.jsonl"
    r"|results/[0-9]+/(?:inputs|result)\.json)"
)
REQUIRED = ("manifest.json", "log.jsonl", "checkpoints.jsonl", "keys.json")


def canonical(value: Any) -> bytes:
    """RFC 8785, for the values that occur: keys by their UTF-16 units, integers, no blanks."""
    return json.dumps(_sorted(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _sorted(value[k]) for k in sorted(value, key=lambda key: key.encode("utf-16-be"))}
    if isinstance(value, list):
        return [_sorted(part) for part in value]
    if isinstance(value, float) or (isinstance(value, int) and abs(value) >= 2**53):
        raise ValueError("a number that is no integer below 2^53")
    return value


def digest(label: str, data: bytes) -> str:
    return hashlib.sha256(f"pingshen/{label}/v1\0".encode() + data).hexdigest()


DAMAGED = (EOFError, KeyError, NotImplementedError, OSError, ValueError, zipfile.BadZipFile, zlib.error)


class Archive:
    """The ZIP, opened with care: its size and names are checked before anything is unpacked."""

    def __init__(self, path: str) -> None:
        try:
            self.zip = zipfile.ZipFile(path)
        except (OSError, zipfile.BadZipFile, NotImplementedError) as error:
            raise Unreadable(f"{path}: {error}") from None
        self.infos = self.zip.infolist()
        self.names = {info.filename for info in self.infos}
        self.unknown = sorted(name for name in self.names if not NAME.fullmatch(name))
        self._refuse()

    def _refuse(self) -> None:
        if len(self.infos) > MAX_FILES or len(self.names) != len(self.infos):
            raise Unreadable("too many files, or two of one name")
        for info in self.infos:
            most = MAX_LOG if info.filename == "log.jsonl" else MAX_IN_MEMORY
            if info.file_size > most or info.flag_bits & 1 or info.compress_type not in (0, 8):
                raise Unreadable(f"{info.filename!r}: too large, encrypted, or packed in an unknown way")
        for name in REQUIRED:
            if name not in self.names:
                raise Unreadable(f"no {name} in it: not a bundle")

    def read(self, name: str) -> bytes:
        if name not in self.names:
            raise Wrong(f"缺少文件 {name}。", f"The file {name} is missing.")
        try:
            return self.zip.read(name)
        except DAMAGED as error:
            raise _damaged(name, error) from None

    def lines(self, name: str) -> Iterator[bytes]:
        """The lines of a file without their ends, one after the other."""
        try:
            with self.zip.open(name) as raw:
                for line in io.BufferedReader(cast(io.RawIOBase, raw), 1 << 20):
                    if not line.endswith(b"\n"):
                        raise Wrong(f"文件 {name} 最后一行不完整。", f"The last line of {name} is cut off.")
                    yield line[:-1]
        except DAMAGED as error:
            raise _damaged(name, error) from None

    def json(self, name: str) -> Any:
        """A file of canonical JSON with its line end."""
        return parsed(self.read(name), name, "\n")


def _damaged(name: str, error: Exception) -> Wrong:
    return Wrong(f"文件 {name} 已损坏（{error}）。", f"The file {name} is damaged ({error}).")


def parsed(data: bytes, name: str, end: str = "") -> Any:
    """Canonical JSON and nothing else."""
    value = json.loads(data.decode("utf-8"))
    if canonical(value) + end.encode() != data:
        raise Wrong(f"{name} 不是规范 JSON。", f"{name} is not canonical JSON.")
    return value
