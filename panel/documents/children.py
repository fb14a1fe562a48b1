"""Work on files that nobody trusts happens in a child process, which gets our libraries and nothing else."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path

_HOME = Path(__file__).parents[2]


def ask(module: str, argument: str, data: bytes, seconds: int) -> subprocess.CompletedProcess[bytes]:
    """Run one of our modules with `data` at its standard input; `TimeoutExpired` once it has been killed."""
    environment = {name: os.environ[name] for name in ("SYSTEMROOT", "PATH") if name in os.environ}
    environment |= {"PYTHONPATH": os.pathsep.join([str(_HOME), *filter(None, sys.path)])}
    return subprocess.run(  # noqa: S603 - our own module, no shell
        [sys.executable, "-P", "-m", module, argument],
        input=data,
        capture_output=True,
        env=environment,
        timeout=seconds,
        check=False,
    )


def confine(memory_bytes: int, seconds: int) -> None:
    """Limit this process, the child, where the platform can."""
    try:
        import resource
    except ImportError:  # pragma: no cover - Windows
        return
    for name, limit in (
        ("RLIMIT_AS", memory_bytes),
        ("RLIMIT_CPU", seconds),
        ("RLIMIT_FSIZE", 0),
        ("RLIMIT_CORE", 0),
    ):
        # macOS knows RLIMIT_AS and refuses to set it.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(getattr(resource, name), (limit, limit))
