"""The workbook of experts: what is written is read again, and every fault is named by its cell."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date
from typing import Any

import openpyxl
import pytest

from panel.documents import experts
from panel.documents.experts import ImportedExpert
from panel.errors import InvalidInput
from panel.rules.experts import Employment, Expert, Relation, RelationKind
from tests.documents.workshop import IDENTITY, UNIT_CODE, edited

FULL = Expert(
    number="E1",
    name="钱七（虚构）",
    employer="丙研究院（虚构）",
    employer_code=UNIT_CODE,
    employer_parent="丙集团（虚构）",
    title="研究员",
    specialities=("焊接", "机械制造"),
    employments=(
        Employment("丁公司（虚构）", date(2015, 7, 1), date(2024, 3, 31)),
        Employment("丙研究院（虚构）", date(2024, 4, 1)),
    ),
    relations=(Relation(RelationKind.TEACHER, "张三（虚构）", "2010年起"),),
)
PLAIN = Expert(number="E2", name="孙八（虚构）", employer="戊学院（虚构）", specialities=("餐饮",))
POOL = (ImportedExpert(FULL, IDENTITY), ImportedExpert(PLAIN))
FILLED = experts.write(POOL)


def with_cells(cells: Mapping[tuple[str, str], Any]) -> list[str]:
    with pytest.raises(InvalidInput) as wrong:
        experts.read(edited(FILLED, cells))
    return [str(problem) for problem in wrong.value.problems]


def test_what_was_written_is_read_again() -> None:
    assert experts.read(FILLED) == POOL
    assert experts.write(POOL) == FILLED
    assert IDENTITY not in repr(POOL)


def test_the_template_is_empty_and_has_every_sheet() -> None:
    book = openpyxl.load_workbook(io.BytesIO(experts.template()))
    assert book.sheetnames == ["填写说明", "专家", "工作经历", "关系登记"]
    with pytest.raises(InvalidInput, match="没有任何专家。请至少填写一行。"):
        experts.read(experts.template())


def test_dates_may_be_text_and_months() -> None:
    data = edited(FILLED, {("工作经历", "C4"): "2015年7月", ("工作经历", "D4"): "2024.3"})
    assert experts.read(data)[0].expert.employments == FULL.employments


@pytest.mark.parametrize(
    ("sheet", "cell", "value", "problem"),
    [
        ("专家", "A5", "E1", "专家 第5行 “专家编号”: 'E1' 编号重复，已用于专家 第4行。"),
        ("专家", "B4", None, "专家 第4行 “姓名”: 必填。不超过 50 字。"),
        ("专家", "G4", None, "专家 第4行 “专业方向”: 必填。用顿号分开，例如 焊接、机械制造。"),
        (
            "专家",
            "H4",
            "110105194912310021",
            "专家 第4行 “身份证号”: '…0021' 身份号码的校验码不符。请对照证件逐位核对。",
        ),
        ("工作经历", "A4", "E9", "工作经历 第4行 “专家编号”: 'E9' “专家”表中没有这个编号。请核对。"),
        (
            "工作经历",
            "C4",
            "早年",
            "工作经历 第4行 “起始日期”: '早年' 请填写日期，例如 2024-03-31 或 2024年3月。",
        ),
        (
            "工作经历",
            "D4",
            "2014-01-01",
            "工作经历 第4行 “终止日期”: '2014-01-01' 终止日期早于起始日期。请核对。",
        ),
        ("关系登记", "A4", "E8", "关系登记 第4行 “专家编号”: 'E8' “专家”表中没有这个编号。请核对。"),
    ],
)
def test_a_wrong_cell_is_named(sheet: str, cell: str, value: Any, problem: str) -> None:
    assert problem in with_cells({(sheet, cell): value})


def test_an_unknown_kind_of_relation_is_answered_with_all_of_them() -> None:
    (problem,) = with_cells({("关系登记", "B4"): "朋友"})
    assert problem.startswith("关系登记 第4行 “关系类型”: '朋友' 请从下拉列表中选择：师徒、亲属")
    assert problem.count("、") >= len(RelationKind) - 1
