"""How the experts scored (评分尺度), where it takes a sentence: scores given despite a conflict on record."""

from __future__ import annotations

from panel.language import _, together
from panel.rules.manners import LEVEL, Favour
from panel.sentences.figures import signed


def favour(found: Favour) -> str:
    """What a conflict on record made of the scores, worded so that it accuses nobody."""
    if found.effect is None or found.interval is None:
        return _("有 {n} 份评分涉及在案的利益冲突而没有回避；份数太少，看不出对分数有没有影响。").format(
            n=found.sheets
        )
    low, high = found.effect - found.interval, found.effect + found.interval
    measured = _(
        "有 {n} 份评分涉及在案的利益冲突而没有回避，与按其余评分推算的平均相差 {effect} 分"
        "（{level} 区间 {low} ~ {high}）。"
    ).format(
        n=found.sheets, effect=signed(found.effect), level=f"{LEVEL:.0%}", low=signed(low), high=signed(high)
    )
    crosses = low <= 0 <= high
    return together(measured, _("区间跨过零，看不出影响。") if crosses else _("请对照回避决定核对。"))
