"""Every flag is a request to check, in whole sentences and with its numbers."""

from __future__ import annotations

import string
from dataclasses import replace

import pytest

from panel import language
from panel.rules.flags.facts import Flag, Rule, What
from panel.rules.thresholds import SHIPPED
from panel.sentences import flags

NAMES = "before after by revision changed experts sheets far points middle limit out in habit of"
MORE = "seconds saves least most missing times hours_from hours_until comments different results damages"


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


def test_a_limit_of_a_change_is_told_only_where_there_is_one() -> None:
    assert flags.says(Rule.CHANGED, SHIPPED) == "评分表封存后退回重评，重新封存的分数与原来不同。"
    said = flags.says(Rule.CHANGED, replace(SHIPPED, changed_points=150))
    assert said.endswith("总分变动不到 1.5 分、也不影响入选名单的，不提示。")


@pytest.mark.parametrize(("by", "said"), [(2000, "（+20 分）"), (-50, "（-0.5 分）"), (0, "（0 分）")])
def test_a_change_says_its_direction(by: int, said: str) -> None:
    numbers = {"revision": 2, "changed": 1, "before": 6000, "after": 6000 + by, "by": by}
    flag = Flag(rule=Rule.CHANGED, what=What.CHANGED, applications=("S01",), numbers=numbers)
    assert said in flags.sentence(flag, "E1")


def test_points_and_robust_deviations_are_written_as_decimals() -> None:
    assert "2.5 个稳健标准差" in flags.says(Rule.DEVIATION, SHIPPED)
    numbers = {"sheets": 1, "far": 472, "points": 7200, "middle": 7950, "limit": 250}
    flag = Flag(rule=Rule.DEVIATION, what=What.FAR_FROM_MEDIAN, applications=("S01",), numbers=numbers)
    assert flags.sentence(flag, "E1").endswith("偏离最大的 4.72 个（评 72 分，中位数 79.5 分），请核实。")
    numbers = {"sheets": 1, "far": 21, "points": 5900, "middle": 7500, "limit": 20}
    flag = Flag(rule=Rule.DEVIATION, what=What.FAR_FROM_MEAN, applications=("S01",), numbers=numbers)
    assert "超过 20%" in flags.sentence(flag, "E1")
    assert "偏离最大的 21%" in flags.sentence(flag, "E1")
