"""Styles, scripts and icons: kept by browsers for good, found anew when they change."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from panel.web import assets
from tests.visitors import Visitor

# Nothing here depends on the database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_an_address_changes_with_the_content(app: Flask) -> None:
    with app.test_request_context("/"):
        base, tokens = assets.asset("css/base.css"), assets.asset("css/tokens.css")
    assert re.fullmatch(r"/static/css/base\.css\?v=[0-9a-f]{12}", base)
    assert base.split("?")[1] != tokens.split("?")[1]


def test_browsers_keep_assets_for_a_year_whatever_their_cookie(stranger: Visitor) -> None:
    page = stranger.get("/sign-in").text
    addresses = re.findall(r'(?:href|src)="(/(?:static|htmx)[^"#]+)"', page)
    assert len(addresses) >= 6
    for address in addresses:
        answer = stranger.get(address)
        assert answer.status_code == 200, address
        assert "max-age=31536000" in answer.headers["Cache-Control"]
        assert "Cookie" not in answer.headers.get("Vary", "")
        assert "Set-Cookie" not in answer.headers


def test_htmx_is_the_one_of_the_installed_wheel(stranger: Visitor) -> None:
    answer = stranger.get("/htmx.js")
    assert answer.mimetype == "text/javascript"
    assert b'version:"2.' in answer.data


def test_a_bundle_holds_every_rule_of_its_files_and_no_comment(stranger: Visitor) -> None:
    styles = assets.bundled("expert.css")
    assert "/*" not in styles
    for name in assets.BUNDLES["expert.css"]:
        whole = (assets.STATIC / name).read_text(encoding="utf-8")
        assert styles.count("{") >= whole.count("{")
        assert whole.splitlines()[-1].strip() in styles
    answer = stranger.get("/bundles/expert.css")
    assert (answer.mimetype, answer.text) == ("text/css", styles)
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    assert stranger.get("/bundles/none.js").status_code == 404


def test_the_scripts_of_a_bundle_keep_their_names_to_themselves(app: Flask) -> None:
    script = assets.bundled("sheet.js")
    blocks = script.split("\n}\n{\n")
    assert len(blocks) == len(assets.BUNDLES["sheet.js"])
    with app.test_request_context("/"):
        assert re.fullmatch(r"/bundles/sheet\.js\?v=[0-9a-f]{12}", assets.bundle("sheet.js"))
