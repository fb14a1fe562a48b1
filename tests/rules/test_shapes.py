"""Where a fault of shape is, and what would be right, in words."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field

from panel.rules.criteria import Identity, Words
from panel.rules.quantities import Points
from panel.rules.shapes import Findings, Shape, shaped


class Leaf(Shape):
    id: str
    words: Words


class Top(Shape):
    version: Literal[1]
    kind: Identity
    day: date
    count: Annotated[int, Field(ge=1, le=9)]
    sure: bool
    points: Points
    leaves: tuple[Leaf, ...]
    shares: dict[str, Annotated[int, Field(ge=0, le=100)]]
    rest: dict[str, Any]


RIGHT: dict[str, Any] = {
    "version": 1,
    "kind": "named",
    "day": date(2026, 9, 10),
    "count": 3,
    "sure": True,
    "points": "7.5",
    "leaves": [{"id": "A", "words": {"zh": " 甲 ", "en": "a"}}],
    "shares": {"A": 60},
    "rest": {"any": ["thing"]},
}
LEAF_KEYS = "must be a table with the keys id, words"
POINTS = "must be points above 0 with at most two decimals, such as 30 or 7.5"
WHOLE = "must be a whole number from 1 to 9"


def faults(**changes: object) -> list[tuple[str, str, str]]:
    """Where, value and remedy of every fault of the right table so changed."""
    data = {"top": RIGHT | changes}
    findings = Findings("x.toml", data)
    assert shaped(Top, data["top"], ("top",), findings) is None
    return [(p.where.removeprefix("x.toml: top."), p.value, p.remedy) for p in findings.problems]


def test_a_right_table_takes_its_shape() -> None:
    findings = Findings("x.toml", RIGHT)
    top = shaped(Top, RIGHT, (), findings)
    assert top is not None
    assert findings.problems == []
    assert (top.points, top.day, top.kind) == (750, date(2026, 9, 10), Identity.NAMED)
    assert top.leaves[0].words == Words("甲", "a")


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"version": 2}, ("version", "2", "must be 1")),
        ({"kind": "secret"}, ("kind", "secret", "must be one of named, coded")),
        ({"day": "2026-13-01"}, ("day", "2026-13-01", "must be a date such as 2025-03-05")),
        ({"day": 20260910}, ("day", "20260910", "must be a date such as 2025-03-05")),
        ({"count": 0}, ("count", "0", WHOLE)),
        ({"count": 10}, ("count", "10", WHOLE)),
        ({"count": "3"}, ("count", "3", WHOLE)),
        ({"count": True}, ("count", "true", WHOLE)),
        ({"count": "3.0"}, ("count", "3.0", WHOLE)),
        ({"sure": 1}, ("sure", "1", "must be true or false")),
        ({"points": "7.125"}, ("points", "7.125", POINTS)),
        ({"points": 0}, ("points", "0", POINTS)),
        ({"points": True}, ("points", "true", POINTS)),
        ({"points": [7]}, ("points", "[7]", POINTS)),
        ({"leaves": "A"}, ("leaves", "A", "must be a list")),
        ({"leaves": [3]}, ("leaves[0]", "3", LEAF_KEYS)),
        ({"shares": {"A": 101}}, ("shares.A", "101", "must be a whole number from 0 to 100")),
        ({"rest": 5}, ("rest", "5", "must be a table")),
        ({"other": 1}, ("other", "1", f"is not expected here; the keys are {', '.join(RIGHT)}")),
    ],
)
def test_a_fault_has_its_place_its_value_and_its_remedy(
    changes: dict[str, object], fault: tuple[str, str, str]
) -> None:
    assert faults(**changes) == [fault]


def test_faults_inside_a_list_carry_the_id_of_the_entry() -> None:
    leaves = [*RIGHT["leaves"], {"id": "B", "words": {"zh": " ", "fr": "b"}}]
    assert faults(leaves=leaves) == [
        ("leaves[1].words.zh (B)", " ", "must be text in quotes, not empty"),
        ("leaves[1].words.en (B)", "", "is missing; it must be text in quotes, not empty"),
        ("leaves[1].words.fr (B)", "b", "is not expected here; the keys are zh, en"),
    ]


def test_a_missing_table_is_told_with_its_keys() -> None:
    missing = "is missing; it must be a table with the keys zh, en"
    assert faults(leaves=[{"id": "C"}]) == [("leaves[0].words (C)", "", missing)]


def test_all_faults_are_told_at_once() -> None:
    assert [where for where, _, _ in faults(version=2, count=0, sure="yes")] == ["version", "count", "sure"]


def test_a_long_value_is_shortened() -> None:
    assert faults(kind="x" * 61)[0][1] == "x" * 59 + "…"
    assert faults(kind="x" * 60)[0][1] == "x" * 60
