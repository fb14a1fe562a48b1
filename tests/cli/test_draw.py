"""The draw from a shell: prepared, held, repeated."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import select
from typer.testing import CliRunner, Result

from panel import config, tables
from panel.audit import read
from panel.cli.main import app
from panel.rules.permissions import Role
from panel.services.office import Office
from panel.services.openings import open_office
from tests.conftest import StandingClock
from tests.world import World


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An installation with a round in setup and four experts on file."""
    home = tmp_path / "home"
    config.create(home, secure_cookies=False)
    office = open_office(config.load(home))
    world = World(office, StandingClock(office.clock()))
    world.round_("2026")
    for number in range(1, 5):
        world.add(tables.Expert(number=f"E{number}", name=f"专家{number}（虚构）", employer="某单位（虚构）"))
    world.person(Role.SECRETARY)
    office.engine.dispose()
    return home


def panel(home: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["draw", words[0], "--home", str(home), *words[1:]])


def trail(home: Path) -> list[read.Record]:
    office = open_office(config.load(home))
    with office.reading() as session:
        records = list(reversed(read.page(session)))
    office.engine.dispose()
    return records


def tamper(home: Path, **changes: object) -> None:
    office: Office = open_office(config.load(home))
    world = World(office, StandingClock())
    with world.store() as session:
        row = session.exec(select(tables.Draw)).one()
        for name, value in changes.items():
            setattr(row, name, value)
        session.add(row)
    office.engine.dispose()


def test_prepared_held_and_repeated(home: Path) -> None:
    prepared = panel(home, "prepare", "2026", "--size", "2", "--exclude", "E4=unavailable:出国")
    assert prepared.exit_code == 0, prepared.output
    assert "draw 1: 2 of 3" in prepared.stdout
    assert "not held" in panel(home, "verify").stdout
    held = panel(home, "hold")
    assert held.exit_code == 0, held.output
    assert "reserves: E" in held.stdout
    again = panel(home, "verify", "2026")
    assert (again.exit_code, again.stdout) == (0, held.stdout)
    first, second, _found = trail(home)
    assert (first.act, second.act) == ("draw.prepare", "draw.hold")
    assert first.actor.startswith("os-")
    assert second.data["seed"] in held.stdout


def test_a_redraw_by_an_account_with_a_reason(home: Path) -> None:
    panel(home, "prepare", "--size", "2")
    refused = panel(home, "prepare", "--size", "2")
    assert refused.exit_code == 2
    words = ("--size", "3", "--reason", "名单有误", "--as", "secretary")
    assert panel(home, "prepare", "2026", *words).exit_code == 0
    assert panel(home, "hold", "2026", "--as", "secretary").exit_code == 0
    found = panel(home, "verify").stdout
    assert "draw 1: 2 of 4\n  replaced before it was held" in found
    assert trail(home)[-1].actor == "u-1"


def test_what_cannot_be_done_is_said_with_its_exit_code(home: Path) -> None:
    assert panel(home, "hold").exit_code == 2
    assert panel(home, "prepare", "2026").exit_code == 2  # nine of four
    assert panel(home, "prepare", "--exclude", "E1=whim").exit_code == 2
    assert panel(home, "verify", "1999").exit_code == 2
    assert panel(home, "prepare", "--size", "1", "--as", "nobody").exit_code == 2


def test_a_draw_that_does_not_stand_is_named(home: Path) -> None:
    panel(home, "prepare", "--size", "2")
    panel(home, "hold")
    tamper(home, seed="00" * 32)
    found = panel(home, "verify")
    assert found.exit_code == 1
    assert "DRAW 1 DOES NOT STAND: logged_otherwise" in found.stderr
    assert found.stdout == ""


def test_without_a_round_there_is_nothing_to_draw(tmp_path: Path) -> None:
    config.create(tmp_path / "empty", secure_cookies=False)
    assert panel(tmp_path / "empty", "verify").exit_code == 2
