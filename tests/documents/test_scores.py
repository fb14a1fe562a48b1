from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from panel.documents import scores
from panel.documents.scores import Scores, read_file
from panel.errors import InvalidInput

HEAD = "application,expert,criterion,score"


def read(*rows: str, head: str = HEAD) -> Scores:
    return scores.read("\n".join((head, *rows)).encode())


def refusal(*rows: str, head: str = HEAD) -> str:
    with pytest.raises(InvalidInput) as refused:
        read(*rows, head=head)
    return str(refused.value)


def cells(found: Scores) -> dict[tuple[str, str, str], Fraction]:
    return {
        (application, expert, criterion): score
        for application, expert, sheet in found.records.sheets().each()
        for criterion, score in sheet.items()
    }


def test_scores_are_read_without_loss() -> None:
    found = read("A,E,a,0.1", "A,E,b,7", "B,E,a,-1e-2", "B,F,a,.5", "B,F,b,7.0")

    assert cells(found) == {
        ("A", "E", "a"): Fraction(1, 10),
        ("A", "E", "b"): 7,
        ("B", "E", "a"): Fraction(-1, 100),
        ("B", "F", "a"): Fraction(1, 2),
        ("B", "F", "b"): 7,
    }
    assert found.records.values.count(Fraction(7)) == 1


def test_a_blank_score_is_a_hole() -> None:
    found = read("A,E,a,1", "B,E,a,", "A,F,a,2", "C,G,a,  ")

    assert cells(found).keys() == {("A", "E", "a"), ("A", "F", "a")}
    assert (found.rows, found.blank) == (4, 2)
    assert found.records.applications == ("A",)


@pytest.mark.parametrize(
    ("head", "row"), [("score,expert,application", "1,E,A"), ("score,expert,application,criterion", "1,E,A,")]
)
def test_a_single_criterion_needs_no_name(head: str, row: str) -> None:
    assert read(row, head=head).records.criteria == ("total",)


def test_columns_that_are_not_understood_are_named() -> None:
    assert read("A,E,1,x,", head="application,expert,score,remark,").ignored == ("remark",)


def test_order_ties_and_topics_belong_to_sheets_and_applications() -> None:
    found = read(
        "A,E,a,1,3,1,T",
        "A,E,b,1,2,,T",
        "B,E,a,2,,否,S",
        "B,E,b,2,,no,S",
        head=HEAD + ",order,affiliated,topic",
    ).records

    assert found.order == {("E", "A"): 2.0}
    assert found.affiliated == {("E", "A")}
    assert found.topic == {"A": "T", "B": "S"}


def test_empty_columns_say_nothing() -> None:
    found = read("A,E,a,1,,,", head=HEAD + ",order,affiliated,topic").records

    assert (found.order, found.affiliated, found.topic) == (None, frozenset(), None)


@pytest.mark.parametrize(
    "written", ["abc", "NaN", "inf", "-Infinity", "1_0", "0x1", "8,5", "1 2", "--1", "1e1e1"]
)
def test_what_is_no_number_is_refused_with_line_column_and_value(written: str) -> None:
    said = refusal("A,E,a,1", f'B,E,a,"{written}"')

    assert said.startswith(f"第 3 行，score 列: {written!r} ")
    assert "留空" in said


@pytest.mark.parametrize("written", ["1e301", "-9e999", "1e-301"])
def test_what_no_sum_can_hold_is_refused(written: str) -> None:
    assert "过大或过小" in refusal(f"A,E,a,{written}")


def test_zero_is_a_score() -> None:
    assert cells(read("A,E,a,0.000")) == {("A", "E", "a"): 0}


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            ["A,E,a,1", "A,E,b,1", " A , E,a,2"],
            "第 4 行，application / expert / criterion 列: 'A / E / a' 与第 2 行重复",
        ),
        (["A,E,a,1", "A,E,a,"], "重复"),
        (["A,E,a,1", ",E,a,1"], "第 3 行，application 列: 不能为空"),
        (["A,,a,1"], "expert 列"),
        (["A,E,a,1", "A,F,,1"], "criterion 列"),
        ([f"{'A' * 201},E,a,1"], "过长"),
        (["A,E,a,", "B,E,a,"], "没有任何评分"),
    ],
)
def test_what_cannot_be_used_is_refused(rows: list[str], said: str) -> None:
    assert said in refusal(*rows)


@pytest.mark.parametrize(
    ("head", "rows", "said"),
    [
        ("affiliated", ["A,E,a,1,maybe"], "affiliated 列: 'maybe' 应为 1 或 0"),
        ("order", ["A,E,a,1,first"], "order 列"),
        ("topic", ["A,E,a,1,T", "A,F,a,1,S"], "第 3 行，topic 列: 'S' 同一申报的主题前后不一"),
        ("topic", ["A,E,a,1,T", "B,E,a,1,"], "第 3 行，topic 列: 缺少主题"),
    ],
)
def test_what_is_said_besides_must_make_sense(head: str, rows: list[str], said: str) -> None:
    assert said in refusal(*rows, head=f"{HEAD},{head}")


def test_a_topic_may_be_missing_where_there_is_no_score() -> None:
    assert read("A,E,a,1,T", "B,E,a,,", head=HEAD + ",topic").records.topic == {"A": "T"}


def test_a_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "scores.csv"
    file.write_text(f"{HEAD}\nA,E,a,1\n", encoding="utf-8")

    assert read_file(file).rows == 1


def test_a_file_that_is_not_there_or_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InvalidInput, match="无法读取"):
        read_file(tmp_path / "none.csv")
    file = tmp_path / "scores.csv"
    file.write_text("x" * 100, encoding="utf-8")
    monkeypatch.setattr("panel.documents.scores.LARGEST", 99)
    with pytest.raises(InvalidInput, match="文件过大"):
        read_file(file)
