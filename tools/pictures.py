"""Take the pictures of the README from the running demonstration: `python -m tools.pictures`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from panel.cli.cycle import CODE, Milestone
from tests import browser as browsers
from tools import site

IMAGES = Path(__file__).parents[1] / "docs" / "images"
TABLET, DESK = (1280, 800), (1440, 900)


def take(browser: Browser, url: str, login: str, path: str, size: site.Size, name: str) -> None:
    """One picture of one page, as that person sees it."""
    with site.device(browser, url, size, login) as page:
        page.goto(path)
        page.wait_for_load_state("networkidle")
        page.screenshot(path=IMAGES / f"{name}.png")


def main() -> None:
    """All pictures, anew."""
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as driver, tempfile.TemporaryDirectory() as folder:
        browser = driver.chromium.launch(executable_path=browsers.find(), args=["--no-sandbox"])
        with site.standing(Path(folder, "scoring"), Milestone.SCORING) as place:
            sheet = f"/expert/rounds/{CODE}/sheets/{place.sheet}"
            take(browser, place.url, "E1", sheet, TABLET, "expert-sheet")
        with site.standing(Path(folder, "final"), Milestone.FINAL) as place:
            take(
                browser, place.url, "secretary", f"/secretary/rounds/{CODE}/result", DESK, "secretary-results"
            )
            take(browser, place.url, "inspector", "/inspector/", DESK, "inspector-log")
        browser.close()


if __name__ == "__main__":
    main()
