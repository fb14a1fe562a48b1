"""The reference cases as designs, and the comparison of an array with a named answer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from panel.scoring.design import Design, Floats
from tests.scoring.cases import load

CASES = ("sf1979", "irr_anxiety", "irr_video", "krippendorff_2011", "pbib_sas")


def design_of(case: dict[str, Any]) -> Design:
    rows = case["data"]["rows"]
    return Design.from_arrays([r[1] for r in rows], [r[0] for r in rows], [float(r[3]) for r in rows])


def golden(name: str) -> tuple[Design, dict[str, Any]]:
    case = load(name)
    return design_of(case), case["expected"]


def named(names: tuple[str, ...], values: Floats) -> dict[str, float]:
    return dict(zip(names, values.tolist(), strict=True))


def near(expected: object, tolerance: float = 1e-4) -> Any:
    return pytest.approx(expected, rel=tolerance, abs=tolerance)


def call(n: int, experts: int, each: int, seed: int = 1, sd: float = 5.0) -> Design:
    """A call: n applications, `each` of so many experts drawn at random; quality sd 8, severity sd 6."""
    g = np.random.Generator(np.random.PCG64(seed))
    quality, severity = g.normal(60, 8, n), g.normal(0, 6, experts)
    i = np.repeat(np.arange(n), each)
    j = np.concatenate([g.choice(experts, each, replace=False) for _ in range(n)])
    y = quality[i] + severity[j] + g.normal(0, sd, i.size)
    return Design.from_arrays([f"A{k:06}" for k in i], [f"E{k:05}" for k in j], y)
