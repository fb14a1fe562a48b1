"""Activation cards on paper."""

from __future__ import annotations

import re
from typing import Any

import pytest
import segno
from flask import Flask, render_template

from panel.language import speaking
from panel.services.accounts import IssuedCode
from panel.web import cards
from tests.conftest import START

# Nothing here depends on the database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

ISSUED = IssuedCode(7, "E7", "王<七>（虚构）", "ABCD-EFGH-JKMN", START)


def test_a_card_says_who_how_where_and_until_when(app: Flask) -> None:
    with app.test_request_context("/", base_url="https://review.example"):
        made = cards.of([ISSUED])
        page = render_template("account/_cards.html", cards=made, paper_url="/paper")
    for said in (
        "王&lt;七&gt;（虚构）",
        "E7",
        "ABCD-EFGH-JKMN",
        "https://review.example/activate",
        "2026年9月1日 09:00 前有效",
    ):
        assert said in page
    assert "<七>" not in page


def test_the_picture_leads_to_the_form_with_the_code_where_no_server_sees_it(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []
    make = segno.make

    def noting(content: str, **options: Any) -> segno.QRCode:
        drawn.append(content)
        return make(content, **options)

    monkeypatch.setattr(segno, "make", noting)
    with app.test_request_context("/", base_url="https://review.example"):
        (card,) = cards.of([ISSUED])
    assert drawn == ["https://review.example/activate#ABCD-EFGH-JKMN"]
    assert card.qr.startswith('<svg viewBox="0 0 37 37" class="access-card__qr">')


def test_the_picture_needs_no_inline_style(app: Flask) -> None:
    with app.test_request_context("/"), speaking("en"):
        (card,) = cards.of([ISSUED])
    assert not re.search(r"style|<script|href", card.qr)
    assert "<title>" in card.qr
