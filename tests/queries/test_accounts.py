"""Accounts against the trail: what the owner of the database could do to their rows is named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, update
from sqlmodel import Session, select

from panel import tables
from panel.audit.events import SheetSubmitted, StepProposed
from panel.queries import accounts as queries
from panel.rules.imports import ImportKind
from panel.rules.permissions import Role
from panel.services import accounts, imports, verification
from panel.services.credentials import hash_password
from panel.services.materials import shelf
from panel.services.office import Actor, Office, log_id
from tests import intake
from tests.intake import CODE
from tests.scenes import scene
from tests.tampering import undone, unfence
from tests.world import World

ACCOUNTS: Any = tables.Account.__table__  # type: ignore[attr-defined]
PASSWORD = "a horse of its own"


@pytest.fixture
def installed(world: World, office: Office) -> Office:
    """An installation from its first administrator on: two officers, two experts, one account disabled."""
    scene(world, "installation", lambda: install(world, office))
    return office


def install(world: World, office: Office) -> None:
    first = accounts.first_administrator(office, "admin", "管理员（虚构）")
    accounts.activate(office, first.code, PASSWORD)
    administrator = accounts.actor_of(office, "admin")
    for login, role in (("zhang", Role.SECRETARY), ("li", Role.INSPECTOR), ("wang", Role.SECRETARY)):
        issued = accounts.create(office, administrator, login, f"{login}（虚构）", role)
        accounts.activate(office, issued.code, PASSWORD + login)
    accounts.disable(office, administrator, accounts.actor_of(office, "wang").account_id or 0, "离职")
    secretary = accounts.actor_of(office, "zhang")
    world.round_()
    pool = intake.experts_file([(intake.expert("E1"), ""), (intake.expert("E2"), "")])
    received = imports.receive(office, secretary, CODE, ImportKind.EXPERTS, "e.xlsx", pool)
    imports.apply(office, secretary, received.import_id)


def found(office: Office, tamper: Callable[[Connection], object]) -> set[str]:
    """What verification says of the accounts after this."""
    with undone(office.engine) as connection:
        unfence(connection, "accounts")
        tamper(connection)
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            return {
                damage.what
                for damage in verification.check(session, shelf(office)).damages
                if "账号" in damage.what
            }


def row(office: Office, login: str) -> tables.Account:
    with office.reading() as session:
        return session.exec(select(tables.Account).where(tables.Account.login == login)).one()


def changed(login: str, **values: object) -> Callable[[Connection], object]:
    return lambda connection: connection.execute(
        update(ACCOUNTS).where(ACCOUNTS.c.login == login).values(**values)
    )


def test_accounts_as_they_were_made_are_sound(installed: Office) -> None:
    assert found(installed, lambda _connection: None) == set()


@pytest.mark.parametrize(
    ("login", "values", "what"),
    [
        ("li", {"role": "administrator"}, "的角色或所属专家与建立时不一致"),
        ("wang", {"disabled": False}, "的停用情况与留痕记录不一致"),
        ("li", {"disabled": True}, "的停用情况与留痕记录不一致"),
        ("li", {"password_hash": ""}, "的密码不是本人设定的"),
        ("E1", {"password_hash": "$argon2id$mine"}, "的密码不是本人设定的"),
    ],
)
def test_a_changed_account_is_named(
    installed: Office, login: str, values: dict[str, object], what: str
) -> None:
    who = log_id(row(installed, login).id)
    assert found(installed, changed(login, **values)) == {f"账号 {who} {what}"}


def test_the_password_of_another_does_not_pass(installed: Office) -> None:
    theirs = row(installed, "zhang").password_hash
    assert len(found(installed, changed("li", password_hash=theirs))) == 1
    assert len(found(installed, changed("li", password_hash=hash_password("mine")))) == 1


def test_experts_who_changed_places_are_found(installed: Office) -> None:
    one, two = row(installed, "E1"), row(installed, "E2")

    def swap(connection: Connection) -> None:
        expert = ACCOUNTS.c.expert_id
        with_nobody = update(ACCOUNTS).where(ACCOUNTS.c.id == two.id)
        connection.execute(with_nobody.values(role="secretary", expert_id=None))
        connection.execute(update(ACCOUNTS).where(expert == one.expert_id).values(expert_id=two.expert_id))
        connection.execute(with_nobody.values(role="expert", expert_id=one.expert_id))

    assert "角色或所属专家" in "".join(found(installed, swap))


def test_an_account_that_nobody_made_or_that_is_gone_is_found(installed: Office) -> None:
    def slip_in(connection: Connection) -> None:
        values = {"login": "x", "name": "x", "role": "secretary", "password_hash": "", "disabled": False}
        connection.execute(ACCOUNTS.insert().values(id=99, created_at=installed.clock(), version=1, **values))

    assert found(installed, slip_in) == {"账号 u-99 没有建立的记录"}
    wanted = log_id(row(installed, "E2").id)
    gone = ACCOUNTS.delete().where(ACCOUNTS.c.login == "E2")
    assert found(installed, lambda connection: connection.execute(gone)) == {f"账号 {wanted} 不见了"}


def test_what_was_done_in_a_borrowed_role_stays_visible(installed: Office) -> None:
    inspector, expert = (accounts.actor_of(installed, login) for login in ("li", "E1"))
    borrowed = Actor(inspector.id, Role.SECRETARY, inspector.account_id)
    with installed.change(borrowed, StepProposed) as change:
        change.record(StepProposed(step="open_scoring"), subject=CODE)
    wrong = f"账号 {inspector.id} 以不属于它的角色或专家身份操作过"
    assert found(installed, lambda _connection: None) == {wrong}
    with installed.change(expert, SheetSubmitted) as change:
        change.record(SheetSubmitted(c="0" * 64), subject="E2/S01", revision=1)
    with installed.reading() as session:
        assert [fault.what for fault in queries.faults(session)] == [
            f"账号 {expert.id} 以不属于它的角色或专家身份操作过",
            wrong,
        ]


def test_a_changed_and_a_reset_password_are_the_ones_that_count(installed: Office) -> None:
    accounts.change_password(installed, accounts.actor_of(installed, "li"), PASSWORD + "li", "another horse")
    issued = accounts.reset_administrator(installed, "admin")
    assert found(installed, lambda _connection: None) == set()
    accounts.activate(installed, issued.code, "yet another horse")
    assert found(installed, lambda _connection: None) == set()


def test_where_the_trail_does_not_tell_how_it_began_unknown_accounts_pass(world: World) -> None:
    _ = world.secretary
    assert found(world.office, lambda _connection: None) == set()
