"""Every page of everybody, walked to by its links: in one language, and for everyone who has to use it.

A small round is looked at while experts score and again when it is final. The whole matrix (each page of the
demonstration in both languages, light and dark, at every size) is `python -m tools.screens DIR --axe`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser
from playwright.sync_api import Page as Screen
from sqlalchemy import event
from sqlalchemy.pool import ConnectionPoolEntry

from panel.app import create_app
from panel.language import SOURCE, speaking
from panel.rules.permissions import Role
from panel.rules.policies import read_policy
from panel.services.office import Office
from tests.databases import sqlite_copy
from tests.e2e.conftest import LANDSCAPE, PORTRAIT
from tests.opened import Opened, world_on
from tests.serving import served
from tests.test_language import CHINESE
from tests.world import PASSWORD
from tools import pages
from tools.screens import kept_out

SCORES = {"S01": (80, 70, 90, 80, 80), "P01": (60, 70, 60, 60, 60), "P02": (60, 70, 60, 60, 60)}
STARTS = {
    "secretary": "/secretary/",
    "inspector": "/inspector/",
    "administrator": "/admin/",
    "E1": "/expert/",
}
OUTSIDE = ("/sign-in", "/activate", "/receipt", "/no-such-page")
ANALYSES = frozenset({"secretary_analyses.show", "inspector_analyses.show"})
"""The largest pages, which test_main_job.py looks at when it is there."""

UNFOLDED = """() => {
  document.querySelectorAll("main details").forEach(each => { each.open = true; });
  document.querySelectorAll("main tbody, main ol, main ul").forEach(list => {
    [...list.children].slice(6).forEach(each => each.remove());
  });
}"""
"""All that is folded is opened; of a long list, whose lines are alike, a few stand for all."""

NARROW = {"width": 320, "height": 640}  # 1280 px wide at 400 %, as WCAG 2.2 (1.4.10) asks


def latin(text: str) -> str:
    """The text with every Chinese character written as its number: 甲 is 7532."""
    return CHINESE.sub(lambda found: f"{ord(found[0]):x}", text)


@dataclass(slots=True)
class Walked:
    """A round whose policy, and whatever people wrote, is in Latin letters; and its pages in English."""

    office: Office
    app: Flask
    scoring: dict[str, list[pages.Page]]
    final: dict[str, list[pages.Page]]


@contextmanager
def in_latin(office: Office) -> Iterator[None]:
    """Read what people wrote in Latin letters, so that all Chinese that is left on a page is ours."""

    def listen(connection: object, _entry: ConnectionPoolEntry) -> None:
        connection.text_factory = lambda stored: latin(stored.decode())  # type: ignore[attr-defined]

    event.listen(office.engine, "connect", listen)
    office.engine.dispose()
    yield
    event.remove(office.engine, "connect", listen)
    office.engine.dispose()


def walk(app: Flask) -> dict[str, list[pages.Page]]:
    """Everybody's pages in English."""
    return {
        login: pages.walk(app, pages.visitor(app, login, PASSWORD, "en"), start, f"{start}no-such-page")
        for login, start in STARTS.items()
    }


@pytest.fixture(scope="module")
def walked(sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walked]:
    """The round, played once for all tests here."""
    folder = tmp_path_factory.mktemp("every-page")
    world = world_on(sqlite_copy(sqlite_file, folder), folder)
    office = world.office
    office.policy = read_policy(latin(office.policy.text), "the test's policy")
    opened = Opened(world, SCORES).scoring()
    world.person(Role.INSPECTOR)
    world.person(Role.ADMINISTRATOR)
    opened.seal(opened.experts[0], "S01", 80)
    app = create_app(office)
    with in_latin(office):
        scoring = walk(app)
    opened.scored({("E1", "S01")})
    opened.unsealed().final()
    with in_latin(office):
        final = walk(app)
    yield Walked(office, app, scoring, final)
    office.engine.dispose()


def test_every_role_has_the_pages_that_it_is_known_to_have(walked: Walked) -> None:
    assert {login: len(found) >= 4 for login, found in walked.scoring.items()} == dict.fromkeys(STARTS, True)
    met = {page.endpoint for found in walked.final.values() for page in found}
    assert {
        "secretary_results.show",
        "inspector_flags.index",
        "expert_sheets.show",
        "admin_accounts.new",
    } <= met


def test_english_pages_hold_no_chinese_but_what_people_wrote(walked: Walked) -> None:
    met = [page for walks in (walked.scoring, walked.final) for found in walks.values() for page in found]
    assert any(latin("（虚构）") in page.html for page in met)  # their words are there, in Latin letters
    left = {
        page.path: page.html[max(0, at.start() - 80) : at.end() + 20]
        for page in met
        for at in [CHINESE.search(page.html.replace('lang="zh-CN">中文<', ""))]
        if at
    }
    assert left == {}


def test_pages_outside_are_in_english_as_well(walked: Walked) -> None:
    client = pages.visitor(walked.app, "", "", "en")
    for path in OUTSIDE:
        with speaking(SOURCE):
            html = client.get(path).text.replace('lang="zh-CN">中文<', "")
        assert '<html lang="en"' in html
        assert not CHINESE.search(html), path


@pytest.mark.browser
def test_nobody_is_kept_out_of_any_page(walked: Walked, chromium: Browser) -> None:
    met = set(ANALYSES)  # many pages are everybody's
    with served(walked.app) as port:
        found = []
        for login in ("", *STARTS):
            mine = [page for page in walked.final.get(login, ()) if page.endpoint not in met]
            met.update(page.endpoint for page in mine)
            paths = [page.path for page in mine] if login else list(OUTSIDE)
            found += faults(chromium, port, login, paths)
    assert not found, "\n".join(found)


def faults(browser: Browser, port: int, login: str, paths: list[str]) -> list[str]:
    """What axe finds on one person's pages, in turn Chinese and English, light and dark; what is too wide."""
    size = PORTRAIT if login.startswith("E") else LANDSCAPE
    device = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, base_url=f"http://127.0.0.1:{port}"
    )
    screen = device.new_page()
    screen.goto("/sign-in")
    if login:
        screen.fill("#f-login", login)
        screen.fill("#f-password", PASSWORD)
        screen.click("main button[type=submit]")
    found: list[str] = []
    for locale in (0, 1):
        if locale:
            screen.click(".header__tools form button")
        for place, path in enumerate(paths[locale::2]):
            screen.emulate_media(color_scheme="dark" if place % 2 else "light")
            screen.goto(path)
            found += [f"{path}: {fault}" for fault in on(screen, size)]
    device.close()
    return found


def on(screen: Screen, size: tuple[int, int]) -> Iterator[str]:
    """The faults of the page at hand, with all that was folded."""
    screen.evaluate(UNFOLDED)
    yield from kept_out(screen)
    screen.set_viewport_size(NARROW)  # type: ignore[arg-type]
    if screen.evaluate("document.documentElement.scrollWidth > innerWidth"):
        yield "wider than a narrow window"
    screen.set_viewport_size({"width": size[0], "height": size[1]})


OUTLINE = (
    "(look => [parseFloat(look.outlineWidth), look.outlineStyle])(getComputedStyle(document.activeElement))"
)


@pytest.mark.browser
def test_one_sees_where_the_keyboard_is(walked: Walked, chromium: Browser) -> None:
    with served(walked.app) as port:
        device = chromium.new_context(base_url=f"http://127.0.0.1:{port}")
        screen = device.new_page()
        screen.goto("/sign-in")
        for _press in range(6):
            screen.keyboard.press("Tab")
            width, style = screen.evaluate(OUTLINE)
            assert width >= 2
            assert style == "solid"
        device.close()
