"""Habits that no tool of the checks keeps."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("panel", "tests", "verifiers")
SOURCES = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
WHOLLY_COVERED = ("rules", "scoring", "audit", "services")

EVASION = re.compile(r"mark\.(?:skip|skipif|xfail)|pytest\.(?:skip|xfail|importorskip)\b|\bunittest\.mock\b")
PRIVATE_PATH = re.compile(r"[\"'`(=\s]/(?:work|root|home)/\w")


def test_no_test_is_evaded_and_no_part_mocked() -> None:
    assert _sources_with(EVASION) == []


def test_no_path_of_one_machine() -> None:
    assert _sources_with(PRIVATE_PATH) == []


@pytest.mark.parametrize("layer", WHOLLY_COVERED)
def test_nothing_is_taken_out_of_the_coverage(layer: str) -> None:
    sources = sorted((ROOT / "panel" / layer).rglob("*.py"))
    assert sources != []
    assert [_name(path) for path in sources if "pragma: no" in path.read_text(encoding="utf-8")] == []


def test_every_folder_of_code_is_a_package() -> None:
    # A folder without __init__.py would be left out of the import contracts without a word.
    # Alembic runs the migrations from their files.
    migrations = ROOT / "panel" / "db" / "migrations"
    folders = {path.parent for path in (ROOT / "panel").rglob("*.py") if not path.is_relative_to(migrations)}
    assert [_name(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def _sources_with(pattern: re.Pattern[str]) -> list[str]:
    own = Path(__file__)
    return [
        _name(path) for path in SOURCES if path != own and pattern.search(path.read_text(encoding="utf-8"))
    ]


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()
