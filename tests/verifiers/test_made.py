"""The two files that are handed out are made of their parts, stand alone, and are what the wheel holds."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.verifiers.worked import Worked
from tools.verifiers import MADE, ROOT

STANDARD = set(sys.stdlib_module_names)


@pytest.mark.parametrize("name", MADE)
def test_the_file_is_that_of_its_parts(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == MADE[name](), "run: python -m tools.verifiers"


def test_the_program_needs_the_standard_library_of_an_old_python_only() -> None:
    tree = ast.parse((ROOT / "verify_bundle.py").read_text(encoding="utf-8"), feature_version=(3, 9))
    imported = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {
        (node.module or "") if isinstance(node, ast.ImportFrom) else alias.name
        for node in imported
        for alias in node.names
    }
    assert {name.split(".")[0] for name in names} - STANDARD == set()


def test_no_line_of_the_program_that_is_evaluated_joins_types_as_only_newer_pythons_do() -> None:
    tree = ast.parse((ROOT / "verify_bundle.py").read_text(encoding="utf-8"))
    unread = {
        id(part)
        for node in ast.walk(tree)
        for hint in (getattr(node, "annotation", None), getattr(node, "returns", None))
        if hint is not None
        for part in ast.walk(hint)
    }
    joined = [node for node in ast.walk(tree) if isinstance(node, ast.BinOp) and id(node) not in unread]
    assert [ast.unparse(node) for node in joined if "None" in ast.unparse(node)] == []


def test_the_program_runs_without_anything_of_ours(worked: Worked, tmp_path: Path) -> None:
    words = [sys.executable, "-I", "-S", str(ROOT / "verify_bundle.py"), str(worked.file)]
    ran = subprocess.run(words, cwd=tmp_path, capture_output=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert "结论：各部分相互一致" in ran.stdout.decode()


def test_no_part_imports_the_program_under_watch() -> None:
    for path in (ROOT / "python").glob("*.py"):
        assert not re.search(r"^\s*(?:from|import) panel\b", path.read_text(encoding="utf-8"), re.M), path


def test_the_page_asks_for_nothing() -> None:
    page = (ROOT / "verify_bundle.html").read_text(encoding="utf-8")
    assert "default-src 'none'" in page
    assert re.findall(r"""(?:src|href|url)\s*[=(]\s*["']?(?:https?:)?//""", page) == []
    assert not re.search(r"\b(?:fetch|XMLHttpRequest|WebSocket|importScripts|sendBeacon)\b", page)
