"""Reading the reference cases, and the designs that property tests draw."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from panel.scoring.matrix import Record, ScoreMatrix

DATA = Path(__file__).parents[1] / "data" / "scoring"


def load(name: str) -> dict[str, Any]:
    case: dict[str, Any] = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    return case


def matrix_of(case: Mapping[str, Any], criterion: str = "total") -> ScoreMatrix:
    rows = case["data"]["rows"]
    return ScoreMatrix.from_records((e, i, Fraction(str(s))) for e, i, c, s in rows if c == criterion)


def floats(numbers: Mapping[str, Fraction | None]) -> dict[str, float]:
    return {name: float(number) for name, number in numbers.items() if number is not None}


def complete(rows: Sequence[Sequence[int]]) -> ScoreMatrix:
    """One row per application, one column per expert."""
    return ScoreMatrix.from_records(
        (f"E{j + 1}", f"A{i + 1}", value) for i, row in enumerate(rows) for j, value in enumerate(row)
    )


@st.composite
def records(draw: st.DrawFn, holes: bool = True) -> list[Record]:
    """Sheets of a connected design in hundredths of a point, in any order.

    The cells of a staircase through the table are always there and link everything; others may be holes.
    """
    m, n = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    steps = range(max(m, n))
    linked = {(min(k, m - 1), min(k, n - 1)) for k in steps} | {
        (min(k + 1, m - 1), min(k, n - 1)) for k in steps
    }
    cells = [
        (j, i) for j in range(m) for i in range(n) if not holes or (j, i) in linked or draw(st.booleans())
    ]
    drawn = [(f"E{j}", f"A{i}", draw(st.integers(0, 10_000))) for j, i in cells]
    return list(draw(st.permutations(drawn)))
