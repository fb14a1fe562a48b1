"""`panel analyse`, from a file to tables and to the flat object."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from panel.cli.analysis.tables import SHOWN, WIDTH, figure, safe, some
from panel.cli.main import app
from tests.scoring.asking import rows_of
from tests.scoring.cases import load
from tests.scoring.designs import simulated


@pytest.fixture(autouse=True)
def chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "PANEL_LANGUAGE"):
        monkeypatch.delenv(name, raising=False)


def written(folder: Path, rows: list[Any], head: str = "expert,application,criterion,score") -> Path:
    file = folder / "scores.csv"
    lines = (",".join("" if cell is None else str(cell) for cell in row) for row in rows)
    file.write_text("\n".join((head, *lines)) + "\n", encoding="utf-8")
    return file


def ask(*words: object) -> Result:
    return CliRunner().invoke(app, ["analyse", *map(str, words)])


def told(*words: object) -> str:
    answer = ask(*words)
    assert answer.exit_code == 0, answer.output
    return answer.stdout


def answers(*words: object) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(told(*words, "--json"), parse_constant=pytest.fail)
    return found


def case_file(folder: Path, name: str) -> Path:
    return written(folder, load(name)["data"]["rows"])


def test_the_flat_object_holds_the_published_values(tmp_path: Path) -> None:
    expected = load("pbib_sas")["expected"]
    found = answers(case_file(tmp_path, "pbib_sas"), "--top", 3)

    for name in ("raw_mean", "ls_item", "lmm_item_blup"):
        assert found[name] == pytest.approx(expected[name], rel=1e-3, abs=2e-5)
    assert found["p_top3"] == pytest.approx(expected["p_top3"], abs=0.006)
    assert found["draws"] == 200_000


def test_the_same_seed_gives_the_same_output_and_another_seed_another(tmp_path: Path) -> None:
    file = case_file(tmp_path, "pbib_sas")
    once = told(file, "--top", 3, "--draws", 500, "--json")

    assert told(file, "--top", 3, "--draws", 500, "--json") == once
    assert told(file, "--top", 3, "--draws", 500, "--seed", 1, "--json") != once


def test_weights_make_totals_of_criteria(tmp_path: Path) -> None:
    case = load("weighted_criteria")
    file = case_file(tmp_path, "weighted_criteria")
    weights = ",".join(f"{name}={weight}" for name, weight in case["design"]["weights"].items())
    found = answers(file, "--weights", weights, "--draws", 100)

    assert found["item_mean_strict"] == pytest.approx(case["expected"]["item_mean_strict"])
    assert found["weights"] == case["design"]["weights"]
    report = told(file, "--weights", weights, "--top", 2, "--draws", 100)
    assert "合计 1" in report
    assert "缺指标，不计入" in report


def test_several_criteria_without_weights_are_refused(tmp_path: Path) -> None:
    answer = ask(case_file(tmp_path, "weighted_criteria"))

    assert answer.exit_code == 2
    assert "有 4 项指标，须给出权重" in answer.stderr
    assert answer.stdout == ""


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_the_report_fits_a_hundred_columns(tmp_path: Path, language: str) -> None:
    rows = [(e, a, c, y + k) for e, a, _, y in rows_of(simulated(12, 5, 5)) for k, c in enumerate("xy")]
    report = told(
        written(tmp_path, rows), "--top", 4, "--weights", "x=.5,y=.5", "--draws", 200, "--language", language
    )

    assert max(map(len, report.splitlines())) <= WIDTH
    for heading in (
        ("入选线", "各计分方法", "专家评分情况", "一致性")
        if language == "zh_CN"
        else ("The cut", "Official methods side by side", "The experts", "Agreement")
    ):
        assert heading in report


def test_the_language_of_the_shell_is_spoken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = written(tmp_path, [("E", "A", "t", 1)])
    monkeypatch.setenv("LANG", "en_GB.UTF-8")

    assert "Complete sheets: 1" in told(file)


def test_a_selection_that_a_scenario_changes_is_told(tmp_path: Path) -> None:
    rows = [("E1", "A", "t", 90), ("E1", "B", "t", 60), ("E2", "A", "t", 60), ("E2", "B", "t", 70)]
    rows += [("E3", "A", "t", 60), ("E3", "B", "t", 70), ("E3", "C", "t", 20)]
    report = told(written(tmp_path, rows), "--top", 1, "--draws", 200)

    assert "少一位专家   A      出     E1" in report
    assert "C 只有 E3 评分" in report
    assert "只有一份评分的申报：C" in report


def test_a_tie_at_the_cut_is_told(tmp_path: Path) -> None:
    rows = [(e, a, "t", y) for e in "EF" for a, y in (("A", 3), ("B", 2), ("C", 2))]

    assert "3 份申报争 2 个名额" in told(written(tmp_path, rows), "--top", 2, "--draws", 100)


def test_parts_without_a_common_expert_are_printed_and_named(tmp_path: Path) -> None:
    rows = [
        *rows_of(simulated(6, 3, 3)),
        *((f"x{e}", f"x{a}", c, y) for e, a, c, y in rows_of(simulated(6, 3, 3))),
    ]
    report = told(written(tmp_path, rows), "--top", 2)

    assert "评分分成互不相连的几组" in report
    assert "xE0000、xE0001、xE0002" in report
    assert answers(written(tmp_path, rows), "--top", 2)["ls_item"]["A0000"] is None


def test_bridges_topics_order_and_ties_are_told(tmp_path: Path) -> None:
    rows = [(*row, k, int(k % 7 == 0), f"T{k // 12}") for k, row in enumerate(rows_of(simulated(12, 4, 4)))]
    rows += [("X", "A0000", "total", 60, 1, 0, "T0")]
    rows += [("X", f"B{k}", "total", 60 + k, k, 0, "T1") for k in range(12)]
    rows += [("Y", "B0", "total", 50, 1, 0, "T1"), ("Y", "B1", "total", 55, 2, 0, "T1")]
    rows = [(*row[:6], f"T{row[1][0]}") for row in rows]
    report = told(
        written(tmp_path, rows, "expert,application,criterion,score,order,affiliated,topic"), "--draws", 100
    )

    assert "X 对 A0000 的评分是唯一的联系" in report


def test_long_tables_are_cut_and_say_so(tmp_path: Path) -> None:
    report = told(written(tmp_path, rows_of(simulated(SHOWN + 5, 70, 8))), "--draws", 100)

    assert "另有 5 行未显示" in report
    assert "另有 10 行未显示" in report
    assert "各计分方法用浮点数计算" in report


def test_short_scales_show_the_rasch_model(tmp_path: Path) -> None:
    report = told(case_file(tmp_path, "irr_anxiety"), "--draws", 100)

    assert "多面 Rasch 模型" in report
    assert "公平平均分" in report


def test_where_no_sheet_is_complete_single_criteria_are_told(tmp_path: Path) -> None:
    file = case_file(tmp_path, "brennan_3_2")
    expected = load("brennan_3_2")["expected"]
    weights = ("--weights", "T1=1,T2=1,T3=1")
    found = answers(file, *weights)

    assert found["gstudy_ems"] == pytest.approx(expected["gstudy_ems"])
    assert "没有一份评分表评全了所有指标" in told(file, *weights)
    bare = written(tmp_path, [("E", "A", "x", 1), ("F", "A", "y", 2), ("F", "B", "y", 2)])
    assert "方差" not in told(bare, "--weights", "x=1,y=1")


def test_names_never_steer_the_terminal(tmp_path: Path) -> None:
    rows = [("E\x1b[31m", "=cmd|x", "t", 1), ("E\x1b[31m", "\u202eB", "t", 2), ("F", "=cmd|x", "t", 3)]
    file = written(tmp_path, rows)
    report = told(file, "--top", 1, "--draws", 100)

    assert "\x1b" not in report
    assert "\u202e" not in report
    assert "E\\x1b[31m" in report
    assert "=cmd|x" in answers(file)["raw_mean"]
    assert "\x1b" not in ask(written(tmp_path, [("E", "A", "t", "\x1b[31m")])).stderr


def test_progress_goes_to_standard_error(tmp_path: Path) -> None:
    answer = ask(written(tmp_path, rows_of(simulated(6, 4, 4))), "--progress", "--json", "--draws", 100)

    assert len(answer.stderr.splitlines()) == 9
    assert " s  模拟名次" in answer.stderr
    assert json.loads(answer.stdout)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--method", "best"], "'best' 应为"),
        (["--weights", "x=1"], "'x' 没有这项指标"),
    ],
)
def test_options_that_cannot_be_are_refused(tmp_path: Path, words: list[str], said: str) -> None:
    answer = ask(written(tmp_path, [("E", "A", "t", 1)]), *words)

    assert answer.exit_code == 2
    assert said in answer.stderr


def test_unusable_input_ends_with_one_message(tmp_path: Path) -> None:
    answer = ask(written(tmp_path, [("E", "A", "t", 1), ("E", "B", "t", "NaN")]), "--language", "en")

    assert answer.exit_code == 2
    assert answer.stderr.startswith("line 3, column score: 'NaN' is no number")
    assert answer.stderr.count("\n") == 1


@pytest.mark.parametrize("value", [7, 0, 1e-299, 1e299])
def test_hostile_but_usable_scores_are_answered(tmp_path: Path, value: float) -> None:
    one = [("E", "A", "t", value)]
    equal = [(e, a, "t", value) for e in "EF" for a in "ABC"]

    for rows in (one, equal, [("E", a, "t", value) for a in "ABC"], [(e, "A", "t", value) for e in "EFG"]):
        found = answers(written(tmp_path, rows), "--top", 1, "--draws", 100)
        assert found["raw_mean"]["A"] == pytest.approx(value)
        assert told(written(tmp_path, rows), "--top", 1, "--draws", 100)


def test_figures_are_written_for_people() -> None:
    assert [figure(value) for value in (None, float("nan"), float("inf"), -0.001, 3.14159, 1e9, 1e-5)] == [
        "–",
        "–",
        "–",
        "0.00",
        "3.14",
        "1.00e+09",
        "1.00e-05",
    ]
    assert safe("甲\t\u200b") == "甲\\t\\u200b"
    assert some(list("abc"), 2) == "a、b 等 3 个"
