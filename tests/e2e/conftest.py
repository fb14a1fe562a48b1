"""The application on a port, and browsers that are signed in to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from panel import config
from panel.app import create_app
from panel.services.office import Office
from panel.services.openings import open_office
from tests import browser as browsers
from tests.serving import served
from tests.world import PASSWORD, World

LANDSCAPE, PORTRAIT = (1280, 800), (800, 1280)


@dataclass(frozen=True, slots=True)
class Live:
    """The application under test as people reach it, and the store behind it."""

    url: str
    office: Office
    world: World


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    """The application on a free port of this machine, with an empty store of its own."""
    office = open_office(config.create(tmp_path / "home", secure_cookies=False))
    try:
        with served(create_app(office)) as port:
            yield Live(f"http://127.0.0.1:{port}", office, World(office, office.clock))
    finally:
        office.engine.dispose()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser of this machine."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=browsers.find(), args=["--no-sandbox"])
        yield browser
        browser.close()


def sign(page: Page) -> None:
    """Sign with a finger on the pad of the page at hand, and send it."""
    pad = page.locator("[data-pad]")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    for start in (0.1, 0.5):
        page.mouse.move(box["x"] + box["width"] * start, box["y"] + 20)
        page.mouse.down()
        for step in range(1, 6):
            x = box["x"] + box["width"] * (start + step / 20)
            page.mouse.move(x, box["y"] + 20 + box["height"] * (step % 2) / 2)
        page.mouse.up()
    page.click("main form:has([data-pad]) [type=submit]")


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the element has the focus, as a person would."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("(wanted) => document.activeElement?.matches(wanted) ?? false", selector):
            return
    raise AssertionError(f"{selector} is not reached by Tab")


PageAs = Callable[..., Page]


@pytest.fixture
def page_as(live: Live, chromium: Browser) -> Iterator[PageAs]:
    """Answers a page on which that login is signed in; each call is a device of its own.

    An error in a script, or a refused script or style, fails the test.
    """
    devices: list[BrowserContext] = []
    faults: list[str] = []

    def open_page(login: str, size: tuple[int, int] = LANDSCAPE) -> Page:
        device = chromium.new_context(
            viewport={"width": size[0], "height": size[1]}, locale="zh-CN", has_touch=True, base_url=live.url
        )
        devices.append(device)
        page = device.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if "Content Security" in said.text else None)
        page.goto("/sign-in")
        page.fill("#f-login", login)
        page.fill("#f-password", PASSWORD)
        page.click("main button[type=submit]")
        page.wait_for_url(lambda url: "/sign-in" not in url)
        return page

    yield open_page
    for device in devices:
        device.close()
    assert not faults
