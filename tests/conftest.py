"""What every test can ask for: an office on each database, a clock that stands still, people who act."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine, make_url

from panel import config
from panel.db import migrate
from panel.db.engine import open_engine
from panel.rules.criteria import Policy
from panel.rules.permissions import Role
from panel.rules.policies import read_policy
from panel.services.office import Actor, Office
from tests import postgres
from tests.world import World

settings.register_profile("panel", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("panel")

pytest_plugins = ("tests.network",)

# Every test makes an application of its own; none should compile the templates anew.
Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": FileSystemBytecodeCache()}

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
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty store at its newest form, on each database in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{_copy_of(request.getfixturevalue('sqlite_template'), tmp_path)}"
    else:
        yield from _database(request.getfixturevalue("postgres_template"))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    file = tmp_path_factory.mktemp("template") / "empty.sqlite"
    _migrated(open_engine(f"sqlite:///{file}"))
    return file


@pytest.fixture(scope="session")
def postgres_template() -> Iterator[str]:
    """A migrated PostgreSQL database to copy; one for each test process."""
    server = os.environ[postgres.VARIABLE]
    name = f"template_{uuid.uuid4().hex[:12]}"
    _administer(server, f'CREATE DATABASE "{name}"')
    _migrated(open_engine(_url_of(server, name)))
    yield name
    _administer(server, f'DROP DATABASE "{name}"')


def _copy_of(template: Path, folder: Path) -> Path:
    return Path(shutil.copy(template, folder / "panel.sqlite"))


def _database(template: str) -> Iterator[str]:
    server = os.environ[postgres.VARIABLE]
    name = f"test_{uuid.uuid4().hex[:12]}"
    _administer(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    yield _url_of(server, name)
    _administer(server, f'DROP DATABASE "{name}" WITH (FORCE)')


def _administer(server: str, statement: str) -> None:
    url = make_url(server).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute(statement.encode())


def _url_of(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _migrated(engine: Engine) -> None:
    migrate.upgrade(engine)
    engine.dispose()


@cache
def shipped_policy() -> Policy:
    """The policy file that comes with the product; a value that nobody can change, read once."""
    file = ROOT / "config" / "criteria.toml"
    return read_policy(file.read_text(encoding="utf-8"), str(file))


@pytest.fixture
def office(database_url: str, tmp_path: Path, clock: StandingClock) -> Iterator[Office]:
    """An office with an empty store, the shipped policy and a clock that stands still."""
    made = config.create(tmp_path / "home", database_url=database_url, secure_cookies=False)
    office = Office(made, shipped_policy(), clock)
    yield office
    office.engine.dispose()


@pytest.fixture
def world(office: Office, clock: StandingClock) -> World:
    """The office with people in it, and short ways to bring a round to any stage."""
    return World(office, clock)


def actor(role: Role, number: int = 1) -> Actor:
    """Somebody of that role who has no account (enough where only the role counts)."""
    return Actor(f"u-{role}-{number}", role)
