"""How soon live views hear of a save, and how long a save takes beside them, through the real server.

    python -m benchmarks.live [--seconds 15] [--gunicorn] [--only crowd|room]

Two scenes, each on an SQLite store of its own, with the server, the experts and the pages in three processes;
with `--gunicorn` on a PostgreSQL of its own, through the processes that docs/operations.md names:

- the crowd: 500 pages listen while 50 experts save every 2 s;
- the room: 20 pages listen while 40 experts save every 2 s.

A page's delay is from the moment that the entry itself states, taken before the save waits for its turn, to
the arrival of the event on the page: every event on every page counts. The load of the machine is printed
beside. Exit status 1 when a bar is missed.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import re
import selectors
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.saves import DURABLE, Connection, Expert, processes, server
from panel import config
from panel.app import create_app
from panel.cli import serve
from panel.services.office import Office
from panel.services.openings import open_office
from tests import postgres
from tests.world import PASSWORD, World

PAUSE = 2.0  # s between two saves of an expert
WARM = 2.0  # s that are not counted
LATE = 2.0  # s after the last save in which its event may still arrive


@dataclass(frozen=True, slots=True)
class Scene:
    """So many pages and experts, and what must hold of them in milliseconds."""

    name: str
    pages: int
    experts: int
    slowest_event_ms: float
    save_p99_ms: float


SCENES = (
    Scene("crowd", 500, 50, 500.0, 0.0),
    Scene("room", 20, 40, 0.0, 25.0),
)


def prepared(home: str, url: str, experts: int) -> Office:
    """A round in scoring, and an inspector."""
    office = open_office(config.create(Path(home), database_url=url, secure_cookies=False))
    world = World(office, office.clock)
    world.scoring_round(experts)
    assert world.inspector.account_id
    return office


@contextmanager
def production(home: str, experts: int) -> Iterator[int]:
    """The same over PostgreSQL, in the processes of gunicorn; yields their port."""
    with postgres.cluster(DURABLE) as url:
        assert url, postgres.HOW_TO_GET_IT
        prepared(home, url, experts).engine.dispose()
        with processes(home) as port:
            yield port


def serve_round(home: str, experts: int, ready: Any) -> None:
    """Serve it over SQLite, from this process."""
    waiter = serve.server(create_app(prepared(home, "", experts)), "127.0.0.1", 0)
    ready.send(waiter.effective_port)
    waiter.run()


def inspector(port: int) -> str:
    """The cookies of a session of the inspector."""
    connection = Connection(port)
    found = re.search(rb'name="csrf_token" value="([^"]+)"', connection.ask("GET", "/sign-in"))
    assert found is not None
    form = {"login": "inspector", "password": PASSWORD, "csrf_token": found[1].decode()}
    connection.ask("POST", "/sign-in", form)
    return "; ".join(f"{name}={value}" for name, value in connection.cookies.items())


def listen(port: int, pages: int, out: Any) -> None:
    """Open so many pages and note when each hears what, until told from when on the entries count.

    Answers the delays in milliseconds.
    """
    request = f"GET /inspector/stream HTTP/1.1\r\nHost: here\r\nCookie: {inspector(port)}\r\n\r\n".encode()
    waiting = selectors.DefaultSelector()
    for number in range(pages):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.sendall(request)
        waiting.register(connection, selectors.EVENT_READ, number)
    begun: set[int] = set()
    while len(begun) < pages:
        for key, _mask in waiting.select():
            key.fileobj.recv(65536)  # type: ignore[union-attr]
            begun.add(key.data)
    out.send("ready")
    heard: list[tuple[float, int]] = []
    reference = b""
    while not out.poll():
        for key, _mask in waiting.select(0.1):
            chunk = key.fileobj.recv(262144)  # type: ignore[union-attr]
            assert chunk, "the server closed a page"
            if key.data == 0:
                reference += chunk
            now = time.time()
            for found in re.finditer(rb"event: entries\nid: (\d+)", chunk):
                heard.append((now, int(found[1])))
    out.send(_delays(heard, reference.decode(errors="replace"), out.recv()))


def _delays(heard: Sequence[tuple[float, int]], reference: str, since: float) -> tuple[int, list[float]]:
    """How long after the oldest entry in it each event arrived; and how many entries there were."""
    oldest: dict[int, float] = {}
    entries = 0
    for number, data in re.findall(r"event: entries\nid: (\d+)\ndata: ([^\n]*)", reference):
        times = [
            datetime.fromisoformat(one).timestamp() for one in re.findall(r'datetime=\\"([^"\\]+)', data)
        ]
        oldest[int(number)] = min(times)
        entries += len(times)
    return entries, [(at - oldest[n]) * 1000 for at, n in heard if n in oldest and oldest[n] >= since]


def save(port: int, experts: int, seconds: float, out: Any) -> None:
    """Let so many experts save at an even pace; answers each save's time, and when they begin to count."""
    people = [Expert(port, number) for number in range(1, experts + 1)]
    took: list[float] = []
    start, since = time.perf_counter(), time.time() + WARM

    def work(person: Expert, number: int) -> None:
        due = start + PAUSE * number / experts
        while due < start + WARM + seconds:
            time.sleep(max(0.0, due - time.perf_counter()))
            begin = time.perf_counter()
            person.save()
            if begin >= start + WARM:
                took.append((time.perf_counter() - begin) * 1000)
            due += PAUSE

    threads = [threading.Thread(target=work, args=(person, n)) for n, person in enumerate(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    out.send((took, since))


def run(scene: Scene, seconds: float, *, gunicorn: bool) -> bool:
    """Play a scene, print what was measured, and say whether its bars hold."""
    spawn = multiprocessing.get_context("spawn")
    with (
        tempfile.TemporaryDirectory(prefix="panel-live-") as home,
        (
            production(f"{home}/panel", scene.experts)
            if gunicorn
            else server(serve_round, f"{home}/panel", scene.experts)
        ) as port,
    ):
        pages_here, pages_there = spawn.Pipe()
        saves_here, saves_there = spawn.Pipe()
        pages = spawn.Process(target=listen, args=(port, scene.pages, pages_there))
        pages.start()
        assert pages_here.recv() == "ready"
        saves = spawn.Process(target=save, args=(port, scene.experts, seconds, saves_there))
        saves.start()
        took, since = saves_here.recv()
        time.sleep(LATE)
        pages_here.send(since)
        entries, delays = pages_here.recv()
        saves.join()
        pages.join()
    events, acts = _cuts(delays), _cuts(took)
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    sys.stdout.write(
        f"{scene.name}: {scene.pages} pages, {scene.experts} experts, {len(took)} saves, {entries} entries, "
        f"{len(delays)} events on pages; load {load} on {os.cpu_count()} cores\n"
        f"  event on a page  p50 {events[0]:7.1f} ms  p99 {events[1]:7.1f} ms  slowest {events[2]:7.1f} ms\n"
        f"  save             p50 {acts[0]:7.1f} ms  p99 {acts[1]:7.1f} ms  slowest {acts[2]:7.1f} ms\n"
    )
    sys.stdout.flush()
    held = not scene.slowest_event_ms or events[2] <= scene.slowest_event_ms
    return held and (not scene.save_p99_ms or acts[1] <= scene.save_p99_ms)


def _cuts(values: Sequence[float]) -> tuple[float, float, float]:
    cuts = statistics.quantiles(values, n=100)
    return cuts[49], cuts[98], max(values)


def main() -> int:
    """Play both scenes."""
    words = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    words.add_argument("--seconds", type=float, default=15)
    words.add_argument("--gunicorn", action="store_true")
    words.add_argument("--only", choices=[scene.name for scene in SCENES], default="")
    given = words.parse_args()
    chosen = [scene for scene in SCENES if given.only in ("", scene.name)]
    held = [run(scene, given.seconds, gunicorn=given.gunicorn) for scene in chosen]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
