"""Where files of material are kept: in folders named by their digest, each written whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

from panel.documents import pages
from panel.documents.pages import Leaves

FOLDER = "material"
_ORIGINAL, _FACTS = "original", "facts.json"


class Part(StrEnum):
    """What stands in the folder of a file."""

    ORIGINAL = "original"
    FACTS = "facts"
    IMAGE = "image"


class Shelf:
    """The files of one installation. What stands here without a row in the store is nobody's and harmless."""

    def __init__(self, home: Path) -> None:
        self._root = home / FOLDER

    def holds(self, digest: str) -> bool:
        """Whether this file was read before, and stands here with all its pages."""
        return self._folder(digest).is_dir()

    def put(self, digest: str, data: bytes, leaves: Leaves, images: Sequence[bytes]) -> None:
        """Keep a file with what was read of it; the same file twice is the same folder."""
        place = self._folder(digest)
        if place.is_dir():
            return
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix="new-", dir=self._root))
        try:
            _write(made / _ORIGINAL, data)
            facts = leaves.kept() | {"images": [file_digest(image) for image in images]}
            _write(made / _FACTS, json.dumps(facts, ensure_ascii=False).encode())
            for number, image in enumerate(images, 1):
                _write(made / f"{number}.webp", image)
            made.rename(place)
            _settle(place.parent)
        except OSError:
            if not place.is_dir():  # else somebody else has just put the same file here
                raise
        finally:
            shutil.rmtree(made, ignore_errors=True)

    def leaves(self, digest: str) -> Leaves:
        """What was read of a file."""
        return pages.leaves(self._facts(digest)[1])

    def facts(self, digest: str) -> str:
        """The digest of what was read of a file, images included; nothing of an older folder."""
        found, facts = self._facts(digest)
        return found if "images" in facts else ""

    def image(self, digest: str, page: int) -> bytes:
        """The image of a page as it was made, with nothing hidden."""
        return (self._folder(digest) / f"{page}.webp").read_bytes()

    def damage(self, digest: str, facts: str) -> tuple[Part, int] | None:
        """The first part, and page, that is not what it was; without `facts` the original alone can tell."""
        folder = self._folder(digest)
        if _digest(folder / _ORIGINAL) != digest:
            return Part.ORIGINAL, 0
        if not facts:
            return None
        if _digest(folder / _FACTS) != facts:
            return Part.FACTS, 0
        for number, image in enumerate(self._facts(digest)[1]["images"], 1):
            if _digest(folder / f"{number}.webp") != image:
                return Part.IMAGE, number
        return None

    def _facts(self, digest: str) -> tuple[str, dict[str, Any]]:
        data = (self._folder(digest) / _FACTS).read_bytes()
        return file_digest(data), json.loads(data)

    def _folder(self, digest: str) -> Path:
        return self._root / digest[:2] / digest


def file_digest(data: bytes) -> str:
    """SHA-256 of a file's bytes, as any tool of the office computes it."""
    return hashlib.sha256(data).hexdigest()


def _digest(file: Path) -> str:
    return file_digest(file.read_bytes()) if file.is_file() else ""


def _write(file: Path, data: bytes) -> None:
    """Write a file that its owner alone may read, down to the disk."""
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())


def _settle(folder: Path) -> None:
    """Make the new name last, where the platform can be asked to."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
