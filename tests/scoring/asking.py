"""Questions for the tests of the analysis: from rows as they stand in the reference cases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from panel.scoring.design import Design
from panel.scoring.question import Question
from panel.scoring.records import Records, ask

Row = tuple[str, str, str, object]
"""Expert, application, criterion, score."""


def records_of(rows: Iterable[Sequence[Any]]) -> Records:
    experts, applications, criteria, scores = zip(*(row for row in rows if row[3] is not None), strict=True)
    names, codes = [], []
    for column in (applications, experts, criteria):
        known = list(dict.fromkeys(column))
        names.append(known)
        codes.append(np.array([known.index(name) for name in column], dtype=np.intp))
    exact = [Fraction(str(score)) for score in scores]
    values = list(dict.fromkeys(exact))
    value = np.array([values.index(score) for score in exact], dtype=np.intp)
    a, e, c = names
    return Records.of((a, e, c), (codes[0], codes[1], codes[2]), values, value)


def weights_of(records: Records, weights: Mapping[str, float] | None = None) -> dict[str, Fraction]:
    given = weights or dict.fromkeys(records.criteria, 1)
    return {name: Fraction(str(weight)) for name, weight in given.items()}


def question_of(
    rows: Iterable[Sequence[Any]], weights: Mapping[str, float] | None = None, **more: Any
) -> Question:
    records = records_of(rows)
    question = ask(records, weights_of(records, weights))
    assert question is not None
    return replace(question, **more)


def rows_of(design: Design) -> list[tuple[str, str, str, float]]:
    triples = zip(design.expert.tolist(), design.application.tolist(), design.y.tolist(), strict=True)
    return [(design.experts[j], design.applications[i], "total", round(y, 2)) for j, i, y in triples]
