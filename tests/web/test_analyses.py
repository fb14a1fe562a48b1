"""The page of an analysis: what is drawn, and what is left to the tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from shutil import copy

import pytest
from flask import Flask, render_template

from panel.queries import analyses as queries
from panel.queries.analyses import AnalysisView
from panel.rules.applications import Track
from panel.rules.manners import Favour
from panel.scoring.components import Component
from panel.scoring.links import Bridge, Links
from panel.scoring.models.rasch import Rasch, rasch
from panel.scoring.sheets import Sheets
from panel.web import analyses
from tests.application import application
from tests.opened import CODE, Opened, world_on
from tests.world import World

PERCENTS = {
    "S01": [90, 90, 90, 80, 90],
    "S02": [90, 80, 90, 80, 80],
    "S03": [80, 80, 80, 80, 70],
    "S04": [70, 80, 70, 80, 70],
    "S05": [70, 70, 70, 60, 70],
    "S06": [60, 60, 70, 60, 60],
    "S07": [50, 60, 50, 60, 50],
}


@pytest.fixture(scope="module")
def seven(sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Seven studios, three seats, opened; several tests look at it."""
    folder = tmp_path_factory.mktemp("round")
    world = world_on(f"sqlite:///{copy(sqlite_file, folder)}", folder)
    Opened(world, PERCENTS).opened()
    yield world
    world.office.engine.dispose()


@pytest.fixture(scope="module")
def view(seven: World) -> AnalysisView:
    """Its analysis."""
    with seven.office.reading() as session:
        found = queries.of_round(session, seven.office.policy, CODE)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def app(seven: World) -> Flask:
    """The application over that round."""
    return application(seven.office)


def test_pictures_of_a_large_round_show_what_lies_around_the_cut(
    view: AnalysisView, monkeypatch: pytest.MonkeyPatch
) -> None:
    (whole,) = analyses.boards(view)
    assert whole.left_out == 0
    monkeypatch.setattr(analyses, "MOST_ROWS", 4)
    (near,) = analyses.boards(view)
    assert [place.number for place in whole.shown] == sorted(PERCENTS)
    order = ["S02", "S03", "S04", "S05"]  # two on either side of the third seat
    assert [place.number for place in near.shown] == order
    assert near.left_out == 3
    assert len(near.strips.rows) == 4
    assert near.slopes is not None
    assert {point.number for column in near.slopes.columns for point in column.points} == set(order)


def test_the_raw_mean_is_no_column_of_its_own_where_it_decides(view: AnalysisView) -> None:
    by_mean = replace(view, result=replace(view.result, policy=replace(view.result.policy, method="mean")))
    (board,) = analyses.boards(by_mean)
    assert board.slopes is not None
    assert [column.title for column in board.slopes.columns] == ["最终得分", "参考得分"]


def test_every_scenario_says_what_it_changes(view: AnalysisView) -> None:
    (board,) = analyses.boards(view)
    assert [change.scenario for change in board.without_expert] == ["E1", "E2", "E3", "E4", "E5"]
    trimmed = next(change for change in board.by_method if change.scenario == "trimmed")
    assert (trimmed.out, trimmed.taken) == (None, None)  # five sheets, and the policy trims from seven on


def page(app: Flask, view: AnalysisView) -> str:
    """The page of this analysis."""
    with app.test_request_context():
        return render_template("results/_analyses.html", **analyses.context(view))


def with_(view: AnalysisView, **found: object) -> AnalysisView:
    """The same with something else found about its only track."""
    (one,) = view.tracks
    return replace(view, tracks=(replace(one, found=replace(one.found, **found)),))  # type: ignore[arg-type]


def test_where_scores_hang_together_weakly_the_page_says_so(app: Flask, view: AnalysisView) -> None:
    assert "评分结构" not in page(app, view)
    (one,) = view.tracks
    weak = Links((Bridge("E2", "S03", ("S01", "S02")),), 1, ("S07",), 0.1)
    found = page(app, with_(view, statistics=replace(one.found.statistics, links=weak)))
    assert "E2 对 S03 的评分是唯一的联系；没有它，S01、S02 无法与其余申报比较。" in found
    assert "有 1 份评分各是一组申报与其余申报之间唯一的联系" in found
    assert "只有一份评分的申报：S07。" in found


def test_parts_that_share_no_expert_are_named(app: Flask, view: AnalysisView) -> None:
    (one,) = view.tracks
    parts = (Component(("E1", "E2"), ("S01", "S03")), Component(("E3",), ("S02",)))
    found = page(app, with_(view, statistics=replace(one.found.statistics, components=parts)))
    assert "评分分成 2 组，组与组之间没有共同的专家，排不成一份名单。" in found
    assert "<td>E1、E2</td><td>S01、S03</td>" in found


def test_a_conflict_on_record_has_its_sentence(app: Flask, view: AnalysisView) -> None:
    assert "在案的利益冲突" not in page(app, view)
    assert "平均相差 +2.00 分" in page(app, with_(view, favour=Favour(1, 2.0, 3.0)))


def test_the_rating_scale_model_is_shown_where_it_is_offered(app: Flask, view: AnalysisView) -> None:
    assert "等级评分模型" not in page(app, view)
    criteria = [one.id for one in view.result.policy.track(Track.STUDIO).criteria]
    cells = [
        (f"E{e}", f"S0{a}", criterion, 1 + (3 * a + 2 * e + c + a * e * c) % 5)
        for a in range(4)
        for e in range(5)
        for c, criterion in enumerate(criteria)
    ]
    fitted = rasch(Sheets.from_records(cells))
    assert isinstance(fitted, Rasch)
    found = page(app, with_(view, grades=fitted))
    name = view.result.policy.track(Track.STUDIO).criterion(criteria[0]).name.in_("zh_CN")
    for words in ("多面 Rasch", "专家（严格程度）", "公平平均分", f'<th scope="row">{name}</th>'):
        assert words in found
    refused = page(app, with_(view, grades="not_converged"))
    assert "未使用多面 Rasch 模型：没有有限的最优解。" in refused
    assert "公平平均分</th>" not in refused
