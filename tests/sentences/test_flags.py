"""Every flag is a request to check, in whole sentences and with its numbers."""

from __future__ import annotations

import string

import pytest

from panel import language
from panel.rules.flags.facts import Flag, Rule, What
from panel.rules.thresholds import SHIPPED
from panel.sentences import flags

NAMES = "before after revision units sheets far points middle limit out in habit of seconds saves least most"
MORE = "missing addresses times hours_from hours_until comments different results damages"


@pytest.mark.parametrize("locale", ["zh", "en"])
@pytest.mark.parametrize("what", What)
def test_every_flag_is_worded_and_asks_to_check(what: What, locale: str) -> None:
    numbers = {name: 100 + n for n, name in enumerate((NAMES + " " + MORE).split())}
    with language.speaking(locale):
        said = flags.sentence(Flag(rule=Rule.PACE, what=what, applications=("S01",), numbers=numbers), "E1")
    assert not set(said) & set("{}")
    assert ("核实" if locale == "zh" else "Please check") in said


@pytest.mark.parametrize("rule", Rule)
def test_every_rule_is_worded_with_its_limits(rule: Rule) -> None:
    assert flags.title(rule)
    said = flags.says(rule, SHIPPED)
    assert said.endswith("。")
    assert not [field for _text, field, *_rest in string.Formatter().parse(said) if field]


def test_points_and_robust_deviations_are_written_as_decimals() -> None:
    assert "2.5 个稳健标准差" in flags.says(Rule.DEVIATION, SHIPPED)
    numbers = {"sheets": 1, "far": 472, "points": 7200, "middle": 7950, "limit": 250}
    flag = Flag(rule=Rule.DEVIATION, what=What.FAR_FROM_MEDIAN, applications=("S01",), numbers=numbers)
    assert flags.sentence(flag, "E1").endswith("偏离最大的 4.72 个（评 72 分，中位数 79.5 分），请核实。")
    numbers = {"sheets": 1, "far": 21, "points": 5900, "middle": 7500, "limit": 20}
    flag = Flag(rule=Rule.DEVIATION, what=What.FAR_FROM_MEAN, applications=("S01",), numbers=numbers)
    assert "超过 20%" in flags.sentence(flag, "E1")
    assert "偏离最大的 21%" in flags.sentence(flag, "E1")
