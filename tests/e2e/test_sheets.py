"""Experts score on tablets: both ways up, on bad networks, on two devices at once."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect
from sqlmodel import col, select

from panel import tables
from panel.audit import read
from panel.rules.sheets import SheetState
from panel.services import accounts
from tests.e2e.conftest import LANDSCAPE, PORTRAIT, Live, PageAs, sign
from tools import targets

pytestmark = pytest.mark.browser

REASON = "理由充分，材料可以逐项核验，数据前后一致。"
SHEET = "/expert/rounds/2026/sheets/SX-01"


@pytest.fixture(autouse=True)
def scoring(live: Live) -> None:
    live.world.scoring_round()


# Scrolled, and the picture after that.
SCROLL = """(to) => new Promise((done) => {
  scrollTo(0, to);
  requestAnimationFrame(() => requestAnimationFrame(() => done(scrollY)));
})"""


def stored(live: Live, expert: str = "E1") -> dict[str, tuple[int | None, str]]:
    """What the server has of that expert's sheet on S01."""
    with live.office.reading() as session:
        rows = session.exec(
            select(tables.Score)
            .join(tables.Sheet, col(tables.Sheet.id) == col(tables.Score.sheet_id))
            .join(tables.Expert, col(tables.Expert.id) == col(tables.Sheet.expert_id))
            .join(tables.Application, col(tables.Application.id) == col(tables.Sheet.application_id))
            .where(tables.Expert.number == expert, tables.Application.number == "S01")
        )
        return {row.unit: (row.points, row.comment) for row in rows}


def saves(live: Live) -> int:
    """How many saves the trail holds."""
    with live.office.reading() as session:
        return len(read.of_act(session, "sheet.save"))


def state(page: Page) -> str:
    return page.locator("#sheet-state [data-text]").inner_text()


def unit(page: Page, name: str) -> str:
    return f'[data-unit="{name}"]'


def tap_band(page: Page, name: str, band: str) -> None:
    page.locator(f"{unit(page, name)} input[value={band}]").click(force=True)


def points(page: Page, name: str) -> str:
    return page.locator(f"{unit(page, name)} .stepper__value").input_value()


def open_sheet(page: Page, address: str = SHEET) -> None:
    page.goto(address)
    if page.locator("#pane-criteria").is_visible():
        page.check("#pane-criteria")


def settled(page: Page) -> None:
    expect(page.locator("#sheet-state")).to_have_attribute("data-state", "saved")
    expect(page.locator("#sheet-state [data-text]")).to_have_text(re.compile(r"^已保存 \d\d:\d\d$"))


KEPT = """() => new Promise((resolve) => {
  const opening = indexedDB.open("panel");
  opening.onsuccess = () => {
    const stores = [...opening.result.objectStoreNames];
    const deal = opening.result.transaction(stores);
    const counts = stores.map((store) => deal.objectStore(store).count());
    deal.oncomplete = () => {
      opening.result.close();
      resolve(Object.fromEntries(stores.map((store, n) => [store, counts[n].result])));
    };
  };
})"""


def kept(page: Page) -> dict[str, int]:
    """How many boxes lie on this tablet, by store."""
    return dict(page.evaluate(KEPT))


@pytest.mark.parametrize("size", [LANDSCAPE, PORTRAIT], ids=["landscape", "portrait"])
def test_an_expert_scores_a_whole_sheet_and_seals_it(
    live: Live, page_as: PageAs, size: tuple[int, int]
) -> None:
    page = page_as("E1", size)
    expect(page).to_have_url(re.compile("/expert/rounds/2026/$"))
    page.click("text=甲单位（虚构）")
    if size == PORTRAIT:
        expect(page.get_by_role("region", name="技能大师工作室评分表")).to_be_hidden()
        page.check("#pane-criteria")
        assert page.evaluate(SCROLL, 240) == 240
        page.check("#pane-material")
        assert page.evaluate("scrollY") == 0
        page.check("#pane-criteria")  # each pane keeps its place
        assert page.evaluate("scrollY") == 240
    expect(page.get_by_role("region", name="技能大师工作室评分表")).to_be_visible()

    tap_band(page, "S1", "excellent")
    assert points(page, "S1") == "28.5"  # the middle of 27 to 30: a start that the expert sees
    expect(page.locator(f"{unit(page, 'S1')} [data-hint]")).to_have_text(
        "该分数需要评语说明理由，至少 15 个字。"
    )
    page.locator(f"{unit(page, 'S1')} .stepper__less").click()
    assert points(page, "S1") == "28"
    for name, band in {"S2": "good", "S3": "good", "S4": "fair", "S5": "good"}.items():
        tap_band(page, name, band)
    page.locator(f"{unit(page, 'S6')} .stepper__value").fill("９．５")
    settled(page)
    # 28 + 12.5 + 8 + 13.5 + 12.5 + 9.5
    expect(page.locator("[data-total]")).to_have_text("84")
    assert {name: given[0] for name, given in stored(live).items()} == {
        "S1": 2800,
        "S2": 1250,
        "S3": 800,
        "S4": 1350,
        "S5": 1250,
        "S6": 950,
    }
    page.click("[data-submit] [type=submit]")
    expect(page.locator("[data-error-summary]")).to_be_focused()
    page.click("[data-error-summary] a >> text=效益与示范带动")  # 95 % calls for a reason
    expect(page.locator("#f-comment-S6")).to_be_focused()
    page.locator("#f-comment-S6").fill(REASON)
    settled(page)
    page.click("[data-submit] [type=submit]")
    sign(page)
    expect(page.locator("#receipt")).to_contain_text("已提交并封存")
    with live.office.reading() as session:
        sealed = session.exec(select(tables.Submission)).one()
        sheet = session.exec(select(tables.Sheet).where(tables.Sheet.id == sealed.sheet_id)).one()
    assert sheet.state == SheetState.SUBMITTED
    expect(page.locator("#receipt")).to_contain_text(sealed.commitment)
    expect(page.locator("[data-unit=S1] .stepper__value")).to_have_attribute("readonly", "")


def test_the_sheet_works_by_keyboard_alone(live: Live, page_as: PageAs) -> None:
    page = page_as("E1")
    open_sheet(page)
    page.locator("#f-score-S1").focus()
    page.keyboard.type("20")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Tab")
    settled(page)
    assert stored(live) == {"S1": (2050, "")}
    page.locator("#band-S2-good").focus()
    page.keyboard.press("ArrowRight")
    settled(page)
    assert stored(live)["S2"] == (1000, "")  # 中 of 15: 9 to 11.5


def test_what_is_tapped_without_network_arrives_once_when_it_is_back(live: Live, page_as: PageAs) -> None:
    page = page_as("E1")
    open_sheet(page)
    tap_band(page, "S1", "good")
    settled(page)
    page.context.set_offline(True)
    for n, name in enumerate(["S2", "S3", "S4"], 1):
        tap_band(page, name, "good")
        expect(page.locator("#sheet-state [data-text]")).to_have_text(f"离线，{n} 项待同步")
    page.locator(f"{unit(page, 'S3')} .stepper__more").click()
    assert state(page) == "离线，3 项待同步"
    expect(page.locator("[data-submit] [type=submit]")).to_be_disabled()
    assert set(stored(live)) == {"S1"}
    page.context.set_offline(False)
    settled(page)
    expect(page.locator("[data-submit] [type=submit]")).to_be_enabled()
    assert {name: given[0] for name, given in stored(live).items()} == {
        "S1": 2500,
        "S2": 1250,
        "S3": 850,
        "S4": 1650,
    }
    assert saves(live) == 4
    assert kept(page)["queue"] == 0


def test_a_reload_without_network_loses_nothing(live: Live, page_as: PageAs) -> None:
    page = page_as("E1")
    open_sheet(page)
    page.route("**/scores/*", lambda route: route.abort())
    tap_band(page, "S1", "good")
    page.locator("#f-score-S2").fill("11")
    expect(page.locator("#sheet-state [data-text]")).to_have_text("2 项未保存，正在重试")
    page.reload()
    expect(page.locator("[data-total]")).to_have_text("36")
    assert (points(page, "S1"), points(page, "S2")) == ("25", "11")
    expect(page.locator("#sheet-state [data-text]")).to_have_text("2 项未保存，正在重试")
    assert stored(live) == {}
    page.unroute("**/scores/*")
    settled(page)
    assert stored(live) == {"S1": (2500, ""), "S2": (1100, "")}


def test_a_save_whose_answer_is_lost_is_taken_once(live: Live, page_as: PageAs) -> None:
    page = page_as("E1")
    open_sheet(page)
    lost: list[int] = []

    def lose_first(route: Route) -> None:
        answer = route.fetch()
        if lost:
            route.fulfill(response=answer)
        else:
            lost.append(answer.status)
            route.abort()

    page.route("**/scores/S1", lose_first)
    tap_band(page, "S1", "good")
    settled(page)
    assert lost == [200]
    assert saves(live) == 1
    tap_band(page, "S2", "good")
    settled(page)
    assert saves(live) == 2


def test_leaving_the_page_at_once_loses_nothing(live: Live, page_as: PageAs) -> None:
    page = page_as("E1")
    open_sheet(page)
    page.locator("#f-score-S1").fill("21.5")
    page.goto("/expert/rounds/2026/")
    for _ in range(100):  # the list is there before what waits has been looked at and sent
        if kept(page)["queue"] == 0:
            break
        page.wait_for_timeout(30)
    expect(page.locator("#waiting")).to_be_hidden()
    assert kept(page)["queue"] == 0
    assert stored(live) == {"S1": (2150, "")}


def test_a_failing_server_is_asked_again_and_the_line_says_so(live: Live, page_as: PageAs) -> None:
    page = page_as("E1")
    open_sheet(page)
    failures = [500, 503, 500]
    page.route(
        "**/scores/*", lambda route: route.fulfill(status=failures.pop()) if failures else route.continue_()
    )
    tap_band(page, "S1", "fair")
    expect(page.locator("#sheet-state [data-text]")).to_have_text("1 项未保存，正在重试")
    expect(page.locator("#answer-S1 [data-text]")).to_have_text("未保存")
    settled(page)
    assert not failures
    assert stored(live) == {"S1": (2050, "")}


def test_two_tablets_on_one_sheet_are_laid_side_by_side(live: Live, page_as: PageAs) -> None:
    with live.world.store() as session:
        account = session.exec(select(tables.Account).where(tables.Account.login == "E1")).one()
        account.devices = 2
        session.add(account)
    first, second = page_as("E1"), page_as("E1", PORTRAIT)
    for page in (first, second):
        open_sheet(page)
    first.locator("#f-score-S1").fill("21")
    first.locator("#f-score-S2").fill("11")
    settled(first)
    second.locator("#f-score-S1").fill("25")
    choice = second.locator("#choice")
    expect(choice).to_be_visible()
    expect(choice.get_by_role("group", name="技能大师条件")).to_contain_text("这台设备上25")
    expect(choice.get_by_role("group", name="技能大师条件")).to_contain_text("已保存的21")
    expect(choice.get_by_role("group", name="师带徒与技艺传承")).to_be_visible()
    expect(choice.get_by_role("group", name="工作室团队")).to_be_hidden()
    assert state(second) == "有内容需要您选择"
    assert stored(live)["S1"] == (2100, "")
    choice.get_by_role("group", name="技能大师条件").get_by_label("这台设备上").check()
    choice.get_by_role("group", name="师带徒与技艺传承").get_by_label("已保存的").check()
    choice.get_by_role("button", name="按所选保存").click()
    settled(second)
    assert points(second, "S2") == "11"
    expect(second.locator("[data-total]")).to_have_text("36")
    assert stored(live) == {"S1": (2500, ""), "S2": (1100, "")}


def test_a_session_that_ended_keeps_what_was_tapped(live: Live, page_as: PageAs) -> None:
    page = page_as("E1")
    open_sheet(page)
    expert = live.world.accounts["E1"]
    assert expert.account_id is not None
    accounts.revoke(live.office, live.world.secretary, expert.account_id)
    tap_band(page, "S1", "good")
    expect(page.locator("#signed-out")).to_be_visible()
    assert state(page) == "登录已失效，1 项待同步"
    page.click("#signed-out >> text=重新登录 >> nth=-1")
    page.fill("#f-login", "E1")
    page.fill("#f-password", "correct horse battery")
    page.click("main button[type=submit]")
    expect(page).to_have_url(re.compile(SHEET))
    settled(page)
    assert stored(live) == {"S1": (2500, "")}


def test_another_expert_on_the_same_tablet_sends_nothing_of_the_first(live: Live, page_as: PageAs) -> None:
    page = page_as("E1")
    open_sheet(page)
    page.route("**/scores/*", lambda route: route.abort())
    tap_band(page, "S1", "good")
    expect(page.locator("#sheet-state [data-text]")).to_have_text("1 项未保存，正在重试")
    page.unroute("**/scores/*")
    page.context.clear_cookies()
    page.goto("/sign-in")
    page.fill("#f-login", "E2")
    page.fill("#f-password", "correct horse battery")
    page.click("main button[type=submit]")
    open_sheet(page)
    assert points(page, "S1") == ""
    tap_band(page, "S2", "good")
    settled(page)
    assert stored(live) == {}
    assert stored(live, "E2") == {"S2": (1250, "")}


def test_an_impossible_number_is_not_sent_and_the_line_says_so(live: Live, page_as: PageAs) -> None:
    page = page_as("E1")
    open_sheet(page)
    page.locator("#f-score-S1").fill("30.5")
    expect(page.locator("#wrong-S1")).to_be_visible()
    assert state(page) == "有 1 项填写有误，未保存"
    expect(page.locator("[data-submit] [type=submit]")).to_be_disabled()
    page.locator("#f-score-S1").fill("29.5")
    expect(page.locator("#wrong-S1")).to_be_hidden()
    settled(page)
    assert stored(live) == {"S1": (2950, "")}


def test_a_save_that_a_rule_forbids_is_told_and_never_called_saved(live: Live, page_as: PageAs) -> None:
    page = page_as("E1")
    open_sheet(page)
    with live.world.store() as session:
        for row in session.exec(select(tables.Sheet)):
            row.state = SheetState.SUBMITTED
            session.add(row)
    tap_band(page, "S1", "good")
    expect(page.locator("#sheet-state [data-text]")).to_have_text("有 1 项未能保存")
    expect(page.locator("#answer-S1")).to_contain_text("这份评分表已提交，不能再修改")
    assert stored(live) == {}


@pytest.mark.parametrize("size", [LANDSCAPE, PORTRAIT], ids=["landscape", "portrait"])
def test_no_page_of_an_expert_violates_accessibility(
    live: Live, page_as: PageAs, size: tuple[int, int]
) -> None:
    page = page_as("E1", size)
    live.world.fill(live.world.accounts["E1"], 1, {"S1": 3000, "S2": 900})
    for place in ("", "pledge", "conflicts", "scores", "sheets/SX-01", "sheets/PX-02"):
        open_sheet(page, f"/expert/rounds/2026/{place}")
        if place.startswith("sheets"):
            page.evaluate("document.querySelectorAll('details.folded').forEach((d) => d.open = true)")
        found = Axe().run(page)
        assert found.violations_count == 0, f"{place}: {found.generate_report()}"


TABLETS = (LANDSCAPE, PORTRAIT, (1024, 768), (768, 1024))


def test_everything_that_is_tapped_is_large_enough(live: Live, page_as: PageAs) -> None:
    page = page_as("E1")
    middling = {"S1": 2400, "S2": 1200, "S3": 800, "S4": 1500, "S5": 1200, "S6": 800}
    live.world.fill(live.world.accounts["E1"], 1, middling)
    own = ("", "pledge", "conflicts", "scores", "steps", "sheets/SX-01", "sign?sheet=SX-01")
    for place in (*(f"/expert/rounds/2026/{each}" for each in own), "/guide", "/receipt"):
        page.goto(place)
        assert page.url.endswith(place)
        for width, height in TABLETS:
            page.set_viewport_size({"width": width, "height": height})
            if page.locator("#pane-criteria").is_visible():
                page.check("#pane-criteria")
            assert targets.small(page) == [], f"{place} {width}x{height}"
