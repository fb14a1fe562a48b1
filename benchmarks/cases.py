"""Whether `panel analyse --json` gives the values of reference cases that are not kept in this repository.

    python -m benchmarks.cases FOLDER

A case is a JSON file with `data.columns` and `data.rows` (expert, item, criterion, score, and any optional
columns of the command), `design` (`weights`, `top_k`), `expected` values by statistic and `tolerance` by the
statistic's name or a pattern of it, as {abs, rel}. The command is run on each as anybody would run it. A
statistic that it does not print is named, and no mistake: some cases hold values of other procedures beside
their own. Exit status 1 when a value is off.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, NamedTuple

APPLICATION = "application"
KNOWN = (APPLICATION, "expert", "criterion", "score", "order", "affiliated", "topic")
PROSE = {"how", "behaviour", "rule", "policy", "required_behaviour", "planted", "point"}


class Checked(NamedTuple):
    """One number, or one text, of a case."""

    path: str
    right: bool
    expected: object
    found: object


def command(case: Mapping[str, Any], table: Path) -> list[str]:
    """The command line for a case whose rows stand in `table`."""
    design = case["design"]
    line = [sys.executable, "-m", "panel", "analyse", str(table), "--json"]
    criteria = {row[case["data"]["columns"].index("criterion")] for row in case["data"]["rows"]}
    weights = design.get("weights") or dict.fromkeys(sorted(criteria), 1)
    if len(criteria) > 1:
        line += ["--weights", ",".join(f"{name}={weight}" for name, weight in weights.items())]
    named = (match[1] for name in case["expected"] if (match := re.fullmatch(r"p_top(\d+)", name)))
    top = design.get("top_k") or next(named, None)
    return [*line, "--top", str(top)] if top else line


def write(case: Mapping[str, Any], table: Path) -> None:
    """The rows as the command reads them."""
    names = [APPLICATION if name == "item" else name for name in case["data"]["columns"]]
    kept = [place for place, name in enumerate(names) if name in KNOWN]
    with table.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow([names[place] for place in kept])
        for row in case["data"]["rows"]:
            out.writerow(["" if row[place] is None else row[place] for place in kept])


def answers(case: Mapping[str, Any]) -> dict[str, Any]:
    """What the command prints."""
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "scores.csv"
        write(case, table)
        printed = subprocess.run(command(case, table), capture_output=True, check=True)
    found: dict[str, Any] = json.loads(printed.stdout, parse_constant=_refuse)
    return found


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is no JSON number")


def check(case: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[Checked]:
    """Every value of the case that the command has a name for."""
    for name, expected in case["expected"].items():
        if name in found and name not in PROSE:
            yield from _compared(expected, found[name], _tolerance(case, name), name)


def missing(case: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """The statistics of the case that the command does not print."""
    return [name for name in case["expected"] if name not in found and name not in PROSE]


def _tolerance(case: Mapping[str, Any], name: str) -> tuple[float, float]:
    fitting = [pattern for pattern in case["tolerance"] if fnmatch(name, pattern)]
    within = case["tolerance"][max(fitting, key=len, default="default")]
    return within.get("abs", 0.0), within.get("rel", 0.0)


def _compared(expected: Any, found: Any, within: tuple[float, float], path: str) -> Iterator[Checked]:
    if isinstance(expected, Mapping):
        for key, value in expected.items():
            inner = found.get(key) if isinstance(found, Mapping) else found
            yield from _compared(value, inner, within, f"{path}.{key}")
    elif isinstance(expected, int | float) and isinstance(found, int | float):
        absolute, relative = within
        near = abs(found - expected) <= absolute + relative * abs(expected)
        yield Checked(path, near and isinstance(expected, bool) == isinstance(found, bool), expected, found)
    else:
        yield Checked(path, found == expected, expected, found)


def report(file: Path) -> bool | None:
    """Check one file and print; whether everything that is printed is right, None without scores."""
    case = json.loads(file.read_text(encoding="utf-8"))
    if "rows" not in case["data"]:
        print(f"  {file.stem}: no scores, nothing to run")
        return None
    found = answers(case)
    every = list(check(case, found))
    wrong = [one for one in every if not one.right]
    for one in wrong:
        print(f"    {one.path}: expected {one.expected}, found {one.found}")
    unnamed = missing(case, found)
    beside = f"; not printed: {', '.join(unnamed)}" if unnamed else ""
    print(f"  {file.stem}: {len(every) - len(wrong)} of {len(every)} values{beside}", flush=True)
    return not wrong


def main() -> int:
    """Check every case of a folder."""
    words = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    words.add_argument("folder", type=Path)
    files = sorted(words.parse_args().folder.glob("*.json"))
    right = [held for file in files if (held := report(file)) is not None]
    print(f"{sum(right)} of {len(right)} cases with scores hold.")
    return 0 if right and all(right) else 1


if __name__ == "__main__":
    sys.exit(main())
