"""Workbooks for the tests, good and bad, all made here."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

import openpyxl
import xlsxwriter

from panel.documents.applications import Criteria, ImportedApplication, ImportedStudio, IntakeApplications
from panel.rules.applications import (
    REQUIRED_MATERIALS,
    Application,
    BudgetCategory,
    BudgetLine,
    CertificateLevel,
    EmploymentKind,
    Member,
    OccupationState,
    ProjectKind,
    Studio,
    Track,
)

CRITERIA: Criteria = {
    Track.STUDIO: (("S1", "大师"), ("S2", "团队")),
    Track.PROJECT: (("P1", "必要性"), ("P2", "可行性")),
}

# The worked example of GB 11643 itself, and that of GB 32100.
IDENTITY = "11010519491231002X"
UNIT_CODE = "91350100M000100Y43"

STUDIO = Application(
    number="S01",
    track=Track.STUDIO,
    unit="甲公司（虚构）",
    unit_code=UNIT_CODE,
    address="虚构路1号",
    in_district=True,
    master_name="张三（虚构）",
    master_last4="002X",
    occupation="焊工",
    occupation_state=OccupationState.LISTED,
    certificate=CertificateLevel.TECHNICIAN,
    parent_unit="甲集团（虚构）",
    branch="甲公司一分厂（虚构）",
    exception="说明",
    summary="工作室摘要。",
    team=(
        Member("李四（虚构）", EmploymentKind.FORMAL),
        Member("王五（虚构）", EmploymentKind.DISPATCHED),
    ),
    materials=frozenset(REQUIRED_MATERIALS[Track.STUDIO]),
    statements={"S1": "技艺高。", "S2": "团队好。"},
)
PROJECT = Application(
    number="P01",
    track=Track.PROJECT,
    unit="甲公司（虚构）",
    unit_code=UNIT_CODE,
    address="虚构路1号",
    in_district=False,
    master_name="张三（虚构）",
    master_last4="002X",
    occupation="焊工",
    occupation_state=OccupationState.UNLISTED,
    certificate=CertificateLevel.NONE,
    linked_studio="S01",
    title="攻关",
    kind=ProjectKind.PROCESS,
    months=12,
    total_fen=6_000_050,
    subsidy_fen=4_800_000,
    summary="项目摘要。",
    budget=(
        BudgetLine(BudgetCategory.EQUIPMENT, "焊机", 5_000_000, "两家报价"),
        BudgetLine(BudgetCategory.TRAINING, "培训", 1_000_050),
    ),
    materials=frozenset(list(REQUIRED_MATERIALS[Track.PROJECT])[:2]),
    statements={"P1": "确有必要。\n另有说明。", "P2": "可行。"},
)
EXISTING = Studio("X01", "乙公司（虚构）", UNIT_CODE, "赵六（虚构）", "电工", False, "", "", "", "")
INTAKE = IntakeApplications(
    (ImportedApplication(STUDIO, IDENTITY), ImportedApplication(PROJECT, IDENTITY)),
    (ImportedStudio(EXISTING),),
)


def edited(data: bytes, cells: Mapping[tuple[str, str], Any]) -> bytes:
    """The workbook with some cells changed: (sheet, "B4") -> value; None empties the cell."""

    def change(book: Any) -> None:
        for (sheet, at), value in cells.items():
            book[sheet][at] = value

    return changed(data, change)


def changed(data: bytes, change: Callable[[Any], object]) -> bytes:
    """The workbook after `change`."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def simple(rows: Mapping[str, list[list[Any]]]) -> bytes:
    """A plain workbook: sheet name -> rows of cells."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        for name, lines in rows.items():
            sheet = book.add_worksheet(name)
            for at, line in enumerate(lines):
                sheet.write_row(at, 0, line)
    return out.getvalue()


def repacked(data: bytes, extra: Mapping[str, bytes], compress: bool = True) -> bytes:
    """The archive with parts added or replaced."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED) as new,
    ):
        parts = {name: old.read(name) for name in old.namelist()} | dict(extra)
        for name, content in parts.items():
            new.writestr(name, content)
    return out.getvalue()


def part(data: bytes, name: str) -> bytes:
    """One part of the archive."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name)
