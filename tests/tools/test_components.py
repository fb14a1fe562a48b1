"""The page of components: complete, in both languages, and no part of the application."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from panel.app import AUDIENCES
from panel.language import SOURCE, speaking
from tests.test_language import CHINESE
from tools import components, pages
from tools.components import __main__ as gallery

TEMPLATE = Path(components.__file__).with_name("gallery.html")
MACROS = Path(__file__).parents[2] / "panel" / "templates" / "_components.html"
# They need a store or a form of the application around them; other macros show what they look like.
ELSEWHERE = {"csrf", "post_button", "split_tab"}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application of the tool."""
    return gallery.application(tmp_path_factory.mktemp("components") / "home")


def test_every_component_is_shown() -> None:
    known = re.findall(r"\{%- macro ([a-z]\w*)\(", MACROS.read_text(encoding="utf-8"))
    shown = set(re.findall(r"\bui\.(\w+)\(", TEMPLATE.read_text(encoding="utf-8")))
    assert set(known) - shown - ELSEWHERE == set()


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_the_page_speaks_one_language(app: Flask, locale: str) -> None:
    client: FlaskClient = pages.visitor(app, "", "", locale)
    with speaking(SOURCE):
        page = client.get(gallery.ADDRESS).text
    said = re.sub(r"<[^>]+>", " ", page.partition("<main")[2].partition("</main>")[0])
    assert bool(CHINESE.search(said)) == (locale == "zh_CN")


def test_the_application_knows_nothing_of_it() -> None:
    assert gallery.blueprint not in [each for audience in AUDIENCES for each in audience.BLUEPRINTS]
