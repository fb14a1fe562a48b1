"""F14: the clock and the trail itself."""

from __future__ import annotations

from panel.rules.flags import trail
from panel.rules.flags.facts import Facts, What
from tests.flagging import POLICY, acts


def test_a_clock_set_back_by_five_seconds_is_a_flag_and_by_four_is_none() -> None:
    found = acts(("log.clock", "", 0, {"seconds": 5}), ("log.clock", "", 9, {"seconds": 4}))
    (flag,) = trail.find(Facts(policy=POLICY, acts=found))
    assert (flag.what, flag.numbers, flag.entries) == (What.CLOCK, {"seconds": 5, "limit": 5}, (100,))


def test_damage_that_a_verification_found_is_a_flag() -> None:
    found = acts(("watch.verify", "", 0, {"damages": 0}), ("watch.verify", "", 9, {"damages": 1}))
    (flag,) = trail.find(Facts(policy=POLICY, acts=found))
    assert (flag.what, flag.numbers, flag.entries) == (What.DAMAGE, {"damages": 1}, (101,))
