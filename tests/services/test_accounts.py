"""Accounts: made once with one role, activated by a one-time code, disabled, never deleted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import select

from panel.audit import read
from panel.errors import InvalidInput, NotAllowed, NotFound, RuleBroken
from panel.language import speaking
from panel.rules.permissions import Role
from panel.services import accounts, attempts, devices
from panel.services.accounts import CODE_LIFE, IssuedCode
from panel.services.credentials import hash_password
from panel.services.office import Actor, Office
from panel.services.sign_ins import sign_in, viewer_of
from panel.tables import Account, ActivationCode, SignIn
from tests.conftest import StandingClock, actor
from tests.world import PASSWORD, World

NEW = "another horse entirely"


@pytest.fixture
def issued(office: Office, world: World) -> IssuedCode:
    """A new secretary's account with its code."""
    return accounts.create(office, world.administrator, "zhang.san", "张三（虚构）", Role.SECRETARY)


def acts(office: Office) -> list[tuple[str, bool, str, str]]:
    """What the trail says, oldest first: act, whether it succeeded, who, about whom."""
    with office.reading() as session:
        return [(r.act, r.ok, r.actor, r.subject) for r in reversed(read.page(session, limit=500))]


def live(office: Office, *tokens: str) -> list[bool]:
    with office.reading() as session:
        return [viewer_of(session, token, office.clock()) is not None for token in tokens]


def account(office: Office, login: str) -> Account:
    with office.reading() as session:
        return session.exec(select(Account).where(Account.login == login)).one()


# --- making -------------------------------------------------------------------------------------------------


def test_the_administrator_makes_an_officers_account(
    office: Office, world: World, issued: IssuedCode
) -> None:
    made = account(office, "zhang.san")
    assert (made.id, made.role, made.name, made.disabled) == (
        issued.account_id,
        "secretary",
        "张三（虚构）",
        False,
    )
    assert made.password_hash == ""
    subject = f"u-{made.id}"
    assert acts(office) == [
        ("account.create", True, world.administrator.id, subject),
        ("account.code", True, world.administrator.id, subject),
    ]


@pytest.mark.parametrize("role", [Role.EXPERT, Role.SECRETARY, Role.INSPECTOR])
def test_nobody_else_makes_accounts(office: Office, role: Role) -> None:
    with pytest.raises(NotAllowed):
        accounts.create(office, actor(role), "li.si", "李四（虚构）", Role.SECRETARY)
    assert acts(office) == [("account.create", False, f"u-{role}-1", "")]


def test_an_experts_account_comes_only_from_the_import(office: Office, world: World) -> None:
    with pytest.raises(RuleBroken, match="导入"):
        accounts.create(office, world.administrator, "e1", "专家（虚构）", Role.EXPERT)


@pytest.mark.parametrize("login", ["zhang.san", "Zhang.San", "ＺＨＡＮＧ．ＳＡＮ", " zhang.san "])
def test_a_login_is_given_once_however_it_is_typed(
    office: Office, world: World, issued: IssuedCode, login: str
) -> None:
    with pytest.raises(RuleBroken, match="已被使用"):
        accounts.create(office, world.administrator, login, "另一人（虚构）", Role.INSPECTOR)


@pytest.mark.parametrize("login", ["", "x", "张三", "a b", "-ab", "a/b", "a" * 41])
def test_a_login_that_could_not_be_typed_is_refused(office: Office, world: World, login: str) -> None:
    with pytest.raises(InvalidInput, match="登录名"):
        accounts.create(office, world.administrator, login, "张三（虚构）", Role.SECRETARY)


@pytest.mark.parametrize("name", ["", "  ", "名" * 51])
def test_a_person_has_a_name(office: Office, world: World, name: str) -> None:
    with pytest.raises(InvalidInput, match="姓名"):
        accounts.create(office, world.administrator, "li.si", name, Role.SECRETARY)


def test_all_faults_of_a_form_are_named_at_once(office: Office, world: World) -> None:
    with pytest.raises(InvalidInput) as refused:
        accounts.create(office, world.administrator, "", "", Role.SECRETARY)
    assert [problem.where for problem in refused.value.problems] == ["登录名", "姓名"]


def test_an_installation_begins_with_one_administrator(office: Office) -> None:
    first = accounts.first_administrator(office, "admin", "管理员（虚构）")
    assert account(office, "admin").role == "administrator"
    assert acts(office)[0][2].startswith("os-")
    # Nobody has activated it yet: the paper may have been lost.
    second = accounts.first_administrator(office, "admin", "管理员（虚构）")
    assert second.account_id == first.account_id
    with pytest.raises(RuleBroken, match="登录码"):
        accounts.activate(office, first.code, PASSWORD)
    with pytest.raises(RuleBroken, match="不能重复"):
        accounts.first_administrator(office, "other", "另一人（虚构）")
    accounts.activate(office, second.code, PASSWORD)
    with pytest.raises(RuleBroken, match="不能重复"):
        accounts.first_administrator(office, "admin", "管理员（虚构）")


def test_a_command_acts_for_an_account(office: Office, world: World) -> None:
    secretary, expert = world.secretary, world.expert("E1")
    assert accounts.actor_of(office, "Secretary") == Actor(secretary.id, Role.SECRETARY, secretary.account_id)
    assert accounts.actor_of(office, "e1") == expert
    assert expert.account_id is not None
    accounts.disable(office, world.administrator, expert.account_id, "离任")
    for login in ("e1", "nobody"):
        with pytest.raises(RuleBroken, match="没有登录名为"):
            accounts.actor_of(office, login)


# --- one-time codes -----------------------------------------------------------------------------------------


def test_a_code_sets_the_password_once(office: Office, issued: IssuedCode) -> None:
    assert accounts.activate(office, issued.code.lower(), PASSWORD, ip="10.0.0.1", request="r") == "zhang.san"
    assert account(office, "zhang.san").password_hash.startswith("$argon2id$")
    assert sign_in(office, "zhang.san", PASSWORD)
    with pytest.raises(RuleBroken) as refused:
        accounts.activate(office, issued.code, NEW)
    assert refused.value.code == "code_unknown"
    assert sign_in(office, "zhang.san", PASSWORD)


def test_the_activation_is_logged_as_done_by_its_holder(office: Office, issued: IssuedCode) -> None:
    accounts.activate(office, issued.code, PASSWORD)
    subject = f"u-{issued.account_id}"
    assert acts(office)[-1] == ("account.activate", True, subject, subject)


def test_a_code_is_kept_only_as_a_hash(office: Office, issued: IssuedCode) -> None:
    with office.reading() as session:
        kept = session.exec(select(ActivationCode)).one()
        bodies = "".join(read.bodies(session))
    assert issued.code not in str(kept)
    assert issued.code.replace("-", "") not in str(kept)
    assert issued.code not in bodies
    assert issued.expires_at == office.clock() + timedelta(days=14)


def test_a_code_expires_after_fourteen_days(office: Office, issued: IssuedCode, clock: StandingClock) -> None:
    clock.now += CODE_LIFE
    with pytest.raises(RuleBroken, match="过期"):
        accounts.activate(office, issued.code, PASSWORD)


def test_a_new_code_voids_the_earlier(office: Office, world: World, issued: IssuedCode) -> None:
    again = accounts.issue_code(office, world.administrator, issued.account_id)
    assert again.code != issued.code
    with pytest.raises(RuleBroken, match="登录码"):
        accounts.activate(office, issued.code, PASSWORD)
    assert accounts.activate(office, again.code, PASSWORD) == "zhang.san"


def test_a_code_also_resets_a_forgotten_password_and_ends_all_sessions(office: Office, world: World) -> None:
    secretary = world.secretary
    assert secretary.account_id is not None
    token = sign_in(office, "secretary", PASSWORD)
    again = accounts.issue_code(office, world.administrator, secretary.account_id)
    assert live(office, token) == [True]
    accounts.activate(office, again.code, NEW)
    assert live(office, token) == [False]
    with pytest.raises(RuleBroken):
        sign_in(office, "secretary", PASSWORD)
    assert sign_in(office, "secretary", NEW)


def test_officers_get_codes_from_the_administrator_and_new_experts_from_the_secretary(
    office: Office, world: World
) -> None:
    officer, expert = world.inspector.account_id, world.expert("E1").account_id
    world.never_activated("E1")
    assert officer is not None
    assert expert is not None
    assert accounts.issue_code(office, world.administrator, officer).login == "inspector"
    assert accounts.issue_code(office, world.secretary, expert).login == "E1"
    for who, whose in ((world.secretary, officer), (world.administrator, expert), (world.inspector, officer)):
        with pytest.raises(NotAllowed):
            accounts.issue_code(office, who, whose)
    with pytest.raises(NotFound):
        accounts.issue_code(office, world.administrator, 999)


def test_an_expert_who_has_activated_is_reset_by_the_administrator_not_by_the_secretary(
    office: Office, world: World
) -> None:
    # Else a secretary could take the chair's place and confirm alone.
    chair = world.expert("E1").account_id
    assert chair is not None
    with pytest.raises(NotAllowed):
        accounts.issue_code(office, world.secretary, chair)
    assert accounts.issue_code(office, world.administrator, chair).login == "E1"


def test_a_disabled_account_gets_no_code_and_its_code_does_not_work(
    office: Office, world: World, issued: IssuedCode
) -> None:
    accounts.disable(office, world.administrator, issued.account_id, "调离")
    with pytest.raises(RuleBroken, match="停用"):
        accounts.issue_code(office, world.administrator, issued.account_id)
    with pytest.raises(RuleBroken, match="停用"):
        accounts.activate(office, issued.code, PASSWORD)


def test_a_code_that_is_used_twice_at_the_same_moment_works_once(
    office: Office, issued: IssuedCode, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = hash_password

    def slowly(password: str) -> str:
        monkeypatch.setattr(accounts, "hash_password", real)
        accounts.activate(office, issued.code, NEW)  # somebody else comes first
        return real(password)

    monkeypatch.setattr(accounts, "hash_password", slowly)
    with pytest.raises(RuleBroken, match="登录码"):
        accounts.activate(office, issued.code, PASSWORD)
    assert sign_in(office, "zhang.san", NEW)


def test_guessing_codes_is_stopped_for_the_address(
    office: Office, issued: IssuedCode, clock: StandingClock
) -> None:
    for _ in range(attempts.PER_ADDRESS):
        with pytest.raises(RuleBroken, match="登录码"):
            accounts.activate(office, "AAAA-AAAA-AAAA", PASSWORD, ip="10.9.9.9")
    with pytest.raises(RuleBroken, match="5 分钟后"):
        accounts.activate(office, issued.code, PASSWORD, ip="10.9.9.9")
    assert accounts.activate(office, issued.code, PASSWORD, ip="10.0.0.1")


# --- passwords ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("password", ["", "123456789", "x" * 201])
def test_a_password_has_ten_to_two_hundred_characters(
    office: Office, issued: IssuedCode, password: str
) -> None:
    with pytest.raises(InvalidInput, match="请输入 10 至 200 个字符"):
        accounts.activate(office, issued.code, password)
    with pytest.raises(InvalidInput):
        accounts.change_password(office, actor(Role.SECRETARY), PASSWORD, password)


def test_ten_chinese_characters_are_enough() -> None:
    accounts.check_password("一二三四五六七八九十")


def test_a_changed_password_ends_every_session(office: Office, world: World) -> None:
    secretary = world.secretary
    world.person(Role.INSPECTOR)
    tokens = [sign_in(office, "secretary", PASSWORD) for _ in range(2)]
    other = sign_in(office, "inspector", PASSWORD)
    accounts.change_password(office, secretary, PASSWORD, NEW)
    assert live(office, *tokens, other) == [False, False, True]
    assert sign_in(office, "secretary", NEW)
    assert ("account.password", True, secretary.id, secretary.id) in acts(office)


def test_to_change_it_one_must_know_it(office: Office, world: World) -> None:
    with pytest.raises(RuleBroken) as refused:
        accounts.change_password(office, world.secretary, "not the password", NEW)
    assert refused.value.code == "password_wrong"
    assert acts(office) == [("account.password", False, world.secretary.id, "")]
    assert sign_in(office, "secretary", PASSWORD)


def test_a_step_that_cannot_be_taken_back_asks_for_the_password(office: Office, world: World) -> None:
    accounts.confirm_password(office, world.secretary, PASSWORD, "ranking.finalize")
    assert acts(office) == []
    with pytest.raises(RuleBroken, match="操作未执行"):
        accounts.confirm_password(office, world.secretary, "wrong", "ranking.finalize")
    assert acts(office) == [("ranking.finalize", False, world.secretary.id, "")]
    with pytest.raises(NotFound):
        accounts.confirm_password(office, Actor("os-root", Role.SECRETARY), PASSWORD, "ranking.finalize")


def test_whoever_guesses_there_waits_and_strangers_at_the_door_make_nobody_wait(
    office: Office, world: World
) -> None:
    secretary = world.secretary
    wrong = RuleBroken("password_wrong", "密码不正确。")
    for _ in range(attempts.PER_ACCOUNT):
        attempts.fail(office, secretary, attempts.limits("", "secretary"), "account.sign_in", wrong)
    accounts.confirm_password(office, secretary, PASSWORD, "ranking.finalize")
    for _ in range(attempts.PER_ACCOUNT):
        attempts.fail(office, secretary, attempts.at_session("", pin=False), "ranking.finalize", wrong)
    with pytest.raises(RuleBroken, match="5 分钟后"):
        accounts.confirm_password(office, secretary, PASSWORD, "ranking.finalize")
    with pytest.raises(RuleBroken, match="5 分钟后"):
        accounts.change_password(office, secretary, PASSWORD, NEW)


# --- barring ------------------------------------------------------------------------------------------------


def test_a_disabled_account_is_out_at_once_and_can_be_let_in_again(office: Office, world: World) -> None:
    secretary = world.secretary
    assert secretary.account_id is not None
    token = sign_in(office, "secretary", PASSWORD)
    accounts.disable(office, world.administrator, secretary.account_id, " 调离 ")
    assert live(office, token) == [False]
    with pytest.raises(RuleBroken, match="登录名或密码不正确"):
        sign_in(office, "secretary", PASSWORD)
    accounts.enable(office, world.administrator, secretary.account_id, "返岗")
    assert live(office, token) == [False]
    assert sign_in(office, "secretary", PASSWORD)
    with office.reading() as session:
        disabled = read.of_act(session, "account.disable")[0]
        assert read.words(session, disabled) == {"reason": "调离"}


@pytest.mark.parametrize("change", [accounts.disable, accounts.enable])
def test_barring_and_letting_in_need_a_reason_and_an_administrator(
    office: Office, world: World, change: Callable[[Office, Actor, int | None, str], None]
) -> None:
    account_id = world.secretary.account_id
    with pytest.raises(InvalidInput, match="理由"):
        change(office, world.administrator, account_id, "  ")
    with pytest.raises(NotAllowed):
        change(office, world.inspector, account_id, "理由")
    with pytest.raises(NotFound):
        change(office, world.administrator, 999, "理由")


def test_nobody_locks_himself_out(office: Office, world: World) -> None:
    administrator = world.administrator
    assert administrator.account_id is not None
    with pytest.raises(RuleBroken, match="自己的账号"):
        accounts.disable(office, administrator, administrator.account_id, "误操作")


def test_a_lost_tablet_is_out_at_once(office: Office, world: World) -> None:
    expert = world.expert("E1")
    assert expert.account_id is not None
    devices.allow(office, world.secretary, expert.account_id, 3, "三台轮换")
    tokens = [sign_in(office, "E1", PASSWORD) for _ in range(3)]
    with pytest.raises(NotAllowed):
        accounts.revoke(office, world.inspector, expert.account_id)
    assert live(office, *tokens) == [True, True, True]
    assert accounts.revoke(office, world.secretary, expert.account_id) == 3
    assert live(office, *tokens) == [False, False, False]
    assert accounts.revoke(office, world.administrator, expert.account_id) == 0
    assert sign_in(office, "E1", PASSWORD)


def test_only_the_administrator_ends_an_officers_sessions(office: Office, world: World) -> None:
    inspector = world.inspector
    assert inspector.account_id is not None
    token = sign_in(office, "inspector", PASSWORD)
    with pytest.raises(NotAllowed):
        accounts.revoke(office, world.secretary, inspector.account_id)
    assert accounts.revoke(office, world.administrator, inspector.account_id) == 1
    assert live(office, token) == [False]


def test_a_role_stays_whatever_happens_to_the_account(
    office: Office, world: World, issued: IssuedCode
) -> None:
    accounts.activate(office, issued.code, PASSWORD)
    holder = Actor(f"u-{issued.account_id}", Role.SECRETARY, issued.account_id)
    accounts.change_password(office, holder, PASSWORD, NEW)
    accounts.disable(office, world.administrator, issued.account_id, "调离")
    accounts.enable(office, world.administrator, issued.account_id, "返岗")
    accounts.revoke(office, world.administrator, issued.account_id)
    assert account(office, "zhang.san").role == "secretary"
    with office.reading() as session:
        assert session.exec(select(SignIn)).all() == []


def test_messages_are_worded_when_they_are_said(office: Office, world: World) -> None:
    with speaking("en"), pytest.raises(RuleBroken) as refused:
        accounts.create(office, world.administrator, "e1", "Expert (fictional)", Role.EXPERT)
    assert refused.value.code == "expert_by_import"
