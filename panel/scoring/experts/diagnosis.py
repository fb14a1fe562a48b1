"""The findings about the experts of one list: figures against what chance gives for the same design."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2
from scipy.stats import t as student

from panel.scoring.arrays import quotient
from panel.scoring.columns import Columns
from panel.scoring.design import Design, Floats
from panel.scoring.experts.chance import comparable, simulate
from panel.scoring.experts.figures import Figures, Sheet, figures
from panel.scoring.experts.findings import RATE, Code, Finding, cutoff
from panel.scoring.experts.pairs import Pairs, identical, moving_together
from panel.scoring.experts.residuals import largest_of_each
from panel.scoring.sheets import Sheets

HALO = 0.25
"""Only below a quarter of the median expert's variance between criteria is halo worth a word."""

LENIENCY_RATE = 0.1
"""Few experts tell little about how experts differ: at 0.02 even gross severity would go unnoticed."""

FLAT = 3
"""Equal scores from so many on are worth a word."""

JUDGED = (
    ("spread", -1, Code.NARROW),
    ("spread", 1, Code.WIDE),
    ("slope", -1, Code.LOW_SLOPE),
    ("correlation", -1, Code.DISAGREES),
    ("infit", 1, Code.ERRATIC),
    ("infit", -1, Code.PREDICTABLE),
)
"""Figure, on which side it is looked at, and what it is then called."""


@dataclass(frozen=True, eq=False)
class Diagnosis:
    """The figures, and the findings: by code, then by probability."""

    figures: Figures
    findings: tuple[Finding, ...]


def diagnose(
    design: Design,
    sheets: Sheets | None = None,
    order: Mapping[Sheet, float] | None = None,
    affiliated: Collection[Sheet] = (),
) -> Diagnosis:
    """Compute figures and findings of all experts; the arguments are those of `figures.figures`.

    Every kind of finding is one family of tests, of which a share of 0.02 false findings is accepted
    (Benjamini and Hochberg). Spread, slope, correlation and fit are judged against simulations of the same
    design with fixed random numbers, the rest against t, normal, chi-square and binomial distributions.
    """
    found = figures(design, sheets, order, affiliated)
    findings = [
        *_leniency(found),
        *_flat(found),
        *_against_chance(found),
        *_outliers(found),
        *_drift(found),
        *_affiliation(found),
        *_of_cells(found),
        *_pairs(found),
    ]
    # A difference that no double can hold is no figure to show.
    findings = [one for one in findings if np.isfinite(one.value) and np.isfinite(one.threshold)]
    place = {code: number for number, code in enumerate(Code)}
    ordered = sorted(findings, key=lambda f: (place[f.code], f.p or 0.0, f.experts, f.application))
    return Diagnosis(found, tuple(ordered))


def _leniency(found: Figures) -> Iterator[Finding]:
    """Each expert against the spread of all others, an externally studentised deviate."""
    m = found.design.shape[1]
    if not found.fit or m < 4:
        return
    s = found.fit.expert
    others = -s / (m - 1)
    squares = np.maximum((s @ s - s**2) - (m - 1) * others**2, 0.0)
    se = np.sqrt(squares / (m - 2) * (1 + 1 / (m - 1)))
    floor = 1e-10 * max(float(np.ptp(found.design.y)), np.finfo(np.float64).tiny)
    t = quotient(s - others, se, se > floor)
    p = 2 * student.sf(np.abs(t), m - 2)
    cut = cutoff(p, LENIENCY_RATE)
    for j in _at(p <= cut):
        limit = float(student.isf(cut / 2, m - 2) * se[j])
        sign, code = (1, Code.LENIENT) if t[j] > 0 else (-1, Code.SEVERE)
        yield _scaled(found, _finding(found.design, code, j, s[j], float(others[j]) + sign * limit, p[j]))


def _flat(found: Figures) -> Iterator[Finding]:
    design, level = found.design, found.unit.level
    columns = Columns(design)
    flat = (columns.low == columns.high) & (design.per_expert >= FLAT)
    for j in _at(flat):
        given = float(level(columns.low[j : j + 1])[0])
        yield Finding(Code.FLAT, (design.experts[j],), given, given, None)


def _against_chance(found: Figures) -> Iterator[Finding]:
    if not (found.fit and found.fit.sigma and found.measures is not None and found.left is not None):
        return
    if found.fit.sigma <= 1e-10 * float(np.ptp(found.design.y)):
        return
    chance = simulate(found.fit, found.left, found.measures)
    values = comparable(found.measures)
    for name, side, code in JUDGED:
        shown = np.exp if name in ("spread", "infit") else np.asarray
        p = chance[name].p(values[name], side)
        cut = cutoff(p)
        limit = chance[name].limit(cut, side)
        for j in _at(p <= cut):
            yield _finding(found.design, code, j, float(shown(values[name][j])), float(shown(limit[j])), p[j])


def _outliers(found: Figures) -> Iterator[Finding]:
    if found.studentised is None or found.fit is None:
        return
    t = found.studentised
    p = 2 * student.sf(np.abs(t), max(found.fit.df - 1, 1))
    cut = cutoff(p)
    limit = float(student.isf(cut / 2, max(found.fit.df - 1, 1)))
    for row in _largest_rows(found.design, t):
        if p[row] <= cut:
            yield _of_row(found.design, Code.OUTLIER, row, t[row], np.copysign(limit, t[row]), p[row])


def _drift(found: Figures) -> Iterator[Finding]:
    if found.drift is None:
        return
    slope, t, df = found.drift.slope, found.drift.t, np.maximum(found.drift.df, 1)
    p = 2 * student.sf(np.abs(t), df)
    cut = cutoff(p)
    for j in _at(p <= cut):
        limit = float(slope[j] / abs(t[j]) * student.isf(cut / 2, df[j])) * float(
            np.sign(t[j]) * np.sign(slope[j])
        )
        yield _scaled(found, _finding(found.design, Code.DRIFT, j, slope[j], limit, p[j]))


def _affiliation(found: Figures) -> Iterator[Finding]:
    tie = found.affiliation
    if tie is None or found.fit is None or tie.p > RATE:
        return
    limit = tie.se * float(student.isf(RATE / 2, found.fit.df - 1))
    least = float(np.copysign(limit, tie.effect))
    yield _scaled(found, Finding(Code.AFFILIATION, (), tie.effect, least, tie.p))


def _of_cells(found: Figures) -> Iterator[Finding]:
    if found.cells is None or found.halo is None or found.slips is None:
        return
    design, halo = found.cells.design, found.halo
    df = np.maximum(halo.df, 1)
    p = chi2.cdf(df * halo.ratio, df)
    cut = cutoff(p)
    limit = np.minimum(HALO, chi2.ppf(cut, df) / df)
    for j in _at(halo.ratio <= limit):
        yield _finding(design, Code.HALO, j, halo.ratio[j], limit[j], p[j])
    yield from _slips(design, found.cells.criteria, found.slips)


def _slips(design: Design, criteria: tuple[str, ...], z: Floats) -> Iterator[Finding]:
    df = max(design.y.size - sum(design.shape) + 1, 1)
    p = 2 * student.sf(np.abs(z), df)
    cut = cutoff(p.ravel())
    limit = float(student.isf(cut / 2, df))
    column = np.where(np.isnan(z), -1.0, np.abs(z)).argmax(axis=1)
    worst = z[np.arange(column.size), column]
    # One slip pulls at the other cells of its application: only the largest of an application is told.
    largest = np.zeros(design.shape[0])
    np.maximum.at(largest, design.application, np.nan_to_num(np.abs(worst)))
    for row in _largest_rows(design, worst):
        if p[row, column[row]] <= cut and abs(worst[row]) == largest[design.application[row]]:
            value = worst[row]
            criterion = criteria[column[row]]
            yield _of_row(
                design, Code.SLIP, row, value, np.copysign(limit, value), p[row, column[row]], criterion
            )


def _pairs(found: Figures) -> Iterator[Finding]:
    if found.cells is not None:
        yield from _of_pairs(found.cells.design, Code.IDENTICAL, identical(found.cells))
    if found.fit is not None and found.fit.sigma:
        yield from _of_pairs(found.design, Code.TOGETHER, moving_together(found.fit))


def _of_pairs(design: Design, code: Code, pairs: Pairs | None) -> Iterator[Finding]:
    if pairs is None:
        return
    cut = cutoff(pairs.p)
    limit = pairs.limit(cut) if cut else pairs.values
    for at in _at(pairs.p <= cut):
        both = tuple(design.experts[j] for j in pairs.experts[at])
        yield Finding(code, both, float(pairs.values[at]), float(limit[at]), float(pairs.p[at]))


def _largest_rows(design: Design, values: Floats) -> list[int]:
    return [int(row) for row in largest_of_each(design, values) if row >= 0]


def _scaled(found: Figures, one: Finding) -> Finding:
    """A difference in the unit of the scores."""
    size = found.unit.size
    return replace(one, value=size * one.value, threshold=size * one.threshold)


def _at(where: NDArray[np.bool_]) -> list[int]:
    return [int(index) for index in np.flatnonzero(where)]


def _finding(design: Design, code: Code, j: int, value: float, limit: float, p: float) -> Finding:
    return Finding(code, (design.experts[j],), float(value), float(limit), float(p))


def _of_row(
    design: Design, code: Code, row: int, value: float, limit: float, p: float, criterion: str = ""
) -> Finding:
    expert, application = design.experts[design.expert[row]], design.applications[design.application[row]]
    return Finding(code, (expert,), float(value), float(limit), float(p), application, criterion)
