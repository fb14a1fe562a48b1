"""F10 and F12: unusual sign-ins, and looks at results that were not due."""

from __future__ import annotations

from dataclasses import replace

import pytest

from panel.rules.flags import access
from panel.rules.flags.facts import Act, Facts, What
from panel.rules.permissions import Action, Role
from tests.flagging import POLICY, acts, limits


def facts(*several: Act) -> Facts:
    return Facts(policy=POLICY, acts=[replace(one, index=100 + n) for n, one in enumerate(several)])


def signed_in(after: float, ip: str = "10.0.0.1", client: str = "") -> Act:
    return acts(("account.sign_in", "u-1", after, {"client": client} if client else {}), ip=ip)[0]


def test_a_second_address_is_a_flag_and_none_is_no_address() -> None:
    (flag,) = access.find(facts(signed_in(0), signed_in(9), signed_in(19, "10.0.0.2"), signed_in(29, "")))
    assert flag.what is What.ADDRESSES
    assert flag.people == ("u-1",)
    assert flag.numbers == {"different": 2, "times": 4, "limit": 1}
    assert flag.entries == (100, 102)
    assert list(access.find(facts(signed_in(0), signed_in(9, "")))) == []


def test_a_second_kind_of_device_is_a_flag_and_an_unknown_one_is_none() -> None:
    several = [signed_in(n * 9, client=one) for n, one in enumerate(["ipad/safari", "", "windows/edge", ""])]
    (flag,) = access.find(facts(*several))
    assert flag.what is What.DEVICES
    assert flag.numbers == {"different": 2, "times": 4, "limit": 1}
    assert flag.entries == (100, 102)
    assert list(access.find(facts(*several[:2]))) == []


def test_as_many_addresses_and_devices_as_the_policy_expects_are_no_flag() -> None:
    several = facts(signed_in(0, client="ipad/safari"), signed_in(9, "10.0.0.2", "windows/edge"))
    assert [flag.what for flag in access.find(several)] == [What.ADDRESSES, What.DEVICES]
    allowed = limits(sign_in_addresses=2, sign_in_devices=2)
    assert list(access.find(replace(several, policy=allowed))) == []


@pytest.mark.parametrize(
    ("hours", "odd"),
    [(0, False), (-2.5, False), (-3, True), (11, False), (11.5, True), (48, True), (72, True), (96, False)],
)
def test_the_usual_hours_are_seven_to_nine_in_the_evening_on_working_days(hours: float, odd: bool) -> None:
    # From half past nine on a Thursday: 7:00 is in, 6:30 out; 20:30 in, 21:00 out; Saturday and Sunday out.
    found = [flag.what for flag in access.find(facts(signed_in(hours * 3600)))]
    assert found == ([What.OFF_HOURS] if odd else [])


def tried(action: str) -> Act:
    return acts(("refused", "", 0, {"tried": action}), ok=False)[0]


OPENED = acts(("round.stage", "2026", 9, {"stage": "opened"}))[0]
CLOSED_SHORT = acts(("round.stage", "2026", 0, {"stage": "closed", "missing": ["E1/S01"]}))[0]
LOOK = acts(("watch.result", "1", 19), role=Role.SECRETARY)[0]


def test_a_refused_look_at_results_before_opening_is_a_flag() -> None:
    assert [f.what for f in access.early(facts(tried(Action.SEE_RESULT)))] == [What.TRIED]
    assert [f.entries for f in access.early(facts(tried("ranking.export"), OPENED))] == [(100,)]
    assert list(access.early(facts(OPENED, tried(Action.SEE_RESULT)))) == []
    assert list(access.early(facts(tried(Action.SAVE_SCORE)))) == []


def test_the_secretarys_look_after_an_opening_with_sheets_missing_is_one_flag() -> None:
    found = list(access.early(facts(CLOSED_SHORT, OPENED, LOOK, LOOK)))
    assert [(f.what, f.entries) for f in found] == [(What.SEEN_INCOMPLETE, (102,))]
    assert list(access.early(facts(OPENED, LOOK))) == []
    assert list(access.early(facts(CLOSED_SHORT, OPENED, replace(LOOK, role=Role.INSPECTOR)))) == []
    assert list(access.early(facts(CLOSED_SHORT))) == []
