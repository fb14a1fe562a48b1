"""The administrator's pages: accounts and nothing else."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlmodel import select

from panel.audit import read
from panel.rules.permissions import Role
from panel.services import accounts
from panel.services.office import Office
from panel.tables import Account
from tests.conftest import StandingClock
from tests.visitors import Visitor, arrive
from tests.world import PASSWORD, PROJECT, STUDIO, World

FORM = {"name": "张三（虚构）", "login": "zhang.san", "role": "secretary"}


def code_on(page: str) -> str:
    found = re.search(r'access-card__code">([^<]+)<', page)
    assert found
    return found[1]


def row(office: Office, login: str) -> Account:
    with office.reading() as session:
        return session.exec(select(Account).where(Account.login == login)).one()


def test_all_accounts_are_listed_with_their_state(
    administrator: Visitor, world: World, office: Office, app: Flask
) -> None:
    world.expert("E1")
    inspector = world.inspector.account_id
    assert inspector is not None
    accounts.disable(office, world.administrator, inspector, "调离")
    accounts.create(office, world.administrator, "li.si", "李四（虚构）", Role.SECRETARY)
    page = administrator.get("/admin/").text
    shown = re.findall(r'<th scope="row">([^<]+)</th>\s*<td>([^<]+)</td>\s*<td>([^<]+)</td>', page)
    assert shown == [
        ("administrator（虚构）", "administrator", "系统管理员"),
        ("inspector（虚构）", "inspector", "纪检监察员"),
        ("李四（虚构）", "li.si", "评审组秘书"),
        ("E1（虚构）", "E1", "评审专家"),
    ]
    assert [page.count(state) for state in ("正常", "待激活", "已停用")] == [2, 1, 1]


def test_the_list_is_filtered_by_role(administrator: Visitor, world: World) -> None:
    world.expert("E1")
    only = administrator.get("/admin/?role=expert").text
    assert "E1（虚构）" in only
    assert '<th scope="row">administrator' not in only
    assert "没有这一角色的账号" in administrator.get("/admin/?role=inspector").text
    assert "E1（虚构）" in administrator.get("/admin/?role=nonsense").text


def test_the_administrator_sees_no_application_and_no_score(
    administrator: Visitor, world: World, office: Office
) -> None:
    world.scoring_round()
    planted = (
        STUDIO.unit,
        STUDIO.master_name,
        STUDIO.address,
        PROJECT.title,
        "SX-01",
        "PX-02",
        "S01",
        "P01",
        "2026年评选",
    )
    for page in ("/admin/", "/admin/accounts/new", *(f"/admin/accounts/{number}" for number in range(1, 7))):
        text = administrator.get(page).text
        assert [word for word in planted if word in text] == []
    for page in ("/secretary/", "/secretary/rounds/2026/applications", "/inspector/", "/expert/rounds/2026/"):
        assert administrator.get(page).status_code == 404


def test_an_officers_account_is_made_and_its_code_shown_once(
    administrator: Visitor, office: Office, app: Flask
) -> None:
    assert "建立账号并生成登录码" in administrator.get("/admin/accounts/new").text
    page = administrator.post("/admin/accounts", FORM)
    assert page.status_code == 200
    code = code_on(page.text)
    made = row(office, "zhang.san")
    assert code not in administrator.get(f"/admin/accounts/{made.id}").text
    visitor = arrive(app)
    visitor.post("/activate", {"activation": code, "password": PASSWORD, "again": PASSWORD})
    assert visitor.sign_in("zhang.san").status_code == 303
    assert visitor.get("/secretary/").status_code == 200


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": ""}, "姓名：请填写。"),
        ({"login": "张三"}, "登录名：请用 2 至 40 个英文字母"),
        ({"role": "expert"}, "角色：请选择一项。"),
        ({"role": ""}, "角色：请选择一项。"),
        ({"login": "Administrator"}, "已被使用"),
    ],
)
def test_a_form_with_a_fault_is_shown_again_with_what_was_typed(
    administrator: Visitor, office: Office, changed: dict[str, str], said: str
) -> None:
    answer = administrator.post("/admin/accounts", {**FORM, **changed})
    assert answer.status_code == 422
    assert said in answer.text
    kept = {**FORM, **changed}
    assert f'name="name" type="text" value="{kept["name"]}"' in answer.text


def test_a_new_code_voids_the_old_and_is_shown_this_once(
    administrator: Visitor, world: World, office: Office
) -> None:
    _ = world.secretary
    number = row(office, "secretary").id
    first = code_on(administrator.post(f"/admin/accounts/{number}/code").text)
    second = code_on(administrator.post(f"/admin/accounts/{number}/code").text)
    assert first != second
    page = administrator.get(f"/admin/accounts/{number}").text
    assert first not in page
    assert second not in page
    assert "2026年9月15日 09:00 前有效" in page


def test_an_account_is_barred_and_let_in_again_with_a_reason(
    administrator: Visitor, app: Flask, world: World, office: Office
) -> None:
    _ = world.secretary
    visitor = arrive(app, "secretary")
    path = f"/admin/accounts/{row(office, 'secretary').id}"
    assert administrator.post(f"{path}/disable", {"reason": " "}).status_code == 422
    assert visitor.get("/account/password").status_code == 200
    assert administrator.post(f"{path}/disable", {"reason": "调离"}).location == path
    assert visitor.get("/account/password").status_code == 303
    page = administrator.get(path).text
    assert "账号已停用，该账号的登录已全部退出。" in page
    assert "启用后才能发放登录码" in page
    assert administrator.post(f"{path}/code").status_code == 409
    assert administrator.post(f"{path}/enable", {"reason": "返岗"}).location == path
    assert visitor.sign_in("secretary").status_code == 303
    with office.reading() as session:
        words = [read.words(session, record) for record in read.of_act(session, "account.disable")]
    assert words == [{"reason": "调离"}]


def test_all_sessions_of_an_account_are_ended_at_once(
    administrator: Visitor, app: Flask, world: World, office: Office
) -> None:
    secretary = world.secretary
    tablets = [arrive(app, "secretary") for _ in range(2)]
    path = f"/admin/accounts/{secretary.account_id}"
    assert "2 处登录" in administrator.get(path).text
    assert administrator.post(f"{path}/revoke").location == path
    assert "已强制退出 2 处登录。" in administrator.get(path).text
    assert [tablet.get("/account/password").status_code for tablet in tablets] == [303, 303]


def test_a_session_that_ran_out_is_not_counted(
    administrator: Visitor, app: Flask, world: World, clock: StandingClock
) -> None:
    expert = world.expert("E1")
    arrive(app, "E1")
    clock.forward(hours=15)
    administrator.sign_in("administrator")
    page = administrator.get(f"/admin/accounts/{expert.account_id}").text
    assert "0 处登录" in page
    assert "2026年9月1日 09:00" in page


def test_an_expert_gets_the_first_code_from_the_secretary(administrator: Visitor, world: World) -> None:
    path = f"/admin/accounts/{world.expert('E1').account_id}"
    assert administrator.post(f"{path}/code").status_code == 200  # a reset, which is not the secretary's
    world.never_activated("E1")
    assert "由评审组秘书发放" in administrator.get(path).text
    assert administrator.post(f"{path}/code").status_code == 404


def test_nobody_bars_his_own_account(administrator: Visitor, world: World) -> None:
    path = f"/admin/accounts/{world.administrator.account_id}"
    assert "停用账号" not in administrator.get(path).text
    answer = administrator.post(f"{path}/disable", {"reason": "误操作"})
    assert answer.status_code == 409
    assert "不能停用自己的账号" in answer.text


@pytest.mark.parametrize("path", ["", "/code", "/disable", "/enable", "/revoke"])
def test_an_account_that_does_not_exist_is_missing(administrator: Visitor, path: str) -> None:
    address = f"/admin/accounts/999{path}"
    answer = administrator.post(address, {"reason": "x"}) if path else administrator.get(address)
    assert answer.status_code == 404
