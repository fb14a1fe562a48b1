"""An expert's devices and card at the secretary's desk."""

from __future__ import annotations

import io
import re

import pypdfium2
import pytest
from flask import Flask

from panel import tables
from panel.services.office import Office
from tests.visitors import Visitor, arrive
from tests.world import World

EXPERTS = "/secretary/rounds/2026/experts"
DEVICES = f"{EXPERTS}/E2/devices"


@pytest.fixture
def tablet(app: Flask, world: World) -> Visitor:
    """E2 of a round in scoring, signed in on a tablet."""
    world.scoring_round(2)
    return arrive(app, "E2")


def test_a_lost_tablet_is_told_at_its_next_request(secretary: Visitor, tablet: Visitor) -> None:
    page = secretary.get(DEVICES).text
    assert "登录中" in page
    assert "未能识别的设备" in page  # the test's own browser
    (address,) = re.findall(rf'action="({DEVICES}/\d+/revoke)"', page)
    assert secretary.post(address).location == DEVICES
    assert "已收回" in secretary.get(DEVICES).text
    assert "这台设备的登录已被收回" in tablet.get(tablet.get("/expert/").location).text
    assert secretary.post(address).status_code == 404


def test_all_devices_are_shut_out_together(secretary: Visitor, tablet: Visitor) -> None:
    assert secretary.post(f"{DEVICES}/revoke").location == DEVICES
    assert "已收回 1 处登录。" in secretary.get(DEVICES).text
    assert tablet.get("/expert/").location.startswith("/sign-in")


def test_a_second_device_is_allowed_with_a_reason(secretary: Visitor, tablet: Visitor, app: Flask) -> None:
    refused = secretary.post(f"{DEVICES}/allow", {"devices": "2", "reason": ""})
    assert (refused.status_code, 'href="#f-reason"' in refused.text) == (422, True)
    assert secretary.post(f"{DEVICES}/allow", {"devices": "9", "reason": "x"}).status_code == 422
    assert secretary.post(f"{DEVICES}/allow", {"devices": "2", "reason": "备用一台"}).location == DEVICES
    assert "同时登录最多 2 台设备" in secretary.get(DEVICES).text
    arrive(app, "E2")
    assert tablet.get("/expert/").status_code == 303
    assert not tablet.get("/expert/").location.startswith("/sign-in")
    assert secretary.get(DEVICES).text.count("登录中") == 2


def test_a_new_card_is_shown_once_and_printed(secretary: Visitor, tablet: Visitor, office: Office) -> None:
    assert secretary.post(f"{DEVICES}/card", {"card_reason": " "}).status_code == 422
    page = secretary.post(f"{DEVICES}/card", {"card_reason": "平板遗失"}).text
    (code,) = re.findall(r'name="card" value="([^"]+)"', page)
    assert "2026年评选（虚构）" in page
    assert tablet.get("/expert/").location.startswith("/sign-in")
    paper = secretary.post(f"{EXPERTS}/cards.pdf", {"card": code})
    assert (paper.status_code, paper.mimetype) == (200, "application/pdf")
    assert paper.headers["Cache-Control"] == "no-store"
    said = pypdfium2.PdfDocument(io.BytesIO(paper.data))[0].get_textpage().get_text_range()
    assert code in said
    assert "E2" in said
    assert secretary.post(f"{EXPERTS}/cards.pdf", {"card": "AAAA-BBBB-CCCC"}).status_code == 404


def test_the_chair_is_sent_to_the_administrator(secretary: Visitor, tablet: Visitor, world: World) -> None:
    page = secretary.get(f"{EXPERTS}/E1/devices").text
    assert "只能由系统管理员换发" in page
    assert "E1/devices/card" not in page  # nothing is offered that would be refused
    answer = secretary.post(f"{EXPERTS}/E1/devices/card", {"card_reason": "忘记"})
    assert answer.status_code == 409
    assert "只能由系统管理员换发" in answer.text
    world.add(tables.Expert(number="E20", name="没有账号（虚构）", employer="某单位"))
    for number in ("E20", "E99"):
        assert secretary.get(f"{EXPERTS}/{number}/devices").status_code == 404


def test_the_administrator_sees_and_revokes_devices_too(
    administrator: Visitor, tablet: Visitor, world: World
) -> None:
    account = f"/admin/accounts/{world.accounts['E2'].account_id}"
    page = administrator.get(account).text
    (address,) = re.findall(rf'action="({account}/devices/\d+/revoke)"', page)
    assert administrator.post(address).location == account
    assert tablet.get("/expert/").location.startswith("/sign-in")
    issued = administrator.post(f"{account}/code").text
    (code,) = re.findall(r'name="card" value="([^"]+)"', issued)
    assert administrator.post("/admin/cards.pdf", {"card": code}).mimetype == "application/pdf"
