"""What the README says: `run.py` explains itself, and the server is called in one way."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.saves import GUNICORN

ROOT = Path(__file__).parents[2]
RUN = ROOT / "run.py"


@pytest.mark.parametrize("arguments", [[], ["unknown"], ["--help"]])
def test_without_a_known_command_it_explains_itself(arguments: list[str], tmp_path: Path) -> None:
    (tmp_path / "run.py").write_bytes(RUN.read_bytes())
    done = subprocess.run(
        [sys.executable, "run.py", *arguments], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "python3 run.py demo" in done.stderr
    assert "python3 run.py test" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["run.py"]


def test_an_old_python_can_read_it_far_enough_to_refuse() -> None:
    tree = ast.parse(RUN.read_text(encoding="utf-8"), feature_version=(3, 7))
    imported = {
        alias.name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert "__future__" not in modules
    assert (imported | {"pathlib"}) - {"Path"} <= set(sys.stdlib_module_names)


def test_version_is_said_once() -> None:
    text = (ROOT / "panel" / "__init__.py").read_text(encoding="utf-8")
    assert text.count("__version__") == 1
    assert 'path = "panel/__init__.py"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", ["README.md", "docs/operations.md"])
def test_gunicorn_is_called_as_it_is_measured(page: str) -> None:
    assert f"gunicorn {' '.join(GUNICORN)} " in (ROOT / page).read_text(encoding="utf-8")
