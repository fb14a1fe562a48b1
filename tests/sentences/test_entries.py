"""What an entry says, field by field."""

from __future__ import annotations

from dataclasses import fields

from panel.audit.events import VOCABULARY
from panel.rules.applications import Application
from panel.sentences import entries
from panel.sentences.entries import Fact
from panel.sentences.events import value

NAMES = {"E1": "E1 王某（虚构）"}


def facts(**data: object) -> list[tuple[str, str]]:
    return [(fact.label, fact.text) for fact in entries.facts(data, name=lambda one: NAMES.get(one, one))]


def test_every_field_of_every_event_has_a_name() -> None:
    known = {field.name for event in VOCABULARY.values() for field in fields(event)}
    assert sorted(known - set(entries.LABELS)) == []
    assert sorted(set(entries.LABELS) - known) == []
    assert known >= entries.DIGESTS


def test_every_field_of_an_application_that_can_be_corrected_has_a_name() -> None:
    fixed = {"number"}
    assert {field.name for field in fields(Application)} - fixed - set(entries.COLUMNS) == set()
    assert entries.column("unit") == "申报单位"
    assert entries.column("later") == "later"


def test_codes_are_worded_and_people_named() -> None:
    assert facts(verdict="refused", article="8", findings=["master_twice", "gone"]) == [
        ("结论", "不予受理"),
        ("依据", "第八条"),
        ("自动审查发现", "领办人重复、gone"),
    ]
    assert facts(drawn=["E1", "E2"], missing=["E1/S01"]) == [
        ("抽出的专家", "E1 王某（虚构）、E2"),
        ("尚缺的评分表", "E1 王某（虚构） / S01"),
    ]
    assert facts(excluded=["E1:conflict", "E2:moon"]) == [
        ("排除的专家", "E1 王某（虚构）（利益冲突）、E2（moon）")
    ]
    assert facts(fields=["unit", "months"], late=True) == [
        ("更正的栏目", "申报单位、建设期"),
        ("评分开始后作出", "是"),
    ]


def test_a_device_is_named_as_a_person_would_name_it() -> None:
    assert value("client", "ipad/safari") == "iPad 平板，Safari 浏览器"


def test_hashes_are_marked_and_some_fields_left_out() -> None:
    made = list(entries.facts({"c": "9f", "reason": "e4", "later": 3}, without=frozenset({"reason"})))
    assert made == [Fact("c", "封存值", "9f", True), Fact("later", "later", "3", False)]
