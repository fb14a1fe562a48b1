"""An application at the secretary's desk, corrected as a browser would send the form."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence

from werkzeug.test import TestResponse

from panel.rules.applications import Application
from panel.services import applications
from tests.intake import CODE
from tests.visitors import Visitor
from tests.world import World

BASE = "/secretary/rounds/2026"
LIST = f"{BASE}/applications"


def text(page: str) -> str:
    """What a reader sees, without markup."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def now(world: World, number: str) -> Application:
    """The application as it stands."""
    with world.office.reading() as session:
        return applications.current(session, CODE, number)[0]


def correct(visitor: Visitor, number: str, **changes: str | Sequence[str]) -> TestResponse:
    """Send the form as it is shown, but for these changes."""
    page = visitor.get(f"{LIST}/{number}/correction").text
    return visitor.seen(
        visitor.client.post(
            f"{LIST}/{number}/correction",
            data={**_filled(page), **changes},
            headers={"X-CSRFToken": visitor.token},
        )
    )


def _filled(page: str) -> Mapping[str, str | list[str]]:
    """What a browser would send back of the form on the page, with a reason."""
    found: dict[str, list[str]] = {}
    body = page[page.index("<main") :]
    for tag in re.findall(r"<input[^>]*>", body):
        name = re.search(r'name="([^"]+)"', tag)
        if name and ("checkbox" not in tag or "checked" in tag):
            value = re.search(r'value="([^"]*)"', tag)
            found.setdefault(name[1], []).append(html.unescape(value[1] if value else ""))
    for name_, value_ in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\n(.*?)</textarea>', body, re.DOTALL):
        found.setdefault(name_, []).append(html.unescape(value_))
    for name_, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', body, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
        assert chosen is not None
        found.setdefault(name_, []).append(chosen[1])
    return {**found, "reason": "来函更正"}
