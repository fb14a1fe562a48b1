"""The inspector's open page in a real browser: it stays new by itself, and says when it cannot."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect
from sqlmodel import select

from panel import tables
from panel.audit import read
from panel.errors import NotAllowed
from panel.services import saves
from tests.e2e.conftest import LANDSCAPE, Live, PageAs

pytestmark = pytest.mark.browser

DESKTOP = (1440, 900)
HOME = "/inspector/"
SOON = 8000  # ms; the page asks every two seconds


@pytest.fixture(autouse=True)
def scoring(live: Live) -> None:
    live.world.scoring_round()
    assert live.world.inspector.account_id


def save(live: Live, points: str, version: int) -> int:
    """E1 saves a score from somewhere else; answers the number of the entry."""
    expert = live.world.accounts["E1"]
    unit = live.office.policy.track(next(iter(live.office.policy.tracks))).units()[0]
    saved = saves.save(
        live.office,
        expert,
        round_code="2026",
        blind_code="SX-01",
        unit=unit.id,
        points=points,
        comment="",
        version=version,
        key=f"k{version}",
    )
    assert saved.entry is not None
    return saved.entry


def size(live: Live) -> int:
    with live.office.reading() as session:
        return read.size(session)


def connected(page: Page) -> None:
    expect(page.locator("[data-live]")).to_have_attribute("data-state", "live", timeout=SOON)


@pytest.mark.parametrize("window", [DESKTOP, LANDSCAPE])
def test_what_happens_appears_by_itself(live: Live, page_as: PageAs, window: tuple[int, int]) -> None:
    page = page_as("inspector", window)
    page.goto(HOME)
    connected(page)
    opened = size(live)
    page.evaluate("window.still = true")
    for version, points in enumerate(("20", "21"), 1):
        entry = save(live, points, version)
        row = page.locator(f"#event-{entry}")
        expect(row).to_be_visible(timeout=SOON)
        expect(row).to_contain_text("保存一项评分：申报 S01")
        expect(row).to_contain_text("E1（虚构）")
        expect(row).to_have_class(re.compile("event--new"))
        assert page.locator("[data-index]").first.get_attribute("data-index") == str(entry)
    # Never reloaded, and asking wrote nothing into the trail.
    assert page.evaluate("window.still")
    assert size(live) == opened + 2
    expect(page.locator("[data-arrived]")).to_have_text("新到 1 条记录")


def test_a_day_gets_its_heading_once(live: Live, page_as: PageAs) -> None:
    page = page_as("inspector")
    page.goto(HOME)
    connected(page)
    entry = save(live, "20", 1)
    expect(page.locator(f"#event-{entry}")).to_be_visible(timeout=SOON)
    days = page.locator("[data-day]").evaluate_all("all => all.map(one => one.dataset.day)")
    assert len(days) == len(set(days))


def test_a_filtered_page_shows_only_what_fits(live: Live, page_as: PageAs) -> None:
    page = page_as("inspector")
    page.goto(f"{HOME}?refused=1")
    connected(page)
    expect(page.locator("[data-empty]")).to_be_visible()
    live.office.refuse(live.world.accounts["E2"], "sheet.submit", NotAllowed())
    save(live, "20", 1)
    expect(page.locator("[data-index]")).to_have_count(1, timeout=SOON)
    expect(page.locator("[data-index]")).to_contain_text("提交评分表被拒绝")
    expect(page.locator("[data-empty]")).to_have_count(0)


def test_a_lost_connection_is_said_and_nothing_is_missing_afterwards(live: Live, page_as: PageAs) -> None:
    page = page_as("inspector")
    page.goto(HOME)
    connected(page)
    page.context.set_offline(True)
    status = page.locator("[data-live]")
    expect(status).to_have_attribute("data-state", "lost", timeout=SOON)
    expect(status).to_contain_text(re.compile(r"连接中断，\d\d:\d\d:\d\d 之后的记录没有显示"))
    entries = [save(live, points, version) for version, points in enumerate(("20", "21", "22"), 1)]
    page.context.set_offline(False)
    connected(page)
    for entry in entries:
        expect(page.locator(f"#event-{entry}")).to_be_visible(timeout=SOON)


def test_a_hidden_page_asks_nothing(live: Live, page_as: PageAs) -> None:
    page = page_as("inspector")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/feed" in request.url else None)
    page.add_init_script(
        "Object.defineProperty(document, 'hidden', {get: () => window.away ?? false, configurable: true})"
    )
    page.goto(HOME)
    connected(page)
    page.evaluate("window.away = true; document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_timeout(300)
    before = len(asked)
    entry = save(live, "20", 1)
    page.wait_for_timeout(2600)
    assert len(asked) == before
    page.evaluate("window.away = false; document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator(f"#event-{entry}")).to_be_visible(timeout=SOON)


def test_an_ended_session_is_said_with_the_way_back(live: Live, page_as: PageAs) -> None:
    page = page_as("inspector")
    page.goto(HOME)
    connected(page)
    with live.world.store() as session:
        for row in session.exec(select(tables.SignIn)):
            row.ended_at = live.office.clock()
            session.add(row)
    expect(page.locator("[data-live]")).to_have_attribute("data-state", "locked", timeout=SOON)
    page.locator("[data-live-door]").click()
    expect(page).to_have_url(re.compile(r"/sign-in\?next=/inspector/"))


def test_a_broken_answer_is_not_taken_for_news(live: Live, page_as: PageAs) -> None:
    page = page_as("inspector")

    def fail(route: Route) -> None:
        route.fulfill(status=500, body="<li data-index='9'>forged</li>")

    page.route("**/inspector/feed*", fail)
    page.goto(HOME)
    expect(page.locator("[data-live]")).to_have_attribute("data-state", "lost", timeout=SOON)
    page.unroute("**/inspector/feed*")
    entry = save(live, "20", 1)
    expect(page.locator(f"#event-{entry}")).to_be_visible(timeout=2 * SOON)
    expect(page.get_by_text("forged")).to_have_count(0)


def test_verification_is_one_press_and_reachable_by_keyboard(live: Live, page_as: PageAs) -> None:
    page = page_as("inspector", DESKTOP)
    page.goto("/inspector/verify")
    page.locator("main button.button--primary").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#outcome")).to_contain_text("记录条数")
    with page.expect_download() as saved:
        page.get_by_text("保存为文件").click()
    assert saved.value.suggested_filename == f"checkpoint-{size(live) - 1}.txt"
    assert "root=" in saved.value.path().read_text(encoding="utf-8")


def test_a_stream_tells_without_being_asked(live: Live, page_as: PageAs) -> None:
    page = page_as("inspector")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/feed" in request.url else None)
    with page.expect_request("**/inspector/stream*"):
        page.goto(HOME)
    connected(page)
    before = len(asked)
    entry = save(live, "20", 1)
    expect(page.locator(f"#event-{entry}")).to_be_visible(timeout=SOON)
    assert len(asked) == before


def test_where_there_is_no_stream_the_page_asks(live: Live, page_as: PageAs) -> None:
    page = page_as("inspector")
    page.route("**/inspector/stream*", lambda route: route.fulfill(status=204))
    page.goto(HOME)
    connected(page)
    entry = save(live, "20", 1)
    expect(page.locator(f"#event-{entry}")).to_be_visible(timeout=SOON)
    expect(page.locator("[data-live]")).to_have_attribute("data-state", "live")
