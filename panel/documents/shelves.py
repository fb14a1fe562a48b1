"""Where files of material are kept: in folders named by their digest, each written whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from panel.documents import pages
from panel.documents.pages import Leaves

FOLDER = "material"
_ORIGINAL, _FACTS = "original", "facts.json"


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
            _write(made / _FACTS, json.dumps(leaves.kept(), ensure_ascii=False).encode())
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
        return pages.leaves(json.loads((self._folder(digest) / _FACTS).read_bytes()))

    def image(self, digest: str, page: int) -> bytes:
        """The image of a page as it was made, with nothing hidden."""
        return (self._folder(digest) / f"{page}.webp").read_bytes()

    def sound(self, digest: str) -> bool:
        """Whether the file that was handed in still stands here, byte for byte."""
        file = self._folder(digest) / _ORIGINAL
        return file.is_file() and file_digest(file.read_bytes()) == digest

    def _folder(self, digest: str) -> Path:
        return self._root / digest[:2] / digest


def file_digest(data: bytes) -> str:
    """SHA-256 of a file's bytes, as any tool of the office computes it."""
    return hashlib.sha256(data).hexdigest()


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
