"""New cards for old, and cards for the printer."""

from __future__ import annotations

import pytest

from panel.audit import read
from panel.errors import InvalidInput, NotAllowed, NotFound, RuleBroken
from panel.queries import accounts as views
from panel.rules.devices import Ending
from panel.rules.stages import Stage
from panel.services import accounts, cards, panelists, sign_ins
from panel.services.office import Office
from tests.world import PASSWORD, World


def test_a_new_card_voids_the_old_secret_at_once(office: Office, world: World) -> None:
    expert = world.expert("E1", world.round_())
    token = sign_ins.sign_in(office, "E1", PASSWORD)
    issued = cards.renew(office, world.secretary, "E1", "平板遗失")
    with office.reading() as session:
        assert sign_ins.viewer_of(session, token, office.clock()) is None
        assert sign_ins.ending_of(session, token) is Ending.CREDENTIAL
        (record,) = read.of_act(session, "account.renew")
        assert (record.subject, record.data["sessions"]) == (expert.id, 1)
        assert "账号 u" not in " ".join(one.what for one in views.faults(session) if "密码" in one.what)
    with pytest.raises(RuleBroken):
        sign_ins.sign_in(office, "E1", PASSWORD)
    assert accounts.activate(office, issued.code, "280619") == "E1"


def test_the_chairs_card_is_renewed_by_the_administrator_only(office: Office, world: World) -> None:
    round_id = world.round_()
    chair = world.expert("E1", round_id, chair=True)
    with pytest.raises(RuleBroken) as refused:
        cards.renew(office, world.secretary, "E1", "忘记个人密码")
    assert refused.value.code == "chair_card"
    assert chair.account_id is not None
    assert accounts.issue_code(office, world.administrator, chair.account_id).login == "E1"
    world.stage(round_id, Stage.FINAL)  # from then on there is nothing to confirm
    assert cards.renew(office, world.secretary, "E1", "忘记个人密码").login == "E1"


def test_a_new_card_has_a_reason_a_holder_and_a_secretary(office: Office, world: World) -> None:
    expert = world.expert("E1", world.round_())
    with pytest.raises(InvalidInput):
        cards.renew(office, world.secretary, "E1", " ")
    with pytest.raises(NotFound):
        cards.renew(office, world.secretary, "E9", "理由")
    with pytest.raises(NotAllowed):
        cards.renew(office, world.administrator, "E1", "理由")
    assert expert.account_id is not None
    accounts.disable(office, world.administrator, expert.account_id, "调离")
    with pytest.raises(RuleBroken) as refused:
        cards.renew(office, world.secretary, "E1", "理由")
    assert refused.value.code == "account_disabled"


def test_only_codes_that_can_be_used_go_to_the_printer(office: Office, world: World) -> None:
    round_id = world.round_()
    for number in ("E1", "E2", "E3"):
        world.expert(number, round_id)
    world.never_activated("E1", "E2", "E3")
    issued = panelists.issue_codes(office, world.secretary, "2026")
    accounts.activate(office, issued[0].code, "280619")
    found = cards.unused(office, [issued[2].code.lower(), issued[1].code, issued[0].code, "AAAA-BBBB-CCCC"])
    assert [(one.login, one.name, one.expires_at) for one in found] == [
        (one.login, one.name, one.expires_at) for one in (issued[2], issued[1])
    ]
    assert cards.unused(office, []) == []
