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
