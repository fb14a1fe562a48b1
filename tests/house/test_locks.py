"""The locks name exactly what is installed: pinned, hashed, from no particular host."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REQUIREMENTS = ROOT / "requirements"
LOCKS = ("app.lock", "dev.lock")

ENTRY = re.compile(r"^(?P<name>[a-z0-9][a-z0-9.-]*)==(?P<version>[^ ;]+)", re.MULTILINE)
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}\b")
NAME = re.compile(r"^[A-Za-z0-9._-]+")


@pytest.mark.parametrize("file", sorted(path.name for path in REQUIREMENTS.iterdir()))
def test_no_host_is_named(file: str) -> None:
    text = (REQUIREMENTS / file).read_text(encoding="utf-8")
    assert re.findall(r"\w+://\S+|--(?:extra-)?index-url|--find-links|--trusted-host", text) == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_entry_is_pinned_and_hashed(lock: str) -> None:
    entries = _entries(lock)
    assert entries != {}
    unfit = [text for text in entries.values() if not ENTRY.match(text) or not HASH.search(text)]
    assert unfit == []


def test_app_lock_is_part_of_dev_lock() -> None:
    app, dev = _entries("app.lock"), _entries("dev.lock")
    assert {name: _substance(text) for name, text in app.items()} == {
        name: _substance(dev.get(name, "")) for name in app
    }


@pytest.mark.parametrize("lock", LOCKS)
def test_every_direct_requirement_is_locked(lock: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*project["project"]["dependencies"], *project["build-system"]["requires"], *_lines("app.in")]
    if lock == "dev.lock":
        wanted += _lines("dev.in")
    assert {_name(requirement) for requirement in wanted} - set(_entries(lock)) == set()


@pytest.mark.parametrize("lock", LOCKS)
def test_nothing_excluded_is_locked(lock: str) -> None:
    assert set(_lines("excludes.txt")) & set(_entries(lock)) == set()


def _lines(file: str) -> list[str]:
    lines = (REQUIREMENTS / file).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _entries(lock: str) -> dict[str, str]:
    """The text of each entry, continuation lines included, by the name of its package."""
    text = (REQUIREMENTS / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    return {_name(line): line for line in lines}


def _substance(entry: str) -> list[str]:
    """Version, marker and hashes, whatever the order and the spaces."""
    return sorted(entry.split())


def _name(requirement: str) -> str:
    match = NAME.match(requirement)
    assert match, requirement
    return re.sub(r"[-_.]+", "-", match[0]).lower()
