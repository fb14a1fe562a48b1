"""The whole job of an expert without touching anything: every step is a key."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from sqlmodel import select

from benchmarks.cuts import applications
from panel import tables
from tests.e2e.conftest import Live, PageAs, tab_to

pytestmark = pytest.mark.browser

REASON = "材料齐全，数据可以逐项核验，前后一致。"


def test_from_the_queue_to_a_submitted_sheet_by_keys_alone(live: Live, page_as: PageAs) -> None:
    live.world.scoring_round()
    page = page_as("E1")
    tab_to(page, ".queue-bar a")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/sheets/SX-01$"))
    expect(page.locator("#sheet-state")).to_have_attribute("data-state", "saved")
    tab_to(page, "[data-next]")
    page.keyboard.press("Enter")  # leads to the first thing that lacks a score
    for unit in ("S1", "S2", "S3", "S4", "S5", "S6"):
        expect(page.locator(f"[data-unit={unit}] input[data-band]").first).to_be_focused()
        page.keyboard.press("ArrowRight")  # from the first band to the second
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        expect(page.locator(f"#f-score-{unit}")).to_be_focused()
        page.keyboard.press("ArrowUp")
        expect(page.locator(f"#f-score-{unit}")).to_be_focused()  # no answer of the server takes it away
        if unit != "S6":
            tab_to(page, "[data-next]")
            page.keyboard.press("Enter")
    expect(page.locator("[data-said]")).to_contain_text("总分")
    expect(page.locator("[data-next]")).to_be_hidden()
    expect(page.locator("[data-next-sheet]")).to_be_visible()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(page.locator("#sheet-state")).to_have_attribute("data-state", "saved")
    tab_to(page, "[data-submit] [type=submit]")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/sign"))
    tab_to(page, "input[name=manner]")
    page.keyboard.press("ArrowRight")  # from the finger to the name that is typed
    tab_to(page, "#f-signed-name")
    page.keyboard.insert_text("E1（虚构）")
    tab_to(page, "main form [type=submit]")
    page.keyboard.press("Enter")
    expect(page.locator("#receipt")).to_be_visible()
    with live.office.reading() as session:
        assert len(session.exec(select(tables.Submission)).all()) == 1


def test_a_reason_is_asked_for_where_due_and_an_own_sentence_is_put_in_by_one_tap(
    live: Live, page_as: PageAs
) -> None:
    live.world.scoring_round(applications=applications(4))
    page = page_as("E1")
    page.goto("/expert/rounds/2026/sheets/SX-02")
    page.locator("#f-score-S1").fill("30")
    expect(page.locator("[data-unit=S1] [data-hint]")).to_contain_text("需要评语说明理由")
    page.locator("#f-comment-S1").fill(REASON)
    expect(page.locator("#sheet-state [data-text]")).to_have_text(re.compile("^已保存"))
    page.goto("/expert/rounds/2026/sheets/SX-04")
    page.locator("#f-score-S1").fill("29.5")
    page.locator("[data-unit=S1] .phrase").click()
    expect(page.locator("#f-comment-S1")).to_have_value(REASON)
    expect(page.locator("[data-unit=S1] .phrase")).to_have_count(0)
    expect(page.locator("#f-comment-S1")).to_be_focused()
    expect(page.locator("#sheet-state [data-text]")).to_have_text(re.compile("^已保存"))
