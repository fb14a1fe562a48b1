"""The layers hold, seen twice: by import-linter and by a plain reading of every import statement."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "panel"
LINT_IMPORTS = Path(sys.executable).parent / "lint-imports"

# From the top down; a layer imports only from lines below its own.
LAYERS = (
    {"cli"},
    {"app"},
    {"web"},
    {"services"},
    {"documents"},
    {"queries"},
    {"tables", "audit"},
    {"db"},
    {"sentences"},
    {"vocabulary"},
    {"rules"},
    {"scoring"},
    {"config"},
    {"errors", "clock", "language"},
)
DEPTH = {name: depth for depth, names in enumerate(LAYERS) for name in names}
SOURCES = sorted(PACKAGE.rglob("*.py"))


def test_import_contracts_hold() -> None:
    done = subprocess.run([LINT_IMPORTS, "--no-logo", "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_file_imports_upward() -> None:
    upward = {
        source.relative_to(ROOT).as_posix(): names for source in SOURCES if (names := _upward_imports(source))
    }
    assert upward == {}


def test_package_itself_imports_nothing() -> None:
    # Otherwise `import panel.scoring` would drag it along.
    assert list(_imported_layers(PACKAGE / "__init__.py")) == []


def test_scoring_loads_neither_web_nor_database() -> None:
    probe = "import sys, panel.scoring; print(*sorted(name.partition('.')[0] for name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "panel" in loaded
    assert loaded & {"flask", "werkzeug", "jinja2", "sqlmodel", "sqlalchemy", "alembic"} == set()


# One breach of each contract: importer, what it must not import.
BREACHES = {
    "layers": ("panel.rules.rankings", "panel.services.rankings"),
    "acyclic": ("panel.queries.rounds", "panel.queries.standings"),
    "pure": ("panel.audit.tree", "sqlmodel"),
    "web-has-no-tables": ("panel.web.secretary.rankings", "panel.tables.rankings"),
    "blind": ("panel.web.expert.sheets", "panel.queries.standings"),
    "audit-door": ("panel.services.sheets", "panel.audit.tables"),
    "audiences": ("panel.web.inspector.log", "panel.web.secretary.rankings"),
}


def test_each_contract_is_tried() -> None:
    assert {contract["id"] for contract in _contracts()["contracts"]} == set(BREACHES)


@pytest.mark.parametrize("contract", BREACHES)
def test_planted_breach_is_caught(contract: str, tmp_path: Path) -> None:
    importer, imported = BREACHES[contract]
    _write_skeleton(tmp_path)
    assert _lint(tmp_path, contract) == 0
    _module_file(tmp_path, importer).write_text(f"import {imported}\n", encoding="utf-8")
    if contract == "acyclic":
        _module_file(tmp_path, imported).write_text(f"import {importer}\n", encoding="utf-8")
    assert _lint(tmp_path, contract) == 1


def _upward_imports(source: Path) -> set[str]:
    own = source.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if own in ("__init__", "__main__"):  # of the package itself
        return set()
    return {
        name
        for name in _imported_layers(source)
        if name != own and DEPTH[name] <= DEPTH[own] and not _is_migration_reading_tables(source, name)
    }


def _imported_layers(source: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        for name in _imported_names(node, source):
            parts = name.split(".")
            if parts[0] == "panel" and len(parts) > 1 and parts[1] in DEPTH:
                yield parts[1]


def _imported_names(node: ast.AST, source: Path) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        folder = source.parent.relative_to(ROOT).parts
        base = ".".join(folder[: len(folder) - node.level + 1]) if node.level else ""
        origin = ".".join(part for part in (base, node.module) if part)
        return [f"{origin}.{alias.name}" for alias in node.names]
    return []


def _is_migration_reading_tables(source: Path, layer: str) -> bool:
    return source.is_relative_to(PACKAGE / "db" / "migrations") and layer in ("tables", "audit")


def _contracts() -> dict[str, list[dict[str, object]]]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts: dict[str, list[dict[str, object]]] = settings["tool"]["importlinter"]
    return contracts


def _write_skeleton(folder: Path) -> None:
    """An empty house with every module that a contract names, and those of the breaches."""
    (folder / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    named = {f"panel.{name}" for name in DEPTH} | {name for breach in BREACHES.values() for name in breach}
    for contract in _contracts()["contracts"]:
        for key in ("source_modules", "forbidden_modules", "protected_modules", "modules"):
            names = contract.get(key, [])
            assert isinstance(names, list)
            named.update(names)
    for name in sorted(named):
        if name.startswith("panel."):
            file = _module_file(folder, name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()
            for parent in file.parents[: name.count(".") + 1]:
                (parent / "__init__.py").touch()


def _module_file(folder: Path, name: str) -> Path:
    """A module that others live in is a package; in the skeleton every module is one."""
    return folder.joinpath(*name.split("."), "__init__.py")


def _lint(folder: Path, contract: str) -> int:
    words = [str(LINT_IMPORTS), "--no-logo", "--no-cache", "--contract", contract]
    done = subprocess.run(words, cwd=folder, env={"PYTHONPATH": str(folder)}, capture_output=True, text=True)
    assert "BROKEN" in done.stdout or done.returncode == 0, done.stdout + done.stderr
    return done.returncode
