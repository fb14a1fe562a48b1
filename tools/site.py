"""The running demonstration at a stage, for the tools that look at its pages."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import waitress
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page

from panel import config
from panel.app import create_app
from panel.cli.cycle import CODE, PASSWORD, Cycle, Milestone
from panel.cli.demo import BEGINS
from panel.clock import stamp
from panel.queries import assignments
from panel.services.openings import open_office, shipped

Size = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Site:
    """The demonstration on a port, and the blind code of the sheet that E1 is at."""

    app: Flask
    url: str
    sheet: str


@contextmanager
def standing(folder: Path, stage: Milestone) -> Iterator[Site]:
    """The demonstration at that stage; a folder that already holds one is taken as it is."""
    if folder.exists():
        office = open_office(config.load(folder))
    else:
        office = open_office(config.create(folder, secure_cookies=False, clock_start=stamp(BEGINS)))
        Cycle(office, shipped("examples"), print).play(stage)
    with office.reading() as session:
        own = assignments.of_expert(session, CODE, "E1")
    app = create_app(office)
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=8)
    threading.Thread(target=server.run, daemon=True).start()
    sheet = own[len(own) // 2].blind_code if own else ""
    try:
        yield Site(app, f"http://127.0.0.1:{server.effective_port}", sheet)
    finally:
        server.close()
        office.engine.dispose()


@contextmanager
def device(browser: Browser, url: str, size: Size, login: str = "", **manner: str) -> Iterator[Page]:
    """A page of a device of its own, on which that login is signed in; `manner` as Playwright takes it."""
    context: BrowserContext = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        locale="zh-CN",
        base_url=url,
        **manner,  # type: ignore[arg-type]
    )
    page = context.new_page()
    if login:
        sign_in(page, login)
    yield page
    context.close()


def sign_in(page: Page, login: str) -> None:
    """By the form, as everybody does."""
    page.goto("/sign-in")
    page.fill("#f-login", login)
    page.fill("#f-password", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_load_state()


def speak(page: Page, locale: str) -> None:
    """Take that language where the page is not in it yet."""
    spoken = page.evaluate("document.documentElement.lang")
    if (spoken == "en") != (locale == "en"):
        page.click(".header__tools form button")
        page.wait_for_load_state()
