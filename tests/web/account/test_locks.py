"""The lock of the screen over HTTP, cards at the door, and what a device is told whose session ended."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlmodel import update

from panel import tables
from panel.rules.permissions import Role
from panel.services import accounts, cards, panelists
from panel.services.office import Office
from tests.conftest import StandingClock
from tests.visitors import Visitor, arrive
from tests.world import PASSWORD, World

TAP = {"HX-Request": "true"}
TABLET = {"User-Agent": "Mozilla/5.0 (Linux; Android 14; SM-X710) Chrome/140.0.0.0 Safari/537.36"}


@pytest.fixture
def expert(app: Flask, world: World) -> Visitor:
    """E1 of a round in scoring, signed in."""
    world.scoring_round(1)
    return arrive(app, "E1")


def test_a_locked_session_shows_nothing_and_takes_nothing(expert: Visitor) -> None:
    sheet = "/expert/rounds/2026/sheets/SX-01"
    assert expert.post("/lock", None, **TAP).status_code == 204
    assert expert.get(sheet).location == f"/locked?next={sheet}"
    for answer in (expert.get(sheet, **TAP), expert.post(f"{sheet}/scores/S1", {"points": "20"}, **TAP)):
        assert (answer.status_code, answer.headers["Panel-Session"]) == (401, "locked")
        assert not answer.text
    page = expert.get(f"/locked?next={sheet}").text
    assert "屏幕已锁定" in page
    assert 'id="lock"' not in page
    assert "SX-01" not in page.replace(sheet, "")


def test_it_goes_on_where_it_was(expert: Visitor) -> None:
    sheet = "/expert/rounds/2026/sheets/SX-01"
    expert.get(sheet)
    assert expert.post("/lock", {"next": sheet}).location == f"/locked?next={sheet}"
    wrong = expert.post("/unlock", {"secret": "wrong", "next": sheet})
    assert (wrong.status_code, "个人密码或密码不正确" in wrong.text) == (422, True)
    tapped = expert.post("/unlock", {"secret": "wrong"}, **TAP)
    assert (tapped.status_code, tapped.text) == (422, "个人密码或密码不正确。")
    assert expert.post("/unlock", {"secret": PASSWORD, "next": sheet}).location == sheet
    assert expert.get(sheet).status_code == 200
    expert.post("/lock", None, **TAP)
    assert expert.post("/unlock", {"secret": PASSWORD}, **TAP).status_code == 204
    assert expert.get(sheet).status_code == 200
    assert expert.get("/locked?next=//evil.example").location == "/"


def test_who_reads_and_taps_nothing_is_at_work_all_the_same(
    expert: Visitor, office: Office, clock: StandingClock
) -> None:
    for _ in range(3):
        clock.forward(minutes=office.policy.idle_lock_minutes)
        assert expert.post("/at-work", None, **TAP).status_code == 204
    clock.forward(minutes=office.policy.idle_lock_minutes, seconds=1)
    assert expert.post("/at-work", None, **TAP).headers["Panel-Session"] == "locked"


def test_one_may_sign_out_of_a_locked_screen(expert: Visitor) -> None:
    expert.post("/lock", None, **TAP)
    assert expert.post("/sign-out").location == "/sign-in"
    assert expert.get("/expert/", **TAP).headers["Panel-Session"] == "ended"


def test_too_many_guesses_lead_to_the_door(app: Flask, world: World, office: Office) -> None:
    world.expert("E1", world.round_())
    world.never_activated("E1")
    (issued,) = panelists.issue_codes(office, world.secretary, "2026", ["E1"])
    accounts.activate(office, issued.code, "280619")
    visitor = Visitor(app.test_client())
    visitor.sign_in("E1", "280619")
    visitor.post("/lock", None, **TAP)
    answers = [visitor.post("/unlock", {"secret": "000001"}, **TAP) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [422, 422, 422, 422, 401]
    assert "连续输错个人密码" in visitor.get("/sign-in").text


@pytest.mark.parametrize("how", ["revoked", "renewed", "barred", "elsewhere"])
def test_a_device_whose_session_was_ended_is_told_why(
    app: Flask, world: World, office: Office, expert: Visitor, how: str
) -> None:
    account_id = world.accounts["E1"].account_id
    assert account_id is not None
    said = {
        "revoked": "这台设备的登录已被收回",
        "renewed": "登录卡已换发",
        "barred": "账号已停用",
        "elsewhere": "您已在另一台设备登录",
    }
    if how == "revoked":
        accounts.revoke(office, world.secretary, account_id)
    elif how == "renewed":
        with world.store() as session:
            session.execute(update(tables.Panelist).values(chair=False))
        cards.renew(office, world.secretary, "E1", "遗失")
    elif how == "barred":
        accounts.disable(office, world.administrator, account_id, "调离")
    else:
        second = arrive(app)
        second.post("/sign-in", {"login": "E1", "password": PASSWORD})
        assert "您在另一台设备上的登录已经结束" in second.get("/expert/rounds/2026/").text
    asked = expert.get("/expert/rounds/2026/")
    assert asked.location == "/sign-in?next=/expert/rounds/2026/"
    assert said[how] in expert.get(asked.location).text
    assert expert.post("/expert/rounds/2026/submit", None, **TAP).headers["Panel-Session"] == "ended"


def test_a_card_leads_to_a_pin_and_in(app: Flask, world: World, office: Office) -> None:
    world.expert("E1", world.round_())
    world.never_activated("E1")
    (issued,) = panelists.issue_codes(office, world.secretary, "2026", ["E1"])
    visitor = arrive(app)
    asked = visitor.post("/activate", {"activation": issued.code})
    assert asked.status_code == 200
    assert "专家E1（虚构）" not in asked.text  # the account's name, not the file's
    assert "E1（虚构），您好" in asked.text
    fields = {"activation": issued.code, "password": "121212", "again": "121212"}
    trivial = visitor.post("/activate", fields)
    assert (trivial.status_code, "太容易猜到" in trivial.text) == (422, True)
    fields |= {"password": "280619", "again": "２８０６１９"}
    assert "两次输入的密码不一致" in visitor.post("/activate", fields).text
    done = visitor.post("/activate", fields | {"again": "280619"}, **TABLET)
    assert done.location == "/"
    assert visitor.get("/expert/").status_code == 303
    used = arrive(app).post("/activate", {"activation": issued.code})
    assert (used.status_code, "已使用或已过期" in used.text) == (422, True)
    page = arrive(app, "secretary").get("/secretary/rounds/2026/experts/E1/devices").text
    assert "安卓平板" in page
    assert "Chrome 浏览器" in page


def test_officers_choose_a_password_and_sign_in_with_it(app: Flask, world: World, office: Office) -> None:
    issued = accounts.create(office, world.administrator, "zhang.san", "张三（虚构）", Role.SECRETARY)
    visitor = arrive(app)
    page = visitor.post("/activate", {"activation": issued.code}).text
    assert "至少 10 个字符" in page
    assert "6 位数字" not in page
