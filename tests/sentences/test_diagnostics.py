from __future__ import annotations

import pytest

from panel.scoring.experts.findings import Code, Finding
from panel.sentences.diagnostics import sentence


@pytest.mark.parametrize("code", Code)
def test_every_finding_asks_to_check(code: Code) -> None:
    said = sentence(Finding(code, ("E1", "E2"), 3.456, -2.0, 0.001, "S01", "S1"))

    assert "请核对" in said
    assert "{" not in said
    assert "3.46" in said or code is Code.IDENTICAL


def test_a_slip_names_sheet_criterion_and_limit() -> None:
    slip = Finding(Code.SLIP, ("E1",), -9.82, -4.07, 0.0, "S11", "S3")

    assert sentence(slip, lambda _id: "技术水平") == (
        "E1对 S11 的“技术水平”一项偏离预期 −9.82 个标准差（超过 4.07 即提示），可能是录入错误，请核对。"
    )


def test_sheets_are_counted_in_whole_numbers() -> None:
    assert sentence(Finding(Code.IDENTICAL, ("E5", "E6"), 10.0, 3.0, 0.0)) == (
        "E5、E6有 10 份评分表逐项相同（达到 3 份即提示），请核对是否独立评分。"
    )
