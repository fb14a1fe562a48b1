"""Killing the server again and again while sixteen tablets save; nothing acknowledged may be lost, nothing halved.

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
from sqlalchemy import Engine, make_url, text
from sqlmodel import Session

from benchmarks.saves import DURABLE, GUNICORN, SHEET, UNITS, Connection, Expert
from panel import config
from panel.app import create_app
from panel.audit import verify
from panel.cli import serve
from panel.db.engine import open_engine
from panel.services.openings import open_office
from tests import postgres
from tests.world import World

LOAD_SECONDS = (0.05, 0.6)
START_SECONDS = 60.0
COMMAND_EVERY = 10
PAUSE = 0.05


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
                unit, points = UNITS[count % len(UNITS)], 6 + count // len(UNITS) % 2
                self.send(line, Sent(unit, points, f"第 {count} 次", self.version, uuid.uuid4().hex))

    def send(self, line: Connection, save: Sent) -> None:
        """Send one save and wait for the answer."""
        self.waiting = save
        form = {"points": save.points, "comment": save.comment, "version": save.version, "key": save.key}
        answer = line.ask(
            "POST", f"{SHEET}/scores/{save.unit}", form, HX_Request="true", X_CSRFToken=self.token
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


@dataclass(frozen=True)
class Waitress:
    """One process over SQLite."""

    home: str

    @contextmanager
    def running(self, port: int) -> Iterator[None]:
        """Serve until the block ends; then it is killed."""
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["benchmarks.crashes"])
        process = context.Process(target=serve_again, args=(self.home, port))
        process.start()
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
        words = [sys.executable, "-m", "gunicorn", *GUNICORN, "--bind", f"127.0.0.1:{port}"]
        environment = {**os.environ, "PANEL_HOME": self.home}
        with subprocess.Popen(
            [*words, "--log-level", "critical", "wsgi:app"],
            env=environment,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            try:
                wait_for(port)
                yield
            finally:
                os.killpg(process.pid, signal.SIGKILL)
                kill_database(self.database)


def kill_database(url: str) -> None:
    """Kill every process of the throw-away PostgreSQL at `url`, and start it again."""
    with psycopg.connect(plain(url), autocommit=True) as connection:
        data = Path(connection.execute("SHOW data_directory").fetchone()[0])  # type: ignore[index]
    words = shlex.split((data / "postmaster.opts").read_text())
    parent = int((data / "postmaster.pid").read_text().split()[0])
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    for number in (parent, *map(int, children)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
    owner = data.stat()
    end = time.monotonic() + START_SECONDS
    while True:
        # The shared memory of the killed server is let go of a moment later.
        subprocess.Popen(
            words,
            user=owner.st_uid,
            group=owner.st_gid,
            extra_groups=[],
            cwd=data,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(40):
            with contextlib.suppress(psycopg.OperationalError), psycopg.connect(plain(url)):
                return
            time.sleep(PAUSE)
        if time.monotonic() > end:
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
    """The sheet stands at the version the tablet knows, or one further with what it waits for; likewise values."""
    sheet, version = session.execute(
        text(
            "SELECT sheets.id, version FROM sheets JOIN experts ON experts.id = expert_id"
            " JOIN applications ON applications.id = application_id"
            " WHERE experts.number = :expert AND blind_code = 'SX-01'"
        ),
        {"expert": f"E{tablet.number}"},
    ).one()
    scores = {
        unit: (points, comment)
        for unit, points, comment in session.execute(
            text("SELECT unit, points, comment FROM scores WHERE sheet_id = :sheet"), {"sheet": sheet}
        )
    }
    saves = session.execute(
        text("SELECT key, version FROM saves WHERE sheet_id = :sheet"), {"sheet": sheet}
    ).all()
    expected = dict(tablet.kept)
    whole = tablet.version
    if tablet.waiting is not None and version == tablet.version + 1:
        expected[tablet.waiting.unit] = tablet.waiting
        whole += 1
    values = {unit: (save.points * 100, save.comment) for unit, save in expected.items()}
    keys = {key: at for key, at in saves}
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


def prepared(home: str, url: str, clients: int) -> None:
    """A round in scoring with one expert for each tablet."""
    office = open_office(config.create(Path(home), database_url=url, secure_cookies=False))
    World(office, office.clock).scoring_round(clients)
    office.engine.dispose()


def run(
    server: Waitress | Gunicorn, kills: int, clients: int, dice: random.Random, say: Callable[[str], Any]
) -> list[Tablet]:
    """Kill so often; answers the tablets with what they counted."""
    url = config.load(Path(server.home)).database_url
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    tablets: list[Tablet] = []
    open_, faults = 0, []
    for kill in range(kills + 1):
        stop = threading.Event()
        with server.running(port):
            if not tablets:
                experts = [Expert(port, number) for number in range(1, clients + 1)]
                tablets = [Tablet(n, e.connection.cookies, e.token) for n, e in enumerate(experts, 1)]
            threads = [threading.Thread(target=_guarded, args=(t, port, stop, faults)) for t in tablets]
            for thread in threads:
                thread.start()
            time.sleep(dice.uniform(*LOAD_SECONDS))
            if kill == kills:
                # The last one ends in peace: what was not answered has been sent again by now.
                stop.set()
                for thread in threads:
                    thread.join()
        for thread in threads:
            thread.join()
        if faults:
            raise faults[0]
        engine = open_engine(url)
        compare(engine, tablets)
        engine.dispose()
        open_ += sum(tablet.waiting is not None for tablet in tablets)
        if kill % COMMAND_EVERY == 0:
            command(server.home)
            say(f"  {kill} kills: {sum(t.acknowledged for t in tablets)} saves acknowledged, {open_} open")
    return tablets


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

    def say(words: str) -> None:
        print(words, flush=True)

    try:
        if given.kills:
            with tempfile.TemporaryDirectory(prefix="panel-crashes-") as folder:
                home = f"{folder}/panel"
                prepared(home, "", given.clients)
                report("SQLite", given.kills, run(Waitress(home), given.kills, given.clients, dice, say))
        if given.postgres_kills:
            with tempfile.TemporaryDirectory(prefix="panel-crashes-") as folder:
                with postgres.cluster(DURABLE) as url:
                    assert url, postgres.HOW_TO_GET_IT
                    home = f"{folder}/panel"
                    prepared(home, url, given.clients)
                    killed = run(Gunicorn(home, url), given.postgres_kills, given.clients, dice, say)
                    report("PostgreSQL", given.postgres_kills, killed)
    except Fault as fault:
        print(f"FAULT: {fault}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
