"""The pages of one's own account."""

from __future__ import annotations

import pytest
from flask import Flask

from panel.rules.permissions import Role
from panel.services import accounts
from panel.services.office import Office
from tests.visitors import Visitor, arrive
from tests.world import PASSWORD, World

NEW = "another horse entirely"


@pytest.mark.parametrize(
    ("login", "home"),
    [
        ("secretary", "/secretary/"),
        ("inspector", "/inspector/"),
        ("administrator", "/admin/"),
        ("E1", "/expert/"),
    ],
)
def test_everybody_begins_on_the_first_page_of_the_role(
    app: Flask, world: World, login: str, home: str
) -> None:
    world.expert("E1")
    for role in (Role.SECRETARY, Role.INSPECTOR, Role.ADMINISTRATOR):
        world.person(role)
    visitor = arrive(app, login)
    assert visitor.get("/").location == home
    assert visitor.get(home).status_code == 200


def test_a_wrong_password_shows_the_form_again_without_it(app: Flask, world: World) -> None:
    world.person(Role.SECRETARY)
    answer = arrive(app).sign_in("secretary", "not the password", next="/secretary/")
    assert answer.status_code == 422
    assert "登录名或密码不正确。" in answer.text
    assert 'value="secretary"' in answer.text
    assert 'name="next" value="/secretary/"' in answer.text
    assert "not the password" not in answer.text


@pytest.mark.parametrize("login", ["", "   ", "x" * 101, "a\x1bb"])
def test_a_login_that_cannot_be_one_is_refused(stranger: Visitor, login: str) -> None:
    answer = stranger.post("/sign-in", {"login": login, "password": PASSWORD})
    assert answer.status_code == 422
    assert "登录名" in answer.text


def test_an_account_is_activated_with_a_code(app: Flask, world: World, office: Office) -> None:
    issued = accounts.create(office, world.administrator, "zhang.san", "张三（虚构）", Role.SECRETARY)
    visitor = arrive(app)
    assert "登录码" in visitor.get("/activate").text
    answer = visitor.post("/activate", {"activation": issued.code.lower(), "password": NEW, "again": NEW})
    assert answer.location == "/sign-in"
    assert "您的登录名是 zhang.san" in visitor.get("/sign-in").text
    assert visitor.sign_in("zhang.san", NEW).status_code == 303


@pytest.mark.parametrize(
    ("fields", "said", "field"),
    [
        ({"activation": "AAAA-AAAA-AAAA", "password": NEW, "again": NEW}, "登录码不正确", "activation"),
        ({"activation": "AAAA"}, "登录码不正确", "activation"),
        ({}, "登录码不正确", "activation"),
    ],
)
def test_an_activation_that_fails_says_why_and_where(
    stranger: Visitor, fields: dict[str, str], said: str, field: str
) -> None:
    answer = stranger.post("/activate", fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert f'href="#f-{field}"' in answer.text
    assert NEW not in answer.text


@pytest.mark.parametrize(
    ("password", "again", "said"),
    [(NEW, PASSWORD, "两次输入的密码不一致"), ("short", "short", "请输入 10 至 200 个字符")],
)
def test_a_password_that_cannot_be_chosen_leaves_the_code_good(
    stranger: Visitor, world: World, office: Office, password: str, again: str, said: str
) -> None:
    issued = accounts.create(office, world.administrator, "zhang.san", "张三（虚构）", Role.SECRETARY)
    fields = {"activation": issued.code, "password": password, "again": again}
    answer = stranger.post("/activate", fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert 'href="#f-password"' in answer.text
    assert stranger.post("/activate", fields | {"password": NEW, "again": NEW}).status_code == 303


@pytest.mark.parametrize(
    ("fields", "said", "field"),
    [
        ({"current": "not the password", "password": NEW, "again": NEW}, "当前密码不正确", "current"),
        ({"current": PASSWORD, "password": NEW, "again": PASSWORD}, "两次输入的密码不一致", "password"),
        ({"current": PASSWORD, "password": "short", "again": "short"}, "请输入 10 至 200 个字符", "password"),
    ],
)
def test_a_password_change_that_fails_says_why_and_where(
    secretary: Visitor, fields: dict[str, str], said: str, field: str
) -> None:
    answer = secretary.post("/account/password", fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert f'href="#f-{field}"' in answer.text


def test_the_way_to_the_password_is_in_ones_menu(secretary: Visitor, stranger: Visitor) -> None:
    assert 'href="/account/password"' in secretary.get("/account/password").text
    assert 'href="/account/password"' not in stranger.get("/sign-in").text


@pytest.mark.parametrize(
    ("locale", "lang"), [("en", "en"), ("zh_CN", "zh-CN"), ("xx", "zh-CN"), ("", "zh-CN")]
)
def test_one_chooses_the_language(stranger: Visitor, locale: str, lang: str) -> None:
    answer = stranger.post("/language", {"locale": locale, "next": "/activate"})
    assert (answer.status_code, answer.location) == (303, "/activate")
    assert f'<html lang="{lang}"' in stranger.get("/activate").text


def test_what_no_store_can_hold_is_missing(stranger: Visitor) -> None:
    for path, fields in (
        ("/sign-in", {"login": "a\x00b", "password": PASSWORD}),
        ("/activate", {"activation": "a\x00b", "password": NEW, "again": NEW}),
    ):
        assert stranger.post(path, fields).status_code == 404
