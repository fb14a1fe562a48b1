"""What every test can ask for: an office on each database, a clock that stands still, people who act."""

from __future__ import annotations

import gc
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from jinja2 import FileSystemBytecodeCache

from panel import config
from panel.documents import children
from panel.rules.criteria import Policy
from panel.rules.permissions import Role
from panel.rules.policies import read_policy
from panel.services.office import Actor, Office
from tests.databases import Databases, sqlite_copy, sqlite_template, standing_engine
from tests.world import World

settings.register_profile("panel", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("panel")

pytest_plugins = ("tests.network",)

# Thousands of tests leave much that stays: to look through all of it as often as usual costs a tenth.
gc.set_threshold(50_000, 20, 20)

# Every test makes an application of its own; none should compile the templates anew.
Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": FileSystemBytecodeCache()}

_ask, _once, _run = children.ask, lru_cache(maxsize=512)(children.ask), subprocess.run


def _ask_once(module: str, argument: str, data: bytes, seconds: int) -> subprocess.CompletedProcess[bytes]:
    # A child is a new Python each time: the same file is opened once, unless a test plays with children.
    asked = _once if subprocess.run is _run else _ask
    return asked(module, argument, data, seconds)


children.ask = _ask_once

ROOT = Path(__file__).parents[1]
START = datetime(2026, 9, 1, 1, 0, tzinfo=UTC)


class StandingClock:
    """A clock that moves only when it is told to."""

    def __init__(self, start: datetime = START) -> None:
        self.now = start

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **step: float) -> None:
        """Move on by so many minutes, hours or days."""
        self.now += timedelta(**step)


@pytest.fixture
def clock() -> StandingClock:
    """The clock of the office under test."""
    return StandingClock()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty store at its newest form, on each database in turn."""
    if request.param == "sqlite":
        template = request.getfixturevalue("sqlite_file")
        yield sqlite_copy(template, template.parent)
    else:
        with request.getfixturevalue("databases").empty() as url:
            yield url


@pytest.fixture(scope="session")
def sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    return sqlite_template(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    """The databases of this test process on PostgreSQL."""
    made = Databases()
    yield made
    made.close()


@cache
def shipped_policy() -> Policy:
    """The policy file that comes with the product; a value that nobody can change, read once."""
    file = ROOT / "config" / "criteria.toml"
    return read_policy(file.read_text(encoding="utf-8"), str(file))


@pytest.fixture
def office(database_url: str, tmp_path: Path, clock: StandingClock) -> Iterator[Office]:
    """An office with an empty store, the shipped policy and a clock that stands still."""
    made = config.create(tmp_path / "home", database_url=database_url, secure_cookies=False)
    office = Office(made, shipped_policy(), clock, standing_engine(database_url))
    yield office
    office.engine.dispose()


@pytest.fixture
def world(office: Office, clock: StandingClock) -> World:
    """The office with people in it, and short ways to bring a round to any stage."""
    return World(office, clock)


def actor(role: Role, number: int = 1) -> Actor:
    """Somebody of that role who has no account (enough where only the role counts)."""
    return Actor(f"u-{role}-{number}", role)
