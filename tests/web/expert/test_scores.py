"""The table of own scores."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tests.visitors import Visitor
from tests.web.expert.conftest import ROUND, Visit
from tests.world import PROJECT, STUDIO, World


@pytest.fixture
def visitor(visit: Visit, world: World) -> Visitor:
    """E1 with three projects: 20 + 10, 15 + 18, nothing."""
    projects = [replace(PROJECT, number=f"P0{n}", title=f"第 {n} 个项目") for n in (1, 2, 3)]
    world.scoring_round(1, [STUDIO, *projects])
    expert = world.accounts["E1"]
    world.fill(expert, 2, {"P1": 2000, "P2": 1000})
    world.fill(expert, 3, {"P1": 1500, "P2": 1800})
    return visit(expert)


def order(visitor: Visitor, query: str) -> list[str]:
    page = visitor.get(f"{ROUND}scores?{query}").text
    return [
        code
        for code in re.findall(r'sheets/[^"]+">([^<]+)</a><span class="chip', page)
        if code.startswith("P")
    ]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", ["PX-02", "PX-03", "PX-04"]),
        ("sort=code&order=down", ["PX-04", "PX-03", "PX-02"]),
        ("sort=total", ["PX-02", "PX-03", "PX-04"]),
        ("sort=total&order=down", ["PX-03", "PX-02", "PX-04"]),
        ("sort=P1", ["PX-03", "PX-02", "PX-04"]),
        ("sort=P1&order=down", ["PX-02", "PX-03", "PX-04"]),
        ("sort=P6", ["PX-02", "PX-03", "PX-04"]),
        ("sort=nonsense", ["PX-02", "PX-03", "PX-04"]),
    ],
)
def test_rows_are_sorted_and_what_has_no_points_stands_last(
    visitor: Visitor, query: str, wanted: list[str]
) -> None:
    assert order(visitor, query) == wanted


def test_each_track_has_its_table_with_points_and_totals(visitor: Visitor) -> None:
    page = visitor.get(f"{ROUND}scores").text
    assert page.index("技能大师工作室评分表") < page.index("建设项目评分表")
    for cell in ('<td class="num">20</td>', '<td class="num">18</td>', '<td class="num strong">33</td>'):
        assert cell in page


def test_without_sheets_there_is_nothing_to_compare(visit: Visit, world: World) -> None:
    world.scoring_round(0, [])
    assert "还没有评分" in visit(world.expert("E7", 1)).get(f"{ROUND}scores").text
