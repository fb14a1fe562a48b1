"""How the scores of a list hang together (评分结构), in words: what rests on a single score."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from panel.language import _
from panel.scoring.links import Bridge, Links

Listed = Callable[[Sequence[str]], str]
"""Writes several names as one, shortened where there are many."""


def sentences(found: Links, listed: Listed, most: int) -> Iterable[str]:
    """What to look at, the scores on which most hangs first; of those at most so many are named."""
    for bridge in found.bridges[:most]:
        yield _bridge(bridge, listed)
    if found.bridge_count > most:
        yield _("这样的评分共 {count} 份。").format(count=found.bridge_count)
    if found.single:
        yield _("只有一份评分的申报：{applications}。").format(applications=listed(found.single))


def _bridge(one: Bridge, listed: Listed) -> str:
    sentence = _("{expert} 对 {application} 的评分是唯一的联系；没有它，{beyond} 无法与其余申报比较。")
    return sentence.format(expert=one.expert, application=one.application, beyond=listed(one.beyond))
