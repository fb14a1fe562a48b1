"""Killing the server while sixteen tablets save: nothing acknowledged may be lost, nothing be there in half.

    python -m benchmarks.crashes [--kills 200] [--postgres-kills 20] [--clients 16] [--seed 1]

Over SQLite the process that serves is killed (SIGKILL); over PostgreSQL the processes of gunicorn that
docs/operations.md names and, in the same moment, every process of the database. After each kill the store is
opened as a new start would, and compared with what each tablet was told:

- every save that was acknowledged is there with its value, its number and its key;
- the one save that may have been under way is there whole or not at all;
- every save has its entry of the trail, and every entry its save;
- the whole trail verifies (by the command `panel audit verify` itself after every tenth kill).

Then the server starts again, and the tablets go on: each first sends what was not answered once more, with
the same key, and must be told the same as if nothing had happened. Exit status 1 at the first fault.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import multiprocessing
import os
import random
import re
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from gunicorn.app import wsgiapp
from sqlalchemy import Engine, make_url, text
from sqlmodel import Session

from benchmarks.saves import DURABLE, GUNICORN, Connection
from panel import config
from panel.app import create_app
from panel.audit import verify
from panel.cli import serve
from panel.cli.cycle import CODE, PASSWORD, Cycle, Milestone
from panel.cli.demo import BEGINS
from panel.clock import stamp
from panel.services.openings import open_office, shipped
from tests import postgres

UNITS = ("P1", "P2", "P3", "P4", "P5", "P6")
SAVES = (1, 80)
MOMENT = 0.02  # s
START_SECONDS = 300.0
COMMAND_EVERY = 10
PAUSE = 0.05
STOPPED = threading.Event()
STOPPED.set()


class Fault(Exception):
    """Something acknowledged was lost, or something is there in half."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A save on its way."""

    unit: str
    points: int
    comment: str
    version: int
    key: str


@dataclass
class Tablet:
    """An expert's tablet: what it was told, and what it still waits for."""

    number: int
    cookies: dict[str, str]
    token: str
    address: str
    sheet: int
    version: int = 1
    kept: dict[str, Sent] = field(default_factory=dict)
    waiting: Sent | None = None
    acknowledged: int = 0
    repeated: int = 0

    def work(self, port: int, stop: threading.Event) -> None:
        """Save until told to stop, or until the server is gone."""
        with contextlib.suppress(OSError, AssertionError):
            line = Connection(port)
            line.cookies = self.cookies
            if self.waiting is not None:
                self.send(line, self.waiting)
                self.repeated += 1
            while not stop.is_set():
                count = self.version - 1
                unit, points = UNITS[count % len(UNITS)], 1 + count // len(UNITS) % 3
                self.send(line, Sent(unit, points, f"第 {count} 次", self.version, uuid.uuid4().hex))

    def send(self, line: Connection, save: Sent) -> None:
        """Send one save and wait for the answer."""
        self.waiting = save
        form = {"points": save.points, "comment": save.comment, "version": save.version, "key": save.key}
        answer = line.ask(
            "POST", f"{self.address}/{save.unit}", form, HX_Request="true", X_CSRFToken=self.token
        )
        found = re.search(rb"Panel-Version: (\d+)", answer)
        if b" 200 " not in answer[:20] or not found or int(found[1]) != save.version + 1:
            raise Fault(f"tablet {self.number}: {save} was answered {answer[:300]!r}")
        self.kept[save.unit] = save
        self.version, self.waiting = save.version + 1, None
        self.acknowledged += 1


# --- what is killed -----------------------------------------------------------------------------------------


def serve_again(home: str, port: int) -> None:
    """What `panel serve` does, in a process whose modules are there already."""
    office = open_office(config.load(Path(home)))
    serve.listen(create_app(office), "127.0.0.1", port)


def produce_again(home: str, port: int) -> None:
    """What the gunicorn of docs/operations.md does, in a process whose modules are there already."""
    os.setsid()
    os.environ["PANEL_HOME"] = home
    sys.argv = ["gunicorn", *GUNICORN, "--bind", f"127.0.0.1:{port}", "--log-level", "critical", "wsgi:app"]
    wsgiapp.run()


def started(target: Callable[[str, int], None], home: str, port: int) -> Any:
    """A process forked from one that has the modules: to load them takes longer than everything else."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["benchmarks.saves", "panel.app", "gunicorn.app.wsgiapp"])
    process = context.Process(target=target, args=(home, port))
    process.start()
    return process


@dataclass(frozen=True)
class Waitress:
    """One process over SQLite."""

    home: str

    @contextmanager
    def running(self, port: int) -> Iterator[None]:
        """Serve until the block ends; then it is killed."""
        process = started(serve_again, self.home, port)
        try:
            wait_for(port)
            yield
        finally:
            process.kill()
            process.join()


@dataclass(frozen=True)
class Gunicorn:
    """The processes of production over PostgreSQL, and those of the database."""

    home: str
    database: str

    @contextmanager
    def running(self, port: int) -> Iterator[None]:
        """Serve until the block ends; then both are killed, and the database is started again."""
        with psycopg.connect(plain(self.database), autocommit=True) as connection:
            data = Path(connection.execute("SHOW data_directory").fetchone()[0])  # type: ignore[index]
        process = started(produce_again, self.home, port)
        try:
            wait_for(port)
            yield
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.join()
            kill_database(data)
            start_database(data, self.database)


def kill_database(data: Path) -> None:
    """Kill every process of the throw-away PostgreSQL in that folder."""
    parent = int((data / "postmaster.pid").read_text().split()[0])
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    for number in (parent, *map(int, children)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
    # Where nobody reaps the killed, their number stays taken, and the next start would think them alive.
    (data / "postmaster.pid").unlink(missing_ok=True)


def start_database(data: Path, url: str) -> None:
    """Start it again as it was started, until it has recovered and answers."""
    owner = data.stat()
    end = time.monotonic() + START_SECONDS
    process: subprocess.Popen[bytes] | None = None
    while time.monotonic() < end:
        # It does not start while the last of the killed processes is still there.
        if process is None or process.poll() is not None:
            process = subprocess.Popen(
                shlex.split((data / "postmaster.opts").read_text()),
                user=owner.st_uid,
                group=owner.st_gid,
                extra_groups=[],
                cwd=data,
                start_new_session=True,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        with contextlib.suppress(psycopg.OperationalError), psycopg.connect(plain(url)):
            process.returncode = 0  # it goes on for itself
            return
        time.sleep(PAUSE)
    raise TimeoutError("the database did not start again")


def plain(url: str) -> str:
    """The URL as the driver takes it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def wait_for(port: int) -> None:
    """Until the server answers."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        with contextlib.suppress(OSError, http.client.HTTPException):
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=START_SECONDS)
            line.request("GET", "/sign-in")
            line.getresponse().read()
            line.close()
            return
        time.sleep(PAUSE)
    raise TimeoutError("the server did not start")


# --- what must hold -----------------------------------------------------------------------------------------


def compare(engine: Engine, tablets: list[Tablet]) -> None:
    """Raise `Fault` where the store is not what the tablets were told, or the trail does not fit."""
    with Session(engine) as session:
        for tablet in tablets:
            _compare_one(session, tablet)
        halves = session.execute(
            text(
                "SELECT (SELECT count(*) FROM saves LEFT JOIN audit_log ON idx = entry AND act = 'sheet.save'"
                " AND ok WHERE idx IS NULL), (SELECT count(*) FROM audit_log LEFT JOIN saves ON idx = entry"
                " WHERE act = 'sheet.save' AND ok AND entry IS NULL)"
            )
        ).one()
        if tuple(halves) != (0, 0):
            raise Fault(f"saves without an entry, entries without a save: {tuple(halves)}")
        found = verify.check(session)
        if found.damages:
            raise Fault(f"the trail: {found.damages}")


def _compare_one(session: Session, tablet: Tablet) -> None:
    """The sheet stands where the tablet knows it to be, or one save further: the one that was under way."""
    values_of = {"sheet": tablet.sheet}
    version = session.execute(text("SELECT version FROM sheets WHERE id = :sheet"), values_of).scalar_one()
    scores = {
        unit: (points, comment)
        for unit, points, comment in session.execute(
            text("SELECT unit, points, comment FROM scores WHERE sheet_id = :sheet"), values_of
        )
    }
    saves = session.execute(text("SELECT key, version FROM saves WHERE sheet_id = :sheet"), values_of).all()
    expected = dict(tablet.kept)
    whole = tablet.version
    if tablet.waiting is not None and version == tablet.version + 1:
        expected[tablet.waiting.unit] = tablet.waiting
        whole += 1
    values = {unit: (save.points * 100, save.comment) for unit, save in expected.items()}
    keys = dict(map(tuple, saves))
    lost = [save for save in expected.values() if keys.get(save.key) != save.version + 1]
    if version != whole or scores != values or len(saves) != whole - 1 or lost:
        raise Fault(f"tablet {tablet.number} knows {whole}, {values}; there is {version}, {scores}; {lost}")


def command(home: str) -> None:
    """`panel audit verify`, as anybody runs it."""
    words = [sys.executable, "-m", "panel", "audit", "verify", "--home", home]
    done = subprocess.run(words, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise Fault(f"panel audit verify: {done.stdout}{done.stderr}")


# --- the run ------------------------------------------------------------------------------------------------


def prepared(home: str, url: str) -> None:
    """The demonstration as it stands in the middle of scoring."""
    settings = config.create(Path(home), database_url=url, secure_cookies=False, clock_start=stamp(BEGINS))
    office = open_office(settings)
    Cycle(office, shipped("examples"), lambda _words: None).play(Milestone.SCORING)
    office.engine.dispose()


def signed_in(home: str, port: int, count: int) -> list[Tablet]:
    """So many tablets, each on an untouched sheet of its own; an expert's several are pages of one session.

    A second sign-in of an expert would end the first: only one device at a time may score.
    """
    office = open_office(config.load(Path(home)))
    with Session(office.engine) as session:
        drafts = session.execute(
            text(
                "SELECT experts.number, blind_code, sheets.id FROM sheets"
                " JOIN experts ON experts.id = expert_id"
                " JOIN applications ON applications.id = application_id"
                " WHERE sheets.state = 'draft' AND sheets.version = 1 AND applications.track = 'project'"
                " ORDER BY sheets.id"
            )
        ).all()
    office.engine.dispose()
    own: dict[str, list[tuple[str, int]]] = {}
    for expert, code, sheet in drafts:
        own.setdefault(expert, []).append((code, sheet))
    sessions: dict[str, tuple[dict[str, str], str]] = {}
    tablets = []
    for number in range(count):
        expert = sorted(own)[number % len(own)]
        if expert not in sessions:
            sessions[expert] = _session(port, expert)
        cookies, token = sessions[expert]
        code, sheet = own[expert].pop()
        address = f"/expert/rounds/{CODE}/sheets/{code}/scores"
        tablets.append(Tablet(number, dict(cookies), token, address, sheet))
    return tablets


def _session(port: int, expert: str) -> tuple[dict[str, str], str]:
    """The cookies of a signed-in expert, and the token of the forms."""
    line = Connection(port)
    token = _token(line, "/sign-in")
    line.ask("POST", "/sign-in", {"login": expert, "password": PASSWORD, "csrf_token": token})
    return line.cookies, _token(line, "/account/password")


def _token(line: Connection, path: str) -> str:
    found = re.search(rb'name="csrf_token" value="([^"]+)"', line.ask("GET", path))
    assert found is not None
    return found[1].decode()


def run(
    server: Waitress | Gunicorn, kills: int, clients: int, dice: random.Random, say: Callable[[str], Any]
) -> list[Tablet]:
    """Kill so often, and end in peace once more; answers the tablets with what they counted."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with server.running(port):
        tablets = signed_in(server.home, port, clients)
    for kill in range(1, kills + 1):
        with _saving(server, port, tablets):
            _wait_for_saves(tablets, dice)
        check(server.home, tablets)
        if kill % COMMAND_EVERY == 0 or kill == kills:
            command(server.home)
            say(f"  {kill} kills: {sum(t.acknowledged for t in tablets)} saves acknowledged")
    with server.running(port):
        for tablet in tablets:
            tablet.work(port, STOPPED)
    check(server.home, tablets)
    assert not any(tablet.waiting for tablet in tablets)
    return tablets


def check(home: str, tablets: list[Tablet]) -> None:
    """Open the store as a new start does, and compare."""
    office = open_office(config.load(Path(home)))
    compare(office.engine, tablets)
    office.engine.dispose()


@contextmanager
def _saving(server: Waitress | Gunicorn, port: int, tablets: list[Tablet]) -> Iterator[None]:
    """All tablets save; when the block ends the server is killed, and with it their connections."""
    faults: list[Fault] = []
    threads = [
        threading.Thread(target=_guarded, args=(tablet, port, threading.Event(), faults))
        for tablet in tablets
    ]
    with server.running(port):
        for thread in threads:
            thread.start()
        yield
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]


def _wait_for_saves(tablets: list[Tablet], dice: random.Random) -> None:
    """Until a random number of saves more was acknowledged, and a random moment longer."""
    enough = sum(tablet.acknowledged for tablet in tablets) + dice.randint(*SAVES)
    end = time.monotonic() + START_SECONDS
    while sum(tablet.acknowledged for tablet in tablets) < enough:
        if time.monotonic() > end:
            raise TimeoutError("hardly anything was saved")
        time.sleep(0.001)
    time.sleep(dice.uniform(0, MOMENT))


def _guarded(tablet: Tablet, port: int, stop: threading.Event, faults: list[Fault]) -> None:
    try:
        tablet.work(port, stop)
    except Fault as fault:
        faults.append(fault)


def report(name: str, kills: int, tablets: list[Tablet]) -> None:
    """One line."""
    saves, again = sum(t.acknowledged for t in tablets), sum(t.repeated for t in tablets)
    print(
        f"{name}: {kills} kills, {saves} saves acknowledged, {again} sent again; nothing lost, nothing halved"
    )


def main() -> int:
    """Kill on both databases."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--postgres-kills", type=int, default=20)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    dice = random.Random(given.seed)

    try:
        if given.kills:
            with tempfile.TemporaryDirectory(prefix="panel-crashes-") as folder:
                home = f"{folder}/panel"
                prepared(home, "")
                killed = run(Waitress(home), given.kills, given.clients, dice, say)
                report("SQLite", given.kills, killed)
        if given.postgres_kills:
            with tempfile.TemporaryDirectory(prefix="panel-crashes-") as folder, throw_away() as url:
                home = f"{folder}/panel"
                prepared(home, url)
                killed = run(Gunicorn(home, url), given.postgres_kills, given.clients, dice, say)
                report("PostgreSQL", given.postgres_kills, killed)
    except Fault as fault:
        say(f"FAULT: {fault}")
        return 1
    return 0


def say(words: str) -> None:
    """Print at once."""
    print(words, flush=True)


@contextmanager
def throw_away() -> Iterator[str]:
    """A PostgreSQL of our own that waits for the disk as in production; never one that others use."""
    os.environ.pop(postgres.VARIABLE, None)
    with postgres.cluster(DURABLE) as url:
        assert url, postgres.HOW_TO_GET_IT
        yield url


if __name__ == "__main__":
    sys.exit(main())
