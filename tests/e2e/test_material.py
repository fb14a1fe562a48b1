"""Material in a real browser: boxes drawn, moved and left out by hand; pages as an expert leafs in them."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from panel import config
from panel.app import create_app
from panel.audit import read
from panel.audit.events import MaterialSeen
from panel.documents.leaves import BLACK
from panel.queries import materials as register
from panel.rules.permissions import Role
from panel.rules.redactions import Box
from panel.rules.stages import Stage
from panel.services import materials, redactions
from panel.services.openings import open_office
from tests.e2e.conftest import Live, PageAs
from tests.material import known, pdf
from tests.serving import served
from tests.world import World

pytestmark = pytest.mark.browser

PLAN = pdf(*(f"第{n}页的文字，没有什么可以看出来的。" for n in range(1, 9)))
FORM = pdf("本项目由甲单位实施。", "第二页的文字", "第三页的文字")
ROUND = 1
SHEET = "/expert/rounds/2026/sheets/PX-02"
OFF = re.compile("leaf__box--off")
NEAR = 60
"""How far, in ten-thousandths of the page, a box may be off what was drawn: a pixel or two of the screen."""


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """One server for all tests here: a project with a reviewed plan (file 1) and a form (file 2)."""
    office = open_office(config.create(tmp_path_factory.mktemp("material") / "home", secure_cookies=False))
    world = World(office, office.clock)
    round_id = world.scoring_round(1)
    world.person(Role.SECRETARY, "secretary")
    world.stage(round_id, Stage.SETUP)
    known(office, PLAN, FORM)
    for name, data in (("计划.pdf", PLAN), ("申请表.pdf", FORM)):
        materials.add(office, world.secretary, "2026", "P01", name, data)
    redactions.review_rest(office, world.secretary, "2026", 1)
    try:
        with served(create_app(office)) as port:
            yield Live(f"http://127.0.0.1:{port}", office, world)
    finally:
        office.engine.dispose()


def boxes(live: Live, number: int) -> tuple[Box, ...]:
    """The boxes with which a page of the form was confirmed."""
    with live.office.reading() as session:
        form = register.of_number(session, live.office.policy, ROUND, "P01")[1]
        review = form.pages[number - 1].review
        assert review is not None
        return review.boxes


def near(box: Box, *edges: int) -> bool:
    return all(abs(at - wanted) <= NEAR for at, wanted in zip(box.edges, edges, strict=True))


def opened(live: Live, page_as: PageAs, number: int) -> Page:
    """A page of the form as the secretary reviews it."""
    live.world.stage(ROUND, Stage.SETUP)
    page = page_as("secretary", (1440, 1800))
    page.goto(f"/secretary/rounds/2026/materials/2/pages/{number}")
    return page


def at(page: Page, across: float, down: float) -> tuple[float, float]:
    """A place on the picture, as shares of its width and height, in pixels of the screen."""
    box = page.locator("[data-boxes]").bounding_box()
    assert box is not None
    return box["x"] + across * box["width"], box["y"] + down * box["height"]


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*at(page, *start))
    page.mouse.down()
    page.mouse.move(*at(page, *end), steps=3)
    page.mouse.up()


def confirm(page: Page) -> None:
    with page.expect_navigation():
        page.click("[data-review] button[type=submit]")


def test_boxes_are_drawn_moved_and_left_out_with_a_mouse_and_burned_into_what_the_expert_sees(
    live: Live, page_as: PageAs
) -> None:
    page = opened(live, page_as, 1)
    proposed = page.locator('[data-box="0"]')
    expect(proposed).to_contain_text("甲单位")
    drag(page, (0.2, 0.4), (0.5, 0.5))
    drag(page, (0.3, 0.45), (0.5, 0.75))
    drag(page, (0.6, 0.2), (0.8, 0.3))
    page.locator('[data-box="2"] input[name="keep-2"]').uncheck()
    expect(page.locator('[data-rect="2"]')).to_have_class(OFF)
    confirm(page)
    word, moved = boxes(live, 1)
    assert near(moved, 4_000, 7_000, 7_000, 8_000)
    live.world.stage(ROUND, Stage.SCORING)
    expert = page_as("E1")
    expert.goto(SHEET)
    paper = expert.locator("[data-paper]").nth(1)
    paper.locator("summary").click()
    seen = picture(paper.locator("img").first)
    for box in (word, moved):
        middle = (box.left + box.right) / 20_000, (box.top + box.bottom) / 20_000
        colour = seen.getpixel((int(seen.width * middle[0]), int(seen.height * middle[1])))
        assert max(abs(a - b) for a, b in zip(colour, BLACK, strict=True)) < 24, box  # type: ignore[arg-type]
    where_it_was = seen.crop((0, int(seen.height * 0.3), seen.width, int(seen.height * 0.6)))
    assert where_it_was.convert("L").getextrema()[0] > 90  # type: ignore[operator]


def picture(image: Locator) -> Image.Image:
    """What stands on the screen where an image is."""
    image.scroll_into_view_if_needed()
    expect(image).to_have_js_property("complete", True)
    return Image.open(io.BytesIO(image.screenshot())).convert("RGB")


def test_boxes_are_drawn_moved_and_left_out_with_a_finger_and_by_keyboard(
    live: Live, page_as: PageAs
) -> None:
    page = opened(live, page_as, 2)
    finger = page.context.new_cdp_session(page)

    def slide(*places: tuple[float, float]) -> None:
        for act, place in zip(("touchStart", *["touchMove"] * len(places[1:])), places, strict=True):
            x, y = at(page, *place)
            finger.send("Input.dispatchTouchEvent", {"type": act, "touchPoints": [{"x": x, "y": y}]})
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    slide((0.3, 0.3), (0.4, 0.35), (0.1, 0.2))
    slide((0.2, 0.25), (0.3, 0.4), (0.95, 0.95))
    slide((0.5, 0.5), (0.5005, 0.5), (0.5005, 0.5005))
    expect(page.locator("[data-boxes] rect")).to_have_count(1)
    confirm(page)
    (box,) = boxes(live, 2)
    assert near(box, 8_000, 9_000, 10_000, 10_000)

    expect(page).to_have_url(re.compile("pages/3$"))  # the next that waits, and now by keyboard alone
    keys = page.keyboard
    page.locator("[data-review] button[type=submit]").focus()
    for index in range(2):
        keys.press("Tab")
        expect(page.locator(f'[name="keep-{index}"]')).to_be_focused()
        for value in ("10", "20", "30", "5"):
            keys.press("Tab")
            keys.type(value)
    expect(page.locator("[data-boxes] rect")).to_have_count(2)
    expect(page.locator('[data-rect="1"]')).to_have_class(re.compile("leaf__box--here"))
    for _edge in range(3):
        keys.press("Shift+Tab")
    keys.press("ArrowUp")  # eleven per cent from the left
    expect(page.locator('[data-rect="1"]')).to_have_attribute("x", "1100")
    for _field in range(6):
        keys.press("Shift+Tab")
    keys.press("Space")
    expect(page.locator('[data-rect="0"]')).to_have_class(OFF)
    keys.press("Enter")
    page.wait_for_url(re.compile("/materials$|pages/1$"))
    (box,) = boxes(live, 3)
    assert box == Box(1_100, 2_000, 4_100, 2_500)


def looked_at(live: Live) -> list[int]:
    """The pages of the plan of which the trail says that they were shown, in that order."""
    with live.office.reading() as session:
        records = read.of_act(session, MaterialSeen.act)
        return [record.data["page"] for record in records if record.data["file"] == 1]


def test_an_expert_leafs_and_zooms_and_is_on_record_with_what_was_shown(live: Live, page_as: PageAs) -> None:
    live.world.stage(ROUND, Stage.SCORING)
    page = page_as("E1")
    page.goto(SHEET)
    paper = page.locator("[data-paper]").first
    images, place, zoomed = (paper.locator(name) for name in ("img", "[data-place]", "[data-zoomed]"))
    assert looked_at(live) == []
    paper.locator("summary").click()
    expect(images.first).to_have_js_property("complete", True)
    assert images.last.evaluate("image => image.naturalWidth") == 0  # not asked for before it is near
    assert 8 not in looked_at(live)
    paper.locator("[data-act=after]").click()
    expect(place).to_have_text("2")
    region = paper.locator("[data-pages]")
    region.focus()
    for _page in range(7):
        page.keyboard.press("]")
    expect(place).to_have_text("8")
    expect(images.last).to_be_in_viewport()
    expect(images.last).to_have_js_property("naturalWidth", 875)
    page.keyboard.press("[")
    expect(place).to_have_text("7")
    wide = images.first.evaluate("image => image.clientWidth")
    page.keyboard.press("+")
    expect(zoomed).to_have_text("150%")
    assert images.first.evaluate("image => image.clientWidth") == pytest.approx(wide * 1.5, abs=2)
    for _step in range(4):
        paper.locator("[data-act=larger]").click()
    expect(zoomed).to_have_text("300%")
    paper.locator("[data-act=smaller]").click()
    expect(zoomed).to_have_text("200%")
    region.focus()
    page.keyboard.press("0")
    expect(zoomed).to_have_text("100%")
    seen = looked_at(live)
    assert {1, 2, 8} <= set(seen)
    assert len(seen) == len(set(seen))
