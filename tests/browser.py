"""Which browser the tests drive: one that is installed, never a download."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

VARIABLE = "CHROMIUM"
HOW_TO_GET_IT = (
    "install Chromium, Chrome or Edge (Debian: apt-get install chromium-headless-shell libatomic1)"
    f" or set {VARIABLE} to the path of one"
)
NAMES = (
    "chromium-headless-shell",  # the same browser without windows: a third of the work
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)


def find() -> str | None:
    """The path of the first browser there is; the environment variable comes first."""
    for name in (os.environ.get(VARIABLE, ""), *NAMES):
        path = shutil.which(name)
        if path:
            return path
    return None


def driver_starts() -> bool:
    """Whether Playwright's own driver runs here: on a bare Debian it lacks libatomic1."""
    words = [sys.executable, "-m", "playwright", "--version"]
    return subprocess.run(words, capture_output=True, check=False).returncode == 0
