"""Names of files by the template, and the paper that a title names."""

from __future__ import annotations

import pytest

from panel.rules.applications import Material
from panel.rules.materials import FileKind, MisnamedFile, Named, NameFault, matched, named

TERMS = {
    Material.M1_FORM: "工作室申报表（附件1）",
    Material.M2_REPORT: "申报报告",
    Material.M4A_IDENTITY: "大师及成员身份、学历、职业资格证明",
}


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("S01_申报报告.pdf", Named("S01", "申报报告", "pdf")),
        ("Ｓ０１＿申报报告．ＰＤＦ", Named("S01", "申报报告", "PDF")),
        (" P12 _ 合同_第二份 .jpeg", Named("P12", "合同_第二份", "jpeg")),
        ("P1_" + "长" * 80 + ".png", Named("P1", "长" * 60, "png")),
    ],
)
def test_a_name_by_the_template_tells_the_application_and_the_paper(name: str, read: Named) -> None:
    assert named(name) == read


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("申报报告.pdf", NameFault.FORM),
        ("_申报报告.pdf", NameFault.FORM),
        ("S01_.pdf", NameFault.FORM),
        ("S01_申报报告.docx", NameFault.ENDING),
        ("S01_申报报告", NameFault.ENDING),
        (".pdf", NameFault.ENDING),
        ("S01_申报\0报告.pdf", NameFault.CONTROL),
        ("S01_申报\u202efdp.pdf", NameFault.CONTROL),
        ("S01_" + "长" * 120 + ".pdf", NameFault.TOO_LONG),
    ],
)
def test_another_name_says_what_is_wrong(name: str, fault: NameFault) -> None:
    with pytest.raises(MisnamedFile) as refused:
        named(name)
    assert refused.value.fault is fault


def test_a_chinese_name_of_255_bytes_is_taken() -> None:
    name = "S01_" + "材" * 82 + "x.pdf"
    assert len(name.encode()) == 255
    assert named(name).number == "S01"


@pytest.mark.parametrize(
    ("title", "material"),
    [
        ("申报报告", Material.M2_REPORT),
        ("申报报告2", Material.M2_REPORT),
        ("工作室申报表", Material.M1_FORM),
        ("工作室申报表(附件1)", Material.M1_FORM),
        ("m4a", Material.M4A_IDENTITY),
        ("M2", Material.M2_REPORT),
        ("获奖照片", None),
        ("2026", None),
    ],
)
def test_a_title_names_a_paper_by_term_or_code(title: str, material: Material | None) -> None:
    assert matched(title, TERMS) is material


def test_an_ending_stands_for_a_kind() -> None:
    assert [FileKind.of_ending(ending) for ending in ("PDF", ".jpeg", "jpg", "png", "svg")] == [
        FileKind.PDF,
        FileKind.JPG,
        FileKind.JPG,
        FileKind.PNG,
        None,
    ]
