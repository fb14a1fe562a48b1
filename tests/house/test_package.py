"""What a built wheel holds: it must run without the repository."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names in a wheel built from this tree."""
    folder = tmp_path_factory.mktemp("wheel")
    words = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(words, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        return set(archive.namelist())


@pytest.mark.parametrize("folder", ["templates", "static", "translations", "db/migrations"])
def test_package_data_is_in_the_wheel(wheel: set[str], folder: str) -> None:
    files = _files_below(ROOT / "panel" / folder)
    assert files != []
    assert {f"panel/{folder}/{name}" for name in files} - wheel == set()


@pytest.mark.parametrize("folder", ["config", "examples"])
def test_policy_and_examples_are_in_the_wheel(wheel: set[str], folder: str) -> None:
    files = _files_below(ROOT / folder)
    assert files != []
    assert {f"panel/_data/{folder}/{name}" for name in files} - wheel == set()


def test_the_verifiers_are_in_the_wheel(wheel: set[str]) -> None:
    assert {f"panel/_data/verifiers/verify_bundle.{ending}" for ending in ("html", "py")} <= wheel


def test_nothing_else_is_in_the_wheel(wheel: set[str]) -> None:
    outside = {name for name in wheel if not name.startswith(("panel/", "panel-"))}
    assert outside == set()


def test_the_command_is_declared(wheel: set[str]) -> None:
    assert any(name.endswith(".dist-info/entry_points.txt") for name in wheel)


def _files_below(folder: Path) -> list[str]:
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    )
