"""The demonstration through the command line: the round of the plan, to the letter."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from panel.cli.cycle import Milestone
from panel.cli.main import app
from verifiers.python.main import Evidence, Verification


def run(*words: str | Path) -> Result:
    """Run `panel` with these words."""
    return CliRunner().invoke(app, [str(word) for word in words])


def made(folder: Path, stage: Milestone) -> Path:
    """A demonstration that came as far as `stage`."""
    done = run("demo", "--home", folder, "--stage", stage, "--no-serve")
    assert done.exit_code == 0, done.output
    return folder


@pytest.fixture(scope="module")
def final(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole round."""
    return made(tmp_path_factory.mktemp("demo") / "final", Milestone.FINAL)


@pytest.fixture(scope="module")
def halfway(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The round as the demonstration starts it: scoring, half done."""
    return made(tmp_path_factory.mktemp("demo") / "halfway", Milestone.SCORING)


@pytest.fixture(scope="module")
def lines(final: Path) -> dict[str, dict[str, Any]]:
    """What `panel result` says of each application."""
    done = run("result", "--home", final, "--json")
    assert done.exit_code == 0, done.output
    return {line["application"]: line for line in json.loads(done.stdout)["applications"]}


# The plan of the demonstration (domain study, section 10).
SELECTED = {"S01", "S02", "S03", "P01", "P02", "P03", "P10", "P11", "P12", "P14", "P15", "P16", "P17"}
REASONS = {
    **dict.fromkeys(SELECTED, "selected"),
    "S04": "tie_lost",
    "P18": "tie_lost",
    **dict.fromkeys(["S06", "S07"], "below_cap"),
    **dict.fromkeys(["S05", "S08", "S09"], "refused"),
    **dict.fromkeys(["P04", "P06", "P07"], "studio_not_selected"),
    "P13": "vetoed",
    **dict.fromkeys(["P05", "P08", "P09"], "linked_studio_refused"),
}


def test_every_application_has_the_planned_outcome(lines: dict[str, dict[str, Any]]) -> None:
    assert {number: line["reason"] for number, line in lines.items()} == REASONS
    assert {number for number, line in lines.items() if line["selected"]} == SELECTED


def test_the_ties_are_exact_and_keep_their_rank(lines: dict[str, dict[str, Any]]) -> None:
    for one, other in (("S03", "S04"), ("P17", "P18")):
        assert lines[one]["official_score"] == lines[other]["official_score"]
        assert lines[one]["rank"] == lines[other]["rank"]
    assert lines["S03"]["rank"] == 3


def test_a_naive_top_ten_would_have_seated_fallen_projects(lines: dict[str, dict[str, Any]]) -> None:
    ranks = {n: line["rank"] for n, line in lines.items() if n.startswith("P") and line["rank"]}
    assert len(ranks) == 14
    naive = {number for number, rank in ranks.items() if rank <= 10}
    assert {"P06", "P07"} <= naive


def test_who_was_not_scored_has_neither_score_nor_rank(lines: dict[str, dict[str, Any]]) -> None:
    for number in ("S05", "S08", "S09", "P05", "P08", "P09", "P13"):
        assert lines[number]["official_score"] is None
        assert lines[number]["rank"] is None


def test_the_round_can_be_named_and_an_unknown_one_cannot(final: Path) -> None:
    assert run("result", "2026", "--home", final, "--json").exit_code == 0
    assert run("result", "1999", "--home", final, "--json").exit_code == 2


def test_the_result_as_a_table_says_the_same(final: Path, lines: dict[str, dict[str, Any]]) -> None:
    table = run("result", "--home", final).stdout
    for number, line in lines.items():
        row = next(row for row in table.splitlines() if row.startswith(number))
        assert row.endswith(line["reason"])


def test_the_whole_trail_verifies(final: Path) -> None:
    done = run("audit", "verify", "--home", final)
    assert done.exit_code == 0, done.output
    assert "root: " in done.stdout


def test_the_offline_verifier_works_the_result_out_again(final: Path, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.zip"
    done = run("audit", "export", "--home", final, "--out", bundle, "--as", "inspector")
    assert done.exit_code == 0, done.output
    report = Verification(str(bundle), Evidence([], [], [], [])).run()
    assert report.damages() == []
    (one,) = report.lists
    places = {place["application"]: place for place in one["places"]}
    assert {number: place["reason"] for number, place in places.items()} == REASONS
    wanted = {"S01": 8913, "S02": 8428, "S03": 8000, "S04": 8000, "P17": 7450, "P18": 7450}
    assert {number: places[number]["official"] for number in wanted} == wanted


def test_every_draw_can_be_repeated(final: Path) -> None:
    assert run("draw", "verify", "--home", final).exit_code == 0


def test_before_opening_there_is_no_result_and_no_score(halfway: Path) -> None:
    done = run("result", "--home", halfway, "--json")
    assert done.exit_code == 3
    assert done.stdout == ""
    assert run("audit", "verify", "--home", halfway).exit_code == 0


def test_a_folder_in_use_is_refused_and_reset_makes_it_anew(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine", encoding="utf-8")
    refused = run("demo", "--home", tmp_path, "--stage", "imported", "--no-serve")
    assert refused.exit_code == 2
    assert "--reset" in refused.output
    again = run("demo", "--home", tmp_path, "--stage", "imported", "--no-serve", "--reset")
    assert again.exit_code == 0, again.output
    assert run("demo", "--home", tmp_path, "--stage", "imported", "--no-serve", "--reset").exit_code == 0
    assert (tmp_path / "letter.txt").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("stage", ["imported", "drawn", "opened"])
def test_it_stops_at_the_stage_that_was_asked_for(tmp_path: Path, stage: str) -> None:
    done = run("demo", "--home", tmp_path / "demo", "--stage", stage, "--no-serve")
    assert done.exit_code == 0, done.output
    for page in ("secretary", "inspector", "admin"):
        assert f"http://127.0.0.1:8000/{page}/" in done.output
    assert ("http://127.0.0.1:8000/expert/" in done.output) == (stage != "imported")
    assert ("（组长）" in done.output) == (stage == "opened")
    assert f"（{stage}）" in done.output
    assert f"panel serve --home {tmp_path / 'demo'}" in done.output


def test_a_real_installation_is_never_reset(tmp_path: Path) -> None:
    assert run("init", "--home", tmp_path).exit_code == 0
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    refused = run("demo", "--home", tmp_path, "--no-serve", "--reset")
    assert refused.exit_code == 2
    assert "not a demonstration" in " ".join(refused.output.split())
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_a_store_that_was_emptied_does_not_verify(tmp_path: Path) -> None:
    assert run("init", "--home", tmp_path).exit_code == 0
    assert run("audit", "verify", "--home", tmp_path).exit_code == 0
    (tmp_path / "panel.sqlite").unlink()
    emptied = run("audit", "verify", "--home", tmp_path)
    assert emptied.exit_code == 1
    assert "DAMAGED" in emptied.output
