"""The analysis in the result workbook: the numbers of the page, on sheets with charts."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from shutil import copy
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from panel.audit import read
from panel.documents import charts
from panel.documents import results as document
from panel.language import speaking
from panel.queries import analyses
from panel.queries.analyses import AnalysisView
from panel.rules.applications import Track
from panel.rules.manners import Favour
from panel.scoring.links import Bridge, Links
from panel.scoring.models.rasch import Rasch, rasch
from panel.scoring.sheets import Sheets
from tests.opened import CODE, Opened, caps, world_on

HEAD = read.Head(77, "ab" * 32)
PERCENTS = {
    "S01": [90, 80, 70, 80, 90, 80],
    "S02": [80, 80, 90, 70, 90, 80],
    "S03": [60, 70, 60, 70, 60, 50],
    "P01": [90, 90, 80, 70, 90, 80],
    "P02": [50, 60, 50, 50, 60, 50],
}


@pytest.fixture(scope="module")
def found(sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AnalysisView]:
    """Three studios for one seat; a tie is left to nobody."""
    folder = tmp_path_factory.mktemp("round")
    world = world_on(f"sqlite:///{copy(sqlite_file, folder)}", folder)
    caps(world.office, 1, 1)
    Opened(world, PERCENTS, hand=6).opened()
    with world.office.reading() as session:
        view = analyses.of_round(session, world.office.policy, CODE)
    assert view is not None
    yield view
    world.office.engine.dispose()


def written(found: AnalysisView) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(document.write(found, HEAD)), data_only=True)


def rows(book: Workbook, tab: str) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in book[tab].iter_rows()]


def test_the_words_of_the_page_come_first(found: AnalysisView) -> None:
    sheet = rows(written(found), "分析摘要")
    headlines = [row[1] for row in sheet if row[0] == "结论"]
    assert len(headlines) == 2
    assert any("统计参考" in str(row[0]) for row in sheet)
    assert any("是否复核，由评审组按规定决定" in str(row[0]) for row in sheet)


def test_every_application_has_its_chance_and_ranks(found: AnalysisView) -> None:
    by_number = {row[0]: row for row in rows(written(found), "申报分析")}
    for track in found.tracks:
        for number, chance in track.found.chances.items():
            row = by_number[number]
            assert row[6] == chance.selected
            assert row[8:10] == [chance.rank_low, chance.rank_high]
            assert row[10] == ("是" if chance.grey else "–")
            assert row[5] == pytest.approx(track.found.advised[number])
    assert by_number["S01"][1].endswith("（虚构）")


def test_every_expert_has_a_leniency_in_each_track(found: AnalysisView) -> None:
    sheet = rows(written(found), "专家分析")
    own = [row for row in sheet if row[0] == "E2"]
    expected = [track.found.manners["E2"].leniency for track in found.tracks]
    assert [row[3] for row in own] == pytest.approx(expected)
    assert own[0][1] == "专家E2（虚构）"


def test_agreement_and_scenarios_are_all_there(found: AnalysisView) -> None:
    book = written(found)
    figures = {row[0]: row for row in rows(book, "一致程度")}
    studios = found.tracks[0].found.statistics
    assert figures["平均分的可靠程度 ICC(2,k)"][1:4] != [None] * 3
    counts = [row[0] for row in rows(book, "一致程度") if isinstance(row[0], int)]
    assert counts[: len(studios.study.steps)] == [step.experts for step in studios.study.steps]
    cases = [row[:2] for row in rows(book, "敏感性")]
    assert ["不计一位专家的评分", "E1"] in cases
    assert ["换用其他算法", "参考得分"] in cases
    assert ["换用其他算法", "去最高最低分平均法"] in cases


def test_charts_are_of_the_cells_beside_them(found: AnalysisView) -> None:
    with zipfile.ZipFile(io.BytesIO(document.write(found, HEAD))) as parts:
        drawn = [parts.read(name).decode() for name in parts.namelist() if re.search(r"charts/chart\d", name)]
    titles = [re.findall(r"<a:t>([^<]+)</a:t>", chart)[0] for chart in drawn]
    assert titles.count("入选的可能性") == 2
    assert titles.count("宽严（分），线段为 95% 区间") == 2
    for chart in drawn:
        assert re.search(r"<c:f>[^<]+\$[A-Z]+\$\d+:\$[A-Z]+\$\d+</c:f>", chart)


def test_too_many_rows_have_no_chart(found: AnalysisView, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charts, "MOST_DRAWN", 0)
    with zipfile.ZipFile(io.BytesIO(document.write(found, HEAD))) as parts:
        drawn = [parts.read(name).decode() for name in parts.namelist() if re.search(r"charts/chart\d", name)]
    assert not any("入选的可能性" in chart or "宽严" in chart for chart in drawn)


def test_what_is_undefined_is_an_empty_cell(found: AnalysisView) -> None:
    studios = found.tracks[0]
    manners = {
        expert: replace(one, leniency=None, interval=None) for expert, one in studios.found.manners.items()
    }
    study = replace(studios.found.statistics.study, steps=())
    statistics = replace(studios.found.statistics, study=study)
    bare = replace(studios.found, chances={}, manners=manners, statistics=statistics)
    book = written(replace(found, tracks=(replace(studios, found=bare),)))
    row = next(row for row in rows(book, "申报分析") if row[0] == "S01")
    assert row[6:] == [None] * 5
    assert next(row for row in rows(book, "专家分析") if row[0] == "E1")[3:5] == [None, None]


def test_a_round_without_scores_has_no_sheets_of_analysis(found: AnalysisView) -> None:
    assert "分析摘要" not in written(replace(found, tracks=())).sheetnames


def test_it_is_in_english_for_english_readers(found: AnalysisView) -> None:
    with speaking("en"):
        book = written(found)
    assert "By application" in book.sheetnames
    assert rows(book, "What if")[3][0] != "改动"


def with_(found: AnalysisView, **more: object) -> AnalysisView:
    """The same with something else found about the studios."""
    studios, *others = found.tracks
    changed = replace(studios, found=replace(studios.found, **more))  # type: ignore[arg-type]
    return replace(found, tracks=(changed, *others))


def test_only_a_track_of_few_grades_has_a_sheet_of_its_own(found: AnalysisView) -> None:
    assert "等级评分模型" not in written(found).sheetnames
    criteria = found.result.policy.track(Track.STUDIO).criteria
    grades = [
        (f"E{e}", f"S0{a}", one.id, 1 + (3 * a + 2 * e + c + a * e * c) % 5)
        for a in range(1, 5)
        for e in range(1, 6)
        for c, one in enumerate(criteria)
    ]
    fitted = rasch(Sheets.from_records(grades))
    assert isinstance(fitted, Rasch)
    sheet = rows(written(with_(found, grades=fitted)), "等级评分模型")
    by_name = {row[1]: row for row in sheet}
    assert by_name["S01"][0] == "申报"
    assert by_name["E5"][2] == pytest.approx(fitted.experts.measure[4])
    assert by_name[criteria[0].name.in_("zh_CN")][3] == pytest.approx(fitted.criteria.se[0])
    refused = rows(written(with_(found, grades="empty_category")), "等级评分模型")
    assert any("未使用多面 Rasch 模型：有的档次没有使用。" in str(row[0]) for row in refused)


def test_weak_links_and_conflicts_stand_among_the_words(found: AnalysisView) -> None:
    statistics = found.tracks[0].found.statistics
    weak = Links((Bridge("E2", "S03", ("S01", "S02")),), 1, (), None)
    changed = with_(found, statistics=replace(statistics, links=weak), favour=Favour(2, None, None))
    sheet = rows(written(changed), "分析摘要")
    assert ["评分结构", "E2 对 S03 的评分是唯一的联系；没有它，S01、S02 无法与其余申报比较。"] in sheet
    assert any(row[0] == "利益冲突" and row[1].startswith("有 2 份评分涉及在案") for row in sheet)


def test_drift_stands_beside_the_other_figures_of_an_expert(found: AnalysisView) -> None:
    sheet = rows(written(found), "专家分析")
    head = next(row for row in sheet if row[0] == "编号")
    assert head[9] == "先后变化（分）"
    drifts = {row[0]: row[9] for row in sheet if str(row[0]).startswith("E")}
    # Both lists have fewer than five applications: too few for a trend.
    assert set(drifts.values()) == {None}
