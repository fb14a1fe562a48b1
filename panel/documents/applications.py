"""The workbook of applications (申报): the template an office fills in, and the reader that takes it back."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import partial
from typing import TypeVar

from panel.documents import cells, forms, layouts
from panel.documents.forms import Column, Findings, Form, Row
from panel.documents.layouts import Guide, Value
from panel.documents.workbooks import Cell, open_safely
from panel.language import N_, _, between
from panel.rules.applications import (
    REQUIRED_MATERIALS,
    Application,
    BudgetCategory,
    BudgetLine,
    CertificateLevel,
    EmploymentKind,
    Material,
    Member,
    OccupationState,
    ProjectKind,
    Studio,
    Track,
)
from panel.vocabulary import TERMS

Criteria = Mapping[Track, Sequence[tuple[str, str]]]
"""What is judged, as the policy names it: track -> (criterion id, Chinese name) in order."""

_E = TypeVar("_E", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class ImportedApplication:
    """One application as read. The service hashes `master_id` and sets `master_key`; the raw number goes no
    further."""

    application: Application
    master_id: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ImportedStudio:
    """One existing studio as read; `master_id` is empty where the register has none."""

    studio: Studio
    master_id: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class IntakeApplications:
    """All that one workbook of applications says, in the order of its rows."""

    applications: tuple[ImportedApplication, ...]
    studios: tuple[ImportedStudio, ...] = ()


def terms(kind: type[_E]) -> dict[str, _E]:
    """The official terms of an enumeration, as the drop-downs offer them."""
    return {TERMS[kind][value]: value for value in kind}


TICK = "✓"
YES, NO = "是", "否"
NUMBER, TRACK, LINK = "申报编号", "申报类别", "所属工作室编号"
UNIT, CODE, PARENT, BRANCH = "申报单位", "统一社会信用代码", "上级单位", "分公司（分厂）"
ADDRESS, IN_DISTRICT = "地址", "在本区注册或经营"
MASTER, IDENTITY, OCCUPATION = "技能大师姓名", "身份证号", "职业（工种）"
STATE, CERTIFICATE, EXCEPTION = "职业列入情况", "证书等级", "例外说明"
TITLE, KIND, MONTHS, TOTAL, SUBSIDY = "项目名称", "项目类别", "建设期（月）", "总预算（元）", "申请补助（元）"
SUMMARY = "内容摘要"
MEMBER, EMPLOYMENT = "姓名", "用工形式"
CATEGORY, ITEM, AMOUNT, NOTE = "支出类别", "支出内容", "金额（元）", "测算说明"
CRITERION, STATEMENT = "评审指标", "陈述内容"
STUDIO, STUDIO_UNIT, RUNNING = "工作室编号", "所在单位", "正常运转"

MATERIAL_COLUMNS: Mapping[Material, str] = {m: f"{m.value} {TERMS[Material][m]}" for m in Material}
PROJECT_COLUMNS = (LINK, TITLE, KIND, MONTHS, TOTAL, SUBSIDY)

LONGEST: Mapping[str, int] = {
    UNIT: 100,
    PARENT: 100,
    BRANCH: 100,
    ADDRESS: 200,
    MASTER: 50,
    OCCUPATION: 60,
    EXCEPTION: 500,
    TITLE: 100,
    SUMMARY: 1000,
    MEMBER: 50,
    ITEM: 100,
    NOTE: 200,
    STATEMENT: 2000,
    STUDIO_UNIT: 100,
}
"""The longest texts that are taken, in characters."""

_LINKED_NUMBER = N_("与“申报”表中的申报编号一致。")

APPLICATIONS = Form(
    "申报",
    "申报汇总表",
    (
        Column(NUMBER, 10, N_("本单位编定，不得重复，例如 S01、P10。"), True, style="centre", group="编号"),
        Column(TRACK, 17, N_("从列表中选择。"), True, tuple(terms(Track)), "centre", group="编号"),
        Column(
            LINK,
            10,
            N_("建设项目必填：新申报的或已有的工作室编号；工作室不填。"),
            style="centre",
            group="编号",
        ),
        Column(UNIT, 26, N_("营业执照或法人证书上的全称，不超过 100 字。"), True, group="申报单位"),
        Column(CODE, 22, N_("18 位。请保持文本格式。"), True, style="centre", group="申报单位"),
        Column(PARENT, 22, N_("有上级单位或控股集团的填写全称。"), group="申报单位"),
        Column(BRANCH, 22, N_("以分公司、分厂申报的填写其全称（第八条）。"), group="申报单位"),
        Column(ADDRESS, 28, N_("工作室（项目）所在地址。"), True, group="申报单位"),
        Column(
            IN_DISTRICT, 10, N_("所填地址是否在本区：是或否。"), True, (YES, NO), "centre", group="申报单位"
        ),
        Column(MASTER, 14, N_("一人姓名。"), True, style="centre", group="技能大师"),
        Column(
            IDENTITY,
            22,
            N_("18 位公民身份号码，只作加密比对。请保持文本格式。"),
            True,
            style="centre",
            secret=True,
            group="技能大师",
        ),
        Column(OCCUPATION, 18, N_("按职业分类大典名称填写。"), True, style="centre", group="技能大师"),
        Column(
            STATE,
            20,
            N_("第二条所列三种情形，从列表中选择。"),
            True,
            tuple(terms(OccupationState)),
            "centre",
            group="技能大师",
        ),
        Column(
            CERTIFICATE,
            11,
            N_("国家职业资格或职业技能等级，从列表中选择。"),
            True,
            tuple(terms(CertificateLevel)),
            "centre",
            group="技能大师",
        ),
        Column(EXCEPTION, 36, N_("未达“原则上技师及以上”的说明理由，不超过 500 字。"), group="技能大师"),
        Column(
            TITLE, 28, N_("建设项目填写，不超过 100 字；实行盲评，不得出现单位和人员名称。"), group="建设项目"
        ),
        Column(
            KIND,
            18,
            N_("第七条第（三）项所列五类之一，建设项目必填。"),
            False,
            tuple(terms(ProjectKind)),
            "centre",
            group="建设项目",
        ),
        Column(MONTHS, 9, N_("整月数，一般不超过 12。"), style="whole", group="建设项目"),
        Column(TOTAL, 14, N_("以元为单位，最多两位小数。"), style="money", group="建设项目"),
        Column(SUBSIDY, 14, N_("以元为单位，最多两位小数。"), style="money", group="建设项目"),
        Column(SUMMARY, 60, N_("不超过 1000 字；建设项目不得出现单位和人员名称。"), True, group="内容"),
        *(
            Column(name, 12, N_("已提交的填“✓”，未提交的留空。"), False, (TICK,), "centre", group=group)
            for m, name in MATERIAL_COLUMNS.items()
            for group in ["工作室申报材料" if m.startswith("M") else "建设项目申报材料"]
        ),
    ),
)
TEAM = Form(
    "团队成员",
    "团队成员（技能大师本人除外）",
    (
        Column(NUMBER, 12, _LINKED_NUMBER, True, style="centre"),
        Column(MEMBER, 20, N_("每人一行，不超过 50 字。"), True, style="centre"),
        Column(EMPLOYMENT, 14, N_("从列表中选择。"), True, tuple(terms(EmploymentKind)), "centre"),
    ),
    landscape=False,
)
BUDGET = Form(
    "经费预算",
    "建设项目经费预算",
    (
        Column(NUMBER, 12, _LINKED_NUMBER, True, style="centre"),
        Column(
            CATEGORY, 14, N_("第十五条所列四类，从列表中选择。"), True, tuple(terms(BudgetCategory)), "centre"
        ),
        Column(ITEM, 40, N_("每项支出一行，不超过 100 字。"), True),
        Column(AMOUNT, 16, N_("以元为单位，最多两位小数。"), True, style="money"),
        Column(NOTE, 50, N_("单价、数量和依据，不超过 200 字。")),
    ),
)
STUDIOS = Form(
    "已有工作室",
    "已认定的工作室",
    (
        Column(STUDIO, 12, N_("认定时的编号，例如 X01。"), True, style="centre"),
        Column(STUDIO_UNIT, 30, N_("全称，不超过 100 字。"), True),
        Column(CODE, 22, N_("18 位。请保持文本格式。"), True, style="centre"),
        Column(PARENT, 26, N_("有上级单位或控股集团的填写全称。")),
        Column(BRANCH, 26, N_("以分公司、分厂认定的填写其全称。")),
        Column(MASTER, 16, N_("领办人姓名。"), True, style="centre"),
        Column(IDENTITY, 22, N_("可不填；填写则为 18 位，只作加密比对。"), style="centre", secret=True),
        Column(OCCUPATION, 20, N_("认定时的职业（工种）。"), True, style="centre"),
        Column(RUNNING, 10, N_("是或否（第十条）。"), True, (YES, NO), "centre"),
    ),
    optional=True,
)
GUIDE = Guide(
    "申报工作簿填写说明",
    (
        "一行一项申报：工作室和它带来的建设项目各占一行，项目行用“所属工作室编号”指明所属的工作室（第十条）。",
        "表头带 * 的列必填；有下拉列表的列请从列表中选择；不要增删、改名工作表和列，可以调整列的先后。",
        "不要使用公式；金额以元为单位；身份证号和信用代码保持文本格式。全角数字、以文本存储的数字可以识别。",
        "“团队成员”“经费预算”“评审陈述”各表用申报编号与“申报”表对应；评审陈述每项指标一行，缺一不可。",
        "建设项目按代码盲评：项目名称、内容摘要和评审陈述中不得出现单位名称、人员姓名及其他可以识别申报单位的内容。",
        "整份文件全部无误才会导入；有任何一处问题则全部不导入，并逐格列出位置、原值和改法。",
    ),
)


def statements_form(criteria: Criteria) -> Form:
    """The sheet of statements: which criteria it offers depends on the policy."""
    offered = tuple(f"{id_} {name}" for several in criteria.values() for id_, name in several)
    return Form(
        "评审陈述",
        "按评审指标的陈述",
        (
            Column(NUMBER, 12, _LINKED_NUMBER, True, style="centre"),
            Column(CRITERION, 30, N_("从列表中选择该申报类别的评审指标，每项一行。"), True, offered),
            Column(STATEMENT, 100, N_("不超过 2000 字；确无内容的填“未填写”。"), True),
        ),
    )


def _forms(criteria: Criteria) -> tuple[Form, ...]:
    return (APPLICATIONS, TEAM, BUDGET, statements_form(criteria), STUDIOS)


# Writing


def template(criteria: Criteria) -> bytes:
    """The empty workbook, ready to be filled in."""
    return write(criteria, IntakeApplications(()))


def write(criteria: Criteria, intake: IntakeApplications) -> bytes:
    """The workbook filled with `intake`."""
    entered = [imported.application for imported in intake.applications]
    names = {id_: f"{id_} {name}" for several in criteria.values() for id_, name in several}
    rows: dict[str, list[Mapping[str, Value]]] = {
        APPLICATIONS.name: [_application_row(imported) for imported in intake.applications],
        TEAM.name: [
            {NUMBER: a.number, MEMBER: m.name, EMPLOYMENT: TERMS[EmploymentKind][m.employment]}
            for a in entered
            for m in a.team
        ],
        BUDGET.name: [_budget_row(a.number, line) for a in entered for line in a.budget],
        statements_form(criteria).name: [
            {NUMBER: a.number, CRITERION: names[id_], STATEMENT: text}
            for a in entered
            for id_, text in a.statements.items()
        ],
        STUDIOS.name: [_studio_row(imported) for imported in intake.studios],
    }
    return layouts.write(GUIDE, _forms(criteria), rows)


def _application_row(imported: ImportedApplication) -> Mapping[str, Value]:
    a = imported.application
    row: dict[str, Value] = {
        NUMBER: a.number,
        TRACK: TERMS[Track][a.track],
        LINK: a.linked_studio,
        UNIT: a.unit,
        CODE: a.unit_code,
        PARENT: a.parent_unit,
        BRANCH: a.branch,
        ADDRESS: a.address,
        IN_DISTRICT: YES if a.in_district else NO,
        MASTER: a.master_name,
        IDENTITY: imported.master_id,
        OCCUPATION: a.occupation,
        STATE: TERMS[OccupationState][a.occupation_state],
        CERTIFICATE: TERMS[CertificateLevel][a.certificate],
        EXCEPTION: a.exception,
        TITLE: a.title,
        KIND: TERMS[ProjectKind][a.kind] if a.kind else "",
        MONTHS: a.months,
        TOTAL: _yuan(a.total_fen),
        SUBSIDY: _yuan(a.subsidy_fen),
        SUMMARY: a.summary,
    }
    return row | {name: TICK for material, name in MATERIAL_COLUMNS.items() if material in a.materials}


def _budget_row(number: str, line: BudgetLine) -> Mapping[str, Value]:
    category = TERMS[BudgetCategory][line.category]
    return {
        NUMBER: number,
        CATEGORY: category,
        ITEM: line.item,
        AMOUNT: _yuan(line.amount_fen),
        NOTE: line.note,
    }


def _studio_row(imported: ImportedStudio) -> Mapping[str, Value]:
    s = imported.studio
    return {
        STUDIO: s.number,
        STUDIO_UNIT: s.unit,
        CODE: s.unit_code,
        PARENT: s.parent_unit,
        BRANCH: s.branch,
        MASTER: s.master_name,
        IDENTITY: imported.master_id,
        OCCUPATION: s.occupation,
        RUNNING: YES if s.running else NO,
    }


def _yuan(fen: int | None) -> float | None:
    """Exact below fifteen digits, which is more than any amount that is taken."""
    return None if fen is None else fen / 100


# Reading


def read(data: bytes, criteria: Criteria, known_studios: Collection[str] = ()) -> IntakeApplications:
    """Everything in the workbook, or `InvalidInput` with every problem found in it.

    `known_studios` are the numbers of studios already on the register, to which a project may refer
    without the workbook listing them again.
    """
    findings = Findings()
    rows = forms.read(open_safely(data), _forms(criteria), findings)
    studios = forms.unique(rows[STUDIOS.name], STUDIO)
    entered = forms.unique(rows[APPLICATIONS.name], NUMBER, studios)
    if not rows[APPLICATIONS.name]:
        findings.add(APPLICATIONS.name, "", _("没有任何申报。请至少填写一行。"))
    tracks = {number: _track(row) for number, row in entered.items()}
    parts = _Parts(tracks, criteria)
    for row in rows[TEAM.name]:
        parts.add_member(row)
    for row in rows[BUDGET.name]:
        parts.add_budget(row)
    for row in rows[statements_form(criteria).name]:
        parts.add_statement(row)
    known = set(known_studios) | studios.keys() | {n for n, track in tracks.items() if track is Track.STUDIO}
    applications = tuple(_application(row, n, tracks[n], parts, known) for n, row in entered.items())
    register = tuple(_studio(row, number) for number, row in studios.items())
    findings.stop_if_any()
    return IntakeApplications(applications, register)


class _Parts:
    """What the other sheets say of each application."""

    def __init__(self, tracks: Mapping[str, Track], criteria: Criteria) -> None:
        self._tracks = tracks
        self.criteria = criteria
        self.team: dict[str, list[Member]] = {number: [] for number in tracks}
        self.budget: dict[str, list[BudgetLine]] = {number: [] for number in tracks}
        self.statements: dict[str, dict[str, str]] = {number: {} for number in tracks}

    def _owner(self, row: Row) -> str:
        """The application a row belongs to, or nothing when there is none."""
        number = row.get(NUMBER, cells.number, "")
        if number and number not in self._tracks:
            row.problem(NUMBER, _("“申报”表中没有这个编号。请核对。"))
        return number if number in self._tracks else ""

    def add_member(self, row: Row) -> None:
        """One row of the team."""
        owner, name = self._owner(row), _text(row, MEMBER)
        employment = row.choice(EMPLOYMENT, terms(EmploymentKind), EmploymentKind.FORMAL)
        if owner:
            self.team[owner].append(Member(name, employment))

    def add_budget(self, row: Row) -> None:
        """One row of the budget."""
        owner = self._owner(row)
        line = BudgetLine(
            category=row.choice(CATEGORY, terms(BudgetCategory), BudgetCategory.EQUIPMENT),
            item=_text(row, ITEM),
            amount_fen=row.get(AMOUNT, cells.money, 0),
            note=_text(row, NOTE),
        )
        if owner and self._tracks[owner] is Track.STUDIO:
            row.problem(NUMBER, _("经费预算只填建设项目，{number} 是工作室。").format(number=owner))
        elif owner:
            self.budget[owner].append(line)

    def add_statement(self, row: Row) -> None:
        """One statement; it must be on a criterion of the application's own track, and the only one on it."""
        owner, text = self._owner(row), _text(row, STATEMENT, lines=True)
        tracks = [self._tracks[owner]] if owner else list(self.criteria)
        accepted = {f"{id_} {name}": id_ for track in tracks for id_, name in self.criteria[track]}
        criterion = row.get(CRITERION, partial(_criterion, accepted=accepted), "")
        if not owner or not criterion:
            return
        if criterion in self.statements[owner]:
            row.problem(CRITERION, _("{number} 的这项指标已有陈述，请合并为一行。").format(number=owner))
        self.statements[owner][criterion] = text


def _track(row: Row) -> Track:
    """The track; where its word is wrong, as which the row is filled in: all else would seem wrong."""
    likely = Track.PROJECT if any(map(row.filled, PROJECT_COLUMNS)) else Track.STUDIO
    return row.choice(TRACK, terms(Track), likely)


def _criterion(cell: Cell, accepted: Mapping[str, str]) -> str:
    """A criterion by its id, whatever words stand behind it."""
    text = cells.compact(cells.raw(cell)).upper()
    for id_ in accepted.values():
        if re.match(re.escape(id_.upper()) + r"(?![A-Z0-9._-])", text):
            return id_
    raise cells.Wrong(_("不是该申报类别的评审指标，应为：{names}。").format(names=_("、").join(accepted)))


def _text(row: Row, column: str, lines: bool = False) -> str:
    return row.get(column, partial(cells.prose, longest=LONGEST[column], lines=lines), "")


def _application(
    row: Row, number: str, track: Track, parts: _Parts, known: Collection[str]
) -> ImportedApplication:
    _check_statements(number, track, parts, row)
    application = Application(
        number=number,
        track=track,
        unit=_text(row, UNIT),
        unit_code=row.get(CODE, cells.unit_code, ""),
        parent_unit=_text(row, PARENT),
        branch=_text(row, BRANCH),
        address=_text(row, ADDRESS),
        in_district=row.get(IN_DISTRICT, cells.yes, True),
        master_name=_text(row, MASTER),
        occupation=_text(row, OCCUPATION),
        occupation_state=row.choice(STATE, terms(OccupationState), OccupationState.LISTED),
        certificate=row.choice(CERTIFICATE, terms(CertificateLevel), CertificateLevel.NONE),
        exception=_text(row, EXCEPTION, lines=True),
        summary=_text(row, SUMMARY, lines=True),
        team=tuple(parts.team[number]),
        budget=tuple(parts.budget[number]),
        materials=_materials(row, track),
        statements=parts.statements[number],
    )
    master_id = row.get(IDENTITY, cells.identity, "")
    application = replace(application, master_last4=master_id[-4:])
    if track is Track.PROJECT:
        return ImportedApplication(_project(row, application, known), master_id)
    for column in PROJECT_COLUMNS:
        if row.filled(column):
            row.problem(column, _("只有建设项目填写这一列；工作室请留空，项目另起一行。"))
    return ImportedApplication(application, master_id)


def _project(row: Row, application: Application, known: Collection[str]) -> Application:
    """The project's own columns. Figures may be missing: that is for the secretary to have completed."""
    for column in (LINK, TITLE, KIND):
        if not row.filled(column):
            row.problem(column, _("建设项目必填。") + between() + _(row.form.column(column).hint))
    link = row.get(LINK, cells.number, "")
    if link and link not in known:
        row.problem(LINK, _("找不到这个工作室：“申报”表、“已有工作室”表和登记册中都没有。请核对编号。"))
    return replace(
        application,
        linked_studio=link,
        title=_text(row, TITLE),
        kind=row.choice(KIND, dict[str, ProjectKind | None](terms(ProjectKind)), None),
        months=row.get(MONTHS, partial(cells.whole, least=1, most=60), None),
        total_fen=row.get(TOTAL, cells.money, None),
        subsidy_fen=row.get(SUBSIDY, cells.money, None),
    )


def _materials(row: Row, track: Track) -> frozenset[Material]:
    handed_in = {m for m, column in MATERIAL_COLUMNS.items() if row.get(column, cells.ticked, False)}
    for material in sorted(handed_in.difference(REQUIRED_MATERIALS[track])):
        remedy = _("{track}不交这一项材料，请留空；工作室和项目的材料各勾在自己的行上。")
        row.problem(MATERIAL_COLUMNS[material], remedy.format(track=TERMS[Track][track]))
    return frozenset(handed_in)


def _check_statements(number: str, track: Track, parts: _Parts, row: Row) -> None:
    """Every criterion of the track needs its statement, since experts judge by it."""
    missing = [f"{id_} {name}" for id_, name in parts.criteria[track] if id_ not in parts.statements[number]]
    if missing and not number.startswith("?"):
        remedy = _("“评审陈述”表中缺少：{names}。请各补一行。").format(names=_("、").join(missing))
        row.problem(NUMBER, remedy)


def _studio(row: Row, number: str) -> ImportedStudio:
    master_id = row.get(IDENTITY, cells.identity, "")
    studio = Studio(
        number=number,
        unit=_text(row, STUDIO_UNIT),
        unit_code=row.get(CODE, cells.unit_code, ""),
        master_name=_text(row, MASTER),
        occupation=_text(row, OCCUPATION),
        running=row.get(RUNNING, cells.yes, True),
        parent_unit=_text(row, PARENT),
        branch=_text(row, BRANCH),
        master_last4=master_id[-4:],
    )
    return ImportedStudio(studio, master_id)
