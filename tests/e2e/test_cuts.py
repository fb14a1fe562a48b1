"""A short run of the soak of `benchmarks.cuts`: network, page and server fail while an expert scores."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from benchmarks.cuts import KINDS, Soak, applications
from panel import config
from panel.app import create_app
from panel.services.office import Office
from panel.services.openings import open_office
from tests.serving import served
from tests.world import World

pytestmark = pytest.mark.browser


class Thread:
    """The application in a thread, at the same address again after each stop."""

    def __init__(self, office: Office) -> None:
        self.office, self.running, self.port = office, ExitStack(), 0
        self.up()
        self.url = f"http://127.0.0.1:{self.port}"

    def up(self) -> None:
        self.port = self.running.enter_context(served(create_app(self.office), port=self.port))

    def down(self) -> None:
        self.running.close()


def test_no_cut_loses_a_tap_or_takes_one_twice_and_the_line_stays_true(
    tmp_path: Path, chromium: Browser
) -> None:
    office = open_office(config.create(tmp_path / "home", secure_cookies=False))
    World(office, office.clock).scoring_round(applications=applications(1))
    site = Thread(office)
    try:
        report = Soak(site, chromium, office, seed=5).run(len(KINDS))
    finally:
        site.down()
        office.engine.dispose()
    assert report.wrong == []
    assert set(report.cuts) == set(KINDS)
    assert report.saved >= len(KINDS)
