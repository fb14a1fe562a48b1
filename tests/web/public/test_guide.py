"""The guide for experts: open to everybody, one sheet of paper, where an expert looks for it."""

from __future__ import annotations

import re
from pathlib import Path

import pypdfium2
from flask import Flask

from panel.rules.permissions import Role
from tests.visitors import arrive
from tests.world import World

PAPER = Path(__file__).parents[3] / "docs" / "zh" / "专家一页指南.pdf"
A4 = (595, 842)  # points


def test_the_guide_needs_no_account_and_shows_a_picture_with_every_step(app: Flask) -> None:
    page = arrive(app).get("/guide")
    assert page.status_code == 200
    shown = re.findall(r'<img class="guide__picture" src="([^"]+)"[^>]* alt="([^"]+)"', page.text)
    assert len(shown) == page.text.count('class="guide__step"') == 6
    assert len(dict(shown)) == 6
    assert all(arrive(app).get(source).mimetype == "image/jpeg" for source, _said in shown)


def test_an_expert_finds_it_in_the_menu_and_nobody_else_is_troubled_with_it(app: Flask, world: World) -> None:
    world.expert("E1")
    world.person(Role.ADMINISTRATOR)
    assert 'class="menu__item" href="/guide"' in arrive(app, "E1").get("/account/password").text
    assert "/guide" not in arrive(app, "administrator").get("/account/password").text
    assert 'href="/guide"' in arrive(app).get("/sign-in").text


def test_the_printed_guide_is_one_sheet_of_a4() -> None:
    paper = pypdfium2.PdfDocument(PAPER)
    assert len(paper) == 1
    assert tuple(round(side) for side in paper[0].get_size()) == A4
    text = paper[0].get_textpage().get_text_range()
    paper.close()
    assert "请记住三件事" in text
