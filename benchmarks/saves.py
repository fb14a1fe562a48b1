"""Audited saves per second through the real application over HTTP, beside what the database alone can do.

    python -m benchmarks.saves [--seconds 10] [--clients 16] [--postgres URL] [--only sqlite|postgresql]

The application runs as it is served: over SQLite in one process under waitress, over PostgreSQL in the
processes of gunicorn that docs/operations.md names. The clients are the threads of another process, each an
expert with a signed-in session and an own sheet, who saves one criterion after the other and never the same
value twice running. A connection is kept where the server keeps it; gunicorn answers one request on each, as
it does for the web server before it. Beside it, in the same run:

- SQLite's bare commit rate: one connection, WAL, synchronous=FULL, score upsert and audit row a transaction;
- PostgreSQL's serialised rate: the same under one advisory lock, by as many connections (pgbench);
- a bare Flask answer through waitress and the same clients.

Without a URL, a durable throw-away PostgreSQL is made. Exit status 1 when a bar is missed.
"""

from __future__ import annotations

import argparse
import json
import logging
import multiprocessing
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask
from sqlalchemy import make_url

from panel import config
from panel.app import create_app
from panel.cli import serve
from panel.db.engine import sqlite_module
from panel.services.office import Office
from panel.services.openings import open_office
from tests import postgres
from tests.world import PASSWORD, World

BARS = {"sqlite": 0.08, "postgresql": 0.20}
P99_MS = 50.0
GUNICORN = ("--workers", "4", "--timeout", "600", "--graceful-timeout", "3")
"""As in docs/operations.md."""
UNITS = ("S1", "S2", "S3", "S4", "S5", "S6")
SHEET = "/expert/rounds/2026/sheets/SX-01"
# As in production: nothing that was acknowledged may be lost.
DURABLE = {**postgres.SETTINGS, "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
AUDIT_BODY = json.dumps({"act": "sheet.save", "pad": "x" * 340})


@dataclass(frozen=True, slots=True)
class Rate:
    """How many a second, and how long one took."""

    per_second: float
    p50_ms: float = 0.0
    p99_ms: float = 0.0


# --- the database alone -------------------------------------------------------------------------------------


def bare_sqlite(folder: Path, seconds: float) -> Rate:
    """Commits a second of one raw connection that upserts a score and inserts an audit row."""
    store = sqlite_module().connect(folder / "bare.sqlite", isolation_level=None)
    store.execute("PRAGMA journal_mode=WAL")
    store.execute("PRAGMA synchronous=FULL")
    store.execute("CREATE TABLE score (sheet INTEGER, unit TEXT, points INTEGER, PRIMARY KEY (sheet, unit))")
    store.execute("CREATE TABLE audit (idx INTEGER PRIMARY KEY, body TEXT, leaf BLOB)")
    leaf, count, end = bytes(32), 0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        store.execute("BEGIN IMMEDIATE")
        store.execute(
            "INSERT INTO score VALUES (?, ?, ?)"
            " ON CONFLICT (sheet, unit) DO UPDATE SET points = excluded.points",
            (count % 16, UNITS[count % 6], count % 61),
        )
        store.execute("INSERT INTO audit VALUES (?, ?, ?)", (count, AUDIT_BODY, leaf))
        store.execute("COMMIT")
        count += 1
    store.close()
    return Rate(count / seconds)


def serialised_postgresql(url: str, folder: Path, seconds: float, clients: int) -> Rate:
    """Commits a second of the same transaction, made to wait for one another by an advisory lock."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute("CREATE TABLE score (sheet INT, unit TEXT, points INT, PRIMARY KEY (sheet, unit))")
        connection.execute("CREATE TABLE audit (idx BIGSERIAL PRIMARY KEY, body TEXT, leaf BYTEA)")
    script = folder / "serialised.sql"
    script.write_text(
        "\\set sheet random(0, 15)\n\\set points random(0, 60)\nBEGIN;\n"
        "INSERT INTO score VALUES (:sheet, 'S1', :points)"
        " ON CONFLICT (sheet, unit) DO UPDATE SET points = excluded.points;\n"
        "SELECT pg_advisory_xact_lock(1);\n"
        f"INSERT INTO audit (body, leaf) VALUES ('{AUDIT_BODY}', decode(repeat('00', 32), 'hex'));\nCOMMIT;\n"
    )
    programs = postgres.find_programs()
    assert programs is not None, postgres.HOW_TO_GET_IT
    words = [str(programs / "pgbench"), "-n", "-M", "prepared", "-c", str(clients), "-j", "1"]
    done = subprocess.run(
        [*words, "-T", str(round(seconds)), "-f", str(script), plain],
        check=True,
        capture_output=True,
        text=True,
    )
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    assert found is not None, done.stdout
    return Rate(float(found[1]))


# --- the server's process -----------------------------------------------------------------------------------


def _office(home: str, url: str, clients: int) -> Office:
    """An own store with a round in scoring and one expert for each client."""
    office = open_office(config.create(Path(home), database_url=url, secure_cookies=False))
    World(office, office.clock).scoring_round(clients)
    return office


def serve_panel(home: str, clients: int, ready: Any) -> None:
    """The application over SQLite."""
    _serve(create_app(_office(home, "", clients)), ready)


@contextmanager
def gunicorn(home: str, url: str, clients: int) -> Iterator[int]:
    """The application over PostgreSQL, as it is run in production; yields its port."""
    _office(home, url, clients).engine.dispose()
    with processes(home) as port:
        yield port


@contextmanager
def processes(home: str) -> Iterator[int]:
    """The processes of gunicorn over an installation that is there; yields their port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    words = [
        sys.executable,
        "-m",
        "gunicorn",
        *GUNICORN,
        "--bind",
        f"127.0.0.1:{port}",
        "--log-level",
        "error",
    ]
    environment = {**os.environ, "PANEL_HOME": home}
    with subprocess.Popen([*words, "wsgi:app"], env=environment, stdout=subprocess.DEVNULL) as process:
        try:
            _wait_for(port)
            yield port
        finally:
            process.terminate()


def _wait_for(port: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the server did not start")


def serve_bare(ready: Any) -> None:
    """A Flask application that does nothing."""
    app = Flask("bare")
    app.add_url_rule("/", "hello", lambda: "hello", methods=["GET", "POST"])
    _serve(app, ready)


def _serve(app: Flask, ready: Any) -> None:
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # sixteen at once is what is asked for here
    waiter = serve.server(app, "127.0.0.1", 0)
    ready.send(waiter.effective_port)
    waiter.run()


@contextmanager
def server(target: Callable[..., None], *arguments: object) -> Iterator[int]:
    """Run a server in a process of its own; yields its port."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=target, args=(*arguments, there))
    process.start()
    try:
        assert here.poll(60), "the server did not start"
        yield here.recv()
    finally:
        process.terminate()
        process.join()


# --- the clients' process -----------------------------------------------------------------------------------


class Connection:
    """A client that spends as little as it can on HTTP, and keeps its connection if the server does."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket = self._connected()
        self.cookies: dict[str, str] = {}

    def _connected(self) -> socket.socket:
        made = socket.create_connection(("127.0.0.1", self._port))
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made

    def ask(self, method: str, path: str, form: Mapping[str, object] | None = None, **headers: str) -> bytes:
        """Send one request; answers head and body."""
        body = urllib.parse.urlencode(form or {})
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
        lines += ["Content-Type: application/x-www-form-urlencoded"] * bool(form)
        lines += [f"Cookie: {cookies}"] * bool(cookies)
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        if self._socket.fileno() < 0:
            self._socket = self._connected()
        self._socket.sendall("\r\n".join([*lines, "", body]).encode())
        return self._answer()

    def _answer(self) -> bytes:
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._receive()
        head, _, _ = received.partition(b"\r\n\r\n")
        found = re.search(rb"(?i)Content-Length: (\d+)", head)
        whole = len(head) + 4 + (int(found[1]) if found else 0)
        while len(received) < whole:
            received += self._receive()
        for name, value in re.findall(r"(?i)Set-Cookie: ([^=]+)=([^;]+)", head.decode()):
            self.cookies[name] = value
        if re.search(rb"(?i)\r\nConnection: close", head):
            self._socket.close()
        return received

    def _receive(self) -> bytes:
        got = self._socket.recv(65536)
        assert got, "the server closed the connection"
        return got


class Expert:
    """A client: one expert on one tablet, saving one criterion after the other."""

    def __init__(self, port: int, number: int) -> None:
        self.connection = Connection(port)
        self.token = self._token("/sign-in")
        form = {"login": f"E{number}", "password": PASSWORD, "csrf_token": self.token}
        answer = self.connection.ask("POST", "/sign-in", form)
        assert b" 303 " in answer[:20], answer[:400]
        self.token = self._token("/account/password")
        self.version, self.count = 1, 0

    def _token(self, path: str) -> str:
        found = re.search(rb'name="csrf_token" value="([^"]+)"', self.connection.ask("GET", path))
        assert found is not None
        return found[1].decode()

    def save(self) -> None:
        """Save one value that is not the one before."""
        unit = UNITS[self.count % len(UNITS)]
        points = 6 + self.count // len(UNITS) % 2
        form = {"points": points, "comment": "", "version": self.version, "key": uuid.uuid4().hex}
        answer = self.connection.ask(
            "POST", f"{SHEET}/scores/{unit}", form, HX_Request="true", X_CSRFToken=self.token
        )
        assert b" 200 " in answer[:20], answer.decode()
        found = re.search(rb"(?i)Panel-Version: (\d+)", answer)
        assert found is not None
        assert int(found[1]) == self.version + 1, "a save was lost or taken twice"
        self.version, self.count = self.version + 1, self.count + 1


def drive_panel(port: int, clients: int, seconds: float, out: Any) -> None:
    """Let every expert save for so long."""
    experts = [Expert(port, number) for number in range(1, clients + 1)]
    out.send(_drive([expert.save for expert in experts], seconds))


def drive_bare(port: int, clients: int, seconds: float, out: Any) -> None:
    """Ask the bare application for so long."""
    connections = [Connection(port) for _ in range(clients)]
    form: dict[str, object] = {"points": 6, "comment": "", "version": 1, "key": uuid.uuid4().hex}
    out.send(_drive([lambda c=c: c.ask("POST", "/", form) for c in connections], seconds))  # type: ignore[misc]


def _drive(acts: list[Callable[[], object]], seconds: float) -> Rate:
    warm = time.perf_counter() + min(2.0, seconds / 4)
    end = warm + seconds
    took: list[list[float]] = [[] for _ in acts]
    faults: list[BaseException] = []

    def run(act: Callable[[], object], mine: list[float]) -> None:
        try:
            while (start := time.perf_counter()) < end:
                act()
                if start >= warm:
                    mine.append(time.perf_counter() - start)
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=run, args=pair) for pair in zip(acts, took, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    all_ = sorted(one * 1000 for mine in took for one in mine)
    cuts = statistics.quantiles(all_, n=100)
    return Rate(len(all_) / seconds, cuts[49], cuts[98])


def measured(target: Callable[..., None], *arguments: object) -> Rate:
    """Run clients in a process of their own; answers what they measured."""
    here, there = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(target=target, args=(*arguments, there))
    process.start()
    there.close()
    try:
        rate: Rate = here.recv()
    finally:
        process.join()
    return rate


# --- the run ------------------------------------------------------------------------------------------------


def through_panel(url: str, seconds: float, clients: int) -> Rate:
    """Audited saves over HTTP on the database at `url` (empty: an SQLite file of its own)."""
    with tempfile.TemporaryDirectory(prefix="panel-bench-") as folder:
        home = f"{folder}/panel"
        with gunicorn(home, url, clients) if url else server(serve_panel, home, clients) as port:
            return measured(drive_panel, port, clients, seconds)


def through_flask(seconds: float, clients: int) -> Rate:
    """Bare answers over HTTP."""
    with server(serve_bare) as port:
        return measured(drive_bare, port, clients, seconds)


def main() -> int:
    """Measure, print a table, and say whether the bars hold."""
    words = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    words.add_argument("--seconds", type=float, default=10)
    words.add_argument("--clients", type=int, default=16)
    words.add_argument("--postgres", default="", help="URL of an empty database (else a throw-away server)")
    words.add_argument("--only", choices=tuple(BARS), default="")
    given = words.parse_args()
    flask = through_flask(given.seconds / 2, given.clients)
    line("bare Flask answer", flask)
    missed = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="panel-bench-")))
        for name, bar in BARS.items():
            if given.only not in ("", name):
                continue
            url = "" if name == "sqlite" else given.postgres or _throw_away(stack)
            bare, what = (
                (bare_sqlite(folder, given.seconds / 2), "SQLite, bare commits")
                if name == "sqlite"
                else (
                    serialised_postgresql(url, folder, given.seconds / 2, given.clients),
                    "PostgreSQL, serialised commits",
                )
            )
            line(what, bare)
            saves = through_panel(url, given.seconds, given.clients)
            share = saves.per_second / bare.per_second
            line(
                f"audited saves, {name}",
                saves,
                f"{share:.3f} of bare, {saves.per_second / flask.per_second:.3f} of Flask",
            )
            if share < bar or saves.p99_ms >= P99_MS:
                missed.append(
                    f"{name}: {share:.3f} (bar {bar}), p99 {saves.p99_ms:.0f} ms (bar {P99_MS:.0f})"
                )
    print("Missed: " + "; ".join(missed) if missed else "All bars hold.")
    return 1 if missed else 0


def _throw_away(stack: ExitStack) -> str:
    url = stack.enter_context(postgres.cluster(DURABLE))
    assert url is not None, postgres.HOW_TO_GET_IT
    return url


def line(what: str, rate: Rate, note: str = "") -> None:
    """One line of the table."""
    times = f"p50 {rate.p50_ms:6.1f} ms   p99 {rate.p99_ms:6.1f} ms" if rate.p99_ms else " " * 29
    print(f"{what:32} {rate.per_second:9.0f} /s   {times}   {note}".rstrip(), flush=True)


if __name__ == "__main__":
    sys.exit(main())
