"""What rests on a single score, in words."""

from __future__ import annotations

from panel.scoring.design import Design
from panel.scoring.links import links
from panel.sentences.links import sentences

# E2 links A1 and A2 to A3, A4 and A5 by one score; A5 has no other.
GIVEN = [
    *(("A1", "E1"), ("A2", "E1"), ("A1", "E2"), ("A2", "E2"), ("A3", "E2")),
    *(("A3", "E3"), ("A4", "E3"), ("A3", "E4"), ("A4", "E4"), ("A5", "E4")),
]


def test_a_score_that_links_two_groups_is_named_with_what_it_carries() -> None:
    applications, experts = zip(*GIVEN, strict=True)
    found = links(Design.from_arrays(applications, experts, [float(n) for n in range(len(GIVEN))]))
    assert list(sentences(found, "、".join, most=3)) == [
        "E2 对 A3 的评分是唯一的联系；没有它，A1、A2 无法与其余申报比较。",
        "只有一份评分的申报：A5。",
    ]
    assert list(sentences(found, "、".join, most=0)) == [
        "这样的评分共 1 份。",
        "只有一份评分的申报：A5。",
    ]
