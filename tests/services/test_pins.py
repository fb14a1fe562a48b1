"""PINs of experts: chosen with a card, counted at the door, void after too many guesses."""

from __future__ import annotations

import pytest
from sqlmodel import select

from panel import tables
from panel.audit import read
from panel.errors import InvalidInput, RuleBroken
from panel.queries import accounts as views
from panel.queries import devices
from panel.rules.permissions import Role
from panel.rules.pins import TRIES, TRIES_UNLOCKING
from panel.services import accounts, attempts, cards, locks, panelists, sign_ins
from panel.services import devices as shut
from panel.services.credentials import token_hash
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


def opened(office: Office, known: tuple[str, ...] = ()) -> tuple[str, ...]:
    """What a device remembers of having signed in."""
    return (token_hash(sign_ins.sign_in(office, "E1", PIN, known=known)),)


def wrong(office: Office, times: int, known: tuple[str, ...] = ()) -> None:
    """Wrong PINs at the door, on a device that remembers this."""
    for _ in range(times):
        with pytest.raises(RuleBroken) as refused:
            sign_ins.sign_in(office, "E1", OTHER, known=known)
        assert refused.value.code == "sign_in_wrong"


@pytest.mark.usefixtures("expert")
def test_too_many_wrong_pins_in_a_row_on_ones_own_device_void_it_and_a_new_card_helps(
    office: Office, world: World, clock: StandingClock
) -> None:
    own = opened(office)
    wrong(office, TRIES, own)
    for _waited in range(2):
        with pytest.raises(RuleBroken, match="已作废。请向"):
            sign_ins.sign_in(office, "E1", PIN, known=own)
        clock.now += 10 * attempts.WINDOW  # waiting does not help
    assert acts(office).count("account.lock_pin") == 1
    issued = cards.renew(office, world.secretary, "E1", "连续输错，本人到场")
    clock.forward(seconds=1)
    accounts.activate(office, issued.code, OTHER)
    assert sign_ins.sign_in(office, "E1", OTHER)


@pytest.mark.usefixtures("expert")
def test_a_rival_who_tries_pins_elsewhere_shuts_out_strangers_and_never_the_expert(
    office: Office, clock: StandingClock
) -> None:
    own = opened(office)
    wrong(office, TRIES)
    clock.now += attempts.WINDOW  # waiting does not help a stranger
    for known in ((), ("made up",), (token_hash("another"),)):
        with pytest.raises(RuleBroken, match="请在登录过的设备上登录"):
            sign_ins.sign_in(office, "E1", PIN, known=known)
    assert acts(office).count("account.shut_out") == 1
    with office.reading() as session:
        keyring = devices.keyring(session, 1)
        assert keyring is not None
        assert (keyring.strangers_out, keyring.pin_locked_at) == (True, None)
    opened(office, own)
    assert sign_ins.sign_in(office, "E1", PIN)  # the door is open to a new tablet again
    assert "account.lock_pin" not in acts(office)


@pytest.mark.usefixtures("expert")
def test_a_flood_of_wrong_tries_does_not_make_the_own_device_wait(office: Office) -> None:
    own = opened(office)
    nobody, flood = Actor("anonymous", None), attempts.limits("10.0.0.9", "E1")
    for _ in range(attempts.PER_ADDRESS):
        attempts.fail(office, nobody, flood, "account.sign_in", RuleBroken("x", "x"))
    with pytest.raises(RuleBroken, match="5 分钟后"):
        sign_ins.sign_in(office, "E1", PIN, ip="10.0.0.9")
    token = sign_ins.sign_in(office, "E1", PIN, ip="10.0.0.9", known=own)
    with office.reading() as session:
        viewer = sign_ins.viewer_of(session, token, office.clock())
    assert viewer is not None
    locks.lock(office, viewer.actor("10.0.0.9"), token)
    locks.unlock(office, viewer.actor("10.0.0.9"), token, PIN)


@pytest.mark.parametrize("taken", ["revoked", "renewed"])
def test_a_device_that_was_taken_away_is_a_stranger(
    office: Office, world: World, expert: Actor, clock: StandingClock, taken: str
) -> None:
    own = opened(office)
    pin, account = PIN, expert.account_id
    assert account is not None
    if taken == "revoked":
        with office.reading() as session:
            (device,) = devices.of_account(session, account, office.clock())
        shut.revoke(office, world.secretary, account, device.id)
    else:
        sign_ins.sign_out(office, expert, sign_ins.sign_in(office, "E1", PIN, known=own))
        clock.forward(seconds=1)
        accounts.activate(office, cards.renew(office, world.secretary, "E1", "平板遗失").code, pin := OTHER)
    for _ in range(TRIES):
        with pytest.raises(RuleBroken):
            sign_ins.sign_in(office, "E1", "918273", known=own)
    with pytest.raises(RuleBroken, match="新设备"):
        sign_ins.sign_in(office, "E1", pin, known=own)
    assert "account.lock_pin" not in acts(office)


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
