"""Where the variance of the scores comes from, and how dependable the mean of so many experts would be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from panel.scoring.agreement.generalizability import (
    Components,
    Dependability,
    crossed,
    decide,
    experts_needed,
    nested,
)
from panel.scoring.agreement.intraclass import from_components, harmonic, intraclass
from panel.scoring.design import Floats
from panel.scoring.models.mixed import Mixed
from panel.scoring.question import Question
from panel.scoring.sheets import Sheets

EXPERTS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20)
"""Sizes of a panel for which the dependability of its means is shown."""

CRITERIA = (1, 2, 3, 4, 5, 6, 8, 10, 12)
"""Numbers of criteria for which it is shown."""

TARGET = 0.8

Source = Literal["mean_squares", "components"]


@dataclass(frozen=True)
class Step:
    """How dependable the mean of so many experts is: for order (`relative`), for scores (`absolute`)."""

    experts: int
    relative: float
    absolute: float


@dataclass(frozen=True)
class Study:
    """Generalizability and decision study.

    Attributes
    ----------
    components : Components or None
        Of applications, experts and criteria, where every cell has a score.
    source : Source or None
        What the steps rest on: mean squares of a complete table, or the variances of the mixed model. None if
        neither exists.
    single_relative, single_absolute : float or None
        Coefficients of one expert.
    steps : tuple of Step
        For each of `EXPERTS`; empty if the coefficients do not exist or are not above zero.
    experts_for_80 : int or None
        How many experts bring the absolute coefficient to 0.8; None if no number does.
    icc : mapping of name to float or None
        `lmm_icc_*`: from the variances, with the harmonic mean of the numbers of scores for k.
    """

    components: Components | None
    source: Source | None
    single_relative: float | None
    single_absolute: float | None
    steps: tuple[Step, ...]
    experts_for_80: int | None
    icc: dict[str, float | None]


def study(question: Question, fit: Mixed | None) -> Study:
    """Study one list.

    Parameters
    ----------
    question : Question
    fit : Mixed or None
        The crossed model without topics.

    References
    ----------
    Brennan, R. L. (2001). Generalizability Theory. Springer, chapters 3 and 4.
    """
    found = intraclass(question.design)
    relative, absolute = found["ICC3_1"].value, found["ICC2_1"].value
    source: Source | None = "mean_squares" if absolute is not None else None
    icc = _icc(question, fit)
    if source is None and icc["lmm_icc_single_absolute"] is not None:
        source = "components"
        relative, absolute = icc["lmm_icc_single_consistency"], icc["lmm_icc_single_absolute"]
    several = question.several_criteria
    return Study(
        components=None if several is None else components_of(several),
        source=source,
        single_relative=relative,
        single_absolute=absolute,
        steps=_steps(relative, absolute),
        experts_for_80=experts_needed(absolute, TARGET),
        icc=icc,
    )


def dependabilities(found: Components) -> dict[tuple[int, int], Dependability]:
    """The coefficients of other numbers of criteria and of experts (per criterion, if nested)."""
    sizes = [(criteria, experts) for criteria in CRITERIA for experts in EXPERTS]
    return {(criteria, experts): decide(found, experts, criteria) for criteria, experts in sizes}


def _icc(question: Question, fit: Mixed | None) -> dict[str, float | None]:
    if fit is None:
        return dict.fromkeys(from_components(0.0, 0.0, 0.0, 1.0))
    variances = (fit.var_item, fit.var_expert, fit.var_residual)
    size = max(variances)
    if not np.isfinite(size) or size <= 0:
        return dict.fromkeys(from_components(0.0, 0.0, 0.0, 1.0))
    item, expert, residual = (variance / size for variance in variances)
    return from_components(item, expert, residual, harmonic(question.design.per_application))


def _steps(relative: float | None, absolute: float | None) -> tuple[Step, ...]:
    if relative is None or absolute is None or relative <= 0 or absolute <= 0:
        return ()
    return tuple(Step(k, _stepped_up(relative, k), _stepped_up(absolute, k)) for k in EXPERTS)


def _stepped_up(single: float, k: int) -> float:
    """Spearman and Brown: the coefficient of the mean of k."""
    return k * single / (1 + (k - 1) * single)


def components_of(sheets: Sheets) -> Components | None:
    """Analyse the criterion scores if every cell is there: all crossed, or experts nested in criteria."""
    people = sorted({expert for _, expert, _ in sheets.each()})
    pairs = len(sheets.rows) * len(people)
    cells = sum(len(sheet) for *_, sheet in sheets.each())
    if cells not in (pairs, pairs * len(sheets.criteria)):
        return None
    table = np.full((len(sheets.rows), len(people), len(sheets.criteria)), np.nan)
    place = {expert: j for j, expert in enumerate(people)}
    column = {criterion: c for c, criterion in enumerate(sheets.criteria)}
    for i, row in enumerate(sheets.rows.values()):
        for expert, sheet in row.items():
            for criterion, score in sheet.items():
                table[i, place[expert], column[criterion]] = float(score)
    there = ~np.isnan(table)
    if there.all():
        return crossed(table)
    own = there[0]
    if (there == own).all() and (own.sum(axis=1) == 1).all() and np.ptp(own.sum(axis=0)) == 0:
        return nested(_nested(table, own))
    return None


def _nested(table: Floats, own: NDArray[np.bool_]) -> Floats:
    """Lay the scores out as applications, criteria, experts of the criterion."""
    return np.stack([table[:, own[:, c], c] for c in range(own.shape[1])], axis=1)
