"""Every check and test of the project, in the order of how quickly they fail.

Started by `python3 run.py test` and `python3 run.py check`. Whatever a machine lacks is left out with a line
that says how to get it; with CI=true nothing may be left out.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests import browser, coverage, postgres

TOOLS = Path(sys.executable).parent
PYTHON = [sys.executable, "-m"]
STATIC = (
    ("lint", [*PYTHON, "ruff", "check", "."]),
    ("format", [*PYTHON, "ruff", "format", "--check", "."]),
    ("layers", [str(TOOLS / "lint-imports"), "--no-logo"]),
)
TYPES = ("types", [*PYTHON, "mypy"])
# What decides, counts and records is covered to the last branch; the rest nearly.
WHOLLY_COVERED = ("rules", "scoring", "audit", "services")
ELSEWHERE_PERCENT = 90
REPORT = Path(".coverage.json")
MEMORY = Path("/dev/shm")
MEMORY_NEEDED = 3 * 1024**3


def main(arguments: list[str]) -> int:
    """Run the checks, or only the tests that the arguments name; return the exit status."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that PostgreSQL is stopped then, too
    command, chosen = arguments[0], arguments[1:]
    checks = Checks()
    with ExitStack() as beside:
        if not chosen:
            beside.enter_context(checks.beside(*TYPES))  # keeps one processor for a minute
            for name, words in STATIC:
                checks.run(name, words)
        if command == "test":
            _tests(checks, chosen)
    return checks.report()


def _in_memory() -> None:
    """Keep what the tests write off the disk, where the machine has a file system in memory."""
    if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > MEMORY_NEEDED:
        os.environ.setdefault("TMPDIR", str(MEMORY))


def _tests(checks: Checks, chosen: list[str]) -> None:
    _in_memory()
    with postgres.cluster() as url:
        absent = []
        if url is None:
            absent.append("postgres")
            checks.leave_out("tests on PostgreSQL", postgres.HOW_TO_GET_IT)
        if browser.find() is None or not browser.driver_starts():
            absent.append("browser")
            checks.leave_out("tests in a browser", browser.HOW_TO_GET_IT)
        marks = ["-m", " and ".join(f"not {mark}" for mark in absent)] if absent else []
        environment = {} if url is None else {postgres.VARIABLE: url}
        if chosen:
            checks.run("tests", [*PYTHON, "pytest", *marks, *chosen], environment)
        else:
            _measured(
                checks, ["pytest", "-n", "auto", "--dist", "worksteal", "--durations=25", *marks], environment
            )


def _measured(checks: Checks, words: list[str], environment: dict[str, str]) -> None:
    """Run all tests, then hold what they went through against the limits."""
    REPORT.unlink(missing_ok=True)
    # The same as pytest ignores (pyproject.toml), said before pytest runs.
    quiet = {"PYTHONWARNINGS": "ignore:Unable to activate pytest branch coverage"}
    measure = [*PYTHON, "slipcover", "--json", "--out", str(REPORT), "-m"]
    checks.run("tests", [*measure, *words], environment | quiet)
    if REPORT.exists():
        for layer, part in coverage.by_layer(REPORT, WHOLLY_COVERED).items():
            checks.compare(
                f"coverage of {layer}", part, 100 if layer in WHOLLY_COVERED else ELSEWHERE_PERCENT
            )
    else:
        checks.failed.append("coverage (nothing was measured)")


class Checks:
    """What was run, how it ended, and what was left out."""

    def __init__(self) -> None:
        self.failed: list[str] = []
        self.left_out: list[str] = []

    def run(self, name: str, words: list[str], environment: dict[str, str] | None = None) -> None:
        """Run one check to its end, its output passing through."""
        print(f"\n== {name}", flush=True)
        start = time.monotonic()
        status = subprocess.run(words, env={**os.environ, **(environment or {})}, check=False).returncode
        self._ended(name, status, time.monotonic() - start)

    @contextmanager
    def beside(self, name: str, words: list[str]) -> Iterator[None]:
        """Run one check beside others; what it has to say comes after theirs."""
        start = time.monotonic()
        with tempfile.TemporaryFile("w+") as said:
            process = subprocess.Popen(words, stdout=said, stderr=subprocess.STDOUT)
            try:
                yield
                status = process.wait()
            finally:
                process.kill()
            said.seek(0)
            print(f"\n== {name}\n{said.read()}", end="", flush=True)
        self._ended(name, status, time.monotonic() - start)

    def _ended(self, name: str, status: int, seconds: float) -> None:
        print(f"-- {name}: {'failed' if status else 'passed'} in {seconds:.0f} s", flush=True)
        if status:
            self.failed.append(name)

    def compare(self, name: str, part: coverage.Part, percent: int) -> None:
        """Hold a part against its limit; what is short of it is named."""
        print(f"-- {name}: {part.percent:.2f} % (at least {percent})")
        if part.percent < percent:
            print(*part.places, sep="\n", flush=True)
            self.failed.append(name)

    def leave_out(self, what: str, how_to_get_it: str) -> None:
        """Remember a part that this machine cannot run."""
        self.left_out.append(f"Left out: {what}. To run them, {how_to_get_it}.")

    def report(self) -> int:
        """Print the outcome, a line for each thing left out, and return the exit status."""
        print()
        for line in self.left_out:
            print(line)
        if self.left_out and os.environ.get("CI", "").lower() in ("1", "true"):
            self.failed.append("completeness (with CI=true nothing may be left out)")
        print(f"Failed: {', '.join(self.failed)}." if self.failed else "All checks passed.")
        return 1 if self.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
