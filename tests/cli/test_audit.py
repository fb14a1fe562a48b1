"""The commands around checkpoints, from the first key to a witness that raises the alarm."""

from __future__ import annotations

import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result
from werkzeug.serving import make_server

from panel.app import create_app
from panel.audit import notes, read
from panel.audit.events import SignerStarted
from panel.cli import signer
from panel.cli.main import app
from panel.db.engine import writing
from panel.services import signing
from panel.services.office import Office
from tests.signed import Signed
from tests.tampering import unfence


@pytest.fixture
def home(office: Office) -> Path:
    """The installation of the office under test."""
    return office.settings.home


def ask(*words: object) -> Result:
    return CliRunner().invoke(app, ["audit", *map(str, words)])


def done(*words: object) -> str:
    answer = ask(*words)
    assert answer.exit_code == 0, answer.output
    return answer.output


def test_from_the_first_key_to_a_rotated_one(home: Path, tmp_path: Path) -> None:
    key, kept = tmp_path / "log.key", tmp_path / "kept.txt"
    assert "panel-" in done("key", "new", "--home", home, "--key", key)
    done("signer", "--home", home, "--key", key, "--once")
    kept.write_text((tmp_path / "log.key.last").read_text(encoding="utf-8"), encoding="utf-8")
    done("key", "rotate", "--home", home, "--key", key)
    done("signer", "--home", home, "--key", key, "--once")
    assert [line.split()[:3] for line in done("key", "show", "--home", home).splitlines()] == [
        ["log", "0", "first"],
        ["log", "1", "rotated"],
    ]
    assert "signed: 2" in done("verify", "--home", home, "--checkpoint", kept)
    answer = ask("key", "new", "--home", home, "--key", tmp_path / "other")
    assert (answer.exit_code, "rotate" in answer.output) == (2, True)


def test_a_lost_record_is_replaced_by_a_kept_checkpoint(home: Path, tmp_path: Path) -> None:
    key, last = tmp_path / "log.key", tmp_path / "log.key.last"
    done("key", "new", "--home", home, "--key", key, "--name", "panel-test")
    done("signer", "--home", home, "--key", key, "--once")
    kept = last.rename(tmp_path / "kept.txt")
    done("key", "rotate", "--home", home, "--key", key)
    assert ask("signer", "--home", home, "--key", key, "--once").exit_code == signer.REFUSED
    # The kept one is of the old key: this one cannot take it for its own.
    assert ask("signer", "--home", home, "--key", key, "--once", "--adopt", kept).exit_code == signer.REFUSED


def test_what_cannot_be_used_is_refused(home: Path, tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("x")
    assert ask("verify", "--home", home, "--checkpoint", tmp_path / "x.txt").exit_code == 2
    assert ask("verify", "--home", home, "--require-cosignature", "x").exit_code == 2
    assert ask("verify", "--home", home, "--require-cosignature", "").exit_code == 2
    assert ask("key", "witness", "x", "--home", home).exit_code == 2
    assert ask("export", "--home", home, "--out", tmp_path / "x.txt").exit_code == 2
    assert ask("signer", "--home", home, "--key", tmp_path / "no.key", "--once").exit_code == signer.REFUSED


def test_the_bundle_is_written(home: Path, tmp_path: Path) -> None:
    done("key", "new", "--home", home, "--key", tmp_path / "log.key")
    done("export", "--home", home, "--out", tmp_path / "bundle.zip")
    assert "log.jsonl" in zipfile.ZipFile(tmp_path / "bundle.zip").namelist()


def test_the_signer_runs_inside_a_small_office_and_says_so(office: Office, tmp_path: Path) -> None:
    stop = signer.inside(office, tmp_path, "panel-test")
    signer.inside(office, tmp_path, "panel-test")()
    stop()
    with office.reading() as session:
        modes = [record.data["mode"] for record in read.of_act(session, SignerStarted.act)]
    assert modes == ["inside", "inside"]


def test_a_signer_that_refuses_says_so_and_stops(office: Office, tmp_path: Path) -> None:
    made = Signed(office, tmp_path)
    made.write(3)
    made.sign()
    with writing(office.engine).begin() as connection:
        for table in ("audit_log", "audit_checkpoint"):
            unfence(connection, table)
        connection.execute(text("DELETE FROM audit_checkpoint"))
        connection.execute(text("DELETE FROM audit_log WHERE idx = 3"))
    running = made.signer()
    with pytest.raises(signing.SignerRefused):
        signer.watch(running, threading.Event())


@pytest.fixture
def served(office: Office, tmp_path: Path) -> Iterator[tuple[Signed, str]]:
    """A signed log that answers over HTTP."""
    made = Signed(office, tmp_path)
    made.write(3)
    made.sign()
    server = make_server("127.0.0.1", 0, create_app(office), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield made, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_witness_follows_cosigns_and_raises_the_alarm(served: tuple[Signed, str], tmp_path: Path) -> None:
    made, url = served
    state, key = tmp_path / "seen", tmp_path / "witness.key"
    words = ("witness", "--url", url, "--state", state, "--key", key)
    assert ask(*words).exit_code == 2  # it must be told the log's key once
    first = done(*words, "--log-key", made.key)
    assert (
        f"panel audit key witness {signing.read_key(key).verifier}" in first
    )  # the office has yet to enter it
    assert notes.checkpoint_of(notes.parse((state / "checkpoint.txt").read_text(encoding="utf-8"))).size == 4
    witness = signing.read_key(key).verifier
    done("key", "witness", witness, "--home", made.office.settings.home)
    made.write(3)
    made.sign()
    done(*words)
    home = made.office.settings.home
    assert "cosigned: 9" in done("verify", "--home", home, "--require-cosignature", witness)
    older = sorted(path.name for path in state.glob("0*.txt"))
    assert older == ["0000000004.txt", "0000000009.txt"]
    # The office goes back to the older checkpoint.
    with writing(made.office.engine).begin() as connection:
        unfence(connection, "audit_checkpoint")
        connection.execute(text("DELETE FROM audit_checkpoint WHERE size = 9"))
    answer = ask(*words)
    assert answer.exit_code == 3
    assert "变少了" in answer.output
    assert "ALARM: the audit trail has become shorter" in answer.output


def test_a_witness_that_reaches_nobody_says_so(tmp_path: Path) -> None:
    words = ("--state", tmp_path / "seen", "--key", tmp_path / "witness.key")
    assert ask("witness", "--url", "ftp://x", *words).exit_code == 2
    answer = ask("witness", "--url", "http://127.0.0.1:9", *words)
    assert (answer.exit_code, "未能见证" in answer.output) == (2, True)
