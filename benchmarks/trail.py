"""How quickly the inspector reads a long trail, beside a bare Flask answer measured in the same run.

    python -m benchmarks.trail [--entries 100000] [--repeat 30] [--postgres URL] [--only sqlite|postgresql]
                               [--part pages|proof|all]

The trail is written by `panel.audit.log.append` itself, in batches, then read through the real application:
pages of the log (newest, old, filtered), one entry with its proof, and the question of the open page that is
answered 304. All answers are asked in this process, without a network, so that what is compared is the work.
The part `proof` verifies the whole trail, beside hashing the same bytes in the same run, and appends entries
one a transaction, beside the bare commits of one row of the same size. What hashing takes is measured with
the bodies already in memory as bytes: one call of `hashlib.sha256` for each leaf and one for each node above,
as the verification makes them too; nothing is read, parted or compared.
Without a URL, a throw-away PostgreSQL is made. Exit status 1 when a median misses its bar.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import psycopg
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import make_url, text
from sqlmodel import Session

from panel import config
from panel.app import create_app
from panel.audit import log, read, verify
from panel.audit.events import Event, Refused, ScoreSaved, SheetOpened, SheetSubmitted, SignedIn, StageChanged
from panel.audit.log import Entry, Who
from panel.db.engine import writing
from panel.services.office import Office
from panel.services.openings import open_office
from tests import postgres
from tests.world import PASSWORD, STUDIO, World

PAGE_MS = 200.0
POLL_MS = 10.0
VERIFY_TIMES = 2.5
APPEND_SHARE = 0.25
APPENDS = 2000
ROUNDS = 3
BATCH = 2000
START = datetime(2026, 9, 1, 1, 0, tzinfo=UTC)
EXPERTS = 15


def events(number: int) -> tuple[Event, bool]:
    """A trail as scoring makes it: mostly saves, some submits and sign-ins, few refusals and stages."""
    if number % 5000 == 0:
        return StageChanged(stage="scoring", mode="two_person"), True
    if number % 977 == 0:
        return Refused(tried="sheet.save", why="sheet_submitted"), False
    if number % 61 == 0:
        return SignedIn(), True
    if number % 37 == 0:
        return SheetOpened(), True
    if number % 29 == 0:
        return SheetSubmitted(c="9f" * 32), True
    return ScoreSaved(unit=f"S{number % 6 + 1}"), True


def fill(office: Office, world: World, round_id: int, size: int) -> float:
    """Write the trail; answers how many entries a second."""
    people = [world.accounts[f"E{n}"].id for n in range(1, EXPERTS + 1)]
    began = time.perf_counter()
    for first in range(0, size, BATCH):
        batch = []
        for number in range(first, min(first + BATCH, size)):
            event, ok = events(number)
            who = Who(people[number % EXPERTS], "expert", "0123456789abcdef", "10.3.2.7", "5f" * 8)
            sheet = f"E{number % EXPERTS + 1}/S{number // EXPERTS % 20 + 1:02}"
            batch.append(
                Entry(
                    event, who, START + timedelta(seconds=number), sheet, str(round_id) if ok else "", ok=ok
                )
            )
        with Session(writing(office.engine)) as session:
            log.append(session, *batch)
            session.commit()
    return size / (time.perf_counter() - began)


def signed_in(app: Flask) -> FlaskClient:
    """The inspector at the application."""
    client = app.test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in").text)
    assert token is not None
    fields = {"login": "inspector", "password": PASSWORD, "csrf_token": token[1]}
    assert client.post("/sign-in", data=fields).status_code == 303
    return client


def timed(ask: Callable[[], object], repeat: int) -> tuple[float, float]:
    """Milliseconds of one answer: the middle one and the slowest but one in twenty."""
    ask()
    took = []
    for _ in range(repeat):
        began = time.perf_counter()
        ask()
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took), sorted(took)[int(len(took) * 0.95)]


def bare(repeat: int) -> float:
    """A bare Flask answer, in milliseconds."""
    app = Flask("bare")
    app.add_url_rule("/", view_func=lambda: "ok")
    client = app.test_client()
    return timed(lambda: client.get("/"), repeat * 10)[0]


def measure(name: str, url: str, size: int, repeat: int, part: str) -> bool:
    """One database: prints every figure, answers whether all bars hold."""
    with tempfile.TemporaryDirectory() as folder:
        office = open_office(config.create(Path(folder) / "home", database_url=url, secure_cookies=False))
        world = World(office, office.clock)
        applications = [replace(STUDIO, number=f"S{n:02}") for n in range(1, 21)]
        round_id = world.scoring_round(EXPERTS, applications)
        assert world.inspector.account_id
        rate = fill(office, world, round_id, size)
        print(f"\n{name}: {size} entries written at {rate:.0f}/s")
        held = True
        if part != "pages":
            held &= proof(office)
        if part == "proof":
            office.engine.dispose()
            return held
        client = signed_in(create_app(office))
        expert, unit = world.accounts["E7"].id, bare(repeat)
        filters = {
            "newest": "",
            "old": f"before={size // 2}",
            "one person": f"who={expert}",
            "a kind, many": "kind=sheet",
            "a kind, few": "kind=result",
            "refused": "refused=1",
            "an application": "thing=S01",
            "a stage": f"round={round_id}:scoring",
            "half an hour": "since=2026-09-01T12:00&until=2026-09-01T12:30",
            "all together": f"who={expert}&kind=sheet&thing=S01&round={round_id}&since=2026-09-01T12:00",
        }
        print(f"  bare Flask answer {unit:.2f} ms; then: median, 95th percentile, median as a multiple of it")
        for label, query in filters.items():
            held &= line(f"page: {label}", timed(partial(got, client, f"?{query}"), repeat), unit, PAGE_MS)
        held &= line(
            "entry with proof", timed(partial(got, client, f"entries/{size // 3}"), repeat), unit, PAGE_MS
        )
        # Everything above wrote viewing events: the open page is as long as the trail is now.
        page = client.get("/inspector/").text
        found = re.search(r'data-tag="([^"]+)"', page)
        assert found is not None
        headers = {"If-None-Match": f'"{found[1]}"'}
        assert client.get("/inspector/feed", headers=headers).status_code == 304
        poll = timed(lambda: client.get("/inspector/feed", headers=headers), repeat * 5)
        held &= line("question answered 304", poll, unit, POLL_MS)
        office.engine.dispose()
        return held


def proof(office: Office) -> bool:
    """Full verification and appending, each beside what it cannot be quicker than, measured in turns."""
    with office.reading() as session:
        bodies = [body.encode() for body in read.bodies(session)]
    hashing, checking = [], []
    for _ in range(ROUNDS):
        hashing.append(spent(lambda: hashed(bodies)))
        checking.append(spent(lambda: verified(office, len(bodies))))
    (hash_wall, hash_work), (check_wall, check_work) = (
        map(min, zip(*of, strict=True)) for of in (hashing, checking)
    )
    times = check_wall / hash_wall
    missed = "" if times <= VERIFY_TIMES else f"  MISSED {VERIFY_TIMES}"
    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    print(f"  verification {check_wall:.2f} s, hashing {hash_wall:.2f} s: {times:.2f} x{missed}  ({load})")
    share = check_work / hash_work
    print(f"    processor time of this process {check_work:.2f} s, {hash_work:.2f} s: {share:.2f} x")
    with writing(office.engine).begin() as connection:
        connection.execute(text("CREATE TABLE bare (id INTEGER PRIMARY KEY, body TEXT)"))
    bare_rate, rate = 0.0, 0.0
    for turn in range(ROUNDS):
        bare_rate = max(bare_rate, bare_commits(office, turn * APPENDS))
        rate = max(rate, appends(office))
    share = rate / bare_rate
    late = "" if share >= APPEND_SHARE else f"  MISSED {APPEND_SHARE}"
    print(f"  appends {rate:.0f}/s, bare commits {bare_rate:.0f}/s: {share:.2f}{late}")
    return not missed and not late


def spent(work: Callable[[], object]) -> tuple[float, float]:
    """The seconds that it takes, by the clock and of this process's processor time."""
    began, worked = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - began, time.process_time() - worked


def verified(office: Office, size: int) -> None:
    """What `panel audit verify` does for the trail itself."""
    with office.reading() as session:
        found = verify.check(session)
    assert (found.size, found.damages) == (size, ())


def hashed(bodies: list[bytes]) -> bytes:
    """Every leaf and every node above it, level by level, and nothing else."""
    sha = hashlib.sha256
    level = [sha(b"\x00" + body).digest() for body in bodies]
    while len(level) > 1:
        odd = level[-1:] if len(level) & 1 else []
        pairs = zip(level[::2], level[1::2], strict=False)
        level = [sha(b"\x01" + left + right).digest() for left, right in pairs] + odd
    return level[0]


def bare_commits(office: Office, first: int) -> float:
    """One row a transaction, as quickly as the driver can."""
    engine = writing(office.engine)
    insert = text("INSERT INTO bare (id, body) VALUES (:id, :body)")
    began = time.perf_counter()
    with engine.connect() as connection:
        for number in range(first, first + APPENDS):
            connection.execute(insert, {"id": number, "body": "x" * 392})
            connection.commit()
    return APPENDS / (time.perf_counter() - began)


def appends(office: Office) -> float:
    """One entry a transaction, by the log itself."""
    who = Who("u-1", "expert", "0123456789abcdef", "10.3.2.7", "5f" * 8)
    engine = writing(office.engine)
    began = time.perf_counter()
    for number in range(APPENDS):
        with Session(engine) as session:
            moment = datetime.now(UTC) + timedelta(days=36_500)
            log.append(session, Entry(ScoreSaved(unit="S1"), who, moment, f"E1/S{number % 20:02}", "1"))
            session.commit()
    return APPENDS / (time.perf_counter() - began)


def got(client: FlaskClient, path: str) -> None:
    """One page."""
    assert client.get(f"/inspector/{path}").status_code == 200


def line(label: str, took: tuple[float, float], unit: float, bar: float) -> bool:
    """One figure; answers whether it keeps its bar."""
    middle, late = took
    kept = middle < bar
    missed = "" if kept else f"  MISSED {bar:.0f} ms"
    print(f"  {label:24} {middle:7.1f} ms {late:7.1f} ms {middle / unit:6.0f} x{missed}")
    return kept


@contextmanager
def store(url: str) -> Iterator[str]:
    """An empty PostgreSQL database."""
    with _given(url) if url else postgres.cluster() as server:
        name = f"trail_{int(time.time())}"
        assert server
        plain = make_url(server).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@contextmanager
def _given(url: str) -> Iterator[str]:
    yield url


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--repeat", type=int, default=30)
    parser.add_argument("--postgres", default="")
    parser.add_argument("--part", choices=("pages", "proof", "all"), default="all")
    parser.add_argument("--only", choices=("sqlite", "postgresql"), default="")
    chosen = parser.parse_args()
    held = True
    if chosen.only != "postgresql":
        with tempfile.TemporaryDirectory() as folder:
            held &= measure(
                "SQLite", f"sqlite:///{folder}/panel.sqlite", chosen.entries, chosen.repeat, chosen.part
            )
    if chosen.only != "sqlite":
        with store(chosen.postgres) as url:
            held &= measure("PostgreSQL", url, chosen.entries, chosen.repeat, chosen.part)
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
