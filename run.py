#!/usr/bin/env python3
"""Set up and start everything, given nothing but Python 3.11 or newer with pip.

    python3 run.py demo [options of `panel demo`]   the demonstration
    python3 run.py test [arguments of pytest]       every check and test; with arguments, only those tests
    python3 run.py check                            the fast checks alone: lint, format, types, layers

The packages go into .venv beside this file, which this script owns and may rebuild. They are exactly those of
requirements/*.lock, fetched by pip as it is configured on this machine (mirror, proxy, certificates).
"""

import hashlib
import importlib.util
import json
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
STATE = VENV / "installed.json"


def main(arguments: "list[str]") -> None:
    if sys.version_info < (3, 11):
        sys.exit(f"This needs Python 3.11 or newer; {sys.executable} is Python {sys.version.split()[0]}.")
    command, rest = (arguments[0] if arguments else ""), arguments[1:]
    if command == "demo":
        prepare("app")
        hand_over([BIN / "panel", "demo", *rest])
    elif command in ("test", "check"):
        prepare("dev")
        os.chdir(ROOT)
        hand_over([PYTHON, "-m", "tests.checks", command, *rest])
    else:
        sys.exit(__doc__.strip())


def prepare(kind: str) -> None:
    """Bring .venv to the state of the lock; what is already in that state is left alone."""
    made_by = [sys.version, sys.base_prefix, str(ROOT)]
    kinds = ("app", "dev") if kind == "dev" else ("app",)  # the dev lock holds the whole app lock
    wanted = {each: digest(lock_of(each), ROOT / "pyproject.toml") for each in kinds}
    try:
        state = json.loads(STATE.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        state = {"made_by": None, "locks": {}}
    if state["made_by"] == made_by and state["locks"].get(kind) == wanted[kind]:
        return
    install = [*installer(), "install", "--disable-pip-version-check", "--no-deps"]
    print(f"Setting up .venv for Python {sys.version.split()[0]}; the first time takes a minute.", flush=True)
    if state["made_by"] != made_by:
        venv.EnvBuilder(clear=True, symlinks=os.name != "nt").create(VENV)
    STATE.unlink(missing_ok=True)  # an interrupted installation starts again from an empty .venv
    if install[0] == str(PYTHON):
        run([PYTHON, "-m", "ensurepip"])
    run([*install, "--require-hashes", "--only-binary", ":all:", "-r", lock_of(kind)])
    run([*install, "--no-index", "--no-build-isolation", "--editable", ROOT])
    STATE.write_text(json.dumps({"made_by": made_by, "locks": wanted}), encoding="utf-8")


def installer() -> "list[str]":
    """The pip to use: this Python's own, working on .venv from outside, or one unpacked into .venv."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip", "--python", str(PYTHON)]
    if importlib.util.find_spec("ensurepip"):
        return [str(PYTHON), "-m", "pip"]
    sys.exit(f"{sys.executable} has no pip. Install it (Debian: apt-get install python3-pip) and try again.")


def run(command: "list[object]") -> None:
    if subprocess.run([str(part) for part in command], env={**os.environ, "PIP_USER": "0"}).returncode:
        sys.exit(
            "Setting up stopped; the reason stands above. A package is not found where pip cannot reach its"
            " index, or on other platforms than Python 3.11 to 3.14 on Linux, Windows and Apple silicon."
        )


def hand_over(command: "list[object]") -> None:
    words = [str(part) for part in command]
    if os.name == "nt":
        sys.exit(subprocess.run(words).returncode)
    os.execv(words[0], words)


def lock_of(kind: str) -> Path:
    return ROOT / "requirements" / f"{kind}.lock"


def digest(*files: Path) -> str:
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


if __name__ == "__main__":
    main(sys.argv[1:])
