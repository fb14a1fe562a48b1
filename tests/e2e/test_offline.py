"""Tablets without network: open pages come back, what was tapped waits, closed to everybody else."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from panel.services import accounts
from tests.e2e.conftest import Live, PageAs
from tests.e2e.test_sheets import kept, open_sheet, points, saves, settled, state, stored, tap_band
from tests.world import PASSWORD

pytestmark = pytest.mark.browser

QUEUE = "/expert/rounds/2026/"
# Every box on the tablet as text, its bytes read as Latin letters: where a value lay open it would be found.
READ_ALL = """() => new Promise((resolve) => {
  const opening = indexedDB.open("panel");
  opening.onsuccess = () => {
    const stores = [...opening.result.objectStoreNames];
    const found = stores.map((store) => opening.result.transaction(store).objectStore(store).getAll());
    const text = (value) => value instanceof ArrayBuffer ? new TextDecoder("latin1").decode(value)
      : value instanceof CryptoKey ? `key ${value.extractable}` : JSON.stringify(value);
    found.at(-1).transaction.oncomplete = () => resolve(
      found.flatMap(({ result }) => result.flatMap((box) => Object.values(box).map(text))).join(" ")
        + JSON.stringify(localStorage) + JSON.stringify(sessionStorage));
  };
})"""


@pytest.fixture(autouse=True)
def scoring(live: Live) -> None:
    live.world.scoring_round()


def ready(page: Page) -> None:
    """Until the worker is there and has kept this page."""
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    until_kept(page, "pages", 1)


def until_kept(page: Page, store: str, count: int) -> None:
    """Until so many boxes lie in that store of this tablet."""
    for _ in range(100):
        if kept(page)[store] >= count:
            return
        page.wait_for_timeout(30)
    raise AssertionError(f"not kept: {store}")


def sign_in(page: Page, login: str) -> None:
    page.goto("/sign-in")
    page.fill("#f-login", login)
    page.fill("#f-password", PASSWORD)
    page.click("main button[type=submit]")


def test_sheet_and_queue_come_back_without_network_with_all_that_was_tapped(
    live: Live, page_as: PageAs
) -> None:
    page = page_as("E1")
    page.goto(QUEUE)
    ready(page)
    open_sheet(page)
    tap_band(page, "S1", "good")
    settled(page)  # acknowledged after the page was kept
    page.context.set_offline(True)
    tap_band(page, "S2", "good")
    expect(page.locator("#sheet-state [data-text]")).to_have_text("离线，1 项待同步")
    page.reload()
    expect(page.locator("#kept")).to_be_visible()
    expect(page.locator("[data-total]")).to_have_text("37.5")
    assert (points(page, "S1"), points(page, "S2")) == ("25", "12.5")
    tap_band(page, "S3", "good")
    expect(page.locator("#sheet-state [data-text]")).to_have_text("离线，2 项待同步")
    expect(page.locator("[data-submit] [type=submit]")).to_be_disabled()
    page.goto(QUEUE)
    expect(page.locator("#waiting [data-codes]")).to_have_text("SX-01")
    page.goto("/expert/rounds/2026/sheets/SX-02")  # never opened, so never kept
    expect(page.get_by_role("heading")).to_have_text("没有网络")
    page.click("text=SX-01")
    expect(page.locator("[data-unit=S3] .stepper__value")).to_have_value("8")
    page.context.set_offline(False)
    settled(page)
    assert {name: given[0] for name, given in stored(live).items()} == {"S1": 2500, "S2": 1250, "S3": 800}
    assert saves(live) == 3


def test_after_sign_out_nothing_can_be_read_and_what_waits_is_sent_at_the_next_sign_in(
    live: Live, page_as: PageAs
) -> None:
    page = page_as("E1")
    open_sheet(page)
    ready(page)
    assert "key false" in str(page.evaluate(READ_ALL))  # no script can read the key
    page.route("**/scores/*", lambda route: route.abort())
    page.locator("#f-comment-S1").evaluate("(e) => e.closest('details').open = true")
    page.locator("#f-comment-S1").fill("planted words")
    expect(page.locator("#sheet-state [data-text]")).to_have_text("1 项未保存，正在重试")
    page.click(".menu__open")
    page.click("text=退出登录")
    expect(page).to_have_url(re.compile("/sign-in"))
    page.unroute("**/scores/*")
    lying = str(page.evaluate(READ_ALL))
    # Not two letters only: among the random bytes of a closed box any two stand somewhere.
    for secret in ("planted", "SX-01", "2026", "scores/S1", "key", 'E1"'):
        assert secret not in lying
    assert kept(page) == {"given": 0, "keys": 0, "pages": 0, "queue": 1}

    sign_in(page, "E2")
    open_sheet(page)
    tap_band(page, "S2", "good")
    settled(page)
    assert (stored(live), stored(live, "E2")) == ({}, {"S2": (1250, "")})
    page.click(".menu__open")
    page.click("text=退出登录")
    expect(page).to_have_url(re.compile("/sign-in"))

    sign_in(page, "E1")
    expect(page).to_have_url(re.compile(QUEUE))
    expect(page.locator("#waiting")).to_be_hidden()
    for _ in range(100):
        if not kept(page)["queue"]:
            break
        page.wait_for_timeout(30)
    assert stored(live) == {"S1": (None, "planted words")}


def test_a_revoked_tablet_forgets_what_it_kept_as_soon_as_it_hears(live: Live, page_as: PageAs) -> None:
    page = page_as("E1")
    open_sheet(page)
    ready(page)
    expert = live.world.accounts["E1"]
    assert expert.account_id is not None
    accounts.revoke(live.office, live.world.secretary, expert.account_id)
    tap_band(page, "S1", "good")
    expect(page.locator("#signed-out")).to_be_visible()
    assert kept(page) == {"given": 0, "keys": 0, "pages": 0, "queue": 1}
    tap_band(page, "S2", "good")  # the page goes on
    assert state(page) == "登录已失效，2 项待同步"
    until_kept(page, "queue", 2)
    page.context.set_offline(True)
    page.reload()
    expect(page.get_by_role("heading")).to_have_text("没有网络")
    page.context.set_offline(False)
    sign_in(page, "E1")
    open_sheet(page)
    expect(page.locator("#sheet-state")).to_have_attribute("data-state", "saved")
    assert stored(live) == {"S1": (2500, ""), "S2": (1250, "")}


# A tap and, before any promise is kept, a reload.
TAP_AND_RELOAD = """(unit) => {
  document.querySelector(`[data-unit=${unit}] input[value=good]`).click();
  location.reload();
}"""
# What is read of a tap that was laid down, and once one of its bytes was changed.
LAY_AND_CHANGE = """async () => {
  const label = document.getElementById("outbox").dataset.label;
  for (const key of ["whole", "changed"]) doorstep.lay(label, { key, points: "27.5", comment: "好" });
  const [changed, whole] = doorstep.left(label).sort();
  const open = JSON.stringify(localStorage).includes("27.5");
  const found = JSON.parse(localStorage.getItem(changed));
  found.box = btoa(atob(found.box).replace(/./s, (one) => String.fromCharCode(one.charCodeAt(0) ^ 1)));
  localStorage.setItem(changed, JSON.stringify(found));
  const read = await doorstep.gather([changed, whole]);
  doorstep.drop([changed, whole]);
  return [open, read.values, read.broken];
}"""


def test_a_tap_just_before_a_revoked_tablet_is_reloaded_waits_hidden_for_the_same_expert(
    live: Live, page_as: PageAs
) -> None:
    page = page_as("E1")
    open_sheet(page)
    ready(page)
    assert page.evaluate(LAY_AND_CHANGE) == [False, [{"key": "whole", "points": "27.5", "comment": "好"}], 1]
    expert = live.world.accounts["E1"]
    assert expert.account_id is not None
    accounts.revoke(live.office, live.world.secretary, expert.account_id)
    page.evaluate(TAP_AND_RELOAD, "S1")
    expect(page).to_have_url(re.compile("/sign-in"))
    lying = str(page.evaluate(READ_ALL))
    for secret in ("scores/S1", "points", "good", "key"):
        assert secret not in lying
    sign_in(page, "E1")
    open_sheet(page)
    expect(page.locator("#sheet-state")).to_have_attribute("data-state", "saved")
    assert stored(live) == {"S1": (2500, "")}


def test_a_tablet_that_was_put_away_longer_than_a_session_may_sleep_shows_nothing(page_as: PageAs) -> None:
    page = page_as("E1")
    open_sheet(page)
    ready(page)
    page.evaluate("vault.holder().then((held) => held.key && vault.hold({ ...held, idle: -1 }))")
    page.context.set_offline(True)
    page.reload()
    expect(page.get_by_role("heading")).to_have_text("没有网络")
    assert page.locator("main").get_by_text("SX-01").count() == 0


def test_two_pages_of_one_tablet_stay_one_sheet(live: Live, page_as: PageAs) -> None:
    first = page_as("E1")
    open_sheet(first)
    second = first.context.new_page()
    open_sheet(second)
    tap_band(first, "S1", "good")
    settled(first)
    expect(second.locator("[data-unit=S1] .stepper__value")).to_have_value("25")
    tap_band(second, "S2", "good")
    settled(second)
    first.context.set_offline(True)
    tap_band(first, "S3", "good")
    expect(second.locator("#sheet-state [data-text]")).to_have_text("离线，1 项待同步")
    tap_band(second, "S4", "good")
    expect(first.locator("#sheet-state [data-text]")).to_have_text("离线，2 项待同步")
    first.context.set_offline(False)
    settled(first)
    settled(second)
    assert set(stored(live)) == {"S1", "S2", "S3", "S4"}
    assert saves(live) == 4


@pytest.mark.parametrize("lacking", ["indexedDB", "failing"])
def test_a_browser_that_cannot_keep_says_so_and_saves_online(
    live: Live, page_as: PageAs, lacking: str
) -> None:
    page = page_as("E1")
    page.add_init_script(
        "Object.defineProperty(self, 'indexedDB', { value: undefined })"
        if lacking == "indexedDB"
        else "IDBFactory.prototype.open = () => { throw new DOMException('refused', 'SecurityError') }"
    )
    open_sheet(page)
    expect(page.locator("#sheet-state [data-text]")).to_have_text("所有内容均已保存（本机不能离线保存）")
    tap_band(page, "S1", "good")
    expect(page.locator("#sheet-state [data-text]")).to_have_text(
        re.compile(r"^已保存 \d\d:\d\d（本机不能离线保存）$")
    )
    expect(page.locator("[data-submit] [type=submit]")).to_be_enabled()
    assert stored(live) == {"S1": (2500, "")}
