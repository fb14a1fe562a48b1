"""What the measure of targets takes for large enough."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tools import targets

pytestmark = pytest.mark.browser

PAGE = """<style>button {{ width: 60px; height: 60px; }} label {{ display: block; padding: 18px; }}</style>
<p style="height: 2000px"></p>{}"""


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<button></button>", 0),
        ('<button style="height: 40px"></button>', 1),
        ('<button></button><p style="height: 60px; margin-top: -34px; position: relative"></p>', 1),
        ("<label><input type=checkbox> Agreed to all of it</label>", 0),
        ("<input type=checkbox>", 1),
        ("<p>Read <a href=/>the list</a> first</p>", 0),
        ("<p><a href=/>The list</a></p>", 1),
        ("<button hidden></button><button disabled style='height: 9px'></button>", 0),
    ],
)
def test_a_target_is_as_large_as_a_finger_finds_it(chromium: Browser, html: str, found: int) -> None:
    page = chromium.new_page()
    page.set_content(PAGE.format(html))
    assert len(targets.small(page)) == found
    page.close()
