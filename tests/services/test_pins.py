"""PINs of experts: chosen with a card, counted at the door, void after too many guesses."""

from __future__ import annotations

import pytest
from sqlmodel import select

from panel import tables
from panel.audit import read
from panel.errors import InvalidInput, RuleBroken
from panel.queries import accounts as views
from panel.rules.permissions import Role
from panel.rules.pins import TRIES, TRIES_UNLOCKING
from panel.services import accounts, attempts, cards, locks, panelists, sign_ins
from panel.services.office import Actor, Office
from tests.conftest import StandingClock
from tests.world import PASSWORD, World

PIN, OTHER = "280619", "739205"


@pytest.fixture
def expert(office: Office, world: World) -> Actor:
    """E1 of a panel, whose PIN is `PIN`."""
    round_id = world.round_()
    expert = world.expert("E1", round_id)
    world.never_activated("E1")
    (issued,) = panelists.issue_codes(office, world.secretary, "2026", ["E1"])
    assert accounts.activate(office, issued.code, PIN) == "E1"
    return expert


def acts(office: Office) -> list[str]:
    with office.reading() as session:
        return [record.act for record in read.page(session, limit=50)]


@pytest.mark.usefixtures("expert")
def test_a_pin_opens_the_door_however_it_is_typed(office: Office) -> None:
    for typed in (PIN, "２８０６１９", "28 06 19"):
        assert sign_ins.sign_in(office, "E1", typed)
    with office.reading() as session:
        assert list(views.faults(session)) == []


@pytest.mark.parametrize("pin", ["123456", "000000", "280 082"])
def test_a_trivial_pin_is_refused_before_the_code_is_used(office: Office, world: World, pin: str) -> None:
    world.expert("E1", world.round_())
    world.never_activated("E1")
    (issued,) = panelists.issue_codes(office, world.secretary, "2026", ["E1"])
    with pytest.raises(InvalidInput, match="太容易猜到"):
        accounts.activate(office, issued.code, pin)
    assert accounts.activate(office, issued.code, PIN) == "E1"


def test_officers_keep_passwords(office: Office, world: World) -> None:
    issued = accounts.create(office, world.administrator, "zhang.san", "张三（虚构）", Role.SECRETARY)
    assert accounts.holder(office, issued.code).role is Role.SECRETARY
    with pytest.raises(InvalidInput, match="10 至 200"):
        accounts.activate(office, issued.code, PIN)


def test_an_expert_may_take_a_longer_password(office: Office, expert: Actor) -> None:
    accounts.change_password(office, expert, PIN, "a horse of its own")
    token = sign_ins.sign_in(office, "E1", "a horse of its own")
    with office.reading() as session:
        found = sign_ins.viewer_of(session, token, office.clock())
    assert found is not None
    assert not found.pin


def test_whoever_tries_codes_is_stopped(office: Office, world: World) -> None:
    nobody = Actor("anonymous", None)
    for _ in range(attempts.PER_ADDRESS):
        attempts.fail(office, nobody, attempts.limits("10.0.0.9"), "account.activate", RuleBroken("x", "x"))
    with pytest.raises(RuleBroken) as refused:
        accounts.holder(office, "AAAA-AAAA-AAAA", ip="10.0.0.9")
    assert refused.value.code == "attempts_exhausted"


@pytest.mark.usefixtures("expert")
def test_too_many_wrong_pins_in_a_row_void_it_and_a_new_card_helps(
    office: Office, world: World, clock: StandingClock
) -> None:
    for _ in range(TRIES):
        with pytest.raises(RuleBroken) as refused:
            sign_ins.sign_in(office, "E1", OTHER)
        assert refused.value.code == "sign_in_wrong"
    with pytest.raises(RuleBroken, match="新的登录卡"):
        sign_ins.sign_in(office, "E1", PIN)
    clock.now += 10 * attempts.WINDOW  # waiting does not help
    with pytest.raises(RuleBroken, match="新的登录卡"):
        sign_ins.sign_in(office, "E1", PIN)
    assert acts(office).count("account.lock_pin") == 1
    issued = cards.renew(office, world.secretary, "E1", "连续输错，本人到场")
    accounts.activate(office, issued.code, OTHER)
    assert sign_ins.sign_in(office, "E1", OTHER)


@pytest.mark.usefixtures("expert")
def test_a_right_pin_in_between_begins_the_count_anew(office: Office, clock: StandingClock) -> None:
    for _ in range(3):
        for _ in range(TRIES - 1):
            with pytest.raises(RuleBroken):
                sign_ins.sign_in(office, "E1", OTHER)
        assert sign_ins.sign_in(office, "E1", PIN)
        clock.now += 2 * attempts.WINDOW
    assert "account.lock_pin" not in acts(office)


def test_guesses_at_the_door_do_not_touch_who_is_signed_in(office: Office, expert: Actor) -> None:
    token = sign_ins.sign_in(office, "E1", PIN, ip="10.0.0.1")
    for _ in range(TRIES + 1):
        with pytest.raises(RuleBroken):
            sign_ins.sign_in(office, "E1", OTHER, ip="10.0.0.2")
    with office.reading() as session:
        assert sign_ins.viewer_of(session, token, office.clock()) is not None


@pytest.mark.usefixtures("expert")
def test_guesses_at_a_locked_tablet_end_its_session_and_void_nothing(
    office: Office, clock: StandingClock, world: World
) -> None:
    with world.store() as store:
        store.exec(select(tables.Account).where(tables.Account.login == "E1")).one().devices = 2
    elsewhere = sign_ins.sign_in(office, "E1", PIN)
    token = sign_ins.sign_in(office, "E1", PIN)
    with office.reading() as session:
        found = sign_ins.viewer_of(session, token, office.clock())
    assert found is not None
    actor = found.actor()
    locks.lock(office, actor, token)
    for _ in range(TRIES_UNLOCKING):
        with pytest.raises(RuleBroken) as refused:
            locks.unlock(office, actor, token, OTHER)
        assert refused.value.code == "password_wrong"
    with office.reading() as session:
        assert sign_ins.viewer_of(session, token, office.clock()) is None
        assert sign_ins.ending_of(session, token) == "guessed"
        assert sign_ins.viewer_of(session, elsewhere, office.clock()) is not None
    with pytest.raises(RuleBroken) as refused:
        locks.unlock(office, actor, token, PIN)
    assert refused.value.code == "attempts_exhausted"
    clock.now += 2 * attempts.WINDOW
    locks.unlock(office, actor, token, PIN)  # changes nothing
    with office.reading() as session:
        assert sign_ins.viewer_of(session, token, office.clock()) is None
    assert acts(office).count("account.guess") == 1
    assert sign_ins.sign_in(office, "E1", PIN)


def test_an_officers_session_is_not_ended_by_wrong_passwords(office: Office, world: World) -> None:
    _ = world.secretary
    token = sign_ins.sign_in(office, "secretary", PASSWORD)
    with office.reading() as session:
        found = sign_ins.viewer_of(session, token, office.clock())
    assert found is not None
    for _ in range(TRIES_UNLOCKING + 1):
        with pytest.raises(RuleBroken):
            locks.unlock(office, found.actor(), token, "wrong password")
    with office.reading() as session:
        assert sign_ins.viewer_of(session, token, office.clock()) is not None
