"""Take the pictures of the README from the running demonstration: `python -m tools.pictures`."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import waitress
from playwright.sync_api import Browser, sync_playwright

from panel import config
from panel.app import create_app
from panel.cli.cycle import CODE, PASSWORD, Cycle, Milestone
from panel.cli.demo import BEGINS
from panel.clock import stamp
from panel.queries import assignments
from panel.services.openings import open_office, shipped
from tests import browser as browsers

IMAGES = Path(__file__).parents[1] / "docs" / "images"
TABLET, DESK = (1280, 800), (1440, 900)


@contextmanager
def served(folder: Path, stage: Milestone) -> Iterator[tuple[str, str]]:
    """The demonstration at that stage, on a port; and the blind code of the sheet that E1 is at."""
    settings = config.create(folder, secure_cookies=False, clock_start=stamp(BEGINS))
    office = open_office(settings)
    Cycle(office, shipped("examples"), print).play(stage)
    with office.reading() as session:
        own = assignments.of_expert(session, CODE, "E1")
    server = waitress.create_server(create_app(office), host="127.0.0.1", port=0, threads=8)
    threading.Thread(target=server.run, daemon=True).start()
    yield f"http://127.0.0.1:{server.effective_port}", own[len(own) // 2].blind_code
    server.close()


def take(browser: Browser, url: str, login: str, path: str, size: tuple[int, int], name: str) -> None:
    """One picture of one page, as that person sees it."""
    device = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="zh-CN")
    page = device.new_page()
    page.goto(f"{url}/sign-in")
    page.fill("#f-login", login)
    page.fill("#f-password", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_load_state()
    page.goto(url + path)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=IMAGES / f"{name}.png")
    device.close()


def main() -> None:
    """All pictures, anew."""
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as driver, tempfile.TemporaryDirectory() as folder:
        browser = driver.chromium.launch(executable_path=browsers.find(), args=["--no-sandbox"])
        with served(Path(folder, "scoring"), Milestone.SCORING) as (url, sheet):
            take(browser, url, "E1", f"/expert/rounds/{CODE}/sheets/{sheet}", TABLET, "expert-sheet")
        with served(Path(folder, "final"), Milestone.FINAL) as (url, _):
            take(browser, url, "secretary", f"/secretary/rounds/{CODE}/result", DESK, "secretary-results")
            take(browser, url, "inspector", "/inspector/", DESK, "inspector-log")
        browser.close()


if __name__ == "__main__":
    main()
