"""What stood in a field of an application, in words."""

from __future__ import annotations

import pytest

from panel.language import speaking
from panel.sentences.corrections import compared, words

LINE = {"category": "research", "item": "试验", "amount_fen": 2_680_050, "note": "一次"}


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("title", "焊接", "焊接"),
        ("title", "", "（空）"),
        ("months", None, "（空）"),
        ("team", [], "（空）"),
        ("statements", {}, "（空）"),
        ("months", 12, "12 个月"),
        ("total_fen", 6_800_000, "68,000 元"),
        ("in_district", True, "是"),
        ("in_district", False, "否"),
        ("certificate", "technician", "技师"),
        ("kind", "process", "工艺改进与技术革新"),
        ("materials", ["M1"], "工作室申报表（附件1）（M1）"),
        ("team", [{"name": "成员", "employment": "formal"}], "成员（正式）"),
        (
            "budget",
            [LINE | {"note": ""}, LINE],
            "研发创新：试验 26,800.50 元；研发创新：试验 26,800.50 元（一次）",
        ),
        ("statements", {"P1": "很有必要。"}, "P1：很有必要。"),
    ],
)
def test_a_value_is_told_as_the_application_tells_it(field: str, value: object, expected: str) -> None:
    assert words(field, value) == expected


def test_it_is_told_in_english_as_well() -> None:
    with speaking("en"):
        assert words("months", 12) == "12 months"
        assert words("summary", "") == "(empty)"


@pytest.mark.parametrize(
    ("before", "after", "old", "new"),
    [
        ("12 个月", "18 个月", "[12 个月]", "[18 个月]"),
        (
            "本项目由甲公司承担，共培训四期。",
            "本项目由申报单位承担，共培训四期。",
            "本项目由[甲公司]承担，共培训四期。",
            "本项目由[申报单位]承担，共培训四期。",
        ),
        (
            "甲乙丙丁戊己庚辛壬癸子丑寅",
            "甲乙丙戊己庚辛壬癸子丑寅",
            "甲乙丙[丁]戊己庚辛壬癸子丑寅",
            "甲乙丙戊己庚辛壬癸子丑寅",
        ),
        # What comes again by chance within a passage put in anew does not tear it.
        (
            "一二三四五六七八的九十百千",
            "一二三四东南西北的左右前后",
            "一二三四[五六七八的九十百千]",
            "一二三四[东南西北的左右前后]",
        ),
        ("长" * 5001, "短", "[" + "长" * 5001 + "]", "[短]"),
    ],
)
def test_only_what_differs_is_marked(before: str, after: str, old: str, new: str) -> None:
    shown = [
        "".join(f"[{text}]" if changed else text for text, changed in pieces)
        for pieces in compared(before, after)
    ]
    assert shown == [old, new]
