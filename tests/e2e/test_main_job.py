"""The main job, by hand: experts score, the secretary finalises, the inspector looks on.

The inspector's page is opened once, at the beginning, and never loaded again.
"""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlmodel import select

from panel import tables
from panel.audit import verify
from panel.rules.applications import Track
from panel.rules.permissions import Role
from panel.rules.stages import Stage
from panel.services import sheets
from tests.e2e.conftest import LANDSCAPE, PORTRAIT, Live, PageAs, sign
from tests.e2e.test_sheets import open_sheet, settled, tap_band
from tests.world import PASSWORD

pytestmark = pytest.mark.browser

DESK = (1440, 900)
SEEN_WITHIN_MS = 8000
CODES = {"S01": "SX-01", "P01": "PX-02"}


def score(page: Page, number: str, track: Track, live: Live) -> None:
    """Tap a whole sheet and submit it, as an expert does."""
    open_sheet(page, f"/expert/rounds/2026/sheets/{CODES[number]}")
    for unit in live.office.policy.track(track).units():
        tap_band(page, unit.id, "good")
    settled(page)
    page.click("[data-submit] [type=submit]")
    sign(page)
    expect(page.locator("#receipt")).to_contain_text("已提交并封存")


def others_submit(live: Live) -> None:
    """The other experts' sheets, through the service: their pages would be the same."""
    world = live.world
    for name in ("E2", "E3", "E4", "E5"):
        for number, track in (("S01", Track.STUDIO), ("P01", Track.PROJECT)):
            points = {unit.id: unit.points * 8 // 10 for unit in live.office.policy.track(track).units()}
            with live.office.reading() as session:
                row = session.exec(
                    select(tables.Application).where(tables.Application.number == number)
                ).one()
            world.fill(world.accounts[name], row.id, points)
            sheets.submit(
                live.office,
                world.accounts[name],
                round_code="2026",
                blind_code=CODES[number],
                version=1,
            )


def propose(page: Page) -> None:
    """The secretary proposes the next step."""
    page.goto("/secretary/rounds/2026/")
    page.click("details.confirm > summary")
    page.click("details.confirm form button:has-text('确定')")
    expect(page.locator("#pending")).to_be_visible()


def confirm(page: Page, password: str = "") -> None:
    """The chair agrees."""
    page.goto("/expert/rounds/2026/steps")
    page.click("details.confirm > summary >> nth=0")
    if password:
        page.fill("#f-password", password)
    page.click("details.confirm form button:has-text('确定') >> nth=0")
    expect(page.locator("#pending")).to_have_count(0)


def stage(live: Live) -> str:
    with live.office.reading() as session:
        return session.exec(select(tables.Round.stage)).one()


def look_at_the_analysis(page: Page) -> None:
    """Open it with all its tables: accessible, and as wide as the window."""
    for width, height in (DESK, PORTRAIT):
        page.set_viewport_size({"width": width, "height": height})
        page.goto("/secretary/rounds/2026/analysis")
        for summary in page.locator("main summary").all():
            summary.click()
        found = Axe().run(page).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_from_the_first_tap_to_the_final_result(live: Live, page_as: PageAs) -> None:
    live.world.scoring_round()
    live.world.person(Role.SECRETARY)
    live.world.person(Role.INSPECTOR)
    watch = page_as("inspector", DESK)
    chair, desk = page_as("E1", LANDSCAPE), page_as("secretary", DESK)

    score(chair, "S01", Track.STUDIO, live)
    chair.set_viewport_size({"width": PORTRAIT[0], "height": PORTRAIT[1]})
    score(chair, "P01", Track.PROJECT, live)
    expect(watch.get_by_text("提交并封存").first).to_be_visible(timeout=SEEN_WITHIN_MS)
    others_submit(live)

    for reached in (Stage.CLOSED, Stage.OPENED):
        propose(desk)
        assert stage(live) != reached  # one person is not enough
        confirm(chair)
        assert stage(live) == reached

    desk.goto("/secretary/rounds/2026/result")
    expect(desk.get_by_text("S01").first).to_be_visible()
    desk.fill("#f-password", PASSWORD)
    desk.click("#confirm button[type=submit]")
    confirm(chair, PASSWORD)
    assert stage(live) == Stage.FINAL
    desk.goto("/secretary/rounds/2026/result")
    expect(desk.locator("main")).to_contain_text("已确认")
    look_at_the_analysis(desk)

    expect(watch.get_by_text("确认评审结果").first).to_be_visible(timeout=SEEN_WITHIN_MS)
    with live.office.reading() as session:
        assert verify.check(session).damages == ()
