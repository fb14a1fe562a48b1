"""What a conflict on record made of the scores, in words that accuse nobody."""

from __future__ import annotations

import pytest

from panel.language import speaking
from panel.rules.manners import Favour
from panel.sentences import manners

CASES = [
    (Favour(2, None, None), "份数太少，看不出对分数有没有影响。"),
    (Favour(3, 1.25, 2.5), "平均相差 +1.25 分（95% 区间 −1.25 ~ +3.75）。区间跨过零，看不出影响。"),
    (Favour(3, 4.0, 2.5), "平均相差 +4.00 分（95% 区间 +1.50 ~ +6.50）。请对照回避决定核对。"),
    (Favour(3, -4.0, 2.5), "平均相差 −4.00 分（95% 区间 −6.50 ~ −1.50）。请对照回避决定核对。"),
]


@pytest.mark.parametrize(("found", "ending"), CASES)
def test_the_effect_and_how_sure_it_is(found: Favour, ending: str) -> None:
    said = manners.favour(found)
    assert said.startswith(f"有 {found.sheets} 份评分涉及在案的利益冲突而没有回避")
    assert said.endswith(ending)


def test_in_english() -> None:
    with speaking("en"):
        assert manners.favour(CASES[1][0]) == (
            "Sheets scored in spite of a conflict of interest on record: 3; on average they differ by +1.25 "
            "points from what the other sheets suggest (95% interval −1.25 to +3.75). "
            "The interval includes zero: no effect is visible."
        )
