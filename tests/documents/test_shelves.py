"""Files of material stand on the shelf whole or not at all, under their digest."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from panel.documents.shelves import FOLDER, Part, Shelf, file_digest
from tests.material import PICTURE, read

DIGEST = file_digest(PICTURE)


def test_a_file_is_kept_with_its_pages_for_its_owner_alone(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    leaves, images = read(PICTURE)
    assert not shelf.holds(DIGEST)
    shelf.put(DIGEST, PICTURE, leaves, images)
    shelf.put(DIGEST, PICTURE, leaves, images)
    assert shelf.holds(DIGEST)
    assert shelf.damage(DIGEST, "") is None
    assert shelf.leaves(DIGEST) == leaves
    assert shelf.image(DIGEST, 1) == images[0]
    files = [file for file in (tmp_path / FOLDER).rglob("*") if file.is_file()]
    assert {file.stat().st_mode & 0o077 for file in files} == {0}
    assert not list((tmp_path / FOLDER).glob("new-*"))


def test_the_digest_is_the_one_that_any_tool_computes() -> None:
    assert hashlib.sha256(PICTURE).hexdigest() == DIGEST


def test_a_changed_or_missing_file_is_not_sound(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    assert shelf.damage(DIGEST, "") == (Part.ORIGINAL, 0)
    shelf.put(DIGEST, PICTURE, *read(PICTURE))
    (tmp_path / FOLDER / DIGEST[:2] / DIGEST / "original").write_bytes(b"other")
    assert shelf.damage(DIGEST, "") == (Part.ORIGINAL, 0)


def test_two_that_put_the_same_file_at_once_have_put_it_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf, (leaves, images) = Shelf(tmp_path), read(PICTURE)
    renamed = Path.rename

    def beaten(made: Path, place: Path) -> Path:
        monkeypatch.setattr(Path, "rename", renamed)
        Shelf(tmp_path).put(DIGEST, PICTURE, leaves, images)
        return renamed(made, place)

    monkeypatch.setattr(Path, "rename", beaten)
    shelf.put(DIGEST, PICTURE, leaves, images)
    assert shelf.damage(DIGEST, "") is None
    assert not list((tmp_path / FOLDER).glob("new-*"))


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("panel.documents.shelves.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        Shelf(tmp_path).put(DIGEST, PICTURE, *read(PICTURE))
    assert not Shelf(tmp_path).holds(DIGEST)
    assert not list((tmp_path / FOLDER).glob("new-*"))
