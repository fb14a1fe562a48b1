"""Every page that a person can walk to: found by following links, as that person, without a browser."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from panel.language import SOURCE, speaking


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it was answered."""

    endpoint: str
    path: str
    html: str


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a" and given.get("href") and "download" not in given:
            self.found.append(str(given["href"]))


def visitor(app: Flask, login: str, password: str, locale: str = "zh_CN") -> FlaskClient:
    """Somebody with a browser that keeps cookies, signed in, who reads that language."""
    with speaking(SOURCE):  # A test client answers in this very thread: its language must not stay here.
        return _arrived(app, login, password, locale)


def _arrived(app: Flask, login: str, password: str, locale: str) -> FlaskClient:
    client = app.test_client()
    for path, fields in (
        ("/language", {"locale": locale}),
        ("/sign-in", {"login": login, "password": password}),
    ):
        if login or path == "/language":
            page = client.get("/sign-in").text
            token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
            client.post(path, data={"csrf_token": token, **fields})
    return client


def links(html: str, base: str) -> list[str]:
    """The addresses on this site that a page leads to, without their query."""
    parser = _Links()
    parser.feed(html)
    found = (urlsplit(urljoin(base, each)) for each in parser.found)
    return list(dict.fromkeys(each.path for each in found if not each.netloc and each.path))


def endpoint(app: Flask, path: str) -> str:
    """What answers a GET of that path; nothing where nothing does."""
    try:
        return str(app.url_map.bind("localhost").match(path, method="GET")[0])
    except RequestRedirect as elsewhere:
        return endpoint(app, urlsplit(elsewhere.new_url).path)
    except HTTPException:
        return ""


def walk(app: Flask, client: FlaskClient, *starts: str, each: int = 1) -> list[Page]:
    """All pages from `starts` on, at most `each` of one endpoint; what is no whole page is passed over."""
    with speaking(SOURCE):
        return _walked(app, client, starts, each)


def _walked(app: Flask, client: FlaskClient, starts: Iterable[str], each: int) -> list[Page]:
    waiting, asked = deque(starts), set(starts)
    pages: list[Page] = []
    taken: Counter[str] = Counter()
    while waiting:
        path = waiting.popleft()
        name = endpoint(app, path)
        if not name or taken[name] >= each:
            continue
        answer = client.get(path, follow_redirects=True)
        html = answer.text if answer.mimetype == "text/html" else ""
        arrived = answer.request.path
        answer.close()
        if "<!doctype html>" not in html:
            continue
        name = endpoint(app, arrived) or name
        if taken[name] >= each or any(page.path == arrived for page in pages):
            continue
        taken[name] += 1
        pages.append(Page(name, arrived, html))
        onward = [link for link in links(html, arrived) if link not in asked]
        asked.update(onward)
        waiting.extend(onward)
    return pages
