"""One device at a time, a lost one shut out, more allowed by name and reason."""

from __future__ import annotations

import pytest

from panel.audit import read
from panel.errors import InvalidInput, NotAllowed, NotFound, RuleBroken
from panel.queries import devices as views
from panel.rules.devices import Ending
from panel.services import devices, sign_ins
from panel.services.office import Actor, Office
from tests.world import PASSWORD, World


def account_of(actor: Actor) -> int:
    assert actor.account_id is not None
    return actor.account_id


def live(office: Office, actor: Actor) -> list[views.DeviceView]:
    with office.reading() as session:
        return [one for one in views.of_account(session, account_of(actor), office.clock()) if one.live]


def test_signing_in_on_a_second_device_ends_the_first_and_says_so(office: Office, world: World) -> None:
    world.expert("E1")
    first, second = (sign_ins.sign_in(office, "E1", PASSWORD) for _ in range(2))
    with office.reading() as session:
        assert sign_ins.viewer_of(session, first, office.clock()) is None
        assert sign_ins.viewer_of(session, second, office.clock()) is not None
        assert sign_ins.ending_of(session, first) is Ending.REPLACED
        assert sign_ins.replaced_by(session, second) == 1
        (record,) = read.of_act(session, "account.replace")
    assert record.data == {"sessions": 1}


def test_officers_may_sit_at_several(office: Office, world: World) -> None:
    _ = world.secretary
    tokens = [sign_ins.sign_in(office, "secretary", PASSWORD) for _ in range(3)]
    with office.reading() as session:
        assert sign_ins.living(session, tokens, office.clock()) == set(tokens)


def test_the_secretary_allows_a_second_with_a_reason(office: Office, world: World) -> None:
    expert = world.expert("E1")
    devices.allow(office, world.secretary, account_of(expert), 2, "平板电量不足，另备一台")
    tokens = [sign_ins.sign_in(office, "E1", PASSWORD) for _ in range(3)]
    with office.reading() as session:
        assert sign_ins.living(session, tokens, office.clock()) == set(tokens[1:])
        keyring = views.keyring(session, account_of(expert))
        (record,) = read.of_act(session, "account.allow_devices")
    assert keyring is not None
    assert keyring.allowed == 2
    assert (record.subject, record.data["devices"]) == (expert.id, 2)


@pytest.mark.parametrize(("count", "reason"), [(0, "理由"), (devices.MOST + 1, "理由"), (2, " ")])
def test_a_number_has_bounds_and_a_reason(office: Office, world: World, count: int, reason: str) -> None:
    with pytest.raises(InvalidInput):
        devices.allow(office, world.secretary, account_of(world.expert("E1")), count, reason)


def test_only_experts_devices_are_counted(office: Office, world: World) -> None:
    with pytest.raises(RuleBroken) as refused:
        devices.allow(office, world.secretary, account_of(world.inspector), 2, "理由")
    assert refused.value.code == "devices_of_experts"
    with pytest.raises(NotAllowed):
        devices.allow(office, world.inspector, account_of(world.expert("E1")), 2, "理由")
    with pytest.raises(NotFound):
        devices.allow(office, world.secretary, 999, 2, "理由")


def test_a_lost_tablet_is_shut_out_alone(office: Office, world: World) -> None:
    expert = world.expert("E1")
    devices.allow(office, world.secretary, account_of(expert), 2, "两台")
    agent = "android_tablet/chrome"
    lost, kept = (sign_ins.sign_in(office, "E1", PASSWORD, ip="10.0.0.1", device=agent) for _ in range(2))
    shown = live(office, expert)
    assert [(one.device.code, one.ip, one.locked) for one in shown] == [(agent, "10.0.0.1", False)] * 2
    devices.revoke(office, world.secretary, account_of(expert), shown[1].id)
    with office.reading() as session:
        assert sign_ins.living(session, [lost, kept], office.clock()) == {kept}
        assert sign_ins.ending_of(session, lost) is Ending.REVOKED
        (record,) = read.of_act(session, "account.revoke_device")
    assert record.subject == expert.id
    with pytest.raises(NotFound):
        devices.revoke(office, world.secretary, account_of(expert), shown[1].id)


def test_the_secretary_does_not_reach_officers_devices(office: Office, world: World) -> None:
    inspector = world.inspector
    sign_ins.sign_in(office, "inspector", PASSWORD)
    (shown,) = live(office, inspector)
    with pytest.raises(NotAllowed):
        devices.revoke(office, world.secretary, account_of(inspector), shown.id)
    devices.revoke(office, world.administrator, account_of(inspector), shown.id)
    assert live(office, inspector) == []
    with office.reading() as session:
        assert views.keyring(session, 999) is None
