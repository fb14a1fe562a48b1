"""Opens an uploaded workbook (工作簿) without trusting it: limits, and a child process that may be killed."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from panel.documents import children
from panel.documents.sandbox import UNSAFE, Fault, Limits, Refused, check_kind
from panel.errors import InvalidInput, Problem
from panel.language import N_, _

LIMITS = Limits()

_REMEDIES: Mapping[Fault, str] = {
    Fault.EMPTY: N_("文件是空的（0 字节）。请重新保存后再上传。"),
    Fault.FILE_TOO_BIG: N_("文件超过 {file_mib} MB。请删去图片和多余内容后再上传。"),
    Fault.ENCRYPTED: N_("文件设有打开密码，无法读取。请取消密码后另存，再上传。"),
    Fault.OLD_EXCEL: N_("这是旧版 Excel 文件（.xls）。请另存为 .xlsx 格式后再上传。"),
    Fault.TEXT: N_("这是文本文件（如 CSV），不是 Excel 工作簿。请使用本系统的模板（.xlsx）填写。"),
    Fault.NOT_EXCEL: N_("这不是 Excel 工作簿。请使用本系统的模板（.xlsx）填写。"),
    Fault.OTHER_OFFICE: N_(
        "这个压缩文件不是 .xlsx 工作簿（可能是 Word、WPS 或 ODS 文件）。请另存为 .xlsx 格式。"
    ),
    Fault.BROKEN: N_("文件已损坏或不完整，无法读取。请用 Excel 打开确认，重新保存后再上传。"),
    Fault.BOMB: N_("文件解压后异常庞大或结构异常，已拒绝读取。请把内容粘贴到新模板中再上传。"),
    Fault.ENTITIES: N_("文件中含有不允许的 XML 实体定义，已拒绝读取。请把内容粘贴到新模板中再上传。"),
    Fault.MACROS: N_("文件含有宏。请另存为不含宏的 .xlsx 格式后再上传。"),
    Fault.EXTERNAL_LINKS: N_("文件含有指向其他文件或数据源的链接。请断开链接、只保留数值后再上传。"),
    Fault.EMBEDDED: N_("文件含有嵌入的对象或控件。请删除后再上传。"),
    Fault.TOO_MANY_SHEETS: N_("工作表超过 {sheets} 个。请只保留模板中的工作表。"),
    Fault.TOO_MANY_ROWS: N_("内容超出第 {rows} 行。请删去多余的行，或分成几个文件上传。"),
    Fault.TOO_MANY_COLUMNS: N_("内容超出第 {columns} 列。请删去模板以外的列。"),
    Fault.TOO_SLOW: N_("读取超过 {seconds} 秒，已停止。请把内容粘贴到新模板中再上传。"),
    Fault.TOO_HEAVY: N_("读取所需内存超过限度，已停止。请把内容粘贴到新模板中再上传。"),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell that holds something: s text, n number, b yes or no, d date, f formula, e error."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: row number -> column number -> cell, empty rows and cells left out."""

    name: str
    rows: Mapping[int, Mapping[int, Cell]]


def open_safely(data: bytes, limits: Limits = LIMITS) -> tuple[Sheet, ...]:
    """The cells of all sheets of an .xlsx workbook, or `InvalidInput` with a sentence why it is not read."""
    try:
        check_kind(data, limits)
        return tuple(_sheet(sheet["name"], sheet["rows"]) for sheet in _parsed(data, limits))
    except Refused as refused:
        raise InvalidInput(problem(refused, limits)) from None


def problem(refused: Refused, limits: Limits = LIMITS) -> Problem:
    """The fault in words: where it lies and what to do."""
    where = _("工作表“{name}”").format(name=refused.sheet) if refused.sheet else _("文件")
    facts = asdict(limits) | {"file_mib": limits.file_bytes // (1024 * 1024)}
    return Problem(where, "", _(_REMEDIES[refused.fault]).format(**facts))


def _parsed(data: bytes, limits: Limits) -> list[dict[str, Any]]:
    """What the child process makes of it."""
    try:
        child = children.ask("panel.documents.sandbox", json.dumps(asdict(limits)), data, limits.seconds)
    except subprocess.TimeoutExpired:
        raise Refused(Fault.TOO_SLOW) from None
    if child.returncode == UNSAFE:
        raise RuntimeError("openpyxl does not read through defusedxml: no workbook is read")
    if child.returncode:
        # Killed by its own limit, or so short of memory that it could not say so.
        raise Refused(Fault.TOO_HEAVY)
    answer = json.loads(child.stdout)
    if "fault" in answer:
        raise Refused(Fault(answer["fault"]), answer["sheet"])
    sheets: list[dict[str, Any]] = answer["sheets"]
    return sheets


def _sheet(name: str, rows: list[tuple[int, list[tuple[int, str, str]]]]) -> Sheet:
    return Sheet(
        name, {number: {at: Cell(kind, value) for at, kind, value in cells} for number, cells in rows}
    )
