"""The file of experts: who is on it, cards on paper, a lost tablet."""

from __future__ import annotations

from flask import Flask
from sqlmodel import select

from panel import tables
from panel.services.office import Office
from tests.conflicted import cast, know
from tests.rules.cast import E5
from tests.visitors import Visitor, arrive
from tests.world import World

EXPERTS = "/secretary/rounds/2026/experts"


def test_an_empty_file_says_what_to_do(secretary: Visitor, world: World) -> None:
    world.round_()
    assert "专家库还是空的" in secretary.get(EXPERTS).text


def test_everybody_on_file_with_employer_relations_and_account(secretary: Visitor, world: World) -> None:
    cast(world)
    know(world, "E5", relations=E5.relations)
    world.add(tables.Expert(number="E20", name="没有账号（虚构）", employer="某单位"))
    world.expert("E21")
    with world.store() as session:
        for state, login in (("disabled", "E1"), ("new", "E21")):
            account = session.exec(select(tables.Account).where(tables.Account.login == login)).one()
            account.disabled = state == "disabled"
            account.password_hash = account.password_hash if state == "disabled" else ""
            session.add(account)
    page = secretary.get(EXPERTS).text
    for words in ("没有账号", "未发登录码", "已激活", "已停用", "专家组成员", "2009年拜师", "2024年3月31日"):
        assert words in page
    assert "上级单位：华曜控股集团（虚构）" in page


def test_the_file_is_filtered(secretary: Visitor, world: World) -> None:
    cast(world)
    world.expert("E21")
    panel = secretary.get(f"{EXPERTS}?who=panel").text
    assert "专家E2（虚构）" in panel
    assert "专家E21（虚构）" not in panel
    found = secretary.get(f"{EXPERTS}?q=曜辉").text
    assert "专家E9（虚构）" in found
    assert "专家E2（虚构）" not in found
    assert "没有符合条件的专家" in secretary.get(f"{EXPERTS}?q=无此人").text


def test_cards_for_the_panel_and_for_chosen_experts(secretary: Visitor, world: World, office: Office) -> None:
    cast(world)
    world.expert("E21")
    assert "待激活" not in secretary.get(EXPERTS).text  # all of them have a password already
    with world.store() as session:
        logins = session.exec(select(tables.Account.login)).all()
    world.never_activated(*(login for login in logins if login.startswith("E")))
    panel = secretary.post(f"{EXPERTS}/cards", {"panel": "1"})
    assert panel.status_code == 200
    assert panel.headers["Cache-Control"] == "no-store"
    assert panel.text.count('class="access-card"') == 4
    chosen = secretary.post(f"{EXPERTS}/cards", {"expert": "E21"})
    assert chosen.text.count('class="access-card"') == 1
    nobody = secretary.post(f"{EXPERTS}/cards", {})
    assert nobody.status_code == 422
    with office.reading() as session:
        codes = session.exec(select(tables.ActivationCode)).all()
    assert len(codes) == 5


def test_an_expert_who_was_given_a_code_waits_to_use_it(secretary: Visitor, world: World) -> None:
    cast(world)
    with world.store() as session:
        account = session.exec(select(tables.Account).where(tables.Account.login == "E1")).one()
        account.password_hash = ""
        session.add(account)
    secretary.post(f"{EXPERTS}/cards", {"expert": "E1"})
    assert "待激活" in secretary.get(EXPERTS).text


def test_a_lost_tablet_is_locked_out_at_once(secretary: Visitor, world: World, app: Flask) -> None:
    cast(world)
    tablet = arrive(app, "E1")
    assert tablet.get("/account/password").status_code == 200
    page = secretary.get(EXPERTS).text
    assert "1 处登录中" in page
    assert secretary.post(f"{EXPERTS}/E1/revoke").status_code == 303
    assert "已全部收回（1 处）" in secretary.get(EXPERTS).text
    assert tablet.get("/account/password").status_code == 303
    assert secretary.post(f"{EXPERTS}/E99/revoke").status_code == 404
    world.add(tables.Expert(number="E20", name="没有账号（虚构）", employer="某单位"))
    assert secretary.post(f"{EXPERTS}/E20/revoke").status_code == 404
