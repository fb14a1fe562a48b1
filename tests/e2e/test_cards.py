"""From a paper card to a signed pledge, a locked screen, and a lost tablet: as an expert meets them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import select

from panel import tables
from panel.audit import verify
from panel.queries import devices as views
from panel.queries import signatures
from panel.services import devices, panelists
from tests.e2e.conftest import PORTRAIT, Live, sign, tab_to

pytestmark = pytest.mark.browser

PIN = "280619"


@pytest.fixture
def tablet(live: Live, chromium: Browser) -> Iterator[Page]:
    """A tablet on which nobody has signed in; its clock stands under the test's control."""
    faults: list[str] = []
    device = chromium.new_context(
        viewport={"width": PORTRAIT[0], "height": PORTRAIT[1]},
        locale="zh-CN",
        has_touch=True,
        base_url=live.url,
        user_agent="Mozilla/5.0 (Linux; Android 14; SM-X710) Chrome/140.0.0.0 Safari/537.36",
    )
    page = device.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if "Content Security" in said.text else None)
    page.clock.install()
    yield page
    device.close()
    assert not faults


def card(live: Live) -> str:
    """The code on E2's card, who sits on a panel and has neither signed in nor taken the pledge."""
    live.world.scoring_round(2)
    live.world.never_activated("E2")
    with live.world.store() as session:
        for row in session.exec(select(tables.Panelist)):
            row.pledged_at, row.pledge_digest = None, ""
            session.add(row)
    (issued,) = panelists.issue_codes(live.office, live.world.secretary, "2026", ["E2"])
    return issued.code


def set_pin(page: Page, code: str) -> None:
    """Scan the card, and choose a PIN."""
    page.goto(f"/activate#{code}")
    expect(page.locator("h1")).to_have_text("设置个人密码")
    assert code not in page.url
    for pin in ("123456", PIN):  # the first is refused
        page.fill("#f-password", pin)
        page.fill("#f-again", pin)
        page.click("text=设置并登录 >> nth=0")
    page.wait_for_url(re.compile("/expert/"))


def take_pledge(page: Page) -> None:
    page.goto("/expert/rounds/2026/pledge")
    page.check("#f-confidentiality")
    sign(page)  # and forget a tick: what was drawn is still there
    expect(page.locator("[data-said]")).to_have_text("已签 2 笔")
    page.check("#f-recusal")
    page.click("main form:has([data-pad]) [type=submit]")
    expect(page.locator("main")).to_contain_text("SX-01")


def unlock(page: Page, pin: str) -> None:
    page.locator("#lock-secret").press_sequentially(pin)  # six digits send themselves


def test_a_card_a_pin_a_signed_pledge_a_lock_and_a_lost_tablet(live: Live, tablet: Page) -> None:
    set_pin(tablet, card(live))
    take_pledge(tablet)
    expert = live.world.accounts["E2"]
    assert expert.expert_id is not None
    assert expert.account_id is not None
    with live.office.reading() as session:
        digest = live.office.policy.pledge.digest
        kept = signatures.of_document(session, 1, expert.expert_id, digest)
    assert kept is not None
    assert len(kept.signature.strokes) == 2

    # Nobody is there for a quarter of an hour: the page is covered, by the server too, and stays as it was.
    tablet.goto("/expert/rounds/2026/sheets/SX-01")
    tablet.check("#pane-criteria")
    tablet.fill("#f-score-S1", "20.5")
    lock = tablet.locator("#lock")
    tablet.clock.run_for(live.office.policy.idle_lock_minutes * 60_000 + 10_000)
    expect(lock).to_be_visible()
    expect(tablet.locator("main")).to_be_hidden()
    tablet.keyboard.press("Escape")
    expect(lock).to_be_visible()
    unlock(tablet, "739205")
    expect(tablet.locator("#lock-problem")).to_have_text("个人密码或密码不正确。")
    unlock(tablet, PIN)
    expect(lock).to_be_hidden()
    expect(tablet.locator("#f-score-S1")).to_have_value("20.5")

    # Locked by hand and loaded anew: the lock is all there is, and then the page again.
    tablet.click(".menu__open")
    tablet.click("[data-lock-now] button")
    expect(lock).to_be_visible()
    tablet.reload()
    expect(tablet.locator("h1")).to_have_text("屏幕已锁定")
    tablet.fill("#f-secret", PIN)
    tablet.click("text=解锁 >> nth=-1")
    expect(tablet.locator("h1")).to_contain_text("SX-01")
    expect(lock).to_be_hidden()

    # The tablet is lost: whoever has it now learns at the next tap that it is shut out.
    with live.office.reading() as session:
        (shown,) = views.of_account(session, expert.account_id, live.office.clock())
    assert shown.device.code == "android_tablet/chrome"
    devices.revoke(live.office, live.world.secretary, expert.account_id, shown.id)
    tablet.goto("/expert/rounds/2026/")
    expect(tablet.locator(".notice--action")).to_contain_text("这台设备的登录已被收回")

    with live.office.reading() as session:
        assert verify.check(session).damages == ()
        assert [one.what for one in signatures.faults(session)] == []


def test_by_keys_alone_from_a_typed_code_to_a_pledge_and_a_declaration(live: Live, tablet: Page) -> None:
    code, keys = card(live), tablet.keyboard
    tablet.goto("/activate")
    tab_to(tablet, "#f-activation")
    keys.type(code)
    keys.press("Enter")
    expect(tablet.locator("h1")).to_have_text("设置个人密码")
    for place in ("#f-password", "#f-again"):
        tab_to(tablet, place)
        keys.type(PIN)
    keys.press("Enter")
    tablet.wait_for_url(re.compile("/expert/"))
    expect(tablet.locator("main a[href$=pledge]")).to_be_visible()
    tab_to(tablet, "main a[href$=pledge]")
    keys.press("Enter")
    expect(tablet.locator("#f-recusal")).to_be_visible()
    for place in ("#f-confidentiality", "#f-recusal"):
        tab_to(tablet, place)
        keys.press("Space")
    tab_to(tablet, "input[name=manner]")
    keys.press("ArrowRight")  # from the finger to the name that is typed
    tab_to(tablet, "#f-signed-name")
    keys.insert_text("E2（虚构）")
    keys.press("Enter")
    expect(tablet.locator("main")).to_contain_text("SX-01")
    tab_to(tablet, ".nav a[href$='/conflicts']")
    keys.press("Enter")
    expect(tablet.locator("#f-kind")).to_be_visible()
    tab_to(tablet, "input[name=towards]")
    keys.press("Space")
    tab_to(tablet, "#f-kind")
    keys.press("ArrowDown")
    tab_to(tablet, "#f-words")
    keys.insert_text("2024年起在该单位兼任技术顾问。")
    tab_to(tablet, "main form [type=submit]")
    keys.press("Enter")
    expect(tablet.locator("main")).to_contain_text("等待决定，已隐藏")
