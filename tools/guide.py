"""Take the pictures of the guide for experts and print it: `python -m tools.guide`.

The pictures go where the guide's page finds them, the sheet of A4 next to the other guides.
"""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from panel.cli.cycle import CODE, Milestone
from panel.web.assets import STATIC
from tests import browser as browsers
from tools import site

PICTURES = STATIC / "guide"
PAPER = Path(__file__).parents[1] / "docs" / "zh" / "专家一页指南.pdf"
TABLET: site.Size = (1024, 640)  # the least that shows material and scores side by side
SHOWN: site.Size = (800, 500)
ROUND = f"/expert/rounds/{CODE}"


def take(page: Page, name: str) -> None:
    """What the tablet shows, in the size of the guide."""
    page.wait_for_load_state("networkidle")
    picture = Image.open(io.BytesIO(page.screenshot()))
    smaller = picture.convert("RGB").resize(SHOWN, Image.Resampling.LANCZOS)
    smaller.save(PICTURES / f"{name}.jpg", quality=86, subsampling=0, optimize=True)


def pictures(browser: Browser, place: site.Site) -> None:
    """All pictures: a tablet before anybody signs in, then that of E1."""
    with site.device(browser, place.url, TABLET) as page:
        page.goto("/activate")
        take(page, "sign-in")
    with site.device(browser, place.url, TABLET, "E1") as page:
        for name, path in (
            ("conflicts", f"{ROUND}/conflicts"),
            ("queue", f"{ROUND}/"),
            ("scores", f"{ROUND}/scores"),
            ("sheet", f"{ROUND}/sheets/{place.sheet}"),
        ):
            page.goto(path)
            take(page, name)
        page.goto(f"{ROUND}/")
        page.click(".queue-card--done >> nth=0")
        page.wait_for_load_state()
        page.locator("#receipt").scroll_into_view_if_needed()
        take(page, "receipt")


def paper(browser: Browser, place: site.Site) -> None:
    """The guide as it is printed."""
    with site.device(browser, place.url, TABLET) as page:
        page.goto("/guide")
        page.wait_for_load_state("networkidle")
        page.pdf(path=PAPER, format="A4", print_background=True, prefer_css_page_size=True)


def main() -> None:
    """Everything anew."""
    PICTURES.mkdir(exist_ok=True)
    with sync_playwright() as driver, tempfile.TemporaryDirectory() as folder:
        browser = driver.chromium.launch(executable_path=browsers.find(), args=["--no-sandbox"])
        with site.standing(Path(folder, "home"), Milestone.SCORING) as place:
            pictures(browser, place)
            paper(browser, place)
        browser.close()


if __name__ == "__main__":
    main()
