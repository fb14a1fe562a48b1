"""The operations log: JSON lines with the number of the request, for whoever runs the machine.

It is not the audit trail. What an error says may hold names or scores: only its kind and place are written.
"""

from __future__ import annotations

import traceback
from pathlib import Path

import structlog

_HOUSE = Path(__file__).parents[2]

_log = structlog.get_logger("panel")


def install() -> None:
    """Write one JSON object a line to standard output."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        cache_logger_on_first_use=False,
    )


def fault(error: BaseException, request_id: str, path: str) -> None:
    """Note a fault of the program, found again by the number that the person was shown."""
    _log.error("fault", request=request_id, path=path, error=_kinds(error), at=_places(error))


def _kinds(error: BaseException) -> list[str]:
    """The kinds of the error and of those behind it."""
    kinds: list[str] = []
    behind: BaseException | None = error
    while behind is not None:
        kinds.append(type(behind).__name__)
        behind = behind.__cause__ or behind.__context__
    return kinds


def _places(error: BaseException) -> list[str]:
    """Where it happened, outermost first; neither values nor source lines."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]


def _short(name: str) -> str:
    file = Path(name)
    return file.relative_to(_HOUSE).as_posix() if file.is_relative_to(_HOUSE) else "/".join(file.parts[-3:])
