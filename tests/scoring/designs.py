"""Designs for the tests of what is estimated: reference cases, simulated calls, drawn ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from hypothesis import strategies as st

from panel.scoring.design import Design, Floats, Indices
from panel.scoring.matrix import ScoreMatrix
from tests.scoring.cases import records


def design_of(case: Mapping[str, Any]) -> Design:
    experts, items, _, scores = zip(*case["data"]["rows"], strict=True)
    return Design.from_arrays(items, experts, scores)


def named(names: Sequence[str], numbers: Floats | Indices) -> dict[str, float]:
    return dict(zip(names, numbers.tolist(), strict=True))


def simulated(n: int, m: int, each: int, seed: int = 1, noise: float = 5.0) -> Design:
    rng = np.random.default_rng(seed)
    j = np.concatenate([np.sort(rng.choice(m, each, replace=False)) for _ in range(n)])
    i = np.repeat(np.arange(n), each)
    y = 60 + rng.normal(0, 8, n)[i] + rng.normal(0, 6, m)[j] + rng.normal(0, noise, i.size)
    return Design.from_arrays([f"A{k:04}" for k in i], [f"E{k:04}" for k in j], y)


def scaled(design: Design, factor: float, shift: float) -> Design:
    return Design(
        design.applications, design.experts, design.application, design.expert, factor * design.y + shift
    )


@st.composite
def designs(draw: st.DrawFn, holes: bool = True) -> Design:
    return Design.from_matrix(ScoreMatrix.from_records(draw(records(holes))))
