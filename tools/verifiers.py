"""Put each offline verifier into the one file that is handed out: `python -m tools.verifiers`.

The parts of `verifiers/python` become `verify_bundle.py`, those of `verifiers/page` `verify_bundle.html`.
Nothing is shortened: who receives the file reads what stands here.
"""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1] / "verifiers"
PARTS = (
    "report",
    "ed25519",
    "notes",
    "archive",
    "log",
    "checkpoints",
    "policies",
    "scores",
    "places",
    "rounds",
    "listing",
    "main",
)
SCRIPTS = (
    "report",
    "sha",
    "ed25519",
    "notes",
    "inflate",
    "archive",
    "log",
    "checkpoints",
    "policies",
    "fractions",
    "scores",
    "places",
    "rounds",
    "main",
)
OWN = "verifiers."


def python() -> str:
    """The Python verifier: what the parts import from elsewhere first, then one part after the other."""
    whole: set[str] = set()
    parts: dict[str, set[str]] = {}
    bodies, title = [], ""
    for name in PARTS:
        text = (ROOT / "python" / f"{name}.py").read_text(encoding="utf-8")
        tree = ast.parse(text)
        title = ast.get_docstring(tree, clean=False) or ""
        head = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
        for node in head:
            if isinstance(node, ast.Import):
                whole |= {alias.name for alias in node.names}
            elif not (node.module or "").startswith(OWN):
                parts.setdefault(node.module or "", set()).update(alias.name for alias in node.names)
        body = "\n".join(text.splitlines()[head[-1].end_lineno :]).strip()
        heading = "" if name == "main" else f"# {title.splitlines()[0]}\n\n\n"
        bodies.append(f"{heading}{body}\n")
    first = f"from __future__ import {parts.pop('__future__').pop()}"
    imports = [f"import {name}" for name in sorted(whole)]
    imports += [f"from {module} import {', '.join(sorted(names))}" for module, names in sorted(parts.items())]
    head_lines = ["#!/usr/bin/env python3", f'"""{title}"""', "", first, "", *imports, "", ""]
    return "\n".join([*head_lines, "\n\n".join(bodies)])


def page() -> str:
    """The page: its frame with the style, the checks (which also run in a worker) and the screen put in."""
    folder = ROOT / "page"

    def text(name: str) -> str:
        return (folder / name).read_text(encoding="utf-8").rstrip()

    checks = "\n\n".join(text(f"{name}.js") for name in SCRIPTS)
    frame = text("page.html") + "\n"
    for place, content in (("style", text("page.css")), ("checks", checks), ("screen", text("screen.js"))):
        frame = frame.replace(f"/* {place} */", content)
    return frame


MADE = {"verify_bundle.py": python, "verify_bundle.html": page}


def main() -> None:
    """Write both files."""
    for name, make in MADE.items():
        (ROOT / name).write_text(make(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
