"""The workbook of experts (评审专家): the template an office fills in, and the reader that takes it back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from panel.documents import cells, forms, layouts
from panel.documents.forms import Column, Findings, Form, Row
from panel.documents.layouts import Guide, Value
from panel.documents.workbooks import open_safely
from panel.language import N_, _
from panel.rules.experts import Employment, Expert, Relation, RelationKind
from panel.vocabulary import TERMS


@dataclass(frozen=True, slots=True)
class ImportedExpert:
    """One expert as read; `identity` is the raw ID number, or empty. The service hashes it into
    `identity_key`."""

    expert: Expert
    identity: str = field(default="", repr=False)


NUMBER, NAME, EMPLOYER = "专家编号", "姓名", "工作单位"
CODE, PARENT, TITLE = "统一社会信用代码", "上级单位", "职务职称"
SPECIALITIES, IDENTITY = "专业方向", "身份证号"
PAST_UNIT, SINCE, UNTIL = "任职单位", "起始日期", "终止日期"
KIND, TOWARDS, NOTE = "关系类型", "对方（人员或单位）", "说明"

LONGEST: Mapping[str, int] = {
    NAME: 50,
    EMPLOYER: 100,
    PARENT: 100,
    TITLE: 60,
    SPECIALITIES: 200,
    PAST_UNIT: 100,
    TOWARDS: 100,
    NOTE: 200,
}
RELATION_TERMS: Mapping[str, RelationKind] = {TERMS[RelationKind][kind]: kind for kind in RelationKind}

_LINKED_NUMBER = N_("与“专家”表中的专家编号一致。")

EXPERTS = Form(
    "专家",
    "评审专家名册",
    (
        Column(NUMBER, 10, N_("本单位编定，不得重复，例如 E1。"), True, style="centre"),
        Column(NAME, 16, N_("不超过 50 字。"), True, style="centre"),
        Column(EMPLOYER, 32, N_("现工作单位全称；已退休的填原单位并在职务职称中注明。"), True),
        Column(CODE, 22, N_("工作单位的 18 位代码，用于识别利益冲突。请保持文本格式。"), style="centre"),
        Column(PARENT, 28, N_("工作单位的上级单位或控股集团全称，用于识别同一集团。")),
        Column(TITLE, 22, N_("例如 高级工程师、高级技师。"), style="centre"),
        Column(SPECIALITIES, 34, N_("用顿号分开，例如 焊接、机械制造。"), True),
        Column(IDENTITY, 22, N_("可不填；填写则为 18 位，只作加密比对。"), style="centre", secret=True),
    ),
)
EMPLOYMENTS = Form(
    "工作经历",
    "近三年工作经历",
    (
        Column(NUMBER, 12, _LINKED_NUMBER, True, style="centre"),
        Column(PAST_UNIT, 40, N_("截止日前三年内任职过的单位全称，每段经历一行。"), True),
        Column(SINCE, 16, N_("例如 2015-07-01 或 2015年7月。"), style="date"),
        Column(UNTIL, 16, N_("仍在职的留空。只写到月的按月末计。"), style="date"),
    ),
)
RELATIONS = Form(
    "关系登记",
    "已登记的关系",
    (
        Column(NUMBER, 12, _LINKED_NUMBER, True, style="centre"),
        Column(KIND, 28, N_("从列表中选择。"), True, tuple(RELATION_TERMS), "centre"),
        Column(TOWARDS, 40, N_("对方人员姓名或单位全称。"), True),
        Column(NOTE, 50, N_("依据和时间，不超过 200 字。")),
    ),
)
FORMS = (EXPERTS, EMPLOYMENTS, RELATIONS)
GUIDE = Guide(
    "专家工作簿填写说明",
    (
        "一行一名专家。表头带 * 的列必填；有下拉列表的列请从列表中选择；不要增删、改名工作表和列。",
        "“工作经历”填写近三年的全部任职单位（含现单位），“关系登记”填写已掌握的与单位、人员的关系；两表均用专家编号对应，没有的可以留空。",
        "单位名称请写全称：系统据此比对申报单位、上级单位和分支机构，提示应当回避的情形，由评审组作出决定。",
        "不要使用公式；身份证号和信用代码保持文本格式；日期可用 Excel 日期或文本。",
        "整份文件全部无误才会导入；有任何一处问题则全部不导入，并逐格列出位置、原值和改法。",
    ),
)


def template() -> bytes:
    """The empty workbook, ready to be filled in."""
    return write(())


def write(experts: Sequence[ImportedExpert]) -> bytes:
    """The workbook filled with `experts`."""
    rows: dict[str, list[Mapping[str, Value]]] = {
        EXPERTS.name: [_expert_row(imported) for imported in experts],
        EMPLOYMENTS.name: [
            {NUMBER: imported.expert.number, PAST_UNIT: job.unit, SINCE: job.since, UNTIL: job.until}
            for imported in experts
            for job in imported.expert.employments
        ],
        RELATIONS.name: [
            {
                NUMBER: imported.expert.number,
                KIND: TERMS[RelationKind][relation.kind],
                TOWARDS: relation.towards,
                NOTE: relation.note,
            }
            for imported in experts
            for relation in imported.expert.relations
        ],
    }
    return layouts.write(GUIDE, FORMS, rows)


def _expert_row(imported: ImportedExpert) -> Mapping[str, Value]:
    e = imported.expert
    return {
        NUMBER: e.number,
        NAME: e.name,
        EMPLOYER: e.employer,
        CODE: e.employer_code,
        PARENT: e.employer_parent,
        TITLE: e.title,
        SPECIALITIES: "、".join(e.specialities),
        IDENTITY: imported.identity,
    }


def read(data: bytes) -> tuple[ImportedExpert, ...]:
    """Every expert in the workbook, or `InvalidInput` with every problem found in it."""
    findings = Findings()
    rows = forms.read(open_safely(data), FORMS, findings)
    entered = forms.unique(rows[EXPERTS.name], NUMBER)
    if not entered and not findings.problems:
        findings.add(EXPERTS.name, "", _("没有任何专家。请至少填写一行。"))
    employments: dict[str, list[Employment]] = {number: [] for number in entered}
    relations: dict[str, list[Relation]] = {number: [] for number in entered}
    for row in rows[EMPLOYMENTS.name]:
        job = _employment(row)
        employments.get(_owner(row, entered), []).append(job)
    for row in rows[RELATIONS.name]:
        relation = _relation(row)
        relations.get(_owner(row, entered), []).append(relation)
    experts = tuple(
        _expert(row, number, employments[number], relations[number]) for number, row in entered.items()
    )
    findings.stop_if_any()
    return experts


def _owner(row: Row, entered: Mapping[str, Row]) -> str:
    number = row.get(NUMBER, cells.number, "")
    if number and number not in entered:
        row.problem(NUMBER, _("“专家”表中没有这个编号。请核对。"))
    return number


def _text(row: Row, column: str) -> str:
    return row.get(column, partial(cells.prose, longest=LONGEST[column]), "")


def _employment(row: Row) -> Employment:
    since = row.get(SINCE, cells.day, None)
    until = row.get(UNTIL, partial(cells.day, end=True), None)
    if since and until and until < since:
        row.problem(UNTIL, _("终止日期早于起始日期。请核对。"))
    return Employment(_text(row, PAST_UNIT), since, until)


def _relation(row: Row) -> Relation:
    kind = row.choice(KIND, RELATION_TERMS, RelationKind.OTHER)
    return Relation(kind, _text(row, TOWARDS), _text(row, NOTE))


def _expert(
    row: Row, number: str, jobs: Sequence[Employment], relations: Sequence[Relation]
) -> ImportedExpert:
    expert = Expert(
        number=number,
        name=_text(row, NAME),
        employer=_text(row, EMPLOYER),
        employer_code=row.get(CODE, cells.unit_code, ""),
        employer_parent=_text(row, PARENT),
        title=_text(row, TITLE),
        specialities=tuple(filter(None, re.split(r"[、,，;；/\s]+", _text(row, SPECIALITIES)))),
        employments=tuple(jobs),
        relations=tuple(relations),
    )
    return ImportedExpert(expert, row.get(IDENTITY, cells.identity, ""))
