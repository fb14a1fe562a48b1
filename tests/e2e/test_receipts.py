"""A receipt in a real browser: from the sealed sheet to what anybody sees who holds it."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import Live, PageAs, sign
from tests.opened import CODE, COMMENT

pytestmark = pytest.mark.browser


def test_the_receipt_of_a_sealed_sheet_is_checked_by_a_stranger(
    live: Live, page_as: PageAs, chromium: Browser
) -> None:
    live.world.scoring_round()
    policy = live.office.policy
    points = {unit.id: unit.maximum // 2 for unit in policy.track(next(iter(policy.tracks))).units()}
    live.world.fill(live.world.accounts["E1"], 1, points, COMMENT)
    expert = page_as("E1")
    expert.goto(f"/expert/rounds/{CODE}/sheets/SX-01")
    expert.get_by_role("button", name="提交").click()
    sign(expert)
    receipt = expert.locator("#receipt")
    expect(receipt).to_contain_text("已提交并封存")
    expect(receipt.get_by_role("button", name="打印")).to_be_visible()
    address = receipt.get_by_role("link", name="核对回执").get_attribute("href")
    receipt.get_by_text("回执文字").click()
    text = receipt.locator(".folded code").inner_text()
    stranger = chromium.new_context(base_url=live.url, locale="zh-CN").new_page()
    stranger.goto(address or "")
    expect(stranger.get_by_role("status").first).to_contain_text("没有被退回或者作废")
    expect(stranger.get_by_text("与回执上的校验点相符")).to_be_visible()
    stranger.fill("#f-receipt", text.replace("leaf=", "leaf=0"))
    stranger.get_by_role("button", name="核对").click()
    expect(stranger.get_by_text("没有读出回执").first).to_be_visible()
    found = Axe().run(stranger, context="body")
    assert found.violations_count == 0, found.generate_report()
    stranger.context.close()
