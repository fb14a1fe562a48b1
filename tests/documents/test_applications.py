"""The workbook of applications: what is written is read again, and every fault is named by its cell."""

from __future__ import annotations

import dataclasses
import io
import zipfile
from collections.abc import Mapping
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from panel.documents import applications
from panel.documents.applications import ImportedApplication, ImportedStudio, IntakeApplications
from panel.errors import InvalidInput
from panel.language import speaking
from panel.rules.applications import Application, Track
from tests.documents.workshop import (
    CRITERIA,
    EXISTING,
    IDENTITY,
    INTAKE,
    PROJECT,
    STUDIO,
    changed,
    edited,
    simple,
)

FILLED = applications.write(CRITERIA, INTAKE)
# Where things stand in FILLED: the studio in row 4, the project in row 5.
COLUMNS = {column.name: place for place, column in enumerate(applications.APPLICATIONS.columns)}


def at(column: str, row: int) -> tuple[str, str]:
    return "申报", f"{get_column_letter(COLUMNS[column] + 1)}{row}"


def problems(data: bytes, **options: Any) -> list[str]:
    with pytest.raises(InvalidInput) as wrong:
        applications.read(data, CRITERIA, **options)
    return [str(problem) for problem in wrong.value.problems]


def with_cells(cells: Mapping[tuple[str, str], Any]) -> list[str]:
    return problems(edited(FILLED, cells))


def test_what_was_written_is_read_again() -> None:
    assert applications.read(FILLED, CRITERIA) == INTAKE


def test_the_same_content_gives_the_same_bytes() -> None:
    assert applications.write(CRITERIA, INTAKE) == FILLED


def test_the_template_is_empty_and_has_every_sheet() -> None:
    data = applications.template(CRITERIA)
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.sheetnames == ["填写说明", "申报", "团队成员", "经费预算", "评审陈述", "已有工作室"]
    assert problems(data) == ["申报: 没有任何申报。请至少填写一行。"]


def test_the_template_offers_every_term_of_every_enumeration() -> None:
    book = openpyxl.load_workbook(io.BytesIO(applications.template(CRITERIA)))
    notes = {row[3].value for row in book["填写说明"].iter_rows(min_col=1, max_col=4) if row[3].value}
    terms = {term for form in applications._forms(CRITERIA) for c in form.columns for term in c.choices}
    assert terms <= notes
    lists = [rule for rule in book["申报"].data_validations.dataValidation if rule.type == "list"]
    assert len(lists) == 5 + 12  # five enumerations, twelve papers
    for rule in lists:
        name, span = rule.formula1.split("!")
        first, last = span.replace("$", "").split(":")
        offered = {cell[0].value for cell in book[name][first:last]}
        assert offered
        assert offered <= terms


def test_headers_stay_in_view_and_required_ones_carry_a_star() -> None:
    book = openpyxl.load_workbook(io.BytesIO(FILLED))
    assert book["申报"].freeze_panes == "B4"
    assert book["申报"]["A3"].value == "申报编号*"
    assert book["申报"]["C3"].value == "所属工作室编号"


def test_nothing_typed_becomes_a_formula_or_a_link() -> None:
    summary = '=HYPERLINK("http://example.invalid")'
    hostile = dataclasses.replace(
        STUDIO, summary=summary, unit="@甲", address="https://example.invalid", team=()
    )
    data = applications.write(CRITERIA, IntakeApplications((ImportedApplication(hostile, IDENTITY),)))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheets = b"".join(archive.read(n) for n in archive.namelist() if n.startswith("xl/worksheets/"))
    assert b"<f>" not in sheets
    assert b"<hyperlink" not in sheets
    assert applications.read(data, CRITERIA).applications[0].application == hostile


def test_raw_identity_numbers_are_in_no_representation() -> None:
    assert IDENTITY not in repr(INTAKE)
    assert IDENTITY not in repr(applications.read(FILLED, CRITERIA))


def test_columns_may_stand_in_any_order_and_be_written_loosely() -> None:
    book = simple(
        {
            "申报 ": [
                ["申报类别", "申报编号", *_headers()[2:]],
                ["技能大师工作室", "ｓ０１", *_studio_cells()[2:]],
            ],
            "团队成员": [["姓名", "申报编号", "用工形式"], ["李四", "S01", " 正 式 "]],
            "经费预算": [["申报编号", "支出类别", "支出内容", "金额(元)", "测算说明"]],
            "评审陈述": [
                ["申报编号*", "评审指标*", "陈述内容*"],
                ["S01", "s1", "甲"],
                ["S01", "Ｓ2、团队建设", "乙"],
            ],
        }
    )
    (one,) = applications.read(book, CRITERIA).applications
    assert one.application.number == "S01"
    assert one.application.statements == {"S1": "甲", "S2": "乙"}
    assert [member.name for member in one.application.team] == ["李四"]


def _headers() -> list[str]:
    return [column.name for column in applications.APPLICATIONS.columns]


def _studio_cells() -> list[Any]:
    row = applications._application_row(INTAKE.applications[0])
    return [row.get(name) or "" for name in _headers()]


def test_every_required_cell_is_asked_for_by_its_place() -> None:
    names = [c.name for c in applications.APPLICATIONS.columns if c.required and c.name != "申报编号"]
    for name in names:
        (problem,) = with_cells({at(name, 4): None})
        assert problem.startswith(f"申报 第4行 “{name}”: 必填。")


def test_a_project_needs_its_studio_title_and_kind_but_figures_may_be_completed_later() -> None:
    found = with_cells({at(name, 5): None for name in ("所属工作室编号", "项目名称", "项目类别")})
    assert [problem.split(":")[0] for problem in found] == [
        "申报 第5行 “所属工作室编号”",
        "申报 第5行 “项目名称”",
        "申报 第5行 “项目类别”",
    ]
    blank = {at(name, 5): None for name in ("建设期（月）", "总预算（元）", "申请补助（元）")}
    project = applications.read(edited(FILLED, blank), CRITERIA).applications[1].application
    assert (project.months, project.total_fen, project.subsidy_fen) == (None, None, None)


@pytest.mark.parametrize(
    ("column", "value", "remedy"),
    [
        ("申请补助（元）", "五万", "申报 第5行 “申请补助（元）”: '五万' 请填写以元为单位的金额"),
        ("申请补助（元）", "=4800*10", "申报 第5行 “申请补助（元）”: 不接受公式。"),
        ("建设期（月）", 12.5, "申报 第5行 “建设期（月）”: '12.5' 请填写 1 至 60 之间的整数。"),
        ("项目类别", "科研", "申报 第5行 “项目类别”: '科研' 请从下拉列表中选择：师带徒"),
        ("证书等级", "大师", "申报 第5行 “证书等级”: '大师' 请从下拉列表中选择：无、初级工"),
        ("所属工作室编号", "S99", "申报 第5行 “所属工作室编号”: 'S99' 找不到这个工作室"),
        ("身份证号", "110105194912310021", "申报 第5行 “身份证号”: '…0021' 身份号码的校验码不符。"),
        (
            "统一社会信用代码",
            "91350100M000100Y44",
            "申报 第5行 “统一社会信用代码”: '91350100M000100Y44' 统一",
        ),
        (
            "统一社会信用代码",
            913501000001001,
            "申报 第5行 “统一社会信用代码”: '913501000001001' 这一格是数值",
        ),
        ("在本区注册或经营", "不详", "申报 第5行 “在本区注册或经营”: '不详' 请填“是”或“否”。"),
        (
            "内容摘要",
            "字" * 1001,
            "申报 第5行 “内容摘要”: '" + "字" * 60 + "…' 共 1001 字，超过上限 1000 字。",
        ),
        (
            "J1 项目工作计划书（附件3）",
            "交了",
            "申报 第5行 “J1 项目工作计划书（附件3）”: '交了' 已提交的填“✓”",
        ),
        ("M5 真实性承诺书（附件2）", "✓", "申报 第5行 “M5 真实性承诺书（附件2）”: '✓' 建设项目不交这一项"),
        ("申报编号", "P/01", "申报 第5行 “申报编号”: 'P/01' 编号只用字母"),
        ("申报编号", "S01", "申报 第5行 “申报编号”: 'S01' 编号重复，已用于申报 第4行。"),
        ("申报编号", "X01", "申报 第5行 “申报编号”: 'X01' 编号重复，已用于已有工作室 第4行。"),
    ],
)
def test_a_wrong_cell_is_named_with_its_value_and_what_would_be_right(
    column: str, value: Any, remedy: str
) -> None:
    found = with_cells({at(column, 5): value})
    assert any(problem.startswith(remedy) for problem in found), found


def test_a_studio_fills_in_nothing_of_a_project() -> None:
    (problem,) = with_cells({at("申请补助（元）", 4): 100})
    assert problem.startswith("申报 第4行 “申请补助（元）”: '100' 只有建设项目填写这一列")


def test_all_problems_are_told_at_once() -> None:
    found = with_cells(
        {
            at("证书等级", 4): "大师",
            at("建设期（月）", 5): 0,
            ("团队成员", "A4"): "S77",
            ("经费预算", "D4"): "x",
        }
    )
    assert len(found) == 4


def test_the_other_sheets_must_speak_of_applications_that_exist() -> None:
    expected = "“申报”表中没有这个编号。请核对。"
    for sheet in ("团队成员", "经费预算", "评审陈述"):
        found = with_cells({(sheet, "A4"): "S99"})
        assert f"{sheet} 第4行 “申报编号”: 'S99' {expected}" in found
    assert "团队成员 第4行 “申报编号”: 必填。与“申报”表中的申报编号一致。" in with_cells(
        {("团队成员", "A4"): None}
    )


def test_whoever_reads_english_is_told_in_english_what_to_fill_in() -> None:
    with speaking("en"):
        found = with_cells({("团队成员", "A4"): None, at("职业（工种）", 4): None})
    assert found == [
        "团队成员, row 4 “申报编号”: Required. The application number as in sheet '申报'.",
        "申报, row 4 “职业（工种）”: Required. The name in the national classification of occupations.",
    ]


def test_a_budget_belongs_to_a_project() -> None:
    (problem,) = with_cells({("经费预算", "A4"): "S01"})
    assert problem == "经费预算 第4行 “申报编号”: 'S01' 经费预算只填建设项目，S01 是工作室。"


def test_every_criterion_needs_one_statement() -> None:
    assert with_cells({("评审陈述", f"{c}4"): None for c in "ABC"}) == [
        "申报 第4行 “申报编号”: 'S01' “评审陈述”表中缺少：S1 大师。请各补一行。"
    ]
    found = with_cells({("评审陈述", "B5"): "S1"})
    assert "评审陈述 第5行 “评审指标”: 'S1' S01 的这项指标已有陈述，请合并为一行。" in found
    found = with_cells({("评审陈述", "B4"): "P1 必要性"})
    remedy = "评审陈述 第4行 “评审指标”: 'P1 必要性' 不是该申报类别的评审指标，应为：S1 大师、S2 团队。"
    assert remedy in found


def test_a_project_may_refer_to_a_studio_of_the_register() -> None:
    alone = IntakeApplications(
        (ImportedApplication(dataclasses.replace(PROJECT, linked_studio="X07"), IDENTITY),)
    )
    data = applications.write(CRITERIA, alone)
    assert applications.read(data, CRITERIA, known_studios={"X07"}) == alone
    assert len(problems(data)) == 1
    listed = edited(FILLED, {at("所属工作室编号", 5): "x01"})
    assert applications.read(listed, CRITERIA).applications[1].application.linked_studio == "X01"
    assert len(with_cells({at("所属工作室编号", 5): "P01"})) == 1  # a project is no studio


def test_existing_studios_with_and_without_an_identity_number() -> None:
    data = edited(FILLED, {("已有工作室", "G4"): IDENTITY, ("已有工作室", "I4"): "是"})
    studio = dataclasses.replace(EXISTING, running=True, master_last4="002X")
    assert applications.read(data, CRITERIA).studios == (ImportedStudio(studio, IDENTITY),)
    assert with_cells({("已有工作室", "I4"): "停业"}) == [
        "已有工作室 第4行 “正常运转”: '停业' 请填“是”或“否”。"
    ]


def test_unknown_columns_and_sheets_are_refused_with_what_is_expected() -> None:
    found = with_cells({("团队成员", "D3"): "年龄", ("团队成员", "D4"): 30})
    assert found == [
        "团队成员 第3行（表头）: '年龄' 模板中没有这一列，请删去；应有的列为：申报编号、姓名、用工形式。"
    ]
    assert with_cells({("团队成员", "E9"): "备忘"}) == [
        "团队成员 第9行第5列: '备忘' 这一列没有表头。请删去，或移到模板的列中。"
    ]
    assert with_cells({("团队成员", "D3"): "姓名"}) == [
        "团队成员 第3行（表头）: '姓名' 这一列出现了两次，请只保留一列。"
    ]
    extra = changed(FILLED, lambda book: book.create_sheet("草稿").append(["x"]))
    (problem,) = problems(extra)
    assert problem.startswith("工作表“草稿”: 模板中没有这张工作表，请删除；模板的工作表为：申报、团队成员")


def test_missing_sheets_headers_and_columns_are_named() -> None:
    assert problems(changed(FILLED, lambda book: book.remove(book["团队成员"]))) == [
        "工作表“团队成员”: 缺少这张工作表。请使用模板，不要删除或改名。"
    ]
    without = changed(FILLED, lambda book: book.remove(book["已有工作室"]))
    assert applications.read(without, CRITERIA).studios == ()
    headless = changed(FILLED, lambda book: book["经费预算"].delete_rows(3))
    assert problems(headless) == ["工作表“经费预算”: 找不到表头（应有“申报编号”一列）。请使用模板填写。"]
    narrow = changed(FILLED, lambda book: book["团队成员"].delete_cols(3))
    assert "团队成员 第3行（表头）: '用工形式' 缺少这一列。请使用模板，不要删改表头。" in problems(narrow)


def test_a_renamed_column_is_named_and_nothing_is_said_of_the_cells() -> None:
    wrong, missing = with_cells({at("申报类别", 3): "种类"})
    assert wrong.startswith("申报 第3行（表头）: '种类' 模板中没有这一列")
    assert missing == "申报 第3行（表头）: '申报类别' 缺少这一列。请使用模板，不要删改表头。"


@pytest.mark.parametrize("row", [4, 5])
def test_a_wrong_track_does_not_make_the_rest_of_its_row_wrong(row: int) -> None:
    (problem,) = with_cells({at("申报类别", row): "别的"})
    assert problem == f"申报 第{row}行 “申报类别”: '别的' 请从下拉列表中选择：技能大师工作室、建设项目。"


def test_rows_of_blanks_are_no_rows() -> None:
    data = edited(
        FILLED,
        {("团队成员", "E3"): " ", ("团队成员", "A9"): "  ", ("申报", "B40"): " ", ("申报", "A41"): "\n"},
    )
    assert applications.read(data, CRITERIA) == INTAKE


def test_wrong_rows_are_read_on_for_their_other_problems() -> None:
    found = with_cells({at("申报编号", 5): "S01", at("建设期（月）", 5): 99})
    assert "申报 第5行 “建设期（月）”: '99' 请填写 1 至 60 之间的整数。" in found


def test_a_file_that_is_no_workbook_is_refused_whole() -> None:
    assert problems(b"") == ["文件: 文件是空的（0 字节）。请重新保存后再上传。"]


def test_every_track_has_its_materials_in_the_workbook() -> None:
    assert {c.name for c in applications.APPLICATIONS.columns} >= set(applications.MATERIAL_COLUMNS.values())
    assert {a.application.track for a in INTAKE.applications} == set(Track)
    assert isinstance(STUDIO, Application)
