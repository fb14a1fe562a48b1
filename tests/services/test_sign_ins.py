"""Signing in and out, and how guessing is stopped."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func
from sqlmodel import col, select

from panel.audit import read
from panel.errors import RuleBroken
from panel.rules.permissions import Role
from panel.services import accounts, attempts, sign_ins
from panel.services.credentials import password_fits, token_hash
from panel.services.office import Actor, Office
from panel.services.sign_ins import SESSION_LIFE, Viewer, sign_in, sign_out, viewer_of
from panel.tables import SignIn, SignInAttempt
from tests.conftest import StandingClock
from tests.world import PASSWORD, World


def viewer(office: Office, token: str) -> Viewer | None:
    with office.reading() as session:
        return viewer_of(session, token, office.clock())


def fail(office: Office, times: int, login: str = "secretary", ip: str = "10.0.0.1") -> None:
    """Failed sign-ins, as `sign_in` notes them."""
    nobody = Actor("anonymous", None)
    for _ in range(times):
        attempts.fail(office, nobody, attempts.limits(ip, login), "account.sign_in", RuleBroken("x", "x"))


def test_a_session_lives_on_the_server_and_the_cookie_only_names_it(office: Office, world: World) -> None:
    secretary = world.secretary
    token = sign_in(office, "secretary", PASSWORD, ip="10.0.0.1", request="r1")
    with office.reading() as session:
        row = session.exec(select(SignIn)).one()
        (entry,) = read.page(session)
    assert token not in str(row)
    assert (row.token_hash, row.ip) == (token_hash(token), "10.0.0.1")
    assert (entry.act, entry.actor, entry.role, entry.subject) == (
        "account.sign_in",
        secretary.id,
        "secretary",
        secretary.id,
    )
    assert token_hash(token)[:16] in entry.body
    found = viewer(office, token)
    assert found is not None
    assert (found.login, found.role, found.account_id) == ("secretary", Role.SECRETARY, secretary.account_id)
    assert found.actor("10.0.0.1", "r2") == Actor(
        secretary.id, Role.SECRETARY, secretary.account_id, None, token_hash(token)[:16], "10.0.0.1", "r2"
    )


def test_the_trail_says_on_what_kind_of_device_a_session_began(office: Office, world: World) -> None:
    _ = world.secretary
    sign_in(office, "secretary", PASSWORD, device="ipad/safari")
    sign_in(office, "secretary", PASSWORD)
    with office.reading() as session:
        newest, before = read.page(session)[:2]
    assert (before.data, newest.data) == ({"client": "ipad/safari"}, {})


def test_each_sign_in_has_a_token_of_its_own(office: Office, world: World) -> None:
    world.person(Role.SECRETARY)
    assert sign_in(office, "secretary", PASSWORD) != sign_in(office, "secretary", PASSWORD)


@pytest.mark.parametrize("login", ["E1", "e1", " e1 ", "Ｅ１"])
def test_a_login_is_taken_however_it_is_typed(office: Office, world: World, login: str) -> None:
    world.expert("E1")
    assert viewer(office, sign_in(office, login, PASSWORD))


@pytest.mark.parametrize(
    ("login", "password"), [("secretary", "wrong"), ("nobody", PASSWORD), ("", ""), ("inspector", PASSWORD)]
)
def test_every_failure_is_told_the_same(office: Office, world: World, login: str, password: str) -> None:
    world.person(Role.SECRETARY)
    inspector = world.inspector.account_id
    assert inspector is not None
    accounts.disable(office, world.administrator, inspector, "调离")
    with pytest.raises(RuleBroken) as refused:
        sign_in(office, login, password, ip="10.0.0.1")
    assert (refused.value.code, refused.value.message) == ("sign_in_wrong", "登录名或密码不正确。")
    with office.reading() as session:
        newest = read.page(session, limit=1)[0]
        assert (newest.act, newest.ok, newest.data["why"]) == ("account.sign_in", False, "sign_in_wrong")
        kept = session.exec(select(SignInAttempt.key)).all()
    assert set(kept) == set(attempts.limits("10.0.0.1", login))
    assert not any(word in "".join(kept) for word in ("secretary", "nobody", "10.0.0.1"))


def test_an_unknown_login_takes_the_same_way_as_a_known_one(
    office: Office, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.person(Role.SECRETARY)
    tried: list[str] = []

    def fits(password: str, stored: str) -> bool:
        tried.append(stored)
        return False

    monkeypatch.setattr(sign_ins, "password_fits", fits)
    for login in ("secretary", "nobody"):
        with pytest.raises(RuleBroken):
            sign_in(office, login, "wrong password")
    assert len(tried) == 2
    assert tried[0].startswith("$argon2id$")
    assert tried[1] == ""  # for which a hash that nobody knows is tried


def test_an_account_that_was_never_activated_cannot_sign_in(office: Office, world: World) -> None:
    accounts.create(office, world.administrator, "zhang.san", "张三（虚构）", Role.SECRETARY)
    for password in ("", "whatever it is"):
        with pytest.raises(RuleBroken):
            sign_in(office, "zhang.san", password)


def test_after_ten_failures_even_the_right_password_waits_five_minutes(
    office: Office, world: World, clock: StandingClock
) -> None:
    world.person(Role.SECRETARY)
    fail(office, 9)
    assert sign_in(office, "secretary", PASSWORD, ip="10.0.0.1")
    fail(office, 1)
    with pytest.raises(RuleBroken, match="5 分钟后"):
        sign_in(office, "Secretary", PASSWORD, ip="10.0.0.2")
    clock.now += attempts.WINDOW - timedelta(seconds=1)
    with pytest.raises(RuleBroken, match="5 分钟后"):
        sign_in(office, "secretary", PASSWORD)
    clock.forward(seconds=1)
    assert sign_in(office, "secretary", PASSWORD)


def test_a_wait_that_was_refused_is_logged_for_the_account(office: Office, world: World) -> None:
    secretary = world.secretary
    fail(office, 10)
    with pytest.raises(RuleBroken):
        sign_in(office, "secretary", PASSWORD)
    with office.reading() as session:
        newest = read.page(session, limit=1)[0]
    assert (newest.actor, newest.ok, newest.data["why"]) == (secretary.id, False, "attempts_exhausted")


def test_other_accounts_at_the_same_address_are_not_affected(office: Office, world: World) -> None:
    world.person(Role.SECRETARY)
    world.person(Role.INSPECTOR)
    fail(office, 10)
    assert sign_in(office, "inspector", PASSWORD, ip="10.0.0.1")


def test_after_a_hundred_failures_an_address_waits_and_others_do_not(office: Office, world: World) -> None:
    world.person(Role.SECRETARY)
    for number in range(10):
        fail(office, 10, login=f"guess{number}")
    with pytest.raises(RuleBroken, match="5 分钟后"):
        sign_in(office, "secretary", PASSWORD, ip="10.0.0.1")
    assert sign_in(office, "secretary", PASSWORD, ip="10.0.0.2")


def test_failures_are_forgotten_when_they_no_longer_count(
    office: Office, world: World, clock: StandingClock
) -> None:
    fail(office, 3)
    clock.forward(minutes=5)
    fail(office, 1)
    with office.reading() as session:
        assert session.exec(select(func.count(col(SignInAttempt.id)))).one() == 2


def test_an_account_that_was_barred_while_its_password_was_tried_stays_out(
    office: Office, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    secretary = world.secretary.account_id
    assert secretary is not None
    administrator, real = world.administrator, password_fits

    def slowly(password: str, stored: str) -> bool:
        accounts.disable(office, administrator, secretary, "调离")
        return real(password, stored)

    monkeypatch.setattr(sign_ins, "password_fits", slowly)
    with pytest.raises(RuleBroken):
        sign_in(office, "secretary", PASSWORD)


def test_guesses_made_all_at_once_are_counted_one_after_the_other(
    office: Office, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.person(Role.SECRETARY)
    real = password_fits

    def slowly(password: str, stored: str) -> bool:
        fail(office, 10)  # ten others fail meanwhile
        return real(password, stored)

    monkeypatch.setattr(sign_ins, "password_fits", slowly)
    with pytest.raises(RuleBroken):
        sign_in(office, "secretary", PASSWORD)


def test_signing_out_ends_the_session_on_the_server(office: Office, world: World) -> None:
    secretary = world.secretary
    mine, other = sign_in(office, "secretary", PASSWORD), sign_in(office, "secretary", PASSWORD)
    sign_out(office, secretary, mine)
    assert viewer(office, mine) is None
    assert viewer(office, other) is not None
    sign_out(office, secretary, mine)  # a second tap
    sign_out(office, secretary, "no such session")
    with office.reading() as session:
        assert len(read.of_act(session, "account.sign_out")) == 3


def test_a_session_ends_after_fourteen_hours_whatever_happens(
    office: Office, world: World, clock: StandingClock
) -> None:
    world.person(Role.SECRETARY)
    token = sign_in(office, "secretary", PASSWORD)
    clock.now += SESSION_LIFE - timedelta(seconds=1)
    assert viewer(office, token)
    clock.forward(seconds=1)
    assert viewer(office, token) is None


def test_a_made_up_token_is_nobodys(office: Office) -> None:
    assert viewer(office, "made up") is None
    assert viewer(office, "") is None
