"""The result workbook from a shell."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from panel.audit import read, seals
from panel.audit.events import ResultExported
from panel.cli.main import app
from panel.services.office import Office
from tests.opened import Opened
from tests.world import World

run = CliRunner().invoke


@pytest.fixture
def home(world: World) -> Path:
    """The installation of the office under test."""
    return world.office.settings.home


def entries(office: Office) -> list[read.Record]:
    with office.reading() as session:
        return read.of_act(session, ResultExported.act)


def test_the_workbook_is_written_and_its_digest_recorded(world: World, home: Path, tmp_path: Path) -> None:
    Opened(world, {"S01": [80] * 5}).opened()
    out = tmp_path / "result.xlsx"
    done = run(app, ["export", "2026", "--home", str(home), "--out", str(out), "--as", "secretary"])
    assert done.exit_code == 0, done.output
    data = out.read_bytes()
    assert openpyxl.load_workbook(io.BytesIO(data)).sheetnames[0] == "结果"
    (entry,) = entries(world.office)
    assert (entry.actor, entry.data["digest"]) == (world.secretary.id, seals.file_digest(data))
    assert entry.data["digest"] in done.output


def test_without_an_account_the_shells_user_is_recorded(world: World, home: Path, tmp_path: Path) -> None:
    Opened(world, {"S01": [80] * 5}).opened()
    assert run(app, ["export", "2026", "--home", str(home), "--out", str(tmp_path / "a.xlsx")]).exit_code == 0
    assert entries(world.office)[0].actor.startswith("os-")


def test_nothing_is_written_before_the_opening(world: World, home: Path, tmp_path: Path) -> None:
    Opened(world, {"S01": [80] * 5}).scoring()
    out = tmp_path / "result.xlsx"
    for code in ("2026", "1999"):
        done = run(app, ["export", code, "--home", str(home), "--out", str(out)])
        assert done.exit_code == 3
        assert not out.exists()


def test_a_folder_that_is_not_there_is_said_before_anything_is_recorded(
    world: World, home: Path, tmp_path: Path
) -> None:
    Opened(world, {"S01": [80] * 5}).opened()
    done = run(app, ["export", "2026", "--home", str(home), "--out", str(tmp_path / "no" / "a.xlsx")])
    assert done.exit_code == 2
    assert entries(world.office) == []
