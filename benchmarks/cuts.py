"""Scoring a full set in a real browser while the network, the page and the server fail at random moments.

    python -m benchmarks.cuts [--cuts 100] [--seed 1] [--applications 18]

One expert scores every unit of every sheet. Each cut is one of:

- `before`: the network is gone before a tap, and comes back;
- `request`: a save never reaches the server;
- `answer`: the server takes a save and its answer is lost;
- `after`: the network goes some milliseconds after a tap;
- `reload`: the page is loaded anew some milliseconds after a tap, with network or without;
- `crash`: the process of the page dies some milliseconds after a tap, with network or without;
- `restart`: the server is killed some milliseconds after a tap, and started again.

What must hold: the state line never says "saved" while the store lacks something tapped; every value that was
tapped is in the store when the line comes to rest; no save is taken twice. Exit status 1 when one fails.
"""

from __future__ import annotations

import argparse
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from playwright.sync_api import Browser, BrowserContext, Error, Page, Route, sync_playwright
from sqlmodel import Session, col, select

from panel import config, tables
from panel.audit import read
from panel.rules.applications import Application
from panel.services.office import Office
from panel.services.openings import open_office
from tests import browser as browsers
from tests.world import PASSWORD, PROJECT, STUDIO, World

KINDS = ("before", "request", "answer", "after", "reload", "crash", "restart")
BANDS = ("excellent", "good", "fair", "poor")
LOGIN = "E1"
QUEUE = "/expert/rounds/2026/"
REST = 60.0  # s until the line must have come to rest
Values = dict[str, tuple[int | None, str]]
"""By unit: hundredths of a point, and the comment."""

# The line and every unit of the page, read in one moment.
LOOK = """() => ({
  state: document.getElementById("sheet-state").dataset.state,
  text: document.querySelector("#sheet-state [data-text]").textContent,
  units: [...document.querySelectorAll(".unit")].map((unit) =>
    [unit.dataset.unit, unit.querySelector(".stepper__value").value, unit.querySelector("textarea").value]),
})"""


class Site(Protocol):
    """The server as the soak handles it."""

    url: str

    def down(self) -> None:
        """Stop it as a failure would."""

    def up(self) -> None:
        """Start it again at the same address."""


@dataclass(slots=True)
class Report:
    """What happened, and what went wrong."""

    cuts: Counter[str] = field(default_factory=Counter)
    taps: int = 0
    looks: int = 0
    saved: int = 0
    """How often the line was seen saying that all is saved."""
    wrong: list[str] = field(default_factory=list)


class Soak:
    """One expert on one tablet."""

    def __init__(self, site: Site, browser: Browser, office: Office, seed: int) -> None:
        self.site, self.office = site, office
        self.chance = random.Random(seed)
        self.device: BrowserContext = browser.new_context(
            viewport={"width": 1280, "height": 800}, locale="zh-CN", base_url=site.url
        )
        self.page: Page = self.device.new_page()
        self.report = Report()
        self.tell: Callable[[str], object] = lambda _words: None
        self.code = ""
        self.cookies: list[Any] = []
        self.tapped: Values = {}

    def run(self, cuts: int) -> Report:
        """Sign in, and score sheet after sheet until so many cuts are through."""
        self._sign_in()
        codes = self.page.locator(".queue-card__code").all_inner_texts()
        kinds = [KINDS[n % len(KINDS)] for n in range(cuts)]
        self.chance.shuffle(kinds)
        for n, code in enumerate(codes):
            self._open(code.strip())
            self._whole_sheet(kinds[n * cuts // len(codes) : (n + 1) * cuts // len(codes)])
        self._none_twice()
        self.device.close()
        return self.report

    def _sign_in(self) -> None:
        self.page.set_default_timeout(20000)
        self.page.goto("/sign-in")
        self.page.fill("#f-login", LOGIN)
        self.page.fill("#f-password", PASSWORD)
        self.page.click("main button[type=submit]")
        self.page.wait_for_url(f"**{QUEUE}")

    def _open(self, code: str) -> None:
        self.code = code
        self.page.goto(f"{QUEUE}sheets/{code}")
        self.page.wait_for_selector("#sheet-state:not([data-state=saving])")
        self.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        self.tapped = self._stored()

    def _whole_sheet(self, kinds: Iterable[str]) -> None:
        units = [unit for unit, _points, _comment in self._look()["units"]]
        for unit in units:
            self._tap(unit)
        for kind in kinds:
            self.report.cuts[kind] += 1
            self.tell(f"{self.report.cuts.total()} {self.code} {kind}")
            getattr(self, f"_{kind}")(self.chance.choice(units))
            self._rest(kind)
        self._rest("end")

    # Taps

    def _tap(self, unit: str) -> None:
        """One tap of a random sort, and what the page then shows is what has to arrive."""
        place = self.page.locator(f"[data-unit={unit}]")
        sort = self.chance.choice(("band", "band", "step", "type", "comment"))
        if sort == "step" and place.locator(".stepper__more").is_enabled():
            place.locator(".stepper__more").click()
        elif sort == "type":
            place.locator(".stepper__value").fill(str(self.chance.randrange(0, 2 * 5 + 1) / 2))
        elif sort == "comment":
            place.locator("details[data-comment]").evaluate("(folded) => { folded.open = true }")
            place.locator("textarea").fill(f"第 {self.report.taps} 次填写的理由，逐项核对过材料。")
        else:
            place.locator(f"input[value={self.chance.choice(BANDS)}]").click(force=True)
        self.report.taps += 1
        points, comment = next(shown[1:] for shown in self._look()["units"] if shown[0] == unit)
        self.tapped[unit] = (hundredths(points), comment.strip())

    def _some(self, unit: str) -> None:
        self._tap(unit)
        for other in self.chance.sample(list(self.tapped), k=min(2, len(self.tapped))):
            self._tap(other)

    def _moment(self, most: float = 0.25) -> None:
        self.page.wait_for_timeout(1000 * self.chance.random() * most)

    # Cuts

    def _before(self, unit: str) -> None:
        self._without_network(lambda: self._some(unit))

    def _after(self, unit: str) -> None:
        self._tap(unit)
        self._moment()
        self._without_network(self._watch)

    def _request(self, unit: str) -> None:
        self._lossy(unit, lambda route: route.abort())

    def _answer(self, unit: str) -> None:
        self._lossy(unit, self._lose)

    def _lossy(self, unit: str, lose: Callable[[Route], None]) -> None:
        self.cookies = self.device.cookies()
        self.page.route("**/scores/*", lose, times=self.chance.randint(1, 2))
        self._some(unit)
        self._watch()
        self._rest("lossy")
        self.page.unroute("**/scores/*")

    def _lose(self, route: Route) -> None:
        """Let the server take the save, by a connection of its own, and tell the page nothing of it."""
        cookies = "; ".join(f"{one['name']}={one['value']}" for one in self.cookies)
        headers = {**route.request.headers, "cookie": cookies}
        sent = urllib.request.Request(route.request.url, route.request.post_data_buffer, headers)
        with suppress(urllib.error.HTTPError), urllib.request.urlopen(sent, timeout=20):
            pass
        route.abort()

    def _reload(self, unit: str) -> None:
        def again() -> None:
            self._some(unit)
            self._moment(0.05)
            self.page.reload()

        self._with_or_without(again)

    def _crash(self, unit: str) -> None:
        def crash() -> None:
            self._some(unit)
            self._moment(0.05)
            with suppress(Error):  # that is what was asked for
                self.page.goto("chrome://crash", timeout=5000)
            self.page.close()
            self.page = self.device.new_page()
            self.page.goto(f"{QUEUE}sheets/{self.code}")

        self._with_or_without(crash)

    def _restart(self, unit: str) -> None:
        self._some(unit)
        self._moment()
        self.site.down()
        self._tap(unit)
        self._watch()
        self.site.up()

    def _with_or_without(self, act: Callable[[], None]) -> None:
        if self.chance.random() < 0.5:
            self._without_network(act)
        else:
            act()

    def _without_network(self, act: Callable[[], None]) -> None:
        self.device.set_offline(True)
        act()
        self._moment()
        self.device.set_offline(False)

    # What must hold

    def _look(self) -> dict[str, list[tuple[str, str, str]]]:
        """The page in one moment; "saved" on its line is held against the store at once."""
        seen: dict[str, list[tuple[str, str, str]]] = self.page.evaluate(LOOK)
        self.report.looks += 1
        if str(seen["state"]) == "saved":
            self.report.saved += 1
            stored = self._stored()
            shown = {unit: (hundredths(points), comment.strip()) for unit, points, comment in seen["units"]}
            if {unit: given for unit, given in shown.items() if given != (None, "")} != stored:
                self.report.wrong.append(f"{self.code}: {seen['text']}: shown {shown}, stored {stored}")
        return seen

    def _watch(self, times: int = 4) -> None:
        for _ in range(times):
            self._look()
            self._moment(0.05)

    def _rest(self, kind: str) -> None:
        """Wait until the line says saved; then everything tapped has arrived."""
        until = time.monotonic() + REST
        while str(self._look()["state"]) != "saved":
            if time.monotonic() > until:
                self.report.wrong.append(f"{self.code} {kind}: no rest, {self._look()['text']}")
                return
            self.page.wait_for_timeout(40)
        stored = self._stored()
        lost = {
            unit: (given, stored.get(unit))
            for unit, given in self.tapped.items()
            if stored.get(unit) != given
        }
        if lost:
            self.report.wrong.append(f"{self.code} {kind}: tapped and not stored {lost}")
            self.tapped = stored

    def _none_twice(self) -> None:
        with self.office.reading() as session:
            keys, entries = (
                len(session.exec(select(tables.Save)).all()),
                len(read.of_act(session, "sheet.save")),
            )
        if keys != entries or entries > self.report.taps:
            self.report.wrong.append(f"{self.report.taps} taps, {keys} keys, {entries} entries")

    def _stored(self) -> Values:
        with self.office.reading() as session:
            return stored(session, self.code)


def stored(session: Session, code: str) -> Values:
    """What the store holds of the expert's sheet."""
    rows = session.exec(
        select(tables.Score)
        .join(tables.Sheet, col(tables.Sheet.id) == col(tables.Score.sheet_id))
        .join(tables.Expert, col(tables.Expert.id) == col(tables.Sheet.expert_id))
        .join(tables.Application, col(tables.Application.id) == col(tables.Sheet.application_id))
        .where(tables.Expert.number == LOGIN, tables.Application.blind_code == code)
    )
    return {row.unit: (row.points, row.comment) for row in rows if row.points is not None or row.comment}


def hundredths(text: str) -> int | None:
    """ "27.5" is 2750."""
    return round(100 * float(text)) if text else None


def applications(count: int) -> list[Application]:
    """So many, alternately of both tracks."""
    return [
        replace(
            PROJECT if n % 2 else STUDIO,
            number=f"{'P' if n % 2 else 'S'}{n:02}",
            unit=f"第{n}单位（虚构）",
            unit_code=f"unit {n}",
            master_name=f"师{n}（虚构）",
            master_key=f"key {n}",
            linked_studio="X01" if n % 2 else "",
        )
        for n in range(1, count + 1)
    ]


class Served:
    """`panel serve` in a process of its own, on a port that stays."""

    def __init__(self, home: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.home, self.url = home, f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def up(self) -> None:
        """Start, and wait until it answers."""
        words = [sys.executable, "-m", "panel", "serve", "--home", str(self.home), "--port", str(self.port)]
        self.process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(600):
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=2):
                    return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("the server does not answer")

    def down(self) -> None:
        """Kill it."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()


def main() -> int:
    """Run the soak and print what came of it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cuts", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--applications", type=int, default=18)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        office = open_office(config.create(home, secure_cookies=False))
        World(office, office.clock).scoring_round(applications=applications(wanted.applications))
        site = Served(home)
        site.up()
        begun = time.monotonic()
        try:
            with sync_playwright() as driver:
                browser = driver.chromium.launch(executable_path=browsers.find(), args=["--no-sandbox"])
                soak = Soak(site, browser, office, wanted.seed)
                soak.tell = lambda words: print(words, file=sys.stderr, flush=True)
                report = soak.run(wanted.cuts)
                browser.close()
        finally:
            site.down()
            office.engine.dispose()
    cuts = ", ".join(f"{kind} {report.cuts[kind]}" for kind in KINDS)
    print(f"seed {wanted.seed}, {report.cuts.total()} cuts ({cuts}) in {time.monotonic() - begun:.0f} s")
    print(
        f"{report.taps} taps; the line was looked at {report.looks} times and said saved {report.saved} times"
    )
    print(*(report.wrong or ["nothing wrong"]), sep="\n")
    return 1 if report.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
