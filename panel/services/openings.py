"""Opening an installation: the settings, the policy file, the store at its newest form, and the clock."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from panel import clock
from panel.audit import read
from panel.config import Settings
from panel.db import engine, migrate
from panel.errors import SettingsError
from panel.rules.criteria import Policy
from panel.rules.policies import read_policy
from panel.services.office import Office

POLICY = ("config", "criteria.toml")
_HERE = Path(__file__).parents[1]


def shipped(*parts: str) -> Path:
    """A file that comes with the program: beside the package in a checkout, inside it in a wheel."""
    inside = _HERE.joinpath("_data", *parts)
    return inside if inside.exists() else _HERE.parent.joinpath(*parts)


def policy_file(settings: Settings) -> Path:
    """The policy of the installation: its own file, else the one that was shipped."""
    return settings.policy or shipped(*POLICY)


def load_policy(settings: Settings) -> Policy:
    """Read the policy file; a wrong one stops the start with file, key, value and what is allowed."""
    return _read(policy_file(settings))


def shipped_policy() -> Policy:
    """The policy that comes with the program."""
    return _read(shipped(*POLICY))


def _read(file: Path) -> Policy:
    try:
        text = file.read_text(encoding="utf-8-sig")  # editors of Windows put a mark before the text
    except OSError as error:
        raise SettingsError(f"{file}: the policy file cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{file}: is not text in UTF-8; save it in that encoding") from None
    return read_policy(text, str(file))


def open_office(settings: Settings) -> Office:
    """The office of an installation that exists; its store is brought to the newest form."""
    office = Office(settings, load_policy(settings))
    migrate.upgrade(office.engine)
    if settings.clock_start:
        office.clock = clock.running_from(_demonstration_moment(office))
    return office


def _demonstration_moment(office: Office) -> datetime:
    """Where the demonstration's clock goes on: at its last event, or at its start."""
    start = clock.from_stamp(office.settings.clock_start)
    with office.reading() as session:
        newest = read.page(session, limit=1)
    return max([start, *(record.at for record in newest)])


def describe(office: Office) -> str:
    """The store in use and its mode, in a few words."""
    return engine.describe(office.engine)
