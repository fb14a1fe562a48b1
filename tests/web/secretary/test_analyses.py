"""The analysis at the secretary's desk: after the opening, in words, pictures and tables."""

from __future__ import annotations

import re

import pytest

from panel.audit import read
from panel.audit.events import AnalysisRead
from panel.services import applications
from tests.opened import CODE, Opened, caps, tighter
from tests.visitors import Visitor
from tests.world import World

PAGE = f"/secretary/rounds/{CODE}/analysis"
PERCENTS = {
    "S01": [80, 90, 80, 90, 80, 90],
    "S02": [80, 80, 90, 80, 90, 80],
    "S03": [60, 70, 60, 70, 60, 60],
    "P01": [90, 80, 90, 80, 90, 80],
    "P02": [70, 80, 70, 80, 70, 80],
    "P03": [90, 90, 80, 80, 90, 90],
}


@pytest.fixture
def opened(world: World) -> Opened:
    """Three studios for one seat, with their projects."""
    caps(world.office, 1, 2)
    return Opened(world, PERCENTS, hand=6).opened()


def test_it_is_not_there_before_the_opening(world: World, secretary: Visitor) -> None:
    Opened(world, PERCENTS, hand=6).sealed()
    missing = secretary.get(PAGE)
    assert missing.status_code == 404
    nowhere = secretary.get(f"/secretary/rounds/{CODE}/nowhere").text
    assert missing.text == nowhere.replace("nowhere", "analysis")


def test_words_pictures_and_their_numbers_stand_on_the_page(opened: Opened, secretary: Visitor) -> None:
    page = secretary.get(PAGE).text
    for words in ("技能大师工作室", "建设项目", "以上是统计参考，不改变最终得分", "换一种情形，名单会不会变"):
        assert words in page
    drawn = r'<svg class="pic" [^>]*role="img"><title>([^<]+)</title><desc>[^<]+</desc>'
    pictures = re.findall(drawn, page)
    titles = ("入选的可能性和名次区间", "各专家的总分", "专家的评分尺度", "专家人数与平均分的可靠程度")
    assert set(pictures) >= {
        f"{track} · {title}" for track in ("技能大师工作室", "建设项目") for title in titles
    }
    for title in pictures:
        assert f'role="region" tabindex="0" aria-label="{title}"' in page, "a picture without its numbers"
    assert 'style="' not in page
    assert "NaN" not in page
    assert "None" not in re.sub(r"<script.*?</script>", "", page)


def test_looking_is_on_record_once(opened: Opened, secretary: Visitor) -> None:
    secretary.get(PAGE)
    secretary.get(PAGE)
    with opened.office.reading() as session:
        entries = read.of_act(session, AnalysisRead.act)
    assert [entry.subject for entry in entries] == ["1"]


def test_the_result_leads_there_and_back(opened: Opened, secretary: Visitor) -> None:
    result = f"/secretary/rounds/{CODE}/result"
    assert f'href="{PAGE}"' in secretary.get(result).text
    assert f'href="{result}"' in secretary.get(PAGE).text


def test_an_outdated_result_has_an_outdated_analysis(opened: Opened, secretary: Visitor) -> None:
    applications.withdraw(opened.office, opened.secretary, CODE, "S03", "来函撤回")
    assert "以下分析的是上一次计算的结果" in secretary.get(PAGE).text


def test_scores_on_a_scale_of_their_own_are_not_drawn_among_points(world: World, secretary: Visitor) -> None:
    tighter(world.office, method='"rank"', pass_mark="0", floors="{}")
    Opened(world, PERCENTS, hand=6).opened()
    page = secretary.get(PAGE).text
    assert "最终得分按“名次法”自己的尺度计算" in page
    strips = page.split("各专家的总分</h3>")[1].split("</svg>")[0]
    assert "pic__official" not in strips
    assert "pic__mean" in strips


def test_a_round_without_scores_says_so(world: World, secretary: Visitor) -> None:
    pairs = [(f"E{n}", number) for n in range(1, 7) for number in PERCENTS]
    Opened(world, PERCENTS, hand=6).opened(without=pairs)
    assert "没有可以分析的内容" in secretary.get(PAGE).text


def test_equal_orders_need_no_picture_and_parts_have_no_chances(world: World, secretary: Visitor) -> None:
    # E1 to E3 scored S01, E4 to E6 scored S02: nothing compares the two.
    tighter(world.office, quorum="3")
    apart = [(f"E{n}", "S02") for n in (1, 2, 3)] + [(f"E{n}", "S01") for n in (4, 5, 6)]
    few = {"S01": [80, 90, 80, 90, 80, 90], "S02": [70] * 6, "P01": [90] * 6, "P02": [70] * 6}
    Opened(world, few, hand=6).opened(without=apart)
    page = secretary.get(PAGE).text
    studios, projects = page.split('id="analysis-project"')
    assert "入选线有多可靠，无法估计" in studios
    assert "入选的可能性和名次区间" not in studios
    assert "次序完全相同" in projects
