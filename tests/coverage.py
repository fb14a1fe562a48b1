"""How much of each layer a test run went through, read from what slipcover wrote."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(slots=True)
class Part:
    """Lines and branches of some files: how many there are, and where those lie that were not taken."""

    taken: int = 0
    missing: int = 0
    places: list[str] = field(default_factory=list)

    @property
    def percent(self) -> float:
        """The share that was taken; all of it where there is nothing."""
        total = self.taken + self.missing
        return 100 * self.taken / total if total else 100.0

    def add(self, name: str, file: dict[str, Any]) -> None:
        """Count a file."""
        self.taken += len(file["executed_lines"]) + len(file["executed_branches"])
        self.missing += len(file["missing_lines"]) + len(file["missing_branches"])
        lines = [str(line) for line in file["missing_lines"]]
        lines += [f"{start}->{end or 'exit'}" for start, end in file["missing_branches"]]
        if lines:
            self.places.append(f"{name}: {', '.join(lines)}")


def by_layer(report: Path, layers: Iterable[str]) -> dict[str, Part]:
    """The parts of these layers of the package, and of everything else under the name "elsewhere"."""
    parts = {layer: Part() for layer in (*layers, "elsewhere")}
    for name, file in json.loads(report.read_text(encoding="utf-8"))["files"].items():
        layer = Path(name).parts[1]
        parts[layer if layer in parts else "elsewhere"].add(name, file)
    return parts
